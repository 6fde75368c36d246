/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* The unigram language model (Kudo 2018, "Subword Regularization"): of all ways to cut a word into
 * tokens, the one whose logarithms of probabilities add up to the most, found by the Viterbi
 * algorithm. tokenizer.json's member "model":
 *
 *   type             "Unigram"
 *   vocab            [[token, score], ...], the id being the place
 *   unk_id           an id, or null
 *   byte_fallback    boolean: unknown characters become their bytes, "<0xHH>"
 */
#include "unigram-model.h"

#include <string.h>

enum
{
  FEW_BYTES = 256,  /* of a word that takes no allocation */
  UNK_PENALTY = 10, /* below the least score */
  /* Steps of the search allowed for each byte of text: more than the longest tokens of real
   * vocabularies take, few enough to keep a hostile one from taking minutes. */
  MAX_STEPS_PER_BYTE = 256,
  MIN_STEPS = 1 << 20,
};

UnigramModel *
unigram_model_new (void)
{
  UnigramModel *self = g_new0 (UnigramModel, 1);

  self->vocabulary = trafo_vocabulary_new ();
  self->scores = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
unigram_model_free (UnigramModel *self)
{
  trafo_vocabulary_free (self->vocabulary);
  unigram_trie_clear (&self->trie);
  g_array_unref (self->scores);
  g_free (self);
}

static void
read_type (TrafoJsonReader *reader)
{
  const char *type = trafo_json_reader_read_string (reader, NULL);

  if (type != NULL && !g_str_equal (type, "Unigram"))
    trafo_json_reader_fail (reader, "the model's type is '%s', expected 'Unigram'", type);
}

/* ["token", -3.5]. Of equal tokens the last one counts. */
static gboolean
read_token (UnigramModel *self, TrafoJsonReader *reader, GError **error)
{
  const char *token = NULL;
  gsize       size;
  double      score = 0;
  guint32     id = self->scores->len;
  gboolean    done = TRUE;

  trafo_json_reader_begin_array (reader);
  if (trafo_json_reader_next_element (reader))
    token = trafo_json_reader_read_string (reader, &size);
  if (token != NULL)
    done = trafo_vocabulary_add (self->vocabulary, token, size, id, error) &&
           unigram_trie_add (&self->trie, token, size, id);
  if (trafo_json_reader_next_element (reader))
    score = trafo_json_reader_read_double (reader);
  else
    trafo_json_reader_fail (reader, "token %u is no pair of a string and a score", id);
  if (trafo_json_reader_next_element (reader))
    trafo_json_reader_fail (reader, "token %u is no pair of a string and a score", id);
  g_array_append_val (self->scores, score);
  if (!done && (error == NULL || *error == NULL))
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NO_MEMORY,
                 "no memory for a vocabulary of %u tokens",
                 id);
  return done;
}

static gboolean
read_vocabulary (UnigramModel *self, TrafoJsonReader *reader, GError **error)
{
  trafo_json_reader_begin_array (reader);
  while (trafo_json_reader_next_element (reader))
    if (!read_token (self, reader, error))
      return FALSE;
  return TRUE;
}

static void
read_unk_id (UnigramModel *self, TrafoJsonReader *reader)
{
  self->has_unk = !trafo_json_reader_read_null (reader);
  if (self->has_unk)
    self->unk_id = trafo_json_reader_read_uint64 (reader);
}

static gboolean
finish (UnigramModel *self, const char *origin, GError **error)
{
  double least = G_MAXDOUBLE;

  if (self->has_unk && self->unk_id >= self->scores->len)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: unk_id is %" G_GUINT64_FORMAT ", and the vocabulary has %u tokens",
                   origin,
                   self->unk_id,
                   self->scores->len);
      return FALSE;
    }
  if (!trafo_vocabulary_finish (self->vocabulary, error))
    return FALSE;
  for (guint i = 0; i < self->scores->len; i++)
    least = MIN (least, g_array_index (self->scores, double, i));
  self->unk_score = least - UNK_PENALTY;
  for (guint i = 0; i < 256; i++)
    {
      char name[8];

      g_snprintf (name, sizeof name, "<0x%02X>", i);
      self->has_bytes[i] =
          trafo_vocabulary_lookup (self->vocabulary, name, strlen (name), &self->byte_ids[i]);
    }
  return TRUE;
}

gboolean
unigram_model_read (UnigramModel *self, GBytes *text, const char *origin, GError **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (text, origin);
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "type"))
      read_type (reader);
    else if (g_str_equal (key, "unk_id"))
      read_unk_id (self, reader);
    else if (g_str_equal (key, "byte_fallback"))
      self->byte_fallback = trafo_json_reader_read_boolean (reader);
    else if (!g_str_equal (key, "vocab"))
      trafo_json_reader_skip (reader);
    else if (!read_vocabulary (self, reader, error))
      return FALSE;
  return trafo_json_reader_finish (reader, error) && finish (self, origin, error);
}

/* The best way to reach a byte of the word. @start is G_MAXUINT32 while none is known. */
typedef struct
{
  double  score;
  guint32 start;
  guint32 id;
} Best;

/* What the search for tokens has cost, and what it may. */
typedef struct
{
  guint64 n_steps;
  guint64 max_steps;
} Budget;

