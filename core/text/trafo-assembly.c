/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-assembly-private.h"

#include <string.h>

#include "trafo-byte-alphabet-private.h"
#include "trafo-truncation-private.h"

enum
{
  /* What overflows from a pair is every part of one sequence with every part of the other. All
   * encodings together may have this many tokens, and 16 for each byte of text. */
  MAX_TOTAL_TOKENS = 1 << 20,
  MAX_TOKENS_PER_BYTE = 16,
};

typedef struct
{
  const TrafoTextEngine *engine;
  const TrafoEncodePlan *plan;
  const TrafoTokenRun   *runs;
  const TrafoTemplate *template;
  gboolean has_char_offsets;
  GArray  *parts[2]; /* of TrafoPart, the first of which is what is kept */
  gsize    n_tokens; /* of all encodings made so far */
} Assembly;

static TrafoPart
get_part (const Assembly *self, gint sequence, guint32 index)
{
  return g_array_index (self->parts[sequence], TrafoPart, index);
}

static void
write_specials (TrafoEncoding *encoding, gsize at, const TrafoTemplatePiece *piece)
{
  for (gsize i = at; i < at + piece->n_ids; i++)
    {
      encoding->ids[i] = piece->ids[i - at];
      encoding->type_ids[i] = piece->type_id;
      encoding->attention_mask[i] = 1;
      encoding->special_tokens_mask[i] = piece->is_masked;
      encoding->word_ids[i] = encoding->sequence_ids[i] = -1;
    }
  memset (encoding->byte_offsets + at * 2, 0, piece->n_ids * 2 * sizeof (guint32));
  memset (encoding->offsets + at * 2, 0, piece->n_ids * 2 * sizeof (guint32));
}

/* The white space that a token begins or ends with, in characters. */
typedef struct
{
  guint leading;
  guint trailing;
} Margins;

static gboolean
is_blank (const char *text)
{
  guint32 point;

  trafo_utf8_decode (text, &point);
  return point == trafo_byte_alphabet_get_char (' ') ||
         (trafo_unicode_get_flags (point) & TRAFO_UNICODE_WHITESPACE) != 0;
}

static Margins
measure_margins (const char *token, gsize size_bytes)
{
  const char *start = token, *end = token + size_bytes;
  Margins     margins = { 0, 0 };

  for (; start < end && is_blank (start); start = g_utf8_next_char (start))
    margins.leading++;
  for (start = token; end > start && is_blank (g_utf8_prev_char (end));)
    {
      end = g_utf8_prev_char (end);
      margins.trailing++;
    }
  return margins;
}

static Margins
get_margins (const TrafoTextEngine *engine, const TrafoTokenRun *run, guint32 index)
{
  guint            found = trafo_token_texts_find (run->texts, index);
  g_autofree char *token = NULL;
  gsize            size = 0;

  if (run->texts != NULL && found < run->texts->len)
    {
      const TrafoTokenText *text = &g_array_index (run->texts, TrafoTokenText, found);

      if (text->index == index)
        return measure_margins (text->text, g_ref_string_length (text->text));
    }
  token = trafo_text_engine_get_token (engine, run->tokens.pieces[index].id, &size);
  return measure_margins (token != NULL ? token : "", size);
}

/* Moves a place in the original text by whole characters; returns how many. */
static guint32
move_forward (const char *text, guint32 *byte, guint32 limit, guint n_chars)
{
  guint32 n = 0;

  for (; n < n_chars && *byte < limit; n++)
    *byte = g_utf8_next_char (text + *byte) - text;
  return n;
}

static guint32
move_back (const char *text, guint32 *byte, guint32 limit, guint n_chars)
{
  guint32 n = 0;

  for (; n<n_chars && * byte> limit; n++)
    *byte = g_utf8_prev_char (text + *byte) - text;
  return n;
}

/* As process_offsets () in tokenizers' pre_tokenizers/byte_level.rs. */
static void
trim_offsets (const Assembly      *self,
              TrafoEncoding       *encoding,
              gsize                at,
              const TrafoTokenRun *run,
              TrafoPart            part,
              const TrafoTrim     *trim)
{
  gboolean has_first = !trim->is_behind_specials || !self->plan->add_special_tokens;

  for (guint32 i = part.start; i < part.end; i++)
    {
      guint32 *bytes = encoding->byte_offsets + (at + i - part.start) * 2;
      guint32 *chars = encoding->offsets + (at + i - part.start) * 2;
      Margins  margins = get_margins (self->engine, run, i);
      gboolean is_first = (has_first && i == part.start) || bytes[0] == 0;
      guint32  n_chars = chars[1], moved;

      if (margins.leading == 1 && is_first && trim->add_prefix_space)
        margins.leading = 0;
      moved = move_forward (run->text, &bytes[0], bytes[1], margins.leading);
      if (chars != bytes)
        chars[0] += moved;
      if (n_chars < margins.trailing)
        continue;
      moved = move_back (run->text, &bytes[1], bytes[0], margins.trailing);
      if (chars != bytes)
        chars[1] -= moved;
    }
}

