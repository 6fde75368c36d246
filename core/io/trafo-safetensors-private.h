/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint-file-private.h"

G_BEGIN_DECLS

/* Opens a file; its tensors are in the order of their data. */
TrafoCheckpointFile *trafo_safetensors_open (const char *path, const char *name, GError **error);

/* Parses and checks @header, the JSON text, into the tensors and metadata of @file, whose data
 * begins at @data_offset. */
gboolean trafo_safetensors_header_parse (TrafoCheckpointFile *file,
                                         GBytes              *header,
                                         gsize                data_offset,
                                         GError             **error);

/* A type of the format: its place in the order of the writer, for the format's list is in order. */
typedef struct
{
  const char *name;
  guint       n_bits;
  TrafoDType  dtype;
} TrafoSafetensorsDType;

/* NULL for an unknown name. Rows that stand later in the list have larger addresses. */
const TrafoSafetensorsDType *trafo_safetensors_dtype_from_name (const char *name);
const char                  *trafo_safetensors_dtype_get_name (TrafoDType dtype);

/* Writes a file whose bytes depend on nothing but the arguments, or leaves what was at @path. A
 * tensor without dtype_name is written as its dtype, and its file does not matter. @metadata:
 * char * -> char *, or NULL. */
gboolean trafo_safetensors_save (const char                  *path,
                                 const TrafoCheckpointTensor *tensors,
                                 gsize                        n_tensors,
                                 GHashTable                  *metadata,
                                 GError                     **error);

G_END_DECLS