static inline void
offer (Best *best, double score, guint32 start, guint32 id)
{
  if (best->start == G_MAXUINT32 || score > best->score)
    *best = (Best){ score, start, id };
}

static inline guint32
get_char_size (const char *text)
{
  guint8 byte = *text;

  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

static gboolean
set_no_unknown (GError **error)
{
  g_set_error_literal (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_NOT_FOUND,
                       "a character is unknown, and the model has no unknown token");
  return FALSE;
}

/* All tokens that begin at @start, and the unknown one where no token is the character there. */
static gboolean
extend (const UnigramModel *self,
        const char         *word,
        guint32             size,
        guint32             start,
        Best               *best,
        Budget             *budget,
        GError            **error)
{
  guint32  char_size = get_char_size (word + start), node = 0, i = start;
  double   here = best[start].score;
  gboolean has_char = FALSE;

  while (i < size && self->trie.n_nodes > 0)
    {
      gint64 id;

      node = unigram_trie_find (&self->trie, node, word[i++])->child;
      if (node == 0)
        break;
      id = self->trie.ids[node];
      if (id < 0)
        continue;
      offer (&best[i], g_array_index (self->scores, double, id) + here, start, id);
      has_char |= i == start + char_size;
    }
  budget->n_steps += i - start;
  if (has_char)
    return TRUE;
  if (self->has_unk)
    offer (&best[start + char_size], self->unk_score + here, start, self->unk_id);
  return self->has_unk || best[start + char_size].start != G_MAXUINT32 || set_no_unknown (error);
}

static gboolean
append (TrafoPieceArray *pieces, guint32 id, TrafoTextRange range, guint32 word, GError **error)
{
  return trafo_piece_array_append (pieces, (TrafoPiece){ id, range.start, range.end, word }, error);
}

/* Unknown characters in a row: a token that reads like all of them, or their bytes. */
static gboolean
append_unknown (const UnigramModel *self,
                const char         *text,
                TrafoTextRange      range,
                guint32             word,
                TrafoPieceArray    *pieces,
                GError            **error)
{
  guint32  id;
  gboolean has_bytes = self->byte_fallback;

  if (trafo_vocabulary_lookup (self->vocabulary, text + range.start, range.end - range.start, &id))
    return append (pieces, id, range, word, error);
  for (guint32 i = range.start; has_bytes && i < range.end; i++)
    has_bytes = self->has_bytes[(guint8) text[i]];
  if (!has_bytes)
    return append (pieces, self->unk_id, range, word, error);
  for (guint32 i = range.start; i < range.end; i++)
    if (!append (pieces, self->byte_ids[(guint8) text[i]], range, word, error))
      return FALSE;
  return TRUE;
}

/* Turns the chain of @best, which leads from the end to the start, around: where a token starts, it
 * says in @start where it ends. */
static void
turn_around (Best *best, guint32 size)
{
  guint32 end = size, start = best[size].start, id = best[size].id;

  while (end > 0)
    {
      guint32 next_start = best[start].start, next_id = best[start].id;

      best[start].start = end;
      best[start].id = id;
      end = start;
      start = next_start;
      id = next_id;
    }
}

static gboolean
append_best (const UnigramModel *self,
             const char         *text,
             TrafoTextRange      range,
             guint32             word,
             const Best         *best,
             TrafoPieceArray    *pieces,
             GError            **error)
{
  guint32 size = range.end - range.start;

  for (guint32 start = 0, end; start < size; start = end)
    {
      guint32        id = best[start].id;
      TrafoTextRange part;
      gboolean       is_unk = self->has_unk && id == self->unk_id;

      end = best[start].start;
      while (is_unk && end < size && best[end].id == self->unk_id)
        end = best[end].start;
      part = (TrafoTextRange){ range.start + start, range.start + end };
      if (is_unk ? !append_unknown (self, text, part, word, pieces, error)
                 : !append (pieces, id, part, word, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_budget (const Budget *self, GError **error)
{
  if (self->n_steps <= self->max_steps)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the vocabulary takes more than %" G_GUINT64_FORMAT " steps for this text",
               self->max_steps);
  return FALSE;
}

static gboolean
tokenize_word (const UnigramModel *self,
               const char         *text,
               TrafoTextRange      range,
               guint32             word,
               TrafoPieceArray    *pieces,
               Budget             *budget,
               GError            **error)
{
  guint32          size = range.end - range.start;
  Best             few[FEW_BYTES + 1], *best = few;
  g_autofree Best *many = NULL;

  if (size > FEW_BYTES)
    best = many = g_try_new (Best, (gsize) size + 1);
  if (best == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for a word of %u bytes",
                   size);
      return FALSE;
    }
  for (guint32 i = 0; i <= size; i++)
    best[i] = (Best){ 0, G_MAXUINT32, 0 };
  for (guint32 i = 0; i < size; i += get_char_size (text + range.start + i))
    if (!extend (self, text + range.start, size, i, best, budget, error) ||
        !check_budget (budget, error))
      return FALSE;
  turn_around (best, size);
  return append_best (self, text, range, word, best, pieces, error);
}

gboolean
unigram_model_tokenize (const UnigramModel   *self,
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
      budget.max_steps += (guint64) (words[i].end - words[i].start) * MAX_STEPS_PER_BYTE;
      if (!tokenize_word (self, text, words[i], first_word + i, pieces, &budget, error))
        return FALSE;
    }
  return TRUE;
}
