/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tokenizer-components-private.h"

#include <string.h>
#include <trafo/trafo-json-reader.h>

#define BYTE_LEVEL(add_prefix_space, trim_offsets)                                                 \
  "{\n    \"type\": \"ByteLevel\",\n    \"add_prefix_space\": " add_prefix_space                   \
  ",\n    \"trim_offsets\": " trim_offsets ",\n    \"use_regex\": true\n  }"

/* As GPT-2's, BERT's and no model's files of transformers have them. */
static const struct
{
  const char *normalizer;
  const char *pre_tokenizer;
  const char *post_processor;
  const char *decoder;
} recipes[] = {
  [TRAFO_TOKENIZER_RECIPE_BYTE_LEVEL_BPE] = {
    .pre_tokenizer = BYTE_LEVEL ("false", "true"),
    .post_processor = BYTE_LEVEL ("true", "false"),
    .decoder = BYTE_LEVEL ("true", "true"),
  },
  [TRAFO_TOKENIZER_RECIPE_BPE] = {
    .pre_tokenizer = "{\n    \"type\": \"Whitespace\"\n  }",
  },
  [TRAFO_TOKENIZER_RECIPE_WORD_PIECE] = {
    .normalizer = "{\n    \"type\": \"BertNormalizer\",\n    \"clean_text\": true,\n"
                  "    \"handle_chinese_chars\": true,\n    \"strip_accents\": null,\n"
                  "    \"lowercase\": true\n  }",
    .pre_tokenizer = "{\n    \"type\": \"BertPreTokenizer\"\n  }",
  },
};

void
trafo_tokenizer_components_clear (TrafoTokenizerComponents *self)
{
  g_clear_pointer (&self->normalizer, g_bytes_unref);
  g_clear_pointer (&self->pre_tokenizer, g_bytes_unref);
  g_clear_pointer (&self->post_processor, g_bytes_unref);
  g_clear_pointer (&self->decoder, g_bytes_unref);
}

static GBytes *
make_bytes (const char *text)
{
  return text != NULL ? g_bytes_new_static (text, strlen (text)) : NULL;
}

void
trafo_tokenizer_components_set_recipe (TrafoTokenizerComponents *self, TrafoTokenizerRecipe recipe)
{
  trafo_tokenizer_components_clear (self);
  self->normalizer = make_bytes (recipes[recipe].normalizer);
  self->pre_tokenizer = make_bytes (recipes[recipe].pre_tokenizer);
  self->post_processor = make_bytes (recipes[recipe].post_processor);
  self->decoder = make_bytes (recipes[recipe].decoder);
  self->is_recipe = TRUE;
}

static void
read_member (TrafoJsonReader *reader, GBytes **member)
{
  if (trafo_json_reader_read_null (reader))
    return;
  g_clear_pointer (member, g_bytes_unref);
  *member = trafo_json_reader_skip_bytes (reader);
}

/* Post-processors but the byte-level one name ids, which are others in a new vocabulary. */
static void
keep_without_ids (GBytes **post_processor)
{
  g_autoptr (GVariant) value = NULL;
  const char *type = NULL;

  if (*post_processor != NULL)
    value = trafo_json_to_variant (*post_processor, "post_processor", NULL);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (value, "type", "&s", &type);
  if (g_strcmp0 (type, "ByteLevel") != 0)
    g_clear_pointer (post_processor, g_bytes_unref);
}

/* The components of @tokenizer_json; what was there before stays if it is broken. */
gboolean
trafo_tokenizer_components_read (TrafoTokenizerComponents *self,
                                 GBytes                   *tokenizer_json,
                                 GError                  **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (tokenizer_json, "tokenizer.json");
  TrafoTokenizerComponents read = { NULL };
  const char              *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "normalizer"))
      read_member (reader, &read.normalizer);
    else if (g_str_equal (key, "pre_tokenizer"))
      read_member (reader, &read.pre_tokenizer);
    else if (g_str_equal (key, "post_processor"))
      read_member (reader, &read.post_processor);
    else if (g_str_equal (key, "decoder"))
      read_member (reader, &read.decoder);
    else
      trafo_json_reader_skip (reader);
  if (!trafo_json_reader_finish (reader, error))
    {
      trafo_tokenizer_components_clear (&read);
      return FALSE;
    }
  keep_without_ids (&read.post_processor);
  trafo_tokenizer_components_clear (self);
  *self = read;
  return TRUE;
}
