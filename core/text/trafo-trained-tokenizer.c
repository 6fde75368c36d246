/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-trained-tokenizer-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "trafo-atomic-file-private.h"
#include "trafo-folder-private.h"
#include "trafo-json-write-private.h"

static gboolean
find_token (const TrafoTrainedTokenizer *self, const char *token, guint32 *id)
{
  return trafo_vocabulary_lookup (self->result->vocabulary, token, strlen (token), id);
}

static gboolean
is_special (const TrafoTrainedTokenizer *self, const char *token)
{
  return self->options->special_tokens != NULL &&
         g_strv_contains (self->options->special_tokens, token);
}

static void
append_string_or_null (GString *json, const char *string)
{
  if (string != NULL)
    trafo_json_write_string (json, string);
  else
    g_string_append (json, "null");
}

static const char *
get_prefix (const TrafoTrainedTokenizer *self)
{
  return self->options->prefix != NULL ? self->options->prefix : "##";
}

static void
append_added_tokens (const TrafoTrainedTokenizer *self, GString *json)
{
  const char *const *tokens = self->options->special_tokens;
  const char        *separator = "";

  g_string_append (json, "[");
  for (gsize i = 0; tokens != NULL && tokens[i] != NULL; i++)
    {
      guint32  id;
      gboolean is_repeated = FALSE;

      for (gsize k = 0; k < i; k++)
        is_repeated |= g_str_equal (tokens[k], tokens[i]);
      if (is_repeated || *tokens[i] == '\0' || !find_token (self, tokens[i], &id))
        continue;
      g_string_append_printf (json,
                              "%s\n    {\n      \"id\": %u,\n      \"content\": ",
                              separator,
                              id);
      trafo_json_write_string (json, tokens[i]);
      g_string_append (json,
                       ",\n      \"single_word\": false,\n      \"lstrip\": false,\n"
                       "      \"rstrip\": false,\n      \"normalized\": false,\n"
                       "      \"special\": true\n    }");
      separator = ",";
    }
  g_string_append (json, *separator != '\0' ? "\n  ]" : "]");
}

static void
append_component (GString *json, const char *name, GBytes *text)
{
  gsize       size = 0;
  const char *data = text != NULL ? g_bytes_get_data (text, &size) : NULL;

  g_string_append_printf (json, ",\n  \"%s\": ", name);
  if (data != NULL)
    g_string_append_len (json, data, size);
  else
    g_string_append (json, "null");
}

/* "[CLS] A [SEP]", where a recipe has both tokens. */
static void
append_post_processor (const TrafoTrainedTokenizer *self, GString *json)
{
  guint32 sep, cls;

  if (self->components->is_recipe && self->is_word_piece && is_special (self, "[CLS]") &&
      is_special (self, "[SEP]") && find_token (self, "[CLS]", &cls) &&
      find_token (self, "[SEP]", &sep))
    g_string_append_printf (json,
                            ",\n  \"post_processor\": {\n    \"type\": \"BertProcessing\",\n"
                            "    \"sep\": [\n      \"[SEP]\",\n      %u\n    ],\n"
                            "    \"cls\": [\n      \"[CLS]\",\n      %u\n    ]\n  }",
                            sep,
                            cls);
  else
    append_component (json, "post_processor", self->components->post_processor);
}

static void
append_decoder (const TrafoTrainedTokenizer *self, GString *json)
{
  gboolean has_suffix = self->options->suffix != NULL && *self->options->suffix != '\0';

  if (self->components->decoder != NULL || !self->components->is_recipe ||
      (!self->is_word_piece && !has_suffix))
    {
      append_component (json, "decoder", self->components->decoder);
      return;
    }
  g_string_append_printf (json,
                          ",\n  \"decoder\": {\n    \"type\": \"%s\",\n    \"%s\": ",
                          self->is_word_piece ? "WordPiece" : "BPEDecoder",
                          self->is_word_piece ? "prefix" : "suffix");
  trafo_json_write_string (json, self->is_word_piece ? get_prefix (self) : self->options->suffix);
  g_string_append (json, self->is_word_piece ? ",\n    \"cleanup\": true\n  }" : "\n  }");
}