static void
write_texts (TrafoEncoding *encoding, gsize at, const TrafoTokenRun *run, TrafoPart part)
{
  for (guint i = trafo_token_texts_find (run->texts, part.start);
       run->texts != NULL && i < run->texts->len;
       i++)
    {
      const TrafoTokenText *text = &g_array_index (run->texts, TrafoTokenText, i);

      if (text->index >= part.end)
        break;
      trafo_encoding_add_text (encoding, at + text->index - part.start, text->text);
    }
}

static void
write_part (const Assembly           *self,
            TrafoEncoding            *encoding,
            gsize                     at,
            const TrafoTokenRun      *run,
            TrafoPart                 part,
            const TrafoTemplatePiece *piece)
{
  gsize             n = part.end - part.start;
  const TrafoPiece *tokens = run->tokens.pieces + part.start;

  for (gsize i = 0; i < n; i++)
    {
      encoding->ids[at + i] = tokens[i].id;
      encoding->type_ids[at + i] = piece->type_id;
      encoding->attention_mask[at + i] = 1;
      encoding->special_tokens_mask[at + i] = 0;
      encoding->word_ids[at + i] = tokens[i].word;
      encoding->sequence_ids[at + i] = piece->sequence;
      encoding->byte_offsets[(at + i) * 2] = tokens[i].start;
      encoding->byte_offsets[(at + i) * 2 + 1] = tokens[i].end;
    }
  if (encoding->offsets != encoding->byte_offsets && n > 0)
    memcpy (encoding->offsets + at * 2,
            run->is_ascii ? encoding->byte_offsets + at * 2 : run->offsets + part.start * 2,
            n * 2 * sizeof (guint32));
  for (guint i = 0; i < piece->n_trims; i++)
    trim_offsets (self, encoding, at, run, part, &piece->trims[i]);
  write_texts (encoding, at, run, part);
}

static gboolean
add_to_total (Assembly *self, gsize n_tokens, GError **error)
{
  gsize limit = (self->runs[0].size_bytes + self->runs[1].size_bytes) * MAX_TOKENS_PER_BYTE +
                MAX_TOTAL_TOKENS;

  self->n_tokens += n_tokens;
  if (self->n_tokens <= limit)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "what overflows exceeds %" G_GSIZE_FORMAT " tokens: choose a larger maximum length, "
               "or a smaller stride",
               limit);
  return FALSE;
}

/* One encoding; @indices says for each sequence of the template which part stands there. */
static TrafoEncoding *
make_encoding (Assembly *self, const guint32 *indices, GError **error)
{
  TrafoEncoding *encoding;
  gsize          n_tokens = 0, at = 0;
  guint          k = 0;

  for (guint i = 0; i < self->template->pieces->len; i++)
    {
      const TrafoTemplatePiece *piece =
          &g_array_index (self->template->pieces, TrafoTemplatePiece, i);
      TrafoPart part = { 0, 0 };

      if (piece->sequence >= 0)
        part = get_part (self, piece->sequence, indices[k++]);
      n_tokens += part.end - part.start;
      if (self->plan->add_special_tokens)
        n_tokens += piece->n_ids;
    }
  if (!add_to_total (self, n_tokens, error))
    return NULL;
  encoding = trafo_encoding_new (self->engine->tokenizer, n_tokens, self->has_char_offsets, error);
  k = 0;
  for (guint i = 0; encoding != NULL && i < self->template->pieces->len; i++)
    {
      const TrafoTemplatePiece *piece =
          &g_array_index (self->template->pieces, TrafoTemplatePiece, i);

      if (piece->sequence >= 0)
        {
          TrafoPart part = get_part (self, piece->sequence, indices[k++]);

          write_part (self, encoding, at, &self->runs[piece->sequence], part, piece);
          at += part.end - part.start;
        }
      else if (self->plan->add_special_tokens)
        {
          write_specials (encoding, at, piece);
          at += piece->n_ids;
        }
    }
  return encoding;
}

