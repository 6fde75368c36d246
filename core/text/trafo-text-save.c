/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text.h"

#include <glib/gstdio.h>
#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-atomic-file-private.h"
#include "trafo-folder-private.h"
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
  if (!trafo_folder_make (folder, error))
    return FALSE;
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

static gpointer
save (gpointer source, gpointer folder, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (trafo_tokenizer_save_pretrained (source, folder, error));
}

static const TrafoAsyncCall save_call = { save, g_free, NULL };

/**
 * trafo_tokenizer_save_pretrained_async:
 * @self: a tokenizer that was loaded from a folder
 * @folder: (type filename): a folder, which is made where it is not there
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Writes the tokenizer's files without blocking.
 */
void
trafo_tokenizer_save_pretrained_async (TrafoTokenizer     *self,
                                       const char         *folder,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_TOKENIZER (self));
  g_return_if_fail (folder != NULL);
  trafo_async_call_start (&save_call, self, g_strdup (folder), cancellable, callback, user_data);
}

/**
 * trafo_tokenizer_save_pretrained_finish:
 * @self: a tokenizer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Tokenizer.save_pretrained_async] began.
 *
 * Returns: as [method@Trafo.Tokenizer.save_pretrained]
 */
gboolean
trafo_tokenizer_save_pretrained_finish (TrafoTokenizer *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&save_call, self, result, error) != NULL;
}
