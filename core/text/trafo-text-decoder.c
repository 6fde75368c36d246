/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-decoder-private.h"

#include <string.h>

#include "trafo-byte-alphabet-private.h"
#include "trafo-component-private.h"
#include "trafo-pattern-private.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

typedef struct _Step Step;

/* What a step remembers of the tokens that came before, for they may come in several parts. */
typedef struct
{
  gsize           n_tokens;
  TrafoTextBuffer held;       /* waits for what follows it */
  gboolean        has_begun;  /* a character came that is not stripped */
  guint32         n_stripped; /* characters at the start */
  gboolean        is_end;     /* nothing follows */
} StepState;

/* Appends to @to what becomes of the tokens of @from, as far as that is certain. However the tokens
 * are parted, the texts of all parts together are the same. */
typedef gboolean (*StepFunc) (const Step           *self,
                              StepState            *state,
                              const TrafoTokenList *from,
                              TrafoTokenList       *to,
                              GError              **error);

struct _Step
{
  StepFunc      apply;
  char         *affix; /* prefix, suffix or padding token */
  gsize         affix_size;
  char         *content; /* replacement or delimiter */
  gboolean      cleanup;
  guint32       character;
  guint32       n_start;
  guint32       n_stop;
  TrafoPattern *pattern;
  gboolean      is_fused; /* all tokens that come are parts of one */
  gboolean is_whole; /* what it fuses must come out as one token, for a later step looks at it */
};

struct _TrafoTextDecoder
{
  GArray *steps;
};

struct _TrafoTextDecoding
{
  const TrafoTextDecoder *decoder;
  StepState               states[]; /* one a step */
};

void
trafo_token_list_append (TrafoTokenList *self, const char *token, gsize size_bytes)
{
  if (self->n_tokens == self->n_allocated)
    {
      gsize  wanted = self->n_tokens * 2 + 64;
      gsize *grown = g_try_renew (gsize, self->ends, wanted);

      if (grown == NULL)
        {
          self->text.failed = TRUE;
          return;
        }
      self->ends = grown;
      self->n_allocated = wanted;
    }
  trafo_text_buffer_append (&self->text, token, size_bytes);
  self->ends[self->n_tokens++] = self->text.size_bytes;
}

/* Bytes that may not be valid UTF-8, as one token: each longest part of them that could begin a
 * character becomes one U+FFFD, as Rust's String::from_utf8_lossy does. */
static void
append_lossy (TrafoTokenList *self, const char *bytes, gsize size_bytes)
{
  gsize invalid_at, start = 0;

  while (!trafo_utf8_validate (bytes + start, size_bytes - start, &invalid_at))
    {
      invalid_at += start;
      trafo_text_buffer_append (&self->text, bytes + start, invalid_at - start);
      trafo_text_buffer_append (&self->text, REPLACEMENT, strlen (REPLACEMENT));
      start =
          invalid_at + trafo_utf8_get_invalid_length (bytes + invalid_at, size_bytes - invalid_at);
    }
  trafo_token_list_append (self, bytes + start, size_bytes - start);
}

void
trafo_token_list_clear (TrafoTokenList *self)
{
  trafo_text_buffer_clear (&self->text);
  g_clear_pointer (&self->ends, g_free);
  self->n_tokens = self->n_allocated = 0;
}

/* Takes out the spaces that stand before English punctuation and contractions, from the byte @from
 * on: transformers' clean_up_tokenization (), tokenization_utils_base.py. */
static void
clean_up (TrafoTextBuffer *text, gsize from, gboolean contract_do_not)
{
  static const char *const patterns[][2] = {
    { " .", "." },   { " ?", "?" },     { " !", "!" },     { " ,", "," },
    { " ' ", "'" },  { " n't", "n't" }, { " 'm", "'m" },   { NULL, NULL },
    { " 's", "'s" }, { " 've", "'ve" }, { " 're", "'re" },
  };
  gboolean found = FALSE;

  /* Each pattern begins with a space and one of these. */
  for (gsize i = from; !found && i + 1 < text->size_bytes; i++)
    found = text->text[i] == ' ' && memchr (".?!,'nd", text->text[i + 1], 7) != NULL;
  for (guint i = 0; found && i < G_N_ELEMENTS (patterns); i++)
    if (patterns[i][0] != NULL)
      trafo_text_buffer_replace (text, from, patterns[i][0], patterns[i][1]);
    else if (contract_do_not)
      trafo_text_buffer_replace (text, from, " do not", " don't");
}

