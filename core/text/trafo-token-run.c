/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-token-run-private.h"

#include <string.h>

enum
{
  MAX_TEXT_BYTES = 1 << 28,
  KEPT_TEXT_BYTES = 1 << 18, /* memory for a text of this size is kept for the next */
};

/* All that the work on one text needs. */
typedef struct
{
  TrafoTokenRun         *run;
  const TrafoTextEngine *engine;
  TrafoTextScratch      *scratch;
} Work;

static void
clear_run (TrafoTokenRun *self)
{
  g_free (self->tokens.pieces);
  g_free (self->offsets);
  g_clear_pointer (&self->texts, g_array_unref);
  memset (self, 0, sizeof *self);
}

static void
clear_scratch (TrafoTextScratch *self)
{
  trafo_normalizer_scratch_clear (&self->normalizer);
  trafo_pre_tokenizer_scratch_clear (&self->pre_tokenizer);
  for (guint i = 0; i < 2; i++)
    clear_run (&self->runs[i]);
}

static void
free_scratch (gpointer data)
{
  clear_scratch (data);
  g_free (data);
}

/* The calling thread's. */
TrafoTextScratch *
trafo_text_scratch_get (void)
{
  static GPrivate   key = G_PRIVATE_INIT (free_scratch);
  TrafoTextScratch *self = g_private_get (&key);

  if (self == NULL)
    {
      self = g_new0 (TrafoTextScratch, 1);
      g_private_set (&key, self);
    }
  return self;
}

/* After use: gives the memory back that a large text took. */
void
trafo_text_scratch_trim (TrafoTextScratch *self, gsize size_bytes)
{
  if (size_bytes > KEPT_TEXT_BYTES || self->pre_tokenizer.words[0].failed ||
      self->pre_tokenizer.words[1].failed || self->pre_tokenizer.matches.failed ||
      self->normalizer.matches.failed)
    clear_scratch (self);
}

/* Places in a text are 32 bits wide, and normalizing may make it longer. */
gboolean
trafo_token_run_check_size (gsize size_bytes, GError **error)
{
  if (size_bytes <= MAX_TEXT_BYTES)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the text has %" G_GSIZE_FORMAT " bytes, at most %d are allowed",
               size_bytes,
               MAX_TEXT_BYTES);
  return FALSE;
}

static gboolean
check_text (const char *text, gsize size_bytes, GError **error)
{
  gsize invalid_at;

  if (!trafo_token_run_check_size (size_bytes, error))
    return FALSE;
  if (trafo_utf8_validate (text, size_bytes, &invalid_at))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the text is not valid UTF-8: byte 0x%02x at offset %" G_GSIZE_FORMAT,
               (guint8) text[invalid_at],
               invalid_at);
  return FALSE;
}

static void
clear_text (gpointer data)
{
  TrafoTokenText *text = data;

  g_ref_string_release (text->text);
}

/* Remembers the text of a token that is not just what its id stands for: of an added one that took
 * white space in with it, or of the surface id. */
static gboolean
add_text (TrafoTokenRun *self, gsize index, const char *text, gsize size_bytes, GError **error)
{
  TrafoTokenText entry = { index };

  self->texts_size += size_bytes;
  if (self->texts_size > self->size_bytes * 16 + KEPT_TEXT_BYTES)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "the tokens overlap: their texts exceed %" G_GSIZE_FORMAT " bytes",
                   self->texts_size);
      return FALSE;
    }
  if (self->texts == NULL)
    {
      self->texts = g_array_new (FALSE, FALSE, sizeof (TrafoTokenText));
      g_array_set_clear_func (self->texts, clear_text);
    }
  entry.text = g_ref_string_new_len (text, size_bytes);
  g_array_append_val (self->texts, entry);
  return TRUE;
}

/* An added token, found at the bytes @start to @end of @text. */
static gboolean
append_added (Work                   *work,
              const TrafoAlignedText *text,
              const TrafoAddedToken  *token,
              gsize                   start,
              gsize                   end,
              GError                **error)
{
  TrafoPiece piece = { .id = token->id };

  if (start == end)
    return TRUE;
  if (end - start != token->pattern_size &&
      !add_text (work->run, work->run->tokens.n_pieces, text->text + start, end - start, error))
    return FALSE;
  trafo_aligned_text_get_range (text, start, end, &piece.start, &piece.end);
  piece.word = work->run->n_words++;
  return trafo_piece_array_append (&work->run->tokens, piece, error);
}

