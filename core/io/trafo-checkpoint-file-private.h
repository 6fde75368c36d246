/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"
#include "trafo-mapped-file-private.h"

G_BEGIN_DECLS

/* A file of weights that is open, whatever its format. */
typedef struct
{
  TrafoMappedFile       *mapped;
  TrafoCheckpointTensor *tensors;
  gsize                  n_tensors;
  GHashTable            *metadata; /* char * -> char *; empty if the file has none */
  GPtrArray             *skipped;  /* char *: names of what the file holds besides tensors */
  GPtrArray             *memory;   /* what the tensors point to outside of the mapping */
} TrafoCheckpointFile;

/* @name is what messages and tensors call the file. */
TrafoCheckpointFile *trafo_checkpoint_file_new (const char *path, const char *name, GError **error);
void                 trafo_checkpoint_file_free (TrafoCheckpointFile *self);

/* Memory that lives as long as the file; NULL if there is none, or for no bytes. */
gpointer trafo_checkpoint_file_try_alloc (TrafoCheckpointFile *self, gsize size_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoCheckpointFile, trafo_checkpoint_file_free)

G_END_DECLS
