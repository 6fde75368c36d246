/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* modules.json lists what a text goes through, in order:
 *
 *   [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
 *    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
 *    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "...models.Normalize"}]
 *
 * Each module's settings are in the folder "path". Behind Transformer, which comes first, there may
 * be Pooling and Normalize in any order, and Dense and Dropout behind a Pooling. */
#include <string.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-checkpoint-files-private.h"
#include "trafo-mapped-file-private.h"
#include "trafo-sentence-modules-private.h"

#define MAX_SIZE_BYTES ((gsize) 1 << 20)
#define MAX_SEQ_LENGTH (1 << 20)

typedef struct
{
  char *path;
  char *type; /* the class, without what stands before it */
} Module;

static void
module_free (gpointer data)
{
  Module *self = data;

  g_free (self->path);
  g_free (self->type);
  g_free (self);
}

static Module *
read_module (TrafoJsonReader *reader)
{
  Module     *self = g_new0 (Module, 1);
  const char *key, *text;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "path") && self->path == NULL)
      self->path = g_strdup (trafo_json_reader_read_string (reader, NULL));
    else if (g_str_equal (key, "type") && self->type == NULL)
      {
        text = trafo_json_reader_read_string (reader, NULL);
        if (text != NULL)
          self->type = g_strdup (strrchr (text, '.') != NULL ? strrchr (text, '.') + 1 : text);
      }
    else
      trafo_json_reader_skip (reader);
  if (self->path == NULL || self->type == NULL)
    trafo_json_reader_fail (reader, "found a module without 'path' or 'type'");
  else if (g_path_is_absolute (self->path) || strstr (self->path, "..") != NULL)
    trafo_json_reader_fail (reader,
                            "found 'path' \"%s\", expected a folder in the checkpoint",
                            self->path);
  return self;
}

static GPtrArray *
read_modules (GBytes *bytes, const char *filename, GError **error)
{
  g_autoptr (GPtrArray) modules = g_ptr_array_new_with_free_func (module_free);
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, filename);

  trafo_json_reader_begin_array (reader);
  while (trafo_json_reader_next_element (reader))
    g_ptr_array_add (modules, read_module (reader));
  return trafo_json_reader_finish (reader, error) ? g_steal_pointer (&modules) : NULL;
}

/* NULL without an error if there is no such file. */
static GBytes *
read_file (const char *filename, GError **error)
{
  g_autofree char *shown = g_filename_display_name (filename);
  g_autoptr (GError) local = NULL;
  GBytes *bytes = trafo_mapped_file_load (filename, shown, MAX_SIZE_BYTES, &local);

  if (bytes == NULL && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local));
  return bytes;
}

static TrafoConfig *
read_config (const char *folder, const char *name, gboolean is_needed, GError **error)
{
  g_autofree char *filename = g_build_filename (folder, name, NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) bytes = read_file (filename, &local);

  if (bytes != NULL)
    return trafo_config_new_from_bytes (bytes, filename, error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (is_needed)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NOT_FOUND,
                 "%s: there is no such file, which modules.json calls for",
                 filename);
  return NULL;
}

