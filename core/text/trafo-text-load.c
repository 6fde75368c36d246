/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-config.h>

#include "trafo-mapped-file-private.h"
#include "trafo-text-engine-private.h"
#include "trafo-text.h"

/* A tokenizer.json of a million tokens has some 100 MiB. */
#define MAX_SIZE_BYTES ((gsize) 1 << 30)

/* A file of the folder, in @bytes; NULL there if the folder has no such file. */
static gboolean
read_file (const char *folder, const char *name, GBytes **bytes, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GError) local = NULL;

  *bytes = trafo_mapped_file_load (path, shown, MAX_SIZE_BYTES, &local);
  if (*bytes != NULL || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
tokenizer_file_clear (TrafoTokenizerFile *self)
{
  g_free ((char *) self->path);
  g_clear_pointer (&self->values, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoTokenizerFile, tokenizer_file_clear)

static gboolean
read_json (const char *folder, const char *name, TrafoTokenizerFile *file, GError **error)
{
  g_autoptr (GBytes) text = NULL;

  file->path = g_build_filename (folder, name, NULL);
  if (!read_file (folder, name, &text, error))
    return FALSE;
  if (text != NULL)
    file->values = trafo_json_to_variant (text, file->path, error);
  return text == NULL || file->values != NULL;
}

/* By the class of tokenizer_config.json, else by the model's config.json, if that can be read. */
static GVariant *
find_components (TrafoTokenizer             *self,
                 const TrafoTokenizerConfig *config,
                 const char                 *folder,
                 gboolean                    has_file)
{
  g_autoptr (TrafoConfig) model = NULL;
  const char *name = NULL;

  if (!g_variant_lookup (config->values, "tokenizer_class", "&s", &name) && folder != NULL)
    model = trafo_config_new_from_folder (folder, NULL);
  if (model != NULL)
    name = trafo_config_get_model_type (model);
  return trafo_tokenizer_set_class (self, config->values, name, has_file);
}

static TrafoTokenizerConfig *
read_config (TrafoTokenizer *self, const char *folder, GError **error)
{
  g_autoptr (GVariant) defaults = trafo_tokenizer_get_default_config (self);
  g_auto (TrafoTokenizerFile) config = { 0 };
  g_auto (TrafoTokenizerFile) special = { 0 };
  g_auto (TrafoTokenizerFile) added = { 0 };

  if (!read_json (folder, "tokenizer_config.json", &config, error) ||
      !read_json (folder, "special_tokens_map.json", &special, error) ||
      !read_json (folder, "added_tokens.json", &added, error))
    return NULL;
  return trafo_tokenizer_config_new (&config, &special, &added, defaults, error);
}

/* The class that wants a file is the cause where the folder has no such file. */
static void
prefix_class (const char *folder, const TrafoTokenizerConfig *config, GError **error)
{
  const char *class = NULL;

  if (error != NULL && g_error_matches (*error, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
      g_variant_lookup (config->values, "tokenizer_class", "&s", &class))
    g_prefix_error (error, "%s/tokenizer_config.json: 'tokenizer_class' is '%s': ", folder, class);
}

static gboolean
load_text (TrafoTokenizer       *self,
           GBytes               *text,
           const char           *origin,
           gboolean              has_model,
           TrafoTokenizerConfig *config,
           GError              **error)
{
  TrafoTextEngine *engine = trafo_text_engine_new (self, text, origin, has_model, config, error);

  if (engine == NULL)
    return FALSE;
  trafo_text_engine_attach (engine);
  return TRUE;
}

/**
 * trafo_tokenizer_load:
 * @self: a tokenizer, which nobody else uses yet
 * @folder: (type filename): a checkpoint's folder
 * @error: return location for an error
 *
 * Reads tokenizer.json or, where there is none, the files that the model had before it; and
 * tokenizer_config.json, special_tokens_map.json and added_tokens.json, each if there is one.
 *
 * What is known to differ from Hugging Face's tokenizers: in a regular expression under (?i) "ß" is
 * not "ss", and a class of upper or lower case in brackets does not take the other case; the offsets of
 * bytes that stand for an affix of BPE end with the word.
 *
 * Returns: %FALSE if a file is missing or broken, or says something that is not supported
 */
gboolean
trafo_tokenizer_load (TrafoTokenizer *self, const char *folder, GError **error)
{
  g_autofree char *origin = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (TrafoTokenizerConfig) config = NULL;
  gboolean has_model;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);
  origin = g_build_filename (folder, "tokenizer.json", NULL);
  config = read_config (self, folder, error);
  if (config == NULL || !read_file (folder, "tokenizer.json", &text, error))
    return FALSE;
  has_model = text != NULL;
  config->class_components = find_components (self, config, folder, has_model);
  if (!has_model)
    text = trafo_tokenizer_load_files (self, folder, config->values, error);
  if (text == NULL)
    {
      prefix_class (folder, config, error);
      return FALSE;
    }
  if (!load_text (self, text, origin, has_model, g_steal_pointer (&config), error))
    return FALSE;
  trafo_text_engine_get (self, NULL)->folder = g_canonicalize_filename (folder, NULL);
  return TRUE;
}

/**
 * trafo_tokenizer_load_json:
 * @self: a tokenizer, which nobody else uses yet
 * @tokenizer_json: the text of a tokenizer.json
 * @tokenizer_config_json: (nullable): the text of a tokenizer_config.json
 * @error: return location for an error
 *
 * Like [method@Trafo.Tokenizer.load], from memory.
 *
 * Returns: %FALSE if a text is broken, or says something that is not supported
 */
gboolean
trafo_tokenizer_load_json (TrafoTokenizer *self,
                           GBytes         *tokenizer_json,
                           GBytes         *tokenizer_config_json,
                           GError        **error)
{
  g_autoptr (GVariant) defaults = NULL;
  g_autoptr (GVariant) values = NULL;
  TrafoTokenizerFile    file = { "tokenizer_config.json", NULL }, none = { 0 };
  TrafoTokenizerConfig *config;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (self), FALSE);
  g_return_val_if_fail (tokenizer_json != NULL, FALSE);
  defaults = trafo_tokenizer_get_default_config (self);
  if (tokenizer_config_json != NULL)
    {
      values = trafo_json_to_variant (tokenizer_config_json, file.path, error);
      if (values == NULL)
        return FALSE;
    }
  file.values = values;
  config = trafo_tokenizer_config_new (&file, &none, &none, defaults, error);
  if (config == NULL)
    return FALSE;
  config->class_components = find_components (self, config, NULL, TRUE);
  return load_text (self, tokenizer_json, "tokenizer.json", TRUE, config, error);
}
