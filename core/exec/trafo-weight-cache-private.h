/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

#include "trafo-checkpoint.h"
#include "trafo-weight-file-private.h"

G_BEGIN_DECLS

/* One model's packed weights on the disk, in a folder of files that many models share. Nothing here
 * fails: what cannot be read or kept is packed again. */
typedef struct _TrafoWeightCache TrafoWeightCache;

typedef struct
{
  const char *folder;
  guint64     max_bytes;      /* of all files; those used longest ago go first */
  guint64     min_bytes;      /* what is less is not written: it is packed as quickly */
  guint64     min_free_bytes; /* stay free on the disk */
} TrafoWeightCachePolicy;

/* What packed weights depend on besides the contents of their files: how they are made, the device's
 * layout, the dtype, and the builds of the backend and of this library. NULL if @device or its backend's
 * file does not say enough. */
char *trafo_weight_cache_identify (TrafoDevice *device, TrafoDType dtype, const char *made_of);

/* Of @checkpoint's contents, which may have to be read, once, to find out whether they are those of a file that
 * is there; NULL where the identity says all. */
TrafoWeightCache *trafo_weight_cache_new (const TrafoWeightCachePolicy *policy,
                                          const char                   *identity,
                                          TrafoCheckpoint              *checkpoint,
                                          GCancellable                 *cancellable);
/* Waits for what is being written, and read for that, unless in a child of the process that writes. */
void trafo_weight_cache_free (TrafoWeightCache *self);

/* As trafo_weight_file_lookup(). */
gconstpointer trafo_weight_cache_lookup (TrafoWeightCache *self, const char *key, gsize size_bytes);

/* After a run, which touched the weights: begins, in another thread, to write what is not in the file,
 * if it is enough, and to see to large pages. Takes both arrays; the memory must stay until the cache
 * is freed. Not while it is busy with the last call. */
void     trafo_weight_cache_settle (TrafoWeightCache *self,
                                    GArray           *segments /* of TrafoWeightSegment */,
                                    GArray           *records /* of TrafoWeightRecord */);
gboolean trafo_weight_cache_is_busy (TrafoWeightCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoWeightCache, trafo_weight_cache_free)

G_END_DECLS
