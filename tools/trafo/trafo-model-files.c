/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-files.h"

#include <gio/gio.h>

static const char *const extensions[] = { ".json", ".txt", ".model", ".jinja", ".md" };

/* Of these, what is about the weights' old files. */
#define INDEX_SUFFIX ".index.json"

gboolean
trafo_model_file_is_copied (const char *name)
{
  if (g_str_has_suffix (name, INDEX_SUFFIX))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_str_has_suffix (name, extensions[i]))
      return TRUE;
  return FALSE;
}

gboolean
trafo_model_file_copy (const char *input, const char *output, GError **error)
{
  g_autoptr (GFile) from = g_file_new_for_path (input);
  g_autoptr (GFile) to = g_file_new_for_path (output);
  g_autofree char *folder = g_path_get_dirname (output);

  if (g_file_equal (from, to))
    return TRUE;
  /* if this fails, so does the copy, and says why */
  g_mkdir_with_parents (folder, 0777);
  return g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error);
}
