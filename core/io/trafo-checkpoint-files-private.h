/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint-file-private.h"
#include "trafo-checkpoint-index-private.h"

G_BEGIN_DECLS

/* FALSE and the error if @folder is none. */
gboolean trafo_checkpoint_folder_check (const char *folder, GError **error);

/* Which files make up the checkpoint at @path, a folder, a file or an index: opens each. *ret_index
 * is NULL without one. Returns the files (element-type TrafoCheckpointFile), sorted by name. */
GPtrArray *trafo_checkpoint_files_open (const char            *path,
                                        TrafoCheckpointIndex **ret_index,
                                        GCancellable          *cancellable,
                                        GError               **error);

G_END_DECLS
