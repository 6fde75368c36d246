/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The folders where plugins are looked for, first match first:
 *
 *   the variable TRAFO_PLUGIN_PATH
 *   $XDG_DATA_HOME/trafo-1.0/plugins
 *   the variable TRAFO_PLUGIN_SYSTEM_PATH or, if unset, the folder trafo-1.0/plugins next to
 *     libtrafo, then those named, one a line, in the .conf files of /etc/trafo-1.0/plugins.d
 *
 * In a process that runs with more rights than its caller (@is_secure) neither the variables nor
 * the home folder count. */
char   **trafo_search_path_new (gboolean is_secure);
gboolean trafo_search_path_is_secure (void);

/* The folder of the library that this code is in, NULL if unknown. */
const char *trafo_search_path_get_library_folder (void);

/* Whether a folder may be searched; if not, why. One that does not exist gives G_FILE_ERROR_NOENT. */
gboolean trafo_search_path_check_folder (const char *folder, GError **error);

/* Whether a file's name is that of a plugin:
 * libtrafo{backend,model,tokenizer,optimizer,pipeline}-*.so. */
gboolean trafo_search_path_is_plugin_name (const char *name);

G_END_DECLS
