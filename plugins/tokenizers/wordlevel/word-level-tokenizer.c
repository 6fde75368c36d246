/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* tokenizer.json's member "model": {"type": "WordLevel", "vocab": {token: id, ...}, "unk_token": ".."}. */
#include "word-level-tokenizer.h"

#include <string.h>
#include <trafo/trafo-vocabulary.h>

struct _TrafoWordLevelTokenizer
{
  GObject parent_instance;

  TrafoVocabulary *vocabulary; /* NULL until one is loaded */
  char            *unk_token;
  gboolean         has_unk;
  guint32          unk_id;
};

static void trafo_word_level_tokenizer_iface_init (TrafoTokenizerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoWordLevelTokenizer,
                               trafo_word_level_tokenizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_TOKENIZER,
                                                      trafo_word_level_tokenizer_iface_init))

static void
read_type (TrafoJsonReader *reader)
{
  const char *type = trafo_json_reader_read_string (reader, NULL);

  if (type != NULL && !g_str_equal (type, "WordLevel"))
    trafo_json_reader_fail (reader, "the model's type is '%s', expected 'WordLevel'", type);
}

static gboolean
word_level_load_model (TrafoTokenizer *tokenizer, GBytes *model, const char *origin, GError **error)
{
  TrafoWordLevelTokenizer *self = TRAFO_WORD_LEVEL_TOKENIZER (tokenizer);
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (model, origin);
  g_autoptr (TrafoVocabulary) vocabulary = trafo_vocabulary_new ();
  g_autofree char *unk_token = g_strdup ("<unk>");
  const char      *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "type"))
      read_type (reader);
    else if (g_str_equal (key, "unk_token"))
      {
        g_free (unk_token);
        unk_token = g_strdup (trafo_json_reader_read_string (reader, NULL));
      }
    else if (!g_str_equal (key, "vocab"))
      trafo_json_reader_skip (reader);
    else if (!trafo_vocabulary_read_json (vocabulary, reader, error))
      return FALSE;
  if (!trafo_json_reader_finish (reader, error) || !trafo_vocabulary_finish (vocabulary, error))
    return FALSE;
  g_clear_pointer (&self->vocabulary, trafo_vocabulary_free);
  g_free (self->unk_token);
  self->vocabulary = g_steal_pointer (&vocabulary);
  self->unk_token = g_steal_pointer (&unk_token);
  self->has_unk = trafo_vocabulary_lookup (self->vocabulary,
                                           self->unk_token,
                                           strlen (self->unk_token),
                                           &self->unk_id);
  return TRUE;
}

static guint
word_level_get_n_tokens (TrafoTokenizer *tokenizer)
{
  TrafoWordLevelTokenizer *self = TRAFO_WORD_LEVEL_TOKENIZER (tokenizer);

  return self->vocabulary != NULL ? trafo_vocabulary_get_n_tokens (self->vocabulary) : 0;
}

static gint64
word_level_lookup_token (TrafoTokenizer *tokenizer, const char *token, gsize size_bytes)
{
  TrafoWordLevelTokenizer *self = TRAFO_WORD_LEVEL_TOKENIZER (tokenizer);
  guint32                  id;

  if (self->vocabulary == NULL ||
      !trafo_vocabulary_lookup (self->vocabulary, token, size_bytes, &id))
    return -1;
  return id;
}

static char *
word_level_lookup_id (TrafoTokenizer *tokenizer, guint id, gsize *size_bytes)
{
  TrafoWordLevelTokenizer *self = TRAFO_WORD_LEVEL_TOKENIZER (tokenizer);
  const char              *token = NULL;

  if (self->vocabulary != NULL)
    token = trafo_vocabulary_lookup_id (self->vocabulary, id, size_bytes);
  return token != NULL ? g_memdup2 (token, *size_bytes + 1) : NULL;
}

static gboolean
set_unknown (const TrafoWordLevelTokenizer *self, GError **error)
{
  if (self->vocabulary == NULL)
    g_set_error_literal (error,
                         TRAFO_ERROR,
                         TRAFO_ERROR_INVALID_ARGUMENT,
                         "the tokenizer has no model yet");
  else
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NOT_FOUND,
                 "a word is unknown, and the vocabulary lacks the unknown token '%s'",
                 self->unk_token);
  return FALSE;
}

static gboolean
word_level_tokenize (TrafoTokenizer       *tokenizer,
                     const char           *text,
                     const TrafoTextRange *words,
                     gsize                 n_words,
                     guint32               first_word,
                     TrafoPieceArray      *pieces,
                     GError              **error)
{
  TrafoWordLevelTokenizer *self = TRAFO_WORD_LEVEL_TOKENIZER (tokenizer);

  for (gsize i = 0; i < n_words; i++)
    {
      TrafoPiece piece = { self->unk_id, words[i].start, words[i].end, first_word + i };

      if ((self->vocabulary == NULL || !trafo_vocabulary_lookup (self->vocabulary,
                                                                 text + piece.start,
                                                                 piece.end - piece.start,
                                                                 &piece.id)) &&
          !self->has_unk)
        return set_unknown (self, error);
      if (!trafo_piece_array_append (pieces, piece, error))
        return FALSE;
    }
  return TRUE;
}

static void
trafo_word_level_tokenizer_iface_init (TrafoTokenizerInterface *iface)
{
  iface->load_model = word_level_load_model;
  iface->get_n_tokens = word_level_get_n_tokens;
  iface->lookup_token = word_level_lookup_token;
  iface->lookup_id = word_level_lookup_id;
  iface->tokenize = word_level_tokenize;
}

static void
trafo_word_level_tokenizer_finalize (GObject *object)
{
  TrafoWordLevelTokenizer *self = TRAFO_WORD_LEVEL_TOKENIZER (object);

  g_clear_pointer (&self->vocabulary, trafo_vocabulary_free);
  g_free (self->unk_token);
  G_OBJECT_CLASS (trafo_word_level_tokenizer_parent_class)->finalize (object);
}

static void
trafo_word_level_tokenizer_class_init (TrafoWordLevelTokenizerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_word_level_tokenizer_finalize;
}

static void
trafo_word_level_tokenizer_init (TrafoWordLevelTokenizer *self)
{
}