/* From places in the normalized text to places in the original. */
static void
locate_pieces (const TrafoAlignedText *text, TrafoPiece *pieces, gsize n_pieces)
{
  for (gsize i = 0; i < n_pieces; i++)
    trafo_aligned_text_get_range (text,
                                  pieces[i].start,
                                  pieces[i].end,
                                  &pieces[i].start,
                                  &pieces[i].end);
}

/* The model's tokens whose text is not what their id stands for: those of the surface id, and those
 * that are added tokens too, which the normalizer renames. */
static gboolean
add_texts (Work *work, const TrafoAlignedText *text, gsize first_piece, GError **error)
{
  TrafoTokenRun          *run = work->run;
  const TrafoAddedTokens *tokens = work->engine->added_tokens;
  gboolean                done = TRUE;

  for (gsize i = first_piece; done && i < run->tokens.n_pieces; i++)
    {
      TrafoPiece             piece = run->tokens.pieces[i];
      const TrafoAddedToken *added = trafo_added_tokens_has_renamed (tokens)
                                         ? trafo_added_tokens_lookup_id (tokens, piece.id)
                                         : NULL;

      if (piece.id == work->engine->surface_id)
        done = add_text (run, i, text->text + piece.start, piece.end - piece.start, error);
      else if (added != NULL && trafo_added_token_is_renamed (added))
        done = add_text (run, i, added->content, added->size_bytes, error);
    }
  return done;
}

/* Normalized text without added tokens: words, then the model. */
static gboolean
append_words (Work *work, const TrafoAlignedText *text, gsize start, gsize end, GError **error)
{
  TrafoTokenRun   *run = work->run;
  TrafoAlignedText part = {
    .text = text->text + start,
    .size_bytes = end - start,
    .starts = text->starts != NULL ? text->starts + start : NULL,
    .ends = text->ends != NULL ? text->ends + start : NULL,
    .base = text->base + start,
  };
  gsize                 n_before = run->tokens.n_pieces;
  const TrafoWordArray *words;

  if (start == end)
    return TRUE;
  if (!trafo_pre_tokenizer_apply (work->engine->pre_tokenizer,
                                  &work->scratch->pre_tokenizer,
                                  &part,
                                  &words,
                                  error) ||
      !trafo_tokenizer_tokenize (work->engine->tokenizer,
                                 part.text,
                                 words->ranges,
                                 words->n_ranges,
                                 run->n_words,
                                 &run->tokens,
                                 error))
    return FALSE;
  if ((work->engine->surface_id >= 0 ||
       trafo_added_tokens_has_renamed (work->engine->added_tokens)) &&
      !add_texts (work, &part, n_before, error))
    return FALSE;
  run->n_words += words->n_ranges;
  locate_pieces (&part, run->tokens.pieces + n_before, run->tokens.n_pieces - n_before);
  return TRUE;
}

/* Original text between added tokens that are looked for in it: normalize, then cut out those that
 * are looked for in the normalized text. */
static gboolean
append_part (Work *work, const char *original, gsize start, gsize end, GError **error)
{
  TrafoAlignedText       text = { original + start, end - start, NULL, NULL, start };
  TrafoAddedTokenSearch  search = { .tokens = work->engine->added_tokens, .normalized = TRUE };
  const TrafoAddedToken *token;
  gsize                  at, token_end, done = 0;

  if (start == end)
    return TRUE;
  if (!trafo_normalizer_apply (work->engine->normalizer, &work->scratch->normalizer, &text, error))
    return FALSE;
  search.text = text.text;
  search.size_bytes = text.size_bytes;
  while ((token = trafo_added_token_search_next (&search, &at, &token_end)) != NULL)
    {
      if ((done < at && !append_words (work, &text, done, at, error)) ||
          !append_added (work, &text, token, at, token_end, error))
        return FALSE;
      done = token_end;
    }
  return append_words (work, &text, done, text.size_bytes, error);
}

