/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-decoder-private.h"

#include <string.h>

#include "trafo-byte-alphabet-private.h"
#include "trafo-component-private.h"

typedef struct _Step Step;

typedef void (*StepFunc) (const Step *self, const TrafoTokenList *from, TrafoTokenList *to);

struct _Step
{
  StepFunc apply;
  char    *prefix;
  gsize    prefix_size;
  gboolean cleanup;
};

struct _TrafoTextDecoder
{
  GArray *steps;
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
token_list_append_lossy (TrafoTokenList *self, const char *bytes, gsize size_bytes)
{
  gsize invalid_at, start = 0;

  while (!trafo_utf8_validate (bytes + start, size_bytes - start, &invalid_at))
    {
      invalid_at += start;
      trafo_text_buffer_append (&self->text, bytes + start, invalid_at - start);
      trafo_text_buffer_append (&self->text, "\xef\xbf\xbd", 3);
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

/* Each token is cleaned up for itself, and " do not" too: tokenizers' decoders/wordpiece.rs. */
static void
apply_word_piece (const Step *self, const TrafoTokenList *from, TrafoTokenList *to)
{
  gsize start = 0;

  for (gsize i = 0; i < from->n_tokens; i++)
    {
      const char *token = from->text.text + start;
      gsize       size = from->ends[i] - start, begin = to->text.size_bytes;
      gboolean    continues = i > 0 && size >= self->prefix_size &&
                           memcmp (token, self->prefix, self->prefix_size) == 0;

      start = from->ends[i];
      if (i > 0 && !continues)
        trafo_text_buffer_append (&to->text, " ", 1);
      if (continues)
        trafo_token_list_append (to, token + self->prefix_size, size - self->prefix_size);
      else
        trafo_token_list_append (to, token, size);
      if (to->text.failed)
        return;
      if (self->cleanup)
        clean_up (&to->text, begin, TRUE);
      to->ends[to->n_tokens - 1] = to->text.size_bytes;
    }
}

/* A token of byte-level characters alone is the bytes that they stand for; another is its text. */
static void
append_byte_level (TrafoTextBuffer *to, const char *token, gsize size_bytes)
{
  gsize   begin = to->size_bytes;
  guint32 point;

  for (gsize i = 0; i < size_bytes && !to->failed;)
    {
      gint byte;
      char c;

      i += trafo_utf8_decode (token + i, &point);
      byte = trafo_byte_alphabet_get_byte (point);
      if (byte < 0)
        {
          to->size_bytes = begin;
          trafo_text_buffer_append (to, token, size_bytes);
          return;
        }
      c = byte;
      trafo_text_buffer_append (to, &c, 1);
    }
}

static void
apply_byte_level (const Step *self, const TrafoTokenList *from, TrafoTokenList *to)
{
  g_auto (TrafoTextBuffer) bytes = { 0 };
  gsize start = 0;

  for (gsize i = 0; i < from->n_tokens; i++)
    {
      append_byte_level (&bytes, from->text.text + start, from->ends[i] - start);
      start = from->ends[i];
    }
  to->text.failed |= bytes.failed;
  if (bytes.size_bytes > 0)
    token_list_append_lossy (to, bytes.text, bytes.size_bytes);
}

/* Without a decoder the tokens are joined by spaces. */
static void
apply_join (const Step *self, const TrafoTokenList *from, TrafoTokenList *to)
{
  gsize start = 0;

  for (gsize i = 0; i < from->n_tokens && !to->text.failed; i++)
    {
      if (i > 0)
        trafo_text_buffer_append (&to->text, " ", 1);
      trafo_token_list_append (to, from->text.text + start, from->ends[i] - start);
      start = from->ends[i];
    }
}

static gboolean
read_word_piece (Step *self, GVariant *component, const char *where, GError **error)
{
  self->cleanup = TRUE;
  if (!trafo_component_read_string (component, where, "prefix", &self->prefix, error) ||
      !trafo_component_read_boolean (component, where, "cleanup", &self->cleanup, error))
    return FALSE;
  self->prefix_size = strlen (self->prefix);
  return TRUE;
}

static const struct
{
  const char *type;
  StepFunc    apply;
  gboolean (*read) (Step *self, GVariant *component, const char *where, GError **error);
} kinds[] = {
  { "ByteLevel", apply_byte_level },
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

  g_free (step->prefix);
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
  return flat != NULL ? g_steal_pointer (&self) : NULL;
}

void
trafo_text_decoder_free (TrafoTextDecoder *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

/* Rewrites @tokens; the text of all of them is what they mean. */
void
trafo_text_decoder_apply (const TrafoTextDecoder *self, TrafoTokenList *tokens)
{
  for (guint i = 0; i < self->steps->len && !tokens->text.failed; i++)
    {
      const Step    *step = &g_array_index (self->steps, Step, i);
      TrafoTokenList rewritten = { 0 };

      step->apply (step, tokens, &rewritten);
      trafo_token_list_clear (tokens);
      *tokens = rewritten;
    }
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
        append_byte_level (to, token, size_bytes);
        return TRUE;
      }
  return FALSE;
}