static void
append_token (const TrafoTrainedTokenizer *self, GString *json, guint32 id)
{
  gsize       size;
  guint32     same;
  const char *token = trafo_vocabulary_get_nth (self->result->vocabulary, id, &size, &same);

  trafo_json_write_text (json, token, size);
}

/* @indent stands before each token, @colon between it and its id. */
static void
append_vocabulary (const TrafoTrainedTokenizer *self,
                   GString                     *json,
                   const char                  *indent,
                   const char                  *colon)
{
  gsize n_tokens = trafo_vocabulary_get_n_tokens (self->result->vocabulary);

  for (guint32 i = 0; i < n_tokens; i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      g_string_append (json, indent);
      append_token (self, json, i);
      g_string_append_printf (json, "%s%u", colon, i);
    }
}

static void
append_merges (const TrafoTrainedTokenizer *self, GString *json)
{
  const GArray *merges = self->result->merges;

  g_string_append (json, ",\n    \"merges\": [");
  for (guint i = 0; i < merges->len; i++)
    {
      TrafoMergePair merge = g_array_index (merges, TrafoMergePair, i);

      g_string_append_printf (json, "%s\n      [\n        ", i > 0 ? "," : "");
      append_token (self, json, merge.left);
      g_string_append (json, ",\n        ");
      append_token (self, json, merge.right);
      g_string_append (json, "\n      ]");
    }
  g_string_append (json, merges->len > 0 ? "\n    ]" : "]");
}

static void
append_model (const TrafoTrainedTokenizer *self, GString *json)
{
  g_string_append_printf (json,
                          ",\n  \"model\": {\n    \"type\": \"%s\"%s,\n    \"unk_token\": ",
                          self->is_word_piece ? "WordPiece" : "BPE",
                          self->is_word_piece ? "" : ",\n    \"dropout\": null");
  append_string_or_null (json, self->unk_token);
  g_string_append (json, ",\n    \"continuing_subword_prefix\": ");
  append_string_or_null (json, self->is_word_piece ? get_prefix (self) : self->options->prefix);
  if (self->is_word_piece)
    g_string_append (json, ",\n    \"max_input_chars_per_word\": 100");
  else
    {
      g_string_append (json, ",\n    \"end_of_word_suffix\": ");
      append_string_or_null (json, self->options->suffix);
      g_string_append (json,
                       ",\n    \"fuse_unk\": false,\n    \"byte_fallback\": false,\n"
                       "    \"ignore_merges\": false");
    }
  g_string_append (json, ",\n    \"vocab\": {");
  append_vocabulary (self, json, "\n      ", ": ");
  g_string_append (json,
                   trafo_vocabulary_get_n_tokens (self->result->vocabulary) > 0 ? "\n    }" : "}");
  if (!self->is_word_piece)
    append_merges (self, json);
  g_string_append (json, "\n  }");
}

GBytes *
trafo_trained_tokenizer_to_json (const TrafoTrainedTokenizer *self)
{
  GString *json = g_string_new ("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n"
                                "  \"padding\": null,\n  \"added_tokens\": ");

  append_added_tokens (self, json);
  append_component (json, "normalizer", self->components->normalizer);
  append_component (json, "pre_tokenizer", self->components->pre_tokenizer);
  append_post_processor (self, json);
  append_decoder (self, json);
  append_model (self, json);
  g_string_append (json, "\n}");
  return g_string_free_to_bytes (json);
}

