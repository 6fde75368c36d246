/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-folder-private.h"

#include <errno.h>
#include <gio/gio.h>

gboolean
trafo_folder_make (const char *path, GError **error)
{
  g_autofree char *shown = NULL;
  int              reason;

  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  reason = errno;
  shown = g_filename_display_name (path);
  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (reason),
               "%s: cannot make the folder: %s",
               shown,
               g_strerror (reason));
  return FALSE;
}