void
trafo_text_clean_up (TrafoTextBuffer *text, gsize from)
{
  clean_up (text, from, FALSE);
}

/* A token of a list. */
typedef struct
{
  const char *text;
  gsize       size_bytes;
} Token;

static Token
get_token (const TrafoTokenList *list, gsize index)
{
  gsize start = index > 0 ? list->ends[index - 1] : 0;

  return (Token){ list->text.text + start, list->ends[index] - start };
}

/* Ends the token that was written to @list's text since its last one. */
static void
end_token (TrafoTokenList *list)
{
  trafo_token_list_append (list, "", 0);
}

/* Each token is cleaned up for itself, and " do not" too: tokenizers' decoders/wordpiece.rs. */
static gboolean
apply_word_piece (const Step           *self,
                  StepState            *state,
                  const TrafoTokenList *from,
                  TrafoTokenList       *to,
                  GError              **error)
{
  for (gsize i = 0; i < from->n_tokens && !to->text.failed; i++)
    {
      Token    token = get_token (from, i);
      gsize    begin = to->text.size_bytes;
      gboolean continues = state->n_tokens + i > 0 && token.size_bytes >= self->affix_size &&
                           memcmp (token.text, self->affix, self->affix_size) == 0;
      gsize n_left_out = continues ? self->affix_size : 0;

      if (state->n_tokens + i > 0 && !continues)
        trafo_text_buffer_append (&to->text, " ", 1);
      trafo_text_buffer_append (&to->text, token.text + n_left_out, token.size_bytes - n_left_out);
      if (self->cleanup)
        clean_up (&to->text, begin, TRUE);
      end_token (to);
    }
  return TRUE;
}

/* A token of byte-level characters alone is the bytes that they stand for; another is its text. */
static void
append_byte_level (TrafoTextBuffer *to, Token token)
{
  gsize   begin = to->size_bytes;
  guint32 point;

  for (gsize i = 0; i < token.size_bytes && !to->failed;)
    {
      gint byte;
      char c;

      i += trafo_utf8_decode (token.text + i, &point);
      byte = trafo_byte_alphabet_get_byte (point);
      if (byte < 0)
        {
          to->size_bytes = begin;
          trafo_text_buffer_append (to, token.text, token.size_bytes);
          return;
        }
      c = byte;
      trafo_text_buffer_append (to, &c, 1);
    }
}

/* How many bytes at the end could begin a character that what follows completes. */
static gsize
get_open_size (const char *bytes, gsize size_bytes)
{
  for (gsize n = 1; n < 4 && n <= size_bytes; n++)
    {
      const char *from = bytes + size_bytes - n;
      guint8      lead = *from;
      gsize       length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

      if ((lead & 0xc0) == 0x80)
        continue;
      if (lead < 0xc2 || lead > 0xf4 || n >= length)
        return 0;
      return trafo_utf8_get_invalid_length (from, n) == n ? n : 0;
    }
  return 0;
}

/* Appends the first bytes of @held, which are removed there. */
static void
release (TrafoTextBuffer *held, gsize size_bytes, TrafoTokenList *to)
{
  append_lossy (to, held->text, size_bytes);
  trafo_text_buffer_remove (held, size_bytes);
}

static gboolean
apply_byte_level (const Step           *self,
                  StepState            *state,
                  const TrafoTokenList *from,
                  TrafoTokenList       *to,
                  GError              **error)
{
  TrafoTextBuffer *held = &state->held;
  gsize            n_open = 0;

  for (gsize i = 0; i < from->n_tokens; i++)
    append_byte_level (held, get_token (from, i));
  if (!state->is_end)
    n_open = self->is_whole ? held->size_bytes : get_open_size (held->text, held->size_bytes);
  if (held->size_bytes > n_open)
    release (held, held->size_bytes - n_open, to);
  return TRUE;
}

/* The byte that a token such as "<0x0A>" stands for, -1 for another. A sign may stand before one
 * digit, for so Rust reads numbers. */
