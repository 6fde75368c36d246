/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-safetensors-private.h"

G_BEGIN_DECLS

/* FALSE and the error if @folder is none. */
gboolean trafo_checkpoint_folder_check (const char *folder, GError **error);

/* Which files make up the checkpoint at @path, a folder, a file or an index: opens each. *ret_index
 * is the text of the index, NULL without one, and *ret_index_name what messages call it. Returns
 * the files (element-type TrafoSafetensors), sorted by name. */
GPtrArray *trafo_checkpoint_files_open (const char *path,
                                        GBytes    **ret_index,
                                        char      **ret_index_name,
                                        GError    **error);

G_END_DECLS
