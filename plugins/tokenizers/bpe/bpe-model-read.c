/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* tokenizer.json's member "model":
 *
 *   type                       "BPE", or missing
 *   vocab                      {token: id, ...}
 *   merges                     ["a b", ...], in which no token has a space, or [["a", "b"], ...]
 *   unk_token, continuing_subword_prefix, end_of_word_suffix     string or null
 *   fuse_unk, byte_fallback, ignore_merges                       boolean
 *   dropout                    null or 0: merges that are left out at random are for training
 */
#include <string.h>

#include "bpe-model.h"

static void
read_type (TrafoJsonReader *reader)
{
  const char *type = trafo_json_reader_read_string (reader, NULL);

  if (type != NULL && !g_str_equal (type, "BPE"))
    trafo_json_reader_fail (reader, "the model's type is '%s', expected 'BPE'", type);
}

static void
read_string (TrafoJsonReader *reader, char **value)
{
  if (trafo_json_reader_read_null (reader))
    return;
  g_free (*value);
  *value = g_strdup (trafo_json_reader_read_string (reader, NULL));
}

static void
read_boolean (TrafoJsonReader *reader, gboolean *value)
{
  if (!trafo_json_reader_read_null (reader))
    *value = trafo_json_reader_read_boolean (reader);
}

static void
read_dropout (TrafoJsonReader *reader)
{
  if (!trafo_json_reader_read_null (reader) && trafo_json_reader_read_double (reader) != 0)
    trafo_json_reader_fail (reader, "a dropout is not supported, expected null or 0");
}

static gboolean
read_option (BpeModel *self, TrafoJsonReader *reader, const char *key)
{
  if (g_str_equal (key, "dropout"))
    read_dropout (reader);
  else if (g_str_equal (key, "unk_token"))
    read_string (reader, &self->unk_token);
  else if (g_str_equal (key, "continuing_subword_prefix"))
    read_string (reader, &self->continuing_subword_prefix);
  else if (g_str_equal (key, "end_of_word_suffix"))
    read_string (reader, &self->end_of_word_suffix);
  else if (g_str_equal (key, "fuse_unk"))
    read_boolean (reader, &self->fuse_unk);
  else if (g_str_equal (key, "byte_fallback"))
    read_boolean (reader, &self->byte_fallback);
  else if (g_str_equal (key, "ignore_merges"))
    read_boolean (reader, &self->ignore_merges);
  else
    return FALSE;
  return TRUE;
}

static gboolean
read_members (BpeModel        *self,
              TrafoJsonReader *reader,
              gboolean         has_options,
              GBytes         **merges,
              GError         **error)
{
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "type"))
      read_type (reader);
    else if (g_str_equal (key, "merges"))
      *merges = trafo_json_reader_skip_bytes (reader);
    else if (!g_str_equal (key, "vocab"))
      {
        if (!has_options || !read_option (self, reader, key))
          trafo_json_reader_skip (reader);
      }
    else if (!trafo_vocabulary_read_json (self->vocabulary, reader, error))
      return FALSE;
  return trafo_json_reader_finish (reader, error);
}

/* "a b" */
static gboolean
read_joined_merge (BpeModel *self, TrafoJsonReader *reader, guint32 rank, GError **error)
{
  gsize       size;
  const char *text = trafo_json_reader_read_string (reader, &size);

  return text == NULL || bpe_model_add_joined_merge (self, text, size, rank, error);
}

/* ["a", "b"] */
static gboolean
read_split_merge (BpeModel *self, TrafoJsonReader *reader, guint32 rank, GError **error)
{
  g_autofree char *left = NULL;
  const char      *text, *right = NULL;
  gsize            left_size, right_size;

  trafo_json_reader_begin_array (reader);
  if (trafo_json_reader_next_element (reader))
    {
      text = trafo_json_reader_read_string (reader, &left_size);
      left = text != NULL ? g_memdup2 (text, left_size + 1) : NULL;
    }
  if (trafo_json_reader_next_element (reader))
    right = trafo_json_reader_read_string (reader, &right_size);
  if (right == NULL || trafo_json_reader_next_element (reader))
    trafo_json_reader_fail (reader, "merge %u is no pair of tokens", rank);
  return trafo_json_reader_has_failed (reader) ||
         bpe_model_add_merge (self, left, left_size, right, right_size, rank, error);
}

static gboolean
read_merges (BpeModel *self, GBytes *merges, const char *origin, GError **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (merges, origin);
  guint32 rank = 0;

  trafo_json_reader_begin_array (reader);
  for (; trafo_json_reader_next_element (reader); rank++)
    if (trafo_json_reader_peek (reader) == TRAFO_JSON_ARRAY
            ? !read_split_merge (self, reader, rank, error)
            : !read_joined_merge (self, reader, rank, error))
      {
        g_prefix_error (error, "%s: ", origin);
        return FALSE;
      }
  return trafo_json_reader_finish (reader, error);
}

/* @is_made_by_class: only vocabulary and merges count. */
gboolean
bpe_model_read (BpeModel   *self,
                GBytes     *text,
                gboolean    is_made_by_class,
                const char *origin,
                GError    **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (text, origin);
  g_autoptr (GBytes) merges = NULL;
  g_autofree char *where = g_strconcat (origin, ": merges", NULL);

  if (!read_members (self, reader, !is_made_by_class, &merges, error) ||
      !bpe_model_finish (self, error))
    return FALSE;
  return merges == NULL || read_merges (self, merges, where, error);
}
