/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"
#include "trafo-mapped-file-private.h"

G_BEGIN_DECLS

/* The tensors of a file in the order of their data. */
typedef struct
{
  TrafoCheckpointTensor *tensors;
  gsize                  n_tensors;
  GHashTable            *metadata; /* char * -> char *; empty if the file has none */
  char                  *names;
} TrafoSafetensorsHeader;

/* Parses and checks @header, the JSON text; @data is what follows it in the file and @file its
 * name, and both are only pointed to. */
TrafoSafetensorsHeader *trafo_safetensors_header_parse (GBytes       *header,
                                                        const char   *file,
                                                        const guint8 *data,
                                                        gsize         data_size_bytes,
                                                        GError      **error);
void                    trafo_safetensors_header_free (TrafoSafetensorsHeader *header);

typedef struct
{
  TrafoMappedFile        *file;
  TrafoSafetensorsHeader *header;
} TrafoSafetensors;

/* @name is what messages and tensors call the file. */
TrafoSafetensors *trafo_safetensors_open (const char *path, const char *name, GError **error);
void              trafo_safetensors_free (TrafoSafetensors *safetensors);

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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoSafetensorsHeader, trafo_safetensors_header_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoSafetensors, trafo_safetensors_free)

G_END_DECLS