static gboolean
read_transformer (TrafoSentenceModules *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (TrafoConfig) config =
      read_config (self->transformer_folder, "sentence_bert_config.json", FALSE, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (config == NULL)
    return TRUE;
  self->max_seq_length = trafo_config_get_int (config, "max_seq_length", 0, 1, MAX_SEQ_LENGTH);
  self->do_lower_case = trafo_config_get_boolean (config, "do_lower_case", FALSE);
  return trafo_config_check (config, error);
}

/* The text under default_prompt_name among the prompts. */
static gboolean
read_prompt (TrafoSentenceModules *self, const char *folder, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (TrafoConfig) config =
      read_config (folder, "config_sentence_transformers.json", FALSE, &local);
  g_autoptr (GVariant) prompts = NULL;
  g_autoptr (GVariant) prompt = NULL;
  const char *name;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  name = config != NULL ? trafo_config_get_string (config, "default_prompt_name", NULL) : NULL;
  if (config == NULL || name == NULL)
    return config == NULL || trafo_config_check (config, error);
  prompts =
      g_variant_lookup_value (trafo_config_get_variant (config), "prompts", G_VARIANT_TYPE_VARDICT);
  prompt = prompts != NULL ? g_variant_lookup_value (prompts, name, G_VARIANT_TYPE_STRING) : NULL;
  if (prompt != NULL)
    self->prompt = g_variant_dup_string (prompt, NULL);
  else
    trafo_config_fail (config,
                       "'default_prompt_name' is \"%s\", expected the name of a text in 'prompts'",
                       name);
  return trafo_config_check (config, error);
}

/* One that is named twice counts once. */
static void
add_pooling (TrafoSentenceModules *self, TrafoPooling pooling)
{
  for (guint i = 0; i < self->n_poolings; i++)
    if (self->poolings[i] == pooling)
      return;
  self->poolings[self->n_poolings++] = pooling;
}

static void
add_pooling_by_name (TrafoSentenceModules *self, TrafoConfig *config, const char *name)
{
  for (gsize i = 0; i < TRAFO_N_POOLINGS; i++)
    if (g_strcmp0 (trafo_pooling_get_name (i), name) == 0)
      {
        add_pooling (self, i);
        return;
      }
  trafo_config_fail (config,
                     "found 'pooling_mode' \"%s\", expected cls, max, mean, mean_sqrt_len_tokens, "
                     "weightedmean or lasttoken",
                     name);
}

/* The newer form, "pooling_mode": a name or a list of names in their order. */
static void
add_poolings_by_name (TrafoSentenceModules *self, TrafoConfig *config)
{
  g_autoptr (GVariant) names =
      g_variant_lookup_value (trafo_config_get_variant (config), "pooling_mode", NULL);

  if (names == NULL)
    return;
  if (!g_variant_is_of_type (names, G_VARIANT_TYPE ("av")))
    {
      add_pooling_by_name (self, config, trafo_config_get_string (config, "pooling_mode", ""));
      return;
    }
  for (gsize i = 0; i < g_variant_n_children (names); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (names, i);
      g_autoptr (GVariant) name = g_variant_get_variant (boxed);

      add_pooling_by_name (self,
                           config,
                           g_variant_is_of_type (name, G_VARIANT_TYPE_STRING)
                               ? g_variant_get_string (name, NULL)
                               : "");
    }
}

/* Both forms: a name or names, and, older, a key for each. */
static gboolean
read_pooling (TrafoSentenceModules *self, const char *folder, GError **error)
{
  g_autoptr (TrafoConfig) config = read_config (folder, "config.json", TRUE, error);

  if (config == NULL)
    return FALSE;
  add_poolings_by_name (self, config);
  for (gsize i = 0; i < TRAFO_N_POOLINGS; i++)
    if (trafo_config_get_boolean (config, trafo_pooling_get_key (i), FALSE))
      add_pooling (self, i);
  if (self->n_poolings == 0)
    add_pooling (self, TRAFO_POOLING_MEAN);
  if (!trafo_config_get_boolean (config, "include_prompt", TRUE) && self->prompt != NULL &&
      *self->prompt != '\0')
    trafo_config_fail (config,
                       "'include_prompt' is false, expected true: a prompt that is not pooled is "
                       "not "
                       "supported");
  return trafo_config_check (config, error);
}

/* Normalize has settings since sentence-transformers 5.3. Before a pooling there is no vector that it
 * could scale, and it does nothing. */
static gboolean
read_normalize (TrafoSentenceModules *self, const char *folder, GError **error)
{
  static const char *const keys[] = { "module_input_name", "module_output_name" };
  g_autoptr (GError) local = NULL;
  g_autoptr (TrafoConfig) config = read_config (folder, "config.json", FALSE, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (gsize i = 0; config != NULL && i < G_N_ELEMENTS (keys); i++)
    {
      const char *name = trafo_config_get_string (config, keys[i], "sentence_embedding");

      if (!g_str_equal (name, "sentence_embedding"))
        trafo_config_fail (config, "'%s' is \"%s\", expected sentence_embedding", keys[i], name);
    }
  if (config != NULL && !trafo_config_check (config, error))
    return FALSE;
  if (self->n_poolings > 0)
    g_ptr_array_add (self->layers, NULL);
  return TRUE;
}

static gboolean
read_dense (TrafoSentenceModules *self, const char *folder, GError **error)
{
  TrafoSentenceDense *dense = trafo_sentence_dense_read (folder, error);

  if (dense != NULL)
    g_ptr_array_add (self->layers, dense);
  return dense != NULL;
}

/* Each pooling begins anew with the states of the tokens. */
static gboolean
read_new_pooling (TrafoSentenceModules *self, const char *folder, GError **error)
{
  self->n_poolings = 0;
  g_ptr_array_set_size (self->layers, 0);
  return read_pooling (self, folder, error);
}

/* Dropout does nothing but in training. */
static gboolean
read_dropout (TrafoSentenceModules *self, const char *folder, GError **error)
{
  return TRUE;
}

static const struct
{
  const char *type;
  gboolean (*read) (TrafoSentenceModules *self, const char *folder, GError **error);
  gboolean needs_vector; /* stands behind a pooling */
} readers[] = {
  { "Pooling", read_new_pooling, FALSE },
  { "Normalize", read_normalize, FALSE },
  { "Dense", read_dense, TRUE },
  { "Dropout", read_dropout, TRUE },
};

static gboolean
read_listed_one (TrafoSentenceModules *self,
                 const char           *folder,
                 const Module         *module,
                 guint                 place,
                 GError              **error)
{
  g_autofree char *path = g_build_filename (folder, module->path, NULL);

  if (place == 0 && g_str_equal (module->type, "Transformer"))
    {
      g_free (self->transformer_folder);
      self->transformer_folder = g_steal_pointer (&path);
      return read_transformer (self, error);
    }
  for (gsize i = 0; place > 0 && i < G_N_ELEMENTS (readers); i++)
    if (g_str_equal (module->type, readers[i].type) &&
        (self->n_poolings > 0 || !readers[i].needs_vector))
      return readers[i].read (self, path, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "%s/modules.json: module %u is %s, expected %s",
               folder,
               place,
               module->type,
               place == 0              ? "Transformer"
               : self->n_poolings == 0 ? "Pooling or Normalize"
                                       : "Pooling, Normalize, Dense or Dropout");
  return FALSE;
}

static gboolean
read_listed (TrafoSentenceModules *self, const char *folder, GPtrArray *modules, GError **error)
{
  for (guint i = 0; i < modules->len; i++)
    if (!read_listed_one (self, folder, modules->pdata[i], i, error))
      return FALSE;
  if (self->n_poolings > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s/modules.json: found %u modules without Pooling, expected Transformer and "
               "Pooling "
               "at least",
               folder,
               modules->len);
  return FALSE;
}

TrafoSentenceModules *
trafo_sentence_modules_read (const char *folder, GError **error)
{
  g_autoptr (TrafoSentenceModules) self = g_new0 (TrafoSentenceModules, 1);
  g_autofree char *filename = g_build_filename (folder, "modules.json", NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) modules = NULL;

  if (!trafo_checkpoint_folder_check (folder, error))
    return NULL;
  self->transformer_folder = g_strdup (folder);
  self->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_sentence_dense_free);
  bytes = read_file (filename, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (bytes == NULL)
    {
      add_pooling (self, TRAFO_POOLING_MEAN);
      return g_steal_pointer (&self);
    }
  self->is_given = TRUE;
  modules = read_modules (bytes, filename, error);
  if (modules == NULL || !read_prompt (self, folder, error) ||
      !read_listed (self, folder, modules, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trafo_sentence_modules_free (TrafoSentenceModules *self)
{
  g_free (self->transformer_folder);
  g_free (self->prompt);
  g_clear_pointer (&self->layers, g_ptr_array_unref);
  g_free (self);
}
