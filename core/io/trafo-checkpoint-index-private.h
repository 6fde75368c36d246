/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The text of an index of shards. */
typedef struct
{
  GBytes     *text;
  char       *name;      /* what messages call it */
  const char *extension; /* with which the shards' names end */
} TrafoCheckpointIndex;

#define TRAFO_CHECKPOINT_INDEX_SUFFIX ".index.json"

TrafoCheckpointIndex *trafo_checkpoint_index_load (const char *path, GError **error);
void                  trafo_checkpoint_index_free (TrafoCheckpointIndex *self);

/* Called for each entry of an index, in its order. The name of the index is put before its error. */
typedef gboolean (*TrafoCheckpointIndexFunc) (const char *tensor,
                                              const char *shard,
                                              gpointer    user_data,
                                              GError    **error);

/* Checks the text, and goes through its weight_map. */
gboolean trafo_checkpoint_index_foreach (const TrafoCheckpointIndex *self,
                                         TrafoCheckpointIndexFunc    func,
                                         gpointer                    user_data,
                                         GError                    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoCheckpointIndex, trafo_checkpoint_index_free)

G_END_DECLS
