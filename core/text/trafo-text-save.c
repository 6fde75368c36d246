/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <trafo/trafo-error.h>

#include "trafo-atomic-file-private.h"
#include "trafo-text-engine-private.h"

/* All that transformers' tokenizers write, of any version. */
static const char *const names[] = {
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.txt",
  "vocab.json",
  "merges.txt",
  "chat_template.jinja",
};

/* Copies a file of one folder to another, if it is there. */
static gboolean
copy_file (const char *from, const char *to, const char *name, gboolean *is_there, GError **error)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *target = g_build_filename (to, name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (TrafoAtomicFile) file = NULL;
  g_autoptr (GError) local = NULL;
  gsize size_bytes;

  *is_there = FALSE;
  if (!g_file_get_contents (source, &contents, &size_bytes, &local))
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *is_there = TRUE;
  file = trafo_atomic_file_open (target, error);
  return file != NULL && trafo_atomic_file_write (file, contents, size_bytes, error) &&
         trafo_atomic_file_commit (file, error);
}

/**
 * trafo_tokenizer_save_pretrained:
 * @self: a tokenizer that was loaded from a folder, which is still there
 * @folder: (type filename): a folder, which is made where it is not there
 * @error: return location for an error
 *
 * Writes the files that the tokenizer was loaded from, byte for byte.
 *
 * Each file appears complete or not at all.
 *
 * Returns: %TRUE, or %FALSE with %TRAFO_ERROR_INVALID_ARGUMENT for a tokenizer of no folder,
 *   %TRAFO_ERROR_NOT_FOUND if its files are gone, or an error of #GFileError or #GIOErrorEnum
 */
gboolean
trafo_tokenizer_save_pretrained (TrafoTokenizer *self, const char *folder, GError **error)
{
  const TrafoTextEngine *engine;
  gboolean               has_any = FALSE;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);
  engine = trafo_text_engine_get (self, error);
  if (engine == NULL)
    return FALSE;
  if (engine->folder == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found a tokenizer made from memory, expected one loaded from a folder",
                   G_OBJECT_TYPE_NAME (self));
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error,
                   G_IO_ERROR,
                   g_io_error_from_errno (errno),
                   "%s: could not make the folder: %s",
                   folder,
                   g_strerror (errno));
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean is_there;

      if (!copy_file (engine->folder, folder, names[i], &is_there, error))
        return FALSE;
      has_any = has_any || is_there;
    }
  if (!has_any)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NOT_FOUND,
                 "%s: found no file of the tokenizer that was loaded from there",
                 engine->folder);
  return has_any;
}
