/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-tokenizer.h"

#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-async-call-private.h"
#include "trafo-checkpoint-files-private.h"
#include "trafo-mapped-file-private.h"
#include "trafo-registry.h"
#include "trafo-text.h"

/**
 * TrafoAutoTokenizer:
 *
 * Finds the plugin for a checkpoint's tokenizer and loads it.
 */
struct _TrafoAutoTokenizer
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (TrafoAutoTokenizer, trafo_auto_tokenizer, G_TYPE_OBJECT)

static void
trafo_auto_tokenizer_class_init (TrafoAutoTokenizerClass *klass)
{
}

static void
trafo_auto_tokenizer_init (TrafoAutoTokenizer *self)
{
}

/* The string that a path of keys leads to, in a file of JSON; NULL if anything is not there. What
 * is wrong with the file is said by whoever loads it. */
static char *
read_string_at (const char *path, const char *file, const char *const *keys)
{
  g_autofree char *filename = g_build_filename (path, file, NULL);
  g_autoptr (TrafoMappedFile) mapped = trafo_mapped_file_open (filename, filename, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrafoJsonReader) reader = NULL;
  const char *key;

  if (mapped == NULL)
    return NULL;
  bytes = g_bytes_new_static (mapped->data, mapped->size_bytes);
  reader = trafo_json_reader_new (bytes, filename);
  for (; *keys != NULL; keys++)
    {
      if (trafo_json_reader_peek (reader) != TRAFO_JSON_OBJECT)
        return NULL;
      trafo_json_reader_begin_object (reader);
      while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL &&
             !g_str_equal (key, *keys))
        trafo_json_reader_skip (reader);
      if (key == NULL)
        return NULL;
    }
  if (trafo_json_reader_peek (reader) != TRAFO_JSON_STRING)
    return NULL;
  return g_strdup (trafo_json_reader_read_string (reader, NULL));
}

/* Where the name stands by which a tokenizer is found, best first. */
static const struct
{
  const char *file;
  const char *keys[3];
} places[] = {
  { "tokenizer_config.json", { "tokenizer_class" } },
  { "tokenizer.json", { "model", "type" } },
  { "config.json", { "model_type" } },
};

/* A class says how a vocabulary without a tokenizer.json is used, so another's will not do. */
static gboolean
is_bound_to_class (const char *path, gsize place)
{
  g_autofree char *filename = g_build_filename (path, "tokenizer.json", NULL);

  return g_str_equal (places[place].keys[0], "tokenizer_class") &&
         !g_file_test (filename, G_FILE_TEST_EXISTS);
}

static TrafoFeature *
find_answer (const char *path, gsize place, char **ret_name)
{
  *ret_name = read_string_at (path, places[place].file, places[place].keys);
  return *ret_name != NULL ? trafo_registry_find (trafo_registry_get_default (),
                                                  TRAFO_FEATURE_KIND_TOKENIZER,
                                                  *ret_name,
                                                  NULL)
                           : NULL;
}

/* A plugin may have several tokenizers for the same kind of file; the model_type tells which. */
static TrafoFeature *
refine (const char *path, gsize place, TrafoFeature *found)
{
  g_autofree char *name = NULL;
  g_autoptr (TrafoFeature) of_type = NULL;

  if (!g_str_equal (places[place].file, "tokenizer.json"))
    return found;
  of_type = find_answer (path, place + 1, &name);
  if (of_type == NULL || trafo_feature_get_plugin (of_type) != trafo_feature_get_plugin (found))
    return found;
  g_object_unref (found);
  return g_steal_pointer (&of_type);
}

static TrafoFeature *
find_feature (const char *path, GError **error)
{
  g_autoptr (GString) tried = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *name = NULL;
      TrafoFeature    *feature = find_answer (path, i, &name);

      if (feature != NULL)
        return refine (path, i, feature);
      if (name == NULL)
        continue;
      g_string_append_printf (tried,
                              "%s'%s' (%s)",
                              tried->len > 0 ? ", " : "",
                              name,
                              places[i].file);
      if (is_bound_to_class (path, i))
        break;
    }
  if (tried->len > 0)
    g_set_error (error,
                 TRAFO_PLUGIN_ERROR,
                 TRAFO_PLUGIN_ERROR_NOT_FOUND,
                 "%s: no plugin has a tokenizer that answers to %s",
                 path,
                 tried->str);
  else
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NOT_FOUND,
                 "%s: found none of tokenizer_config.json, tokenizer.json and config.json that "
                 "names a tokenizer",
                 path);
  return NULL;
}

/**
 * trafo_auto_tokenizer_from_pretrained:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Loads a checkpoint's tokenizer.
 *
 * The plugin is found by the tokenizer_class in tokenizer_config.json, else by the type of the
 * model in tokenizer.json, else by the model_type in config.json. Where there is no tokenizer.json,
 * a tokenizer_class that no plugin has is an error.
 *
 * Returns: (transfer full) (nullable): the tokenizer, or %NULL with an error of the domains
 *   %TRAFO_PLUGIN_ERROR, %TRAFO_FORMAT_ERROR, %TRAFO_ERROR or %G_IO_ERROR
 */
TrafoTokenizer *
trafo_auto_tokenizer_from_pretrained (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoFeature) feature = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !trafo_checkpoint_folder_check (path, error))
    return NULL;
  feature = find_feature (path, error);
  if (feature == NULL)
    return NULL;
  tokenizer = (TrafoTokenizer *) trafo_feature_create (feature, cancellable, error);
  if (tokenizer == NULL || !trafo_tokenizer_load (tokenizer, path, error))
    return NULL;
  return g_steal_pointer (&tokenizer);
}

static gpointer
load (gpointer source, gpointer path, GCancellable *cancellable, GError **error)
{
  return trafo_auto_tokenizer_from_pretrained (path, cancellable, error);
}

static const TrafoAsyncCall load_call = { load, g_free, g_object_unref };

/**
 * trafo_auto_tokenizer_from_pretrained_async:
 * @path: a folder as Hugging Face's save_pretrained() writes it
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Loads a checkpoint's tokenizer, without blocking.
 */
void
trafo_auto_tokenizer_from_pretrained_async (const char         *path,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data)
{
  g_return_if_fail (path != NULL);
  trafo_async_call_start (&load_call, NULL, g_strdup (path), cancellable, callback, user_data);
}

/**
 * trafo_auto_tokenizer_from_pretrained_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.AutoTokenizer.from_pretrained_async] began.
 *
 * Returns: (transfer full) (nullable): as [func@Trafo.AutoTokenizer.from_pretrained]
 */
TrafoTokenizer *
trafo_auto_tokenizer_from_pretrained_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, NULL, result, error);
}
