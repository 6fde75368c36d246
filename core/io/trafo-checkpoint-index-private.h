/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Called for each entry of an index, in its order. The name of the index is put before its error. */
typedef gboolean (*TrafoCheckpointIndexFunc) (const char *tensor,
                                              const char *shard,
                                              gpointer    user_data,
                                              GError    **error);

/* Checks the text of a model.safetensors.index.json, and goes through its weight_map. */
gboolean trafo_checkpoint_index_foreach (GBytes                  *index,
                                         const char              *name,
                                         TrafoCheckpointIndexFunc func,
                                         gpointer                 user_data,
                                         GError                 **error);

G_END_DECLS
