/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib/gstdio.h>

/* With all that is in it; of a link, the link alone. */
static inline void
remove_folder (const char *path)
{
  g_autoptr (GDir) files = NULL;
  const char *name;

  if (g_remove (path) == 0)
    return;
  files = g_dir_open (path, 0, NULL);
  g_assert_nonnull (files);
  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_folder (child);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}