/* From the place @first on, nothing but kept parts stands before: the next choice takes the second
 * part of the first place that has one. */
static gboolean
begin_overflowing (guint32 *indices, const guint32 *n_parts, guint first, guint n_places)
{
  for (guint i = first; i < n_places; i++)
    if (n_parts[i] > 1)
      {
        indices[i] = 1;
        return TRUE;
      }
  return FALSE;
}

static gboolean
are_kept (const guint32 *indices, guint n_places)
{
  for (guint i = 0; i < n_places; i++)
    if (indices[i] != 0)
      return FALSE;
  return TRUE;
}

/* The next choice of parts, in the order in which tokenizers' Encoding::merge_with makes them: with
 * each choice for the places before comes every part of this one, and those with the kept parts
 * before come last. The choice of kept parts alone, which is the encoding itself, is left out.
 * Returns FALSE after the last. */
static gboolean
advance (guint32 *indices, const guint32 *n_parts, guint n_places)
{
  for (guint place = n_places; place-- > 0;)
    {
      if (indices[place] + 1 < n_parts[place])
        {
          indices[place]++;
          return TRUE;
        }
      indices[place] = 0;
      if (are_kept (indices, place))
        return begin_overflowing (indices, n_parts, place + 1, n_places);
    }
  return FALSE;
}

static gboolean
add_overflowing (Assembly *self, TrafoEncoding *encoding, GError **error)
{
  g_autofree guint32 *n_parts = g_new0 (guint32, self->template->pieces->len);
  g_autofree guint32 *indices = g_new0 (guint32, self->template->pieces->len);
  guint               n_places = 0;

  for (guint i = 0; i < self->template->pieces->len; i++)
    {
      gint sequence = g_array_index (self->template->pieces, TrafoTemplatePiece, i).sequence;

      if (sequence >= 0)
        n_parts[n_places++] = self->parts[sequence]->len;
    }
  if (!begin_overflowing (indices, n_parts, 0, n_places))
    return TRUE;
  encoding->overflowing = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_encoding_unref);
  do
    {
      TrafoEncoding *part = make_encoding (self, indices, error);

      if (part == NULL)
        return FALSE;
      g_ptr_array_add (encoding->overflowing, part);
    }
  while (advance (indices, n_parts, n_places));
  return TRUE;
}

static gboolean
cut (Assembly *self, gboolean is_pair, GError **error)
{
  const TrafoEncodePlan *plan = self->plan;
  gsize                  n_added = plan->add_special_tokens ? self->template->n_added : 0;
  gsize lengths[2] = { self->runs[0].tokens.n_pieces, is_pair ? self->runs[1].tokens.n_pieces : 0 };
  gsize kept[2] = { lengths[0], lengths[1] };

  /* as in tokenizers, nothing is cut where not even the special tokens have room */
  if (plan->truncation != TRAFO_TRUNCATION_DO_NOT_TRUNCATE && plan->max_length >= n_added &&
      !trafo_truncation_choose (plan->truncation,
                                plan->max_length - n_added,
                                is_pair,
                                lengths,
                                kept,
                                error))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (!trafo_truncation_cut (lengths[i],
                               kept[i],
                               plan->stride,
                               plan->truncates_left,
                               plan->with_overflowing,
                               self->parts[i],
                               error))
      return FALSE;
  return TRUE;
}

TrafoEncoding *
trafo_assembly_make (const TrafoTextEngine *engine,
                     const TrafoEncodePlan *plan,
                     const TrafoTokenRun   *runs,
                     gboolean               is_pair,
                     GError               **error)
{
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (TrafoPart));
  g_autoptr (GArray) second = g_array_new (FALSE, FALSE, sizeof (TrafoPart));
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autofree guint32 *kept = NULL;
  Assembly            self = {
               .engine = engine,
               .plan = plan,
               .runs = runs,
               .template = is_pair ? &engine->post_processor->pair : &engine->post_processor->single,
               .has_char_offsets = !runs[0].is_ascii || (is_pair && !runs[1].is_ascii),
               .parts = { first, second },
  };

  if (!cut (&self, is_pair, error))
    return NULL;
  kept = g_new0 (guint32, self.template->pieces->len + 1);
  encoding = make_encoding (&self, kept, error);
  if (encoding == NULL || (plan->with_overflowing && !add_overflowing (&self, encoding, error)))
    return NULL;
  return g_steal_pointer (&encoding);
}