static gboolean
append_text (Work *work, const char *original, gsize size_bytes, GError **error)
{
  TrafoAlignedText       text = { original, size_bytes };
  TrafoAddedTokenSearch  search = { work->engine->added_tokens, original, size_bytes };
  const TrafoAddedToken *token;
  gsize                  at, end, done = 0;

  while ((token = trafo_added_token_search_next (&search, &at, &end)) != NULL)
    {
      if ((done < at && !append_part (work, original, done, at, error)) ||
          !append_added (work, &text, token, at, end, error))
        return FALSE;
      done = end;
    }
  return append_part (work, original, done, size_bytes, error);
}

/* Counts code points up to a byte; the bytes asked for hardly ever go back, and never far. */
typedef struct
{
  const char *text;
  guint32     byte;
  guint32     count;
} Counter;

static inline guint32
count_to (Counter *self, guint32 byte)
{
  while (self->byte < byte)
    self->count += ((guint8) self->text[self->byte++] & 0xc0) != 0x80;
  while (self->byte > byte)
    self->count -= ((guint8) self->text[--self->byte] & 0xc0) != 0x80;
  return self->count;
}

static gboolean
count_offsets (TrafoTokenRun *self, const char *text, GError **error)
{
  Counter starts = { text }, ends = { text };

  if (self->tokens.n_pieces * 2 > self->n_offsets_allocated)
    {
      guint32 *grown = g_try_renew (guint32, self->offsets, self->tokens.n_allocated * 2);

      if (grown == NULL)
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_NO_MEMORY,
                       "no memory for the offsets of %" G_GSIZE_FORMAT " tokens",
                       self->tokens.n_pieces);
          return FALSE;
        }
      self->offsets = grown;
      self->n_offsets_allocated = self->tokens.n_allocated * 2;
    }
  for (gsize i = 0; i < self->tokens.n_pieces; i++)
    {
      self->offsets[i * 2] = count_to (&starts, self->tokens.pieces[i].start);
      self->offsets[i * 2 + 1] = count_to (&ends, self->tokens.pieces[i].end);
    }
  return TRUE;
}

static void
begin (TrafoTokenRun *self, const char *text, gsize size_bytes)
{
  self->tokens.n_pieces = 0;
  self->n_words = 0;
  self->text = text;
  self->size_bytes = size_bytes;
  self->texts_size = 0;
  g_clear_pointer (&self->texts, g_array_unref);
}

static gboolean
finish (TrafoTokenRun *self, GError **error)
{
  self->is_ascii = trafo_utf8_get_ascii_length (self->text, self->size_bytes) == self->size_bytes;
  return self->is_ascii || count_offsets (self, self->text, error);
}

/* Turns a text into tokens. */
gboolean
trafo_token_run_fill (TrafoTokenRun         *self,
                      const TrafoTextEngine *engine,
                      TrafoTextScratch      *scratch,
                      const char            *text,
                      gsize                  size_bytes,
                      GError               **error)
{
  Work work = { self, engine, scratch };

  begin (self, text, size_bytes);
  return check_text (text, size_bytes, error) && append_text (&work, text, size_bytes, error) &&
         finish (self, error);
}

gboolean
trafo_token_run_fill_words (TrafoTokenRun         *self,
                            const TrafoTextEngine *engine,
                            TrafoTextScratch      *scratch,
                            const char            *text,
                            gsize                  size_bytes,
                            const TrafoTextRange  *words,
                            gsize                  n_words,
                            GError               **error)
{
  Work work = { self, engine, scratch };

  begin (self, text, size_bytes);
  if (!check_text (text, size_bytes, error))
    return FALSE;
  for (gsize i = 0; i < n_words; i++)
    {
      const TrafoTextRange *word = &words[i];
      gsize                 first = self->tokens.n_pieces;

      if (!append_text (&work, text + word->start, word->end - word->start, error))
        return FALSE;
      for (TrafoPiece *piece = self->tokens.pieces + first;
           piece < self->tokens.pieces + self->tokens.n_pieces;
           piece++)
        {
          piece->start += word->start;
          piece->end += word->start;
          piece->word = (guint32) i;
        }
    }
  self->n_words = (guint32) n_words;
  return finish (self, error);
}
