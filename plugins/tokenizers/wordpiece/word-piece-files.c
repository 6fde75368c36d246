/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* vocab.txt: one token a line, its id the number of the line from 0. What BertTokenizer does with
 * it stands in transformers, models/bert/tokenization_bert.py. */
#include <string.h>

#include "word-piece-tokenizer.h"

static gboolean
read_vocabulary (WordPieceModel *model, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize            size, start = 0;
  guint32          id = 0;

  /* reading a FIFO would never end */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found a folder or device, expected a regular file",
                   path);
      return FALSE;
    }
  if (!g_file_get_contents (path, &text, &size, error))
    return FALSE;
  if (!g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_SYNTAX,
                   "%s: not valid UTF-8, or holds a NUL",
                   path);
      return FALSE;
    }
  for (; start < size; id++)
    {
      const char *end = memchr (text + start, '\n', size - start);
      gsize       length = end != NULL ? (gsize) (end - text) - start : size - start;
      gsize       n_token = length;

      /* Python's text mode takes a carriage return for a part of the line's end. */
      if (n_token > 0 && text[start + n_token - 1] == '\r')
        n_token--;
      if (!trafo_vocabulary_add (model->vocabulary, text + start, n_token, id, error))
        return FALSE;
      start += length + 1;
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

static void
append_boolean (GString    *json,
                GVariant   *config,
                const char *from,
                const char *to,
                const char *missing)
{
  gboolean value;

  if (g_variant_lookup (config, from, "b", &value))
    missing = value ? "true" : "false";
  g_string_append_printf (json, ",\"%s\":%s", to, missing);
}

static void
append_special_token (GString *json, const char *token, guint type_id)
{
  g_string_append (json, "{\"SpecialToken\":{\"id\":");
  append_string (json, token);
  g_string_append_printf (json, ",\"type_id\":%u}}", type_id);
}

static void
append_special_token_ids (GString *json, const char *token, guint32 id)
{
  append_string (json, token);
  g_string_append (json, ":{\"id\":");
  append_string (json, token);
  g_string_append_printf (json, ",\"ids\":[%u],\"tokens\":[", id);
  append_string (json, token);
  g_string_append (json, "]}");
}

/* [CLS] A [SEP] and [CLS] A [SEP] B [SEP], the second sentence of the type 1. */
static void
append_template (GString *json, const char *cls, guint32 cls_id, const char *sep, guint32 sep_id)
{
  g_string_append (json, "{\"type\":\"TemplateProcessing\",\"single\":[");
  append_special_token (json, cls, 0);
  g_string_append (json, ",{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},");
  append_special_token (json, sep, 0);
  g_string_append (json, "],\"pair\":[");
  append_special_token (json, cls, 0);
  g_string_append (json, ",{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},");
  append_special_token (json, sep, 0);
  g_string_append (json, ",{\"Sequence\":{\"id\":\"B\",\"type_id\":1}},");
  append_special_token (json, sep, 1);
  g_string_append (json, "],\"special_tokens\":{");
  append_special_token_ids (json, cls, cls_id);
  if (!g_str_equal (cls, sep))
    {
      g_string_append_c (json, ',');
      append_special_token_ids (json, sep, sep_id);
    }
  g_string_append (json, "}}");
}

static gboolean
lookup_special (WordPieceModel *model,
                const char     *path,
                GVariant       *config,
                const char     *key,
                const char    **token,
                guint32        *id,
                GError        **error)
{
  if (g_variant_lookup (config, key, "&s", token) &&
      trafo_vocabulary_lookup (model->vocabulary, *token, strlen (*token), id))
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: there is no line for the %s '%s'",
               path,
               key,
               *token != NULL ? *token : "");
  return FALSE;
}

/* Reads vocab.txt into @model; returns the tokenizer.json that BertTokenizer would save, without
 * the vocabulary. */
GBytes *
word_piece_files_load (WordPieceModel *model, const char *folder, GVariant *config, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "vocab.txt", NULL);
  g_autoptr (GString) json = NULL;
  const char *cls = NULL, *sep = NULL, *unk = NULL;
  guint32     cls_id, sep_id;

  if (!read_vocabulary (model, path, error))
    return NULL;
  if (g_variant_lookup (config, "unk_token", "&s", &unk))
    {
      g_free (model->unk_token);
      model->unk_token = g_strdup (unk);
    }
  if (!word_piece_model_finish (model, error) ||
      !lookup_special (model, path, config, "cls_token", &cls, &cls_id, error) ||
      !lookup_special (model, path, config, "sep_token", &sep, &sep_id, error))
    return NULL;
  json = g_string_new ("{\"version\":\"1.0\",\"normalizer\":{\"type\":\"BertNormalizer\","
                       "\"clean_text\":true");
  append_boolean (json, config, "tokenize_chinese_chars", "handle_chinese_chars", "true");
  append_boolean (json, config, "strip_accents", "strip_accents", "null");
  append_boolean (json, config, "do_lower_case", "lowercase", "true");
  g_string_append (json, "},\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"post_processor\":");
  append_template (json, cls, cls_id, sep, sep_id);
  g_string_append (json,
                   ",\"decoder\":{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true},"
                   "\"model\":{\"type\":\"WordPiece\"}}");
  return g_string_free_to_bytes (g_steal_pointer (&json));
}