static gint
get_fallback_byte (Token token)
{
  const char *digits = token.text + 3;
  gint        high, low;

  if (token.size_bytes != 6 || memcmp (token.text, "<0x", 3) != 0 || token.text[5] != '>')
    return -1;
  high = digits[0] == '+' ? 0 : g_ascii_xdigit_value (digits[0]);
  low = g_ascii_xdigit_value (digits[1]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Bytes in a row are characters, or, where they are not, a U+FFFD each: which of the two is known when
 * the row has ended. */
static void
flush_bytes (TrafoTokenList *to, TrafoTextBuffer *bytes)
{
  gsize invalid_at;

  if (bytes->size_bytes > 0 && trafo_utf8_validate (bytes->text, bytes->size_bytes, &invalid_at))
    trafo_token_list_append (to, bytes->text, bytes->size_bytes);
  else
    for (gsize i = 0; i < bytes->size_bytes; i++)
      trafo_token_list_append (to, REPLACEMENT, strlen (REPLACEMENT));
  bytes->size_bytes = 0;
}

static gboolean
apply_byte_fallback (const Step           *self,
                     StepState            *state,
                     const TrafoTokenList *from,
                     TrafoTokenList       *to,
                     GError              **error)
{
  for (gsize i = 0; i < from->n_tokens; i++)
    {
      Token token = get_token (from, i);
      gint  byte = get_fallback_byte (token);
      char  c = byte;

      if (byte >= 0)
        {
          trafo_text_buffer_append (&state->held, &c, 1);
          continue;
        }
      flush_bytes (to, &state->held);
      trafo_token_list_append (to, token.text, token.size_bytes);
    }
  if (state->is_end)
    flush_bytes (to, &state->held);
  return TRUE;
}

static void
append_all (TrafoTextBuffer *to, const TrafoTokenList *tokens)
{
  if (tokens->text.size_bytes > 0)
    trafo_text_buffer_append (to, tokens->text.text, tokens->text.size_bytes);
}

static gboolean
apply_fuse (const Step           *self,
            StepState            *state,
            const TrafoTokenList *from,
            TrafoTokenList       *to,
            GError              **error)
{
  append_all (&state->held, from);
  if (state->held.size_bytes == 0 || (self->is_whole && !state->is_end))
    return TRUE;
  trafo_token_list_append (to, state->held.text, state->held.size_bytes);
  trafo_text_buffer_remove (&state->held, state->held.size_bytes);
  return TRUE;
}

/* The replacement becomes a space; in the first token it is dropped if encoding puts one there. */
static gboolean
apply_metaspace (const Step           *self,
                 StepState            *state,
                 const TrafoTokenList *from,
                 TrafoTokenList       *to,
                 GError              **error)
{
  for (gsize i = 0; i < from->n_tokens; i++)
    {
      Token token = get_token (from, i);

      for (gsize k = 0; k < token.size_bytes && !to->text.failed;)
        {
          guint32 point;
          guint   length = trafo_utf8_decode (token.text + k, &point);

          if (point != self->character)
            trafo_text_buffer_append (&to->text, token.text + k, length);
          else if (state->n_tokens + i > 0 || !self->cleanup)
            trafo_text_buffer_append (&to->text, " ", 1);
          k += length;
        }
      end_token (to);
    }
  return TRUE;
}

/* Where a text ends without up to @n of @self's character. */
static const char *
strip_end (const Step *self, const char *start, const char *end, guint32 n)
{
  while (n-- > 0 && end > start && g_utf8_get_char (g_utf8_prev_char (end)) == self->character)
    end = g_utf8_prev_char (end);
  return end;
}

/* Parts of one token: its start is behind when another character came, and what may be its end
 * waits. */
static void
strip_fused (const Step *self, StepState *state, const TrafoTokenList *from, TrafoTokenList *to)
{
  TrafoTextBuffer *held = &state->held;
  const char      *start, *end, *kept;

  append_all (held, from);
  start = held->text;
  end = start + held->size_bytes;
  for (; !state->has_begun && start < end; state->n_stripped++)
    if (state->n_stripped < self->n_start && g_utf8_get_char (start) == self->character)
      start = g_utf8_next_char (start);
    else
      state->has_begun = TRUE;
  kept = strip_end (self, start, end, self->n_stop);
  if (kept > start)
    trafo_token_list_append (to, start, kept - start);
  trafo_text_buffer_remove (held, kept - held->text);
}

/* Up to so many of one character, at the start and at the end of each token. */
static gboolean
apply_strip (const Step           *self,
             StepState            *state,
             const TrafoTokenList *from,
             TrafoTokenList       *to,
             GError              **error)
{
  if (self->is_fused)
    strip_fused (self, state, from, to);
  for (gsize i = 0; !self->is_fused && i < from->n_tokens; i++)
    {
      Token       token = get_token (from, i);
      const char *start = token.text, *end = start + token.size_bytes;

      for (guint32 n = 0; n < self->n_start && start < end; n++)
        if (g_utf8_get_char (start) == self->character)
          start = g_utf8_next_char (start);
      end = strip_end (self, start, end, self->n_stop);
      trafo_token_list_append (to, start, end - start);
    }
  return TRUE;
}

/* Writes @token with @self's content for each match. */
static gboolean
append_replaced (const Step      *self,
                 Token            token,
                 TrafoWordArray  *matches,
                 TrafoTextBuffer *to,
                 GError         **error)
{
  gsize kept = 0;

  if (!trafo_pattern_find (self->pattern, token.text, token.size_bytes, matches, error))
    return FALSE;
  to->failed |= matches->failed;
  for (gsize i = 0; i < matches->n_ranges && !to->failed; i++)
    {
      TrafoTextRange match = matches->ranges[i];

      trafo_text_buffer_append (to, token.text + kept, match.start - kept);
      trafo_text_buffer_append (to, self->content, strlen (self->content));
      kept = match.end;
    }
  trafo_text_buffer_append (to, token.text + kept, token.size_bytes - kept);
  return TRUE;
}

static gboolean
apply_replace (const Step           *self,
               StepState            *state,
               const TrafoTokenList *from,
               TrafoTokenList       *to,
               GError              **error)
{
  TrafoWordArray matches = { 0 };
  gboolean       done = TRUE;

  for (gsize i = 0; done && i < from->n_tokens && !to->text.failed; i++)
    {
      done = append_replaced (self, get_token (from, i), &matches, &to->text, error);
      end_token (to);
    }
  trafo_word_array_clear (&matches);
  return done;
}

/* @token with @with for each of @self's affixes. */
static void
append_without (TrafoTextBuffer *to, Token token, const Step *self, const char *with)
{
  const char *match;

  while (token.size_bytes > 0 &&
         (match = memmem (token.text, token.size_bytes, self->affix, self->affix_size)) != NULL)
    {
      trafo_text_buffer_append (to, token.text, match - token.text);
      trafo_text_buffer_append (to, with, strlen (with));
      token.size_bytes -= match + self->affix_size - token.text;
      token.text = match + self->affix_size;
    }
  if (token.size_bytes > 0)
    trafo_text_buffer_append (to, token.text, token.size_bytes);
}

/* The suffix of a word's last piece becomes a space, but for the last token's. */
static gboolean
apply_bpe (const Step           *self,
           StepState            *state,
           const TrafoTokenList *from,
           TrafoTokenList       *to,
           GError              **error)
{
  TrafoTextBuffer *held = &state->held;

  for (gsize i = 0; i < from->n_tokens && !to->text.failed; i++)
    {
      Token token = get_token (from, i);

      append_without (&to->text, (Token){ held->text, held->size_bytes }, self, " ");
      trafo_text_buffer_remove (held, held->size_bytes);
      trafo_text_buffer_append (held, token.text, token.size_bytes);
      if (i > 0 || state->n_tokens > 0)
        end_token (to);
    }
  if (state->is_end && state->n_tokens + from->n_tokens > 0)
    {
      append_without (&to->text, (Token){ held->text, held->size_bytes }, self, "");
      end_token (to);
    }
  return TRUE;
}

/* Connectionist temporal classification (Graves et al. 2006): of equal tokens in a row one is kept,
 * and no padding. */
static gboolean
apply_ctc (const Step           *self,
           StepState            *state,
           const TrafoTokenList *from,
           TrafoTokenList       *to,
           GError              **error)
{
  TrafoTextBuffer *previous = &state->held;

  for (gsize i = 0; i < from->n_tokens && !to->text.failed; i++)
    {
      Token token = get_token (from, i);
      gsize begin = to->text.size_bytes;

      if (state->n_tokens + i > 0 && previous->size_bytes == token.size_bytes &&
          (token.size_bytes == 0 || memcmp (previous->text, token.text, token.size_bytes) == 0))
        continue;
      trafo_text_buffer_remove (previous, previous->size_bytes);
      trafo_text_buffer_append (previous, token.text, token.size_bytes);
      append_without (&to->text, token, self, "");
      if (self->cleanup)
        {
          clean_up (&to->text, begin, TRUE);
          trafo_text_buffer_replace (&to->text, begin, self->content, " ");
        }
      if (to->text.size_bytes > begin)
        end_token (to);
    }
  return TRUE;
}

/* Without a decoder the tokens are joined by spaces. */
static gboolean
apply_join (const Step           *self,
            StepState            *state,
            const TrafoTokenList *from,
            TrafoTokenList       *to,
            GError              **error)
{
  for (gsize i = 0; i < from->n_tokens && !to->text.failed; i++)
    {
      Token token = get_token (from, i);

      if (state->n_tokens + i > 0)
        trafo_text_buffer_append (&to->text, " ", 1);
      trafo_token_list_append (to, token.text, token.size_bytes);
    }
  return TRUE;
}

/* A string that is not empty. */
static gboolean
read_affix (Step *self, GVariant *component, const char *where, const char *key, GError **error)
{
  if (!trafo_component_read_string (component, where, key, &self->affix, error))
    return FALSE;
  self->affix_size = strlen (self->affix);
  if (self->affix_size > 0)
    return TRUE;
  trafo_component_set_wrong (error, where, key, "string that is not empty");
  return FALSE;
}

static gboolean
read_word_piece (Step *self, GVariant *component, const char *where, GError **error)
{
  self->cleanup = TRUE;
  if (!trafo_component_read_string (component, where, "prefix", &self->affix, error) ||
      !trafo_component_read_boolean (component, where, "cleanup", &self->cleanup, error))
    return FALSE;
  self->affix_size = strlen (self->affix);
  return TRUE;
}

static gboolean
read_bpe (Step *self, GVariant *component, const char *where, GError **error)
{
  return read_affix (self, component, where, "suffix", error);
}

/* The delimiter is replaced in place by a space, which must not be longer. */
static gboolean
read_ctc (Step *self, GVariant *component, const char *where, GError **error)
{
  self->cleanup = TRUE;
  if (!read_affix (self, component, where, "pad_token", error) ||
      !trafo_component_read_string (component,
                                    where,
                                    "word_delimiter_token",
                                    &self->content,
                                    error) ||
      !trafo_component_read_boolean (component, where, "cleanup", &self->cleanup, error))
    return FALSE;
  if (*self->content != '\0')
    return TRUE;
  trafo_component_set_wrong (error, where, "word_delimiter_token", "string that is not empty");
  return FALSE;
}

static gboolean
read_metaspace (Step *self, GVariant *component, const char *where, GError **error)
{
  g_autoptr (GVariant) member = trafo_component_get (component, "prepend_scheme");
  g_autofree char *scheme = g_strdup ("always");
  gboolean         add_prefix_space = TRUE;

  if ((member != NULL &&
       !trafo_component_read_string (component, where, "prepend_scheme", &scheme, error)) ||
      !trafo_component_read_boolean (component,
                                     where,
                                     "add_prefix_space",
                                     &add_prefix_space,
                                     error))
    return FALSE;
  self->cleanup = add_prefix_space && !g_str_equal (scheme, "never");
  return trafo_component_read_char (component, where, "replacement", &self->character, error);
}

static gboolean
read_strip (Step *self, GVariant *component, const char *where, GError **error)
{
  return trafo_component_read_char (component, where, "content", &self->character, error) &&
         trafo_component_read_id (component, where, "start", &self->n_start, error) &&
         trafo_component_read_id (component, where, "stop", &self->n_stop, error);
}

static gboolean
read_replace (Step *self, GVariant *component, const char *where, GError **error)
{
  g_autoptr (GVariant) pattern = trafo_component_get (component, "pattern");

  self->pattern = trafo_pattern_new (pattern, where, error);
  return self->pattern != NULL &&
         trafo_component_read_string (component, where, "content", &self->content, error);
}

static const struct
{
  const char *type;
  StepFunc    apply;
  gboolean (*read) (Step *self, GVariant *component, const char *where, GError **error);
} kinds[] = {
  { "BPEDecoder", apply_bpe, read_bpe },
  { "ByteFallback", apply_byte_fallback },
  { "ByteLevel", apply_byte_level },
  { "CTC", apply_ctc, read_ctc },
  { "Fuse", apply_fuse },
  { "Metaspace", apply_metaspace, read_metaspace },
  { "Replace", apply_replace, read_replace },
  { "Strip", apply_strip, read_strip },
  { "WordPiece", apply_word_piece, read_word_piece },
};

static gboolean
read_step (Step *self, GVariant *component, const char *where, GError **error)
{
  const char *type = trafo_component_get_type (component, where, error);

  if (type == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (type, kinds[i].type))
      {
        self->apply = kinds[i].apply;
        return kinds[i].read == NULL || kinds[i].read (self, component, where, error);
      }
  trafo_component_set_unknown (error, where, type);
  return FALSE;
}

static void
clear_step (gpointer data)
{
  Step *step = data;

  g_free (step->affix);
  g_free (step->content);
  g_clear_pointer (&step->pattern, trafo_pattern_free);
}

/* Text that is fused may come out in parts if what follows does not look at it as one token, or knows
 * how to take parts. */
static void
mark_fused (TrafoTextDecoder *self)
{
  gboolean is_fused = FALSE, is_whole = FALSE;

  for (guint i = self->steps->len; i-- > 0;)
    {
      Step *step = &g_array_index (self->steps, Step, i);

      step->is_whole = is_whole;
      is_whole |= step->apply != apply_strip && step->apply != apply_fuse;
    }
  for (guint i = 0; i < self->steps->len; i++)
    {
      Step *step = &g_array_index (self->steps, Step, i);

      step->is_fused = is_fused;
      is_fused |= step->apply == apply_byte_level || step->apply == apply_fuse;
    }
}

/* @component: the "decoder" of a tokenizer.json, or NULL; @origin: the file. */
TrafoTextDecoder *
trafo_text_decoder_new (GVariant *component, const char *origin, GError **error)
{
  g_autoptr (TrafoTextDecoder) self = g_new0 (TrafoTextDecoder, 1);
  g_autoptr (GPtrArray) flat = NULL;
  g_autofree char *where = g_strconcat (origin, ": decoder", NULL);
  Step             join = { .apply = apply_join };

  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, clear_step);
  flat = trafo_component_flatten (component, "decoders", where, error);
  for (guint i = 0; flat != NULL && i < flat->len; i++)
    {
      Step step = { 0 };

      if (!read_step (&step, g_ptr_array_index (flat, i), where, error))
        {
          clear_step (&step);
          return NULL;
        }
      g_array_append_val (self->steps, step);
    }
  if (component == NULL)
    g_array_append_val (self->steps, join);
  mark_fused (self);
  return flat != NULL ? g_steal_pointer (&self) : NULL;
}

void
trafo_text_decoder_free (TrafoTextDecoder *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

/* @decoder must live longer. */
TrafoTextDecoding *
trafo_text_decoding_new (const TrafoTextDecoder *decoder)
{
  TrafoTextDecoding *self = g_malloc0 (sizeof *self + decoder->steps->len * sizeof (StepState));

  self->decoder = decoder;
  return self;
}

void
trafo_text_decoding_free (TrafoTextDecoding *self)
{
  for (guint i = 0; i < self->decoder->steps->len; i++)
    trafo_text_buffer_clear (&self->states[i].held);
  g_free (self);
}

/* Rewrites @tokens, which follow those of the calls before; the text of all of them is what they mean
 * together, as far as it is certain. After @is_end it can only be freed. */
gboolean
trafo_text_decoding_push (TrafoTextDecoding *self,
                          TrafoTokenList    *tokens,
                          gboolean           is_end,
                          GError           **error)
{
  for (guint i = 0; i < self->decoder->steps->len && !tokens->text.failed; i++)
    {
      const Step    *step = &g_array_index (self->decoder->steps, Step, i);
      StepState     *state = &self->states[i];
      TrafoTokenList rewritten = { 0 };
      gboolean       done;

      state->is_end = is_end;
      done = step->apply (step, state, tokens, &rewritten, error);
      state->n_tokens += tokens->n_tokens;
      rewritten.text.failed |= state->held.failed;
      trafo_token_list_clear (tokens);
      *tokens = rewritten;
      if (!done)
        return FALSE;
    }
  return TRUE;
}

gboolean
trafo_text_decoder_append_bytes (const TrafoTextDecoder *self,
                                 const char             *token,
                                 gsize                   size_bytes,
                                 TrafoTextBuffer        *to)
{
  for (guint i = 0; i < self->steps->len; i++)
    if (g_array_index (self->steps, Step, i).apply == apply_byte_level)
      {
        append_byte_level (to, (Token){ token, size_bytes });
        return TRUE;
      }
  return FALSE;
}
