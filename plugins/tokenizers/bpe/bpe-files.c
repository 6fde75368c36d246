/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* vocab.json: {token: id, ...}. merges.txt: a line for each merge, "a b", the first of the lowest
 * rank; lines that begin with "#version" do not count. What GPT2Tokenizer and RobertaTokenizer do with
 * them stands in transformers, models/gpt2/tokenization_gpt2.py and models/roberta. */
#include "bpe-files.h"

#include <string.h>

static GBytes *
read_file (const char *path, GError **error)
{
  char *text;
  gsize size;

  return g_file_get_contents (path, &text, &size, error) ? g_bytes_new_take (text, size) : NULL;
}

static gboolean
read_vocabulary (BpeModel *model, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "vocab.json", NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GBytes) text = read_file (path, error);
  g_autoptr (TrafoJsonReader) reader = NULL;

  if (text == NULL)
    return FALSE;
  reader = trafo_json_reader_new (text, shown);
  return trafo_vocabulary_read_json (model->vocabulary, reader, error) &&
         trafo_json_reader_finish (reader, error) && bpe_model_finish (model, error);
}

static gboolean
read_merges (BpeModel *model, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "merges.txt", NULL);
  g_autofree char *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = read_file (path, error);
  const char *text, *line_end;
  gsize       size, length;
  guint32     rank = 0;

  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &size);
  for (; size > 0; text += length, size -= length)
    {
      gsize n_merge;

      line_end = memchr (text, '\n', size);
      length = line_end != NULL ? (gsize) (line_end + 1 - text) : size;
      n_merge = line_end != NULL ? length - 1 : length;
      if (line_end != NULL && n_merge > 0 && text[n_merge - 1] == '\r')
        n_merge--;
      if (n_merge >= strlen ("#version") && memcmp (text, "#version", strlen ("#version")) == 0)
        continue;
      if (!bpe_model_add_joined_merge (model, text, n_merge, rank++, error))
        {
          g_prefix_error (error, "%s: ", shown);
          return FALSE;
        }
    }
  return TRUE;
}

static void
append_string (GString *json, const char *string)
{
  g_string_append_c (json, '"');
  for (const char *p = string; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (json, "\\%c", *p);
    else if ((guint8) *p < ' ')
      g_string_append_printf (json, "\\u%04x", *p);
    else
      g_string_append_c (json, *p);
  g_string_append_c (json, '"');
}

static gboolean
append_special_token (GString    *json,
                      BpeModel   *model,
                      const char *folder,
                      GVariant   *config,
                      const char *key,
                      GError    **error)
{
  const char *token = "";
  guint32     id;

  if (!g_variant_lookup (config, key, "&s", &token) ||
      !trafo_vocabulary_lookup (model->vocabulary, token, strlen (token), &id))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: vocab.json lacks the %s '%s'",
                   folder,
                   key,
                   token);
      return FALSE;
    }
  g_string_append_c (json, '[');
  append_string (json, token);
  g_string_append_printf (json, ",%u]", id);
  return TRUE;
}

static gboolean
get_boolean (GVariant *config, const char *key, gboolean missing)
{
  g_variant_lookup (config, key, "b", &missing);
  return missing;
}

static const char *
to_json (gboolean value)
{
  return value ? "true" : "false";
}

static gboolean
append_roberta_processing (GString    *json,
                           BpeModel   *model,
                           const char *folder,
                           GVariant   *config,
                           GError    **error)
{
  g_autoptr (GVariant) trims = g_variant_lookup_value (config, "trim_offsets", NULL);

  if (trims != NULL && !g_variant_is_of_type (trims, G_VARIANT_TYPE_BOOLEAN))
    {
      g_autofree char *printed = g_variant_print (trims, FALSE);
      g_autofree char *found = trafo_error_excerpt (printed);

      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s/tokenizer_config.json: 'trim_offsets': found %s, expected true or false",
                   folder,
                   found);
      return FALSE;
    }
  g_string_append_printf (json,
                          ",\"post_processor\":{\"type\":\"RobertaProcessing\","
                          "\"add_prefix_space\":%s,\"trim_offsets\":%s,\"sep\":",
                          to_json (get_boolean (config, "add_prefix_space", FALSE)),
                          to_json (trims == NULL || g_variant_get_boolean (trims)));
  if (!append_special_token (json, model, folder, config, "sep_token", error))
    return FALSE;
  g_string_append (json, ",\"cls\":");
  if (!append_special_token (json, model, folder, config, "cls_token", error))
    return FALSE;
  g_string_append_c (json, '}');
  return TRUE;
}

/* Reads both files into @model; returns the tokenizer.json that transformers' class would save,
 * without the vocabulary. */
GBytes *
bpe_files_load (BpeModel   *model,
                const char *folder,
                GVariant   *config,
                gboolean    is_roberta,
                GError    **error)
{
  g_autofree char *shown = g_filename_display_name (folder);
  g_autoptr (GString) json = NULL;

  if (!read_vocabulary (model, folder, error) || !read_merges (model, folder, error))
    return NULL;
  json = g_string_new ("{\"version\":\"1.0\",\"pre_tokenizer\":{\"type\":\"ByteLevel\"");
  g_string_append_printf (json,
                          ",\"add_prefix_space\":%s,\"trim_offsets\":true,\"use_regex\":true}",
                          to_json (get_boolean (config, "add_prefix_space", FALSE)));
  if (is_roberta && !append_roberta_processing (json, model, shown, config, error))
    return NULL;
  g_string_append (json, ",\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\"}}");
  return g_string_free_to_bytes (g_steal_pointer (&json));
}