/* The part that a special token has by its name. */
static const struct
{
  const char *token;
  const char *keys[2];
} parts[] = {
  { "[UNK]", { "unk_token" } },
  { "[PAD]", { "pad_token" } },
  { "[CLS]", { "cls_token" } },
  { "[SEP]", { "sep_token" } },
  { "[MASK]", { "mask_token" } },
  { "<unk>", { "unk_token" } },
  { "<pad>", { "pad_token" } },
  { "<s>", { "bos_token" } },
  { "</s>", { "eos_token" } },
  { "<mask>", { "mask_token" } },
  { "<|endoftext|>", { "bos_token", "eos_token" } },
};

static GString *
make_config (const TrafoTrainedTokenizer *self)
{
  GString *json = g_string_new ("{");

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (parts[i].keys) && is_special (self, parts[i].token); k++)
      if (parts[i].keys[k] != NULL)
        g_string_append_printf (json, "\n  \"%s\": \"%s\",", parts[i].keys[k], parts[i].token);
  g_string_append (json, "\n  \"tokenizer_class\": \"PreTrainedTokenizerFast\"\n}\n");
  return json;
}

/* The files that came before tokenizer.json have a token a line, merges two with a space between. NULL
 * where a token does not fit. */
static GString *
make_lines (const TrafoTrainedTokenizer *self)
{
  const TrafoVocabulary *vocabulary = self->result->vocabulary;
  const GArray          *merges = self->result->merges;
  gsize n_lines = self->is_word_piece ? trafo_vocabulary_get_n_tokens (vocabulary) : merges->len;
  g_autoptr (GString) lines = g_string_new (self->is_word_piece ? "" : "#version: 0.2\n");

  for (gsize i = 0; i < n_lines; i++)
    {
      guint32 ids[2] = { i, i };

      if (!self->is_word_piece)
        memcpy (ids, &g_array_index (merges, TrafoMergePair, i), sizeof ids);
      for (guint k = 0; k < (self->is_word_piece ? 1 : 2); k++)
        {
          gsize       size;
          guint32     same;
          const char *token = trafo_vocabulary_get_nth (vocabulary, ids[k], &size, &same);

          if (memchr (token, '\n', size) != NULL || memchr (token, '\r', size) != NULL ||
              (!self->is_word_piece && memchr (token, ' ', size) != NULL))
            return NULL;
          g_string_append (lines, k > 0 ? " " : "");
          g_string_append_len (lines, token, size);
        }
      g_string_append_c (lines, '\n');
    }
  return g_steal_pointer (&lines);
}

static gboolean
write_file (const char *folder,
            const char *name,
            const char *data,
            gsize       size_bytes,
            GError    **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (TrafoAtomicFile) file = trafo_atomic_file_open (path, error);

  return file != NULL && trafo_atomic_file_write (file, data, size_bytes, error) &&
         trafo_atomic_file_commit (file, error);
}

/* vocab.txt, or vocab.json and merges.txt. */
static gboolean
save_old_files (const TrafoTrainedTokenizer *self, const char *folder, GError **error)
{
  g_autoptr (GString) lines = make_lines (self);
  g_autoptr (GString) vocabulary = NULL;

  if (lines == NULL)
    return TRUE;
  if (self->is_word_piece)
    return write_file (folder, "vocab.txt", lines->str, lines->len, error);
  vocabulary = g_string_new ("{");
  append_vocabulary (self, vocabulary, "", ":");
  g_string_append_c (vocabulary, '}');
  return write_file (folder, "vocab.json", vocabulary->str, vocabulary->len, error) &&
         write_file (folder, "merges.txt", lines->str, lines->len, error);
}

gboolean
trafo_trained_tokenizer_save (const TrafoTrainedTokenizer *self, const char *folder, GError **error)
{
  g_autoptr (GBytes) json = trafo_trained_tokenizer_to_json (self);
  g_autoptr (GString) config = make_config (self);
  gsize       size;
  const char *text = g_bytes_get_data (json, &size);

  if (!trafo_folder_make (folder, error))
    return FALSE;
  return save_old_files (self, folder, error) &&
         write_file (folder, "tokenizer_config.json", config->str, config->len, error) &&
         write_file (folder, "tokenizer.json", text, size, error);
}
