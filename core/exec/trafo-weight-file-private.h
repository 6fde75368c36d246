/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file of packed weights, mapped. Whoever cuts it short while it is in use makes reads of the
 * weights end the process, as with a checkpoint's. */
typedef struct _TrafoWeightFile TrafoWeightFile;

/* A weight by its key: a text without a NUL. */
typedef struct
{
  char         *key;
  gconstpointer data;
  gsize         size_bytes;
} TrafoWeightRecord;

/* Memory that weights lie in. */
typedef struct
{
  gconstpointer data;
  gsize         size_bytes;
} TrafoWeightSegment;

/* NULL and the error unless the file is whole, holds what @identity says and belongs to this user
 * alone. */
TrafoWeightFile *trafo_weight_file_open (const char *path, const char *identity, GError **error);
void             trafo_weight_file_free (TrafoWeightFile *self);
gsize            trafo_weight_file_get_size_bytes (const TrafoWeightFile *self);

/* The bytes of a weight, aligned for kernels, as long as the file is open; NULL if it has no weight
 * of that key and size, or was changed since it was opened. */
gconstpointer trafo_weight_file_lookup (TrafoWeightFile *self, const char *key, gsize size_bytes);

/* Sees to it that the weights are read in large pages, once most were read; see
 * trafo_large_pages_move(). */
void trafo_weight_file_enlarge_pages (TrafoWeightFile *self, const gint *is_stopped);

/* How large the file would be. */
gsize trafo_weight_file_estimate_bytes (const TrafoWeightFile    *base /* nullable */,
                                        const TrafoWeightSegment *segments,
                                        gsize                     n_segments);

/* Writes all of @base's weights and @records, whose data lie in @segments, in one step: readers see
 * the old file or the new one. */
gboolean trafo_weight_file_write (const char               *path,
                                  const char               *identity,
                                  const TrafoWeightFile    *base /* nullable */,
                                  const TrafoWeightSegment *segments,
                                  gsize                     n_segments,
                                  const TrafoWeightRecord  *records,
                                  gsize                     n_records,
                                  GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoWeightFile, trafo_weight_file_free)

G_END_DECLS
