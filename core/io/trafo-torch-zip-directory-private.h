/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-torch-zip-private.h"

G_BEGIN_DECLS

/* The entries of a zip file in the order of the file, each checked with its own header. */
typedef struct
{
  TrafoTorchZipEntry *entries;
  gsize               n_entries;
  char               *names;
} TrafoTorchZipDirectory;

gboolean trafo_torch_zip_directory_read (TrafoTorchZipDirectory *self,
                                         TrafoMappedFile        *file,
                                         GError                **error);
void     trafo_torch_zip_directory_clear (TrafoTorchZipDirectory *self);

G_END_DECLS
