/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* WordPiece (Schuster and Nakajima 2012; Wu et al. 2016, section 4.1), as BERT uses it: a word is
 * cut into the longest token that it begins with, then the longest that continues it, and so on; a
 * word that cannot be cut to its end is unknown as a whole. Checked with bert-base-uncased's
 * vocabulary against the Rust tokenizers 0.23. */
#include <string.h>

#include "word-piece-tokenizer.h"

enum
{
  /* Steps of the search allowed for each byte of text: many times what a vocabulary made from words
   * takes, few enough to keep a hostile one from taking minutes. */
  MAX_STEPS_PER_BYTE = 64,
  MIN_STEPS = 1 << 20,
};

WordPieceModel *
word_piece_model_new (void)
{
  WordPieceModel *self = g_new0 (WordPieceModel, 1);

  self->vocabulary = trafo_vocabulary_new ();
  self->initial = word_piece_trie_new ();
  self->continuing = word_piece_trie_new ();
  self->unk_token = g_strdup ("[UNK]");
  self->prefix = g_strdup ("##");
  self->max_input_chars_per_word = 100;
  return self;
}

void
word_piece_model_free (WordPieceModel *self)
{
  trafo_vocabulary_free (self->vocabulary);
  word_piece_trie_free (self->initial);
  word_piece_trie_free (self->continuing);
  g_free (self->unk_token);
  g_free (self->prefix);
  g_free (self);
}

static void
read_string (TrafoJsonReader *reader, char **value)
{
  const char *string = trafo_json_reader_read_string (reader, NULL);

  if (string == NULL)
    return;
  g_free (*value);
  *value = g_strdup (string);
}

void
word_piece_model_set_unk_token (WordPieceModel *self, const char *token)
{
  g_free (self->unk_token);
  self->unk_token = g_strdup (token);
}

static gboolean
read_option (WordPieceModel *self, TrafoJsonReader *reader, const char *key)
{
  if (g_str_equal (key, "unk_token"))
    read_string (reader, &self->unk_token);
  else if (g_str_equal (key, "continuing_subword_prefix"))
    read_string (reader, &self->prefix);
  else if (g_str_equal (key, "max_input_chars_per_word"))
    self->max_input_chars_per_word = trafo_json_reader_read_uint64 (reader);
  else
    return FALSE;
  return TRUE;
}

static void
read_type (TrafoJsonReader *reader)
{
  const char *type = trafo_json_reader_read_string (reader, NULL);

  if (type != NULL && !g_str_equal (type, "WordPiece"))
    trafo_json_reader_fail (reader, "the model's type is '%s', expected 'WordPiece'", type);
}

/* Reads tokenizer.json's member "model". @class_unk: BERT's class takes the vocabulary alone out of it
 * and has this unknown token; NULL for another class. */
gboolean
word_piece_model_read (WordPieceModel *self,
                       GBytes         *text,
                       const char     *class_unk,
                       const char     *origin,
                       GError        **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (text, origin);
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "type"))
      read_type (reader);
    else if (!g_str_equal (key, "vocab"))
      {
        if (class_unk != NULL || !read_option (self, reader, key))
          trafo_json_reader_skip (reader);
      }
    else if (!trafo_vocabulary_read_json (self->vocabulary, reader, error))
      return FALSE;
  if (class_unk != NULL)
    word_piece_model_set_unk_token (self, class_unk);
  return trafo_json_reader_finish (reader, error) && word_piece_model_finish (self, error);
}

/* Indexes the vocabulary, which is complete now. */
gboolean
word_piece_model_finish (WordPieceModel *self, GError **error)
{
  gsize    prefix_size = strlen (self->prefix);
  gboolean added = TRUE;

  if (!trafo_vocabulary_finish (self->vocabulary, error))
    return FALSE;
  for (gsize i = 0; added && i < trafo_vocabulary_get_n_tokens (self->vocabulary); i++)
    {
      gsize       size;
      guint32     id;
      const char *token = trafo_vocabulary_get_nth (self->vocabulary, i, &size, &id);

      added = word_piece_trie_add (self->initial, token, size, id);
      if (added && size > prefix_size && memcmp (token, self->prefix, prefix_size) == 0)
        added = word_piece_trie_add (self->continuing, token + prefix_size, size - prefix_size, id);
    }
  if (!added)
    g_set_error_literal (error,
                         TRAFO_ERROR,
                         TRAFO_ERROR_NO_MEMORY,
                         "no memory for the index of the vocabulary");
  self->has_unk = trafo_vocabulary_lookup (self->vocabulary,
                                           self->unk_token,
                                           strlen (self->unk_token),
                                           &self->unk_id);
  return added;
}

