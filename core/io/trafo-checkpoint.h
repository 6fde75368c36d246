/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-dtype.h>
#include <trafo/trafo-ops.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_CHECKPOINT (trafo_checkpoint_get_type ())

typedef struct _TrafoCheckpoint       TrafoCheckpoint;
typedef struct _TrafoCheckpointTensor TrafoCheckpointTensor;

/**
 * TrafoCheckpointTensor: (skip)
 * @name: the name, unique in the checkpoint
 * @dtype_name: the type as safetensors call it, such as "BF16"
 * @dtype: the type, %TRAFO_DTYPE_NONE where Trafo has none for it or there are too many dims
 * @n_dims: the number of dims, 0 for a scalar; above %TRAFO_MAX_DIMS only that many are in @shape
 * @shape: the dims, outermost first; the elements are in row-major order without gaps
 * @data: the elements, little-endian, in the mapped file; may be misaligned for its type. Tensors
 *   that are one in a file of PyTorch have the same
 * @size_bytes: the size of @data, which fits @shape and @dtype_name
 * @file: the name of the file that holds it
 *
 * A tensor of a checkpoint. All it points to lives as long as the checkpoint.
 */
struct _TrafoCheckpointTensor
{
  const char   *name;
  const char   *dtype_name;
  TrafoDType    dtype;
  guint         n_dims;
  gint64        shape[TRAFO_MAX_DIMS];
  gconstpointer data;
  gsize         size_bytes;
  const char   *file;
};

TRAFO_API GType trafo_checkpoint_get_type (void);
TRAFO_API TrafoCheckpoint *
trafo_checkpoint_open (const char *path, GCancellable *cancellable, GError **error);
TRAFO_API TrafoCheckpoint *trafo_checkpoint_ref (TrafoCheckpoint *checkpoint);
TRAFO_API void             trafo_checkpoint_unref (TrafoCheckpoint *checkpoint);

TRAFO_API gsize                        trafo_checkpoint_get_n_tensors (TrafoCheckpoint *checkpoint);
TRAFO_API const TrafoCheckpointTensor *trafo_checkpoint_get_tensor (TrafoCheckpoint *checkpoint,
                                                                    gsize            index);
TRAFO_API const TrafoCheckpointTensor *trafo_checkpoint_lookup (TrafoCheckpoint *checkpoint,
                                                                const char      *name);
TRAFO_API char                       **trafo_checkpoint_list_names (TrafoCheckpoint *checkpoint);
TRAFO_API char                       **trafo_checkpoint_list_files (TrafoCheckpoint *checkpoint);
TRAFO_API char                       **trafo_checkpoint_list_skipped (TrafoCheckpoint *checkpoint);
TRAFO_API const char *trafo_checkpoint_get_metadata (TrafoCheckpoint *checkpoint, const char *key);
TRAFO_API guint64     trafo_checkpoint_get_size_bytes (TrafoCheckpoint *checkpoint);

TRAFO_API gboolean trafo_checkpoint_check (TrafoCheckpoint *checkpoint, GError **error);
TRAFO_API gboolean trafo_checkpoint_read (TrafoCheckpoint             *checkpoint,
                                          const TrafoCheckpointTensor *tensor,
                                          gpointer                     destination,
                                          GError                     **error);
TRAFO_API GBytes *
trafo_checkpoint_get_bytes (TrafoCheckpoint *checkpoint, const char *name, GError **error);
TRAFO_API gboolean trafo_checkpoint_convert (TrafoCheckpoint *checkpoint,
                                             const char      *path,
                                             GCancellable    *cancellable,
                                             GError         **error);
TRAFO_API gboolean trafo_checkpoint_cast (TrafoCheckpoint *checkpoint,
                                          const char      *folder,
                                          TrafoDType       dtype,
                                          GCancellable    *cancellable,
                                          GError         **error);
TRAFO_API void
trafo_checkpoint_release_pages (TrafoCheckpoint *checkpoint, gconstpointer data, gsize size_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoCheckpoint, trafo_checkpoint_unref)

G_END_DECLS
