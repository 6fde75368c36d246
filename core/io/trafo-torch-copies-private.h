/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint-file-private.h"
#include "trafo-torch-unpickler-private.h"

G_BEGIN_DECLS

/* What a file's tensors need besides the mapped file: elements that do not lie there in row-major
 * order and little-endian, and storages that are compressed. All copies together take at most four
 * times the size of the file, or a MiB, so that a small file cannot ask for much memory. */
typedef struct
{
  TrafoCheckpointFile *file;
  GTree               *copies; /* TrafoTorchTensor * -> guint8 *: what is the same is copied once */
  gboolean             is_big_endian;
  GCancellable        *cancellable; /* borrowed */
  guint64              n_left_bytes;
} TrafoTorchCopies;

/* @cancellable: nullable, looked at before each copy; borrowed. */
TrafoTorchCopies *trafo_torch_copies_new (TrafoCheckpointFile *file,
                                          gboolean             is_big_endian,
                                          GCancellable        *cancellable);
void              trafo_torch_copies_free (TrafoTorchCopies *self);

/* Memory that lives as long as the file. @name is what needs it. */
guint8 *trafo_torch_copies_alloc (TrafoTorchCopies *self,
                                  const char       *name,
                                  guint64           size_bytes,
                                  GError          **error);

/* The elements of a tensor, whose name is @name: those in the file, or a copy. */
const guint8 *trafo_torch_copies_get (TrafoTorchCopies *self,
                                      const char       *name,
                                      TrafoTorchTensor *tensor,
                                      GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTorchCopies, trafo_torch_copies_free)

G_END_DECLS