static gboolean
is_too_long (const WordPieceModel *self, const char *word, gsize size_bytes)
{
  gsize n_chars = 0;

  if (size_bytes <= self->max_input_chars_per_word)
    return FALSE;
  for (gsize i = 0; i < size_bytes; i++)
    n_chars += ((guint8) word[i] & 0xc0) != 0x80;
  return n_chars > self->max_input_chars_per_word;
}

/* What the search for tokens has cost, and what it may. */
typedef struct
{
  guint64 n_steps;
  guint64 max_steps;
} Budget;

static gboolean
check_budget (const Budget *self, GError **error)
{
  if (self->n_steps <= self->max_steps)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the vocabulary's tokens are too long for this text: the search took more than "
               "%" G_GUINT64_FORMAT " steps",
               self->max_steps);
  return FALSE;
}

/* Cuts the word into tokens. FALSE without an error if it cannot be cut to its end. */
static gboolean
cut_word (const WordPieceModel *self,
          const char           *text,
          TrafoTextRange        range,
          guint32               word,
          TrafoPieceArray      *pieces,
          Budget               *budget,
          GError              **error)
{
  const WordPieceTrie *trie = self->initial;

  for (guint32 start = range.start; start < range.end; trie = self->continuing)
    {
      guint32 id = 0;
      gsize   size =
          word_piece_trie_match (trie, text + start, range.end - start, &id, &budget->n_steps);

      if (size == 0 || !check_budget (budget, error) ||
          !trafo_piece_array_append (pieces, (TrafoPiece){ id, start, start + size, word }, error))
        return FALSE;
      start += size;
    }
  return TRUE;
}

static gboolean
append_unknown (const WordPieceModel *self,
                TrafoTextRange        range,
                guint32               word,
                TrafoPieceArray      *pieces,
                GError              **error)
{
  if (!self->has_unk)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NOT_FOUND,
                   "a word is unknown, and the vocabulary lacks the unknown token '%s'",
                   self->unk_token);
      return FALSE;
    }
  return trafo_piece_array_append (pieces,
                                   (TrafoPiece){ self->unk_id, range.start, range.end, word },
                                   error);
}

/* A word that is no token: its pieces, or the unknown token. */
static gboolean
append_word (const WordPieceModel *self,
             const char           *text,
             TrafoTextRange        range,
             guint32               word,
             TrafoPieceArray      *pieces,
             Budget               *budget,
             GError              **error)
{
  gsize   n_pieces = pieces->n_pieces;
  GError *local = NULL;

  if (cut_word (self, text, range, word, pieces, budget, &local))
    return TRUE;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  pieces->n_pieces = n_pieces;
  return append_unknown (self, range, word, pieces, error);
}

/* Most words are tokens: the vocabulary's hash table answers those at once, the tries the rest. */
gboolean
word_piece_model_tokenize (const WordPieceModel *self,
                           const char           *text,
                           const TrafoTextRange *words,
                           gsize                 n_words,
                           guint32               first_word,
                           TrafoPieceArray      *pieces,
                           GError              **error)
{
  Budget budget = { .max_steps = MIN_STEPS };

  for (gsize i = 0; i < n_words; i++)
    {
      TrafoTextRange range = words[i];
      gsize          size = range.end - range.start;
      guint32        id;
      gboolean       appended;

      budget.max_steps += (guint64) size * MAX_STEPS_PER_BYTE;
      if (is_too_long (self, text + range.start, size))
        appended = append_unknown (self, range, first_word + i, pieces, error);
      else if (trafo_vocabulary_lookup (self->vocabulary, text + range.start, size, &id))
        appended =
            trafo_piece_array_append (pieces,
                                      (TrafoPiece){ id, range.start, range.end, first_word + i },
                                      error);
      else
        appended = append_word (self, text, range, first_word + i, pieces, &budget, error);
      if (!appended)
        return FALSE;
    }
  return TRUE;
}
