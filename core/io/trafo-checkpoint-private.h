/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"
#include "trafo-mapped-file-private.h"

G_BEGIN_DECLS

/* A line for each file, as trafo_mapped_file_describe() makes it; NULL if some file has none. */
char *trafo_checkpoint_describe_files (TrafoCheckpoint *checkpoint);

guint            trafo_checkpoint_get_n_files (TrafoCheckpoint *checkpoint);
TrafoMappedFile *trafo_checkpoint_get_file (TrafoCheckpoint *checkpoint, guint index);

/* Where bytes of the checkpoint lie in which of those files; FALSE for what is a copy in memory. */
gboolean trafo_checkpoint_locate (TrafoCheckpoint *checkpoint,
                                  gconstpointer    data,
                                  gsize            size_bytes,
                                  guint           *ret_file,
                                  gsize           *ret_offset_bytes);

G_END_DECLS
