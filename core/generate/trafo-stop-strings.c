/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-stop-strings-private.h"

#include <string.h>

#include "trafo-text-engine-private.h"
#include "trafo-text.h"

/* A word that no decoder changes, before the token that is looked at: the first token of a text may
 * lose its space. */
#define CONTEXT "abcdef"

struct _TrafoStopStrings
{
  char                 **strings;
  gsize                  max_size; /* of the strings, in bytes */
  TrafoTokenizer        *tokenizer;
  const TrafoTextEngine *engine;
  TrafoEncoding         *context;
  GHashTable            *tokens; /* an id to GBytes: what it adds to a text */
};

void
trafo_stop_strings_free (TrafoStopStrings *self)
{
  g_strfreev (self->strings);
  g_clear_object (&self->tokenizer);
  g_clear_pointer (&self->context, trafo_encoding_unref);
  g_clear_pointer (&self->tokens, g_hash_table_unref);
  g_free (self);
}

TrafoStopStrings *
trafo_stop_strings_new (const char *const *strings, TrafoTokenizer *tokenizer, GError **error)
{
  g_autoptr (TrafoStopStrings) self = g_new0 (TrafoStopStrings, 1);
  g_autoptr (TrafoEncodeOptions) options = NULL;

  if (tokenizer == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "stop_strings needs the model's tokenizer; there is none");
      return NULL;
    }
  self->strings = g_strdupv ((char **) strings);
  for (gsize i = 0; strings[i] != NULL; i++)
    self->max_size = MAX (self->max_size, strlen (strings[i]));
  self->tokenizer = g_object_ref (tokenizer);
  self->tokens =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->engine = trafo_text_engine_get (tokenizer, error);
  if (self->engine == NULL)
    return NULL;
  options = trafo_encode_options_new ();
  g_object_set (options, "add-special-tokens", FALSE, NULL);
  self->context = trafo_tokenizer_encode (tokenizer, CONTEXT, NULL, options, error);
  return self->context != NULL ? g_steal_pointer (&self) : NULL;
}

/* What a token adds to a text, by decoding it after the context. */
static GBytes *
decode_token (TrafoStopStrings *self, guint32 id)
{
  gsize             n_ids;
  const guint32    *context = trafo_encoding_get_ids (self->context, &n_ids);
  g_autofree guint *ids = g_new (guint, n_ids + 1);
  g_autofree char  *before = NULL;
  g_autofree char  *after = NULL;
  gsize             size;

  memcpy (ids, context, n_ids * sizeof *ids);
  ids[n_ids] = id;
  before = trafo_tokenizer_decode (self->tokenizer, ids, n_ids, FALSE, FALSE, NULL);
  after = trafo_tokenizer_decode (self->tokenizer, ids, n_ids + 1, FALSE, FALSE, NULL);
  if (before == NULL || after == NULL || !g_str_has_prefix (after, before))
    return g_bytes_new (NULL, 0);
  size = strlen (before);
  return g_bytes_new (after + size, strlen (after) - size);
}

static GBytes *
make_bytes (TrafoStopStrings *self, gint64 id)
{
  g_auto (TrafoTextBuffer) bytes = { 0 };
  gsize            size = 0;
  g_autofree char *token = NULL;

  if (id < 0 || id > G_MAXUINT32)
    return g_bytes_new (NULL, 0);
  token = trafo_text_engine_get_token (self->engine, (guint32) id, &size);
  if (token == NULL)
    return g_bytes_new (NULL, 0);
  if (trafo_text_decoder_append_bytes (self->engine->decoder, token, size, &bytes))
    return g_bytes_new (bytes.text, bytes.size_bytes);
  return decode_token (self, (guint32) id);
}

static GBytes *
get_bytes (TrafoStopStrings *self, gint64 id)
{
  GBytes *bytes = g_hash_table_lookup (self->tokens, &id);

  if (bytes == NULL)
    {
      bytes = make_bytes (self, id);
      g_hash_table_insert (self->tokens, g_memdup2 (&id, sizeof id), bytes);
    }
  return bytes;
}

/* Whether @text has @string, its end within the last @last_size bytes. */
static gboolean
ends_in (const GByteArray *text, gsize last_size, const char *string)
{
  gsize size = strlen (string);

  for (gsize end = text->len; end + last_size > text->len && end >= size; end--)
    if (memcmp (text->data + end - size, string, size) == 0)
      return TRUE;
  return FALSE;
}

gboolean
trafo_stop_strings_match (TrafoStopStrings *self, const gint64 *ids, gsize n_ids)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  gsize last_size, first = n_ids - 1, size;

  last_size = size = g_bytes_get_size (get_bytes (self, ids[first]));
  while (first > 0 && size < last_size + self->max_size)
    size += g_bytes_get_size (get_bytes (self, ids[--first]));
  for (gsize i = first; i < n_ids; i++)
    {
      gsize         part_size;
      const guint8 *part = g_bytes_get_data (get_bytes (self, ids[i]), &part_size);

      g_byte_array_append (text, part, part_size);
    }
  for (gsize i = 0; self->strings[i] != NULL; i++)
    if (ends_in (text, last_size, self->strings[i]))
      return TRUE;
  return FALSE;
}
