/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoding-private.h"

#include <string.h>

#include "trafo-text-buffer-private.h"
#include "trafo-text-engine-private.h"
#include "trafo-text.h"

G_DEFINE_BOXED_TYPE (TrafoEncoding, trafo_encoding, trafo_encoding_ref, trafo_encoding_unref)

/* The arrays of @n_tokens, to be filled in. */
TrafoEncoding *
trafo_encoding_new (TrafoTokenizer *tokenizer,
                    gsize           n_tokens,
                    gboolean        has_char_offsets,
                    GError        **error)
{
  gsize          n_arrays = has_char_offsets ? 10 : 8, size;
  TrafoEncoding *self = NULL;
  guint32       *arrays;

  if (g_size_checked_mul (&size, n_tokens, n_arrays * sizeof (guint32)) &&
      g_size_checked_add (&size, size, sizeof *self))
    self = g_try_malloc (size);
  if (self == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for an encoding of %" G_GSIZE_FORMAT " tokens",
                   n_tokens);
      return NULL;
    }
  arrays = (guint32 *) (self + 1);
  *self = (TrafoEncoding){
    .tokenizer = g_object_ref (tokenizer),
    .n_tokens = n_tokens,
    .ids = arrays,
    .type_ids = arrays + n_tokens,
    .attention_mask = arrays + n_tokens * 2,
    .special_tokens_mask = arrays + n_tokens * 3,
    .word_ids = (gint32 *) arrays + n_tokens * 4,
    .sequence_ids = (gint32 *) arrays + n_tokens * 5,
    .byte_offsets = arrays + n_tokens * 6,
    .offsets = arrays + n_tokens * (has_char_offsets ? 8 : 6),
  };
  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

static void
clear_text (gpointer data)
{
  TrafoTokenText *text = data;

  g_ref_string_release (text->text);
}

/* The first that is a token's at @index or behind it, of TrafoTokenTexts in order; NULL for none. */
guint
trafo_token_texts_find (const GArray *self, gsize index)
{
  guint low = 0, high = self != NULL ? self->len : 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self, TrafoTokenText, middle).index < index)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* @text: a GRefString, of which a reference is taken. */
void
trafo_encoding_add_text (TrafoEncoding *self, gsize index, char *text)
{
  TrafoTokenText entry = { index, g_ref_string_acquire (text) };

  if (self->texts == NULL)
    {
      self->texts = g_array_new (FALSE, FALSE, sizeof (TrafoTokenText));
      g_array_set_clear_func (self->texts, clear_text);
    }
  g_array_append_val (self->texts, entry);
}

/* @n_tokens of padding from @first on; its type is always 0, as in transformers. */
static void
fill_padding (TrafoEncoding *self, gsize first, gsize n_tokens, guint32 pad_id)
{
  for (gsize i = first; i < first + n_tokens; i++)
    {
      self->ids[i] = pad_id;
      self->type_ids[i] = self->attention_mask[i] = 0;
      self->special_tokens_mask[i] = 1;
      self->word_ids[i] = self->sequence_ids[i] = -1;
    }
  memset (self->byte_offsets + first * 2, 0, n_tokens * 2 * sizeof (guint32));
  memset (self->offsets + first * 2, 0, n_tokens * 2 * sizeof (guint32));
}

static void
copy_tokens (TrafoEncoding *self, gsize first, const TrafoEncoding *from)
{
  gsize size = from->n_tokens * sizeof (guint32);

  memcpy (self->ids + first, from->ids, size);
  memcpy (self->type_ids + first, from->type_ids, size);
  memcpy (self->attention_mask + first, from->attention_mask, size);
  memcpy (self->special_tokens_mask + first, from->special_tokens_mask, size);
  memcpy (self->word_ids + first, from->word_ids, size);
  memcpy (self->sequence_ids + first, from->sequence_ids, size);
  memcpy (self->byte_offsets + first * 2, from->byte_offsets, size * 2);
  if (self->offsets != self->byte_offsets)
    memcpy (self->offsets + first * 2, from->offsets, size * 2);
  for (guint i = 0; from->texts != NULL && i < from->texts->len; i++)
    {
      const TrafoTokenText *text = &g_array_index (from->texts, TrafoTokenText, i);

      trafo_encoding_add_text (self, first + text->index, text->text);
    }
}

/* The encoding with padding up to @n_tokens, and so what overflows from it; one that is as long is
 * returned as it is. */
TrafoEncoding *
trafo_encoding_pad (TrafoEncoding *self,
                    gsize          n_tokens,
                    gboolean       on_left,
                    guint32        pad_id,
                    GError       **error)
{
  gsize n_padding = n_tokens > self->n_tokens ? n_tokens - self->n_tokens : 0;
  g_autoptr (TrafoEncoding) padded = NULL;

  if (n_padding == 0 && self->overflowing == NULL)
    return trafo_encoding_ref (self);
  padded = trafo_encoding_new (self->tokenizer,
                               self->n_tokens + n_padding,
                               self->offsets != self->byte_offsets,
                               error);
  if (padded == NULL)
    return NULL;
  copy_tokens (padded, on_left ? n_padding : 0, self);
  fill_padding (padded, on_left ? 0 : self->n_tokens, n_padding, pad_id);
  if (self->overflowing != NULL)
    padded->overflowing = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_encoding_unref);
  for (guint i = 0; self->overflowing != NULL && i < self->overflowing->len; i++)
    {
      TrafoEncoding *part = trafo_encoding_pad (g_ptr_array_index (self->overflowing, i),
                                                n_tokens,
                                                on_left,
                                                pad_id,
                                                error);

      if (part == NULL)
        return NULL;
      g_ptr_array_add (padded->overflowing, part);
    }
  return g_steal_pointer (&padded);
}

/**
 * trafo_encoding_ref:
 * @self: an encoding
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
TrafoEncoding *
trafo_encoding_ref (TrafoEncoding *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * trafo_encoding_unref:
 * @self: (transfer full): an encoding
 *
 * Gives a reference back.
 */
void
trafo_encoding_unref (TrafoEncoding *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->tokenizer);
  g_clear_pointer (&self->texts, g_array_unref);
  g_clear_pointer (&self->overflowing, g_ptr_array_unref);
  g_free (self);
}

/**
 * trafo_encoding_get_n_tokens:
 * @self: an encoding
 *
 * Its length.
 *
 * Returns: how many tokens it has, padding included
 */
gsize
trafo_encoding_get_n_tokens (TrafoEncoding *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_tokens;
}

/**
 * trafo_encoding_get_ids:
 * @self: an encoding
 * @n_tokens: (out) (optional): return location for the length
 *
 * The ids of the tokens, what Hugging Face calls `input_ids`.
 *
 * Returns: (array length=n_tokens) (transfer none): the ids
 */
const guint32 *
trafo_encoding_get_ids (TrafoEncoding *self, gsize *n_tokens)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_tokens != NULL)
    *n_tokens = self->n_tokens;
  return self->ids;
}

/**
 * trafo_encoding_get_type_ids:
 * @self: an encoding
 * @n_tokens: (out) (optional): return location for the length
 *
 * The types of the tokens, what Hugging Face calls `token_type_ids`.
 *
 * Returns: (array length=n_tokens) (transfer none): for BERT, 0 for the first sequence and 1 for
 *   the second
 */
const guint32 *
trafo_encoding_get_type_ids (TrafoEncoding *self, gsize *n_tokens)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_tokens != NULL)
    *n_tokens = self->n_tokens;
  return self->type_ids;
}

/**
 * trafo_encoding_get_attention_mask:
 * @self: an encoding
 * @n_tokens: (out) (optional): return location for the length
 *
 * Which tokens a model shall look at.
 *
 * Returns: (array length=n_tokens) (transfer none): 0 for padding, else 1
 */
const guint32 *
trafo_encoding_get_attention_mask (TrafoEncoding *self, gsize *n_tokens)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_tokens != NULL)
    *n_tokens = self->n_tokens;
  return self->attention_mask;
}

/**
 * trafo_encoding_get_special_tokens_mask:
 * @self: an encoding
 * @n_tokens: (out) (optional): return location for the length
 *
 * Which tokens do not come from the text.
 *
 * Returns: (array length=n_tokens) (transfer none): 1 for special tokens and padding, else 0
 */
const guint32 *
trafo_encoding_get_special_tokens_mask (TrafoEncoding *self, gsize *n_tokens)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_tokens != NULL)
    *n_tokens = self->n_tokens;
  return self->special_tokens_mask;
}

/**
 * trafo_encoding_get_offsets:
 * @self: an encoding
 * @n_offsets: (out) (optional): return location for twice the number of tokens
 *
 * Where in its sequence each token comes from, in Unicode code points, what Hugging Face calls
 * `offset_mapping`.
 *
 * Returns: (array length=n_offsets) (transfer none): for each token its start and its end; both
 *   are 0 for a token that is not from the text
 */
const guint32 *
trafo_encoding_get_offsets (TrafoEncoding *self, gsize *n_offsets)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_offsets != NULL)
    *n_offsets = self->n_tokens * 2;
  return self->offsets;
}

/**
 * trafo_encoding_get_byte_offsets:
 * @self: an encoding
 * @n_offsets: (out) (optional): return location for twice the number of tokens
 *
 * Where in its sequence each token comes from, in bytes of UTF-8.
 *
 * Returns: (array length=n_offsets) (transfer none): for each token its start and its end; both
 *   are 0 for a token that is not from the text
 */
const guint32 *
trafo_encoding_get_byte_offsets (TrafoEncoding *self, gsize *n_offsets)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_offsets != NULL)
    *n_offsets = self->n_tokens * 2;
  return self->byte_offsets;
}

/**
 * trafo_encoding_get_word_ids:
 * @self: an encoding
 * @n_tokens: (out) (optional): return location for the length
 *
 * Which word of its sequence each token is a piece of.
 *
 * Returns: (array length=n_tokens) (transfer none): indices from 0; -1 for a token that is not
 *   from the text
 */
const gint32 *
trafo_encoding_get_word_ids (TrafoEncoding *self, gsize *n_tokens)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_tokens != NULL)
    *n_tokens = self->n_tokens;
  return self->word_ids;
}

/**
 * trafo_encoding_get_sequence_ids:
 * @self: an encoding
 * @n_tokens: (out) (optional): return location for the length
 *
 * Which sequence each token is from.
 *
 * Returns: (array length=n_tokens) (transfer none): 0 or 1; -1 for a token that is not from the
 *   text
 */
const gint32 *
trafo_encoding_get_sequence_ids (TrafoEncoding *self, gsize *n_tokens)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_tokens != NULL)
    *n_tokens = self->n_tokens;
  return self->sequence_ids;
}

/* Appends what a token reads that has no text of its own. Padding and what stands around a sequence
 * are named as such, whatever the normalizer makes of the name where it looks for it in a text. */
static void
append_name (const TrafoEncoding *self, gsize index, TrafoTextBuffer *text)
{
  const TrafoTextEngine *engine = trafo_text_engine_get (self->tokenizer, NULL);
  g_autofree char       *token = NULL;
  gsize                  size;

  if (engine == NULL)
    return;
  if (self->sequence_ids[index] < 0)
    token = trafo_text_engine_get_content (engine, self->ids[index], &size);
  if (token == NULL)
    token = trafo_text_engine_get_token (engine, self->ids[index], &size);
  if (token != NULL)
    trafo_text_buffer_append (text, token, size);
}

static void
append_text (const TrafoEncoding *self, gsize index, TrafoTextBuffer *text)
{
  guint                 found = trafo_token_texts_find (self->texts, index);
  const TrafoTokenText *own = NULL;

  if (self->texts != NULL && found < self->texts->len)
    own = &g_array_index (self->texts, TrafoTokenText, found);
  if (own != NULL && own->index == index)
    trafo_text_buffer_append (text, own->text, g_ref_string_length (own->text));
  else
    append_name (self, index, text);
}

/**
 * trafo_encoding_get_token:
 * @self: an encoding
 * @index: less than the number of tokens
 *
 * The text of one token, as the vocabulary writes it, NULs shown as [method@Trafo.Tokenizer.decode]
 * does.
 *
 * Returns: (transfer full): the token, empty if the vocabulary lacks its id
 */
char *
trafo_encoding_get_token (TrafoEncoding *self, gsize index)
{
  g_auto (TrafoTextBuffer) text = { 0 };
  char *token;

  g_return_val_if_fail (self != NULL && index < self->n_tokens, NULL);
  append_text (self, index, &text);
  token = trafo_text_buffer_finish (&text, NULL);
  return token != NULL ? token : g_strdup ("");
}

/**
 * trafo_encoding_get_token_bytes:
 * @self: an encoding
 * @index: less than the number of tokens
 *
 * Like [method@Trafo.Encoding.get_token], for text that may hold NULs.
 *
 * Returns: (transfer full): the token, UTF-8, empty if the vocabulary lacks its id
 */
GBytes *
trafo_encoding_get_token_bytes (TrafoEncoding *self, gsize index)
{
  g_auto (TrafoTextBuffer) text = { 0 };
  GBytes *token;

  g_return_val_if_fail (self != NULL && index < self->n_tokens, NULL);
  append_text (self, index, &text);
  token = trafo_text_buffer_finish_bytes (&text, NULL);
  return token != NULL ? token : g_bytes_new_static ("", 0);
}

/**
 * trafo_encoding_get_tokens:
 * @self: an encoding
 *
 * The texts of the tokens, as [method@Trafo.Encoding.get_token] gives them.
 *
 * Returns: (transfer full): the tokens
 */
char **
trafo_encoding_get_tokens (TrafoEncoding *self)
{
  char **tokens;

  g_return_val_if_fail (self != NULL, NULL);
  tokens = g_new0 (char *, self->n_tokens + 1);
  for (gsize i = 0; i < self->n_tokens; i++)
    tokens[i] = trafo_encoding_get_token (self, i);
  return tokens;
}

/**
 * trafo_encoding_get_n_overflowing:
 * @self: an encoding
 *
 * How many encodings hold what was cut off from this one.
 *
 * Returns: the number, 0 unless the options asked for them
 */
gsize
trafo_encoding_get_n_overflowing (TrafoEncoding *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->overflowing != NULL ? self->overflowing->len : 0;
}

/**
 * trafo_encoding_get_overflowing:
 * @self: an encoding
 * @index: less than the number of overflowing encodings
 *
 * A part of what was cut off.
 *
 * Returns: (transfer none): the encoding
 */
TrafoEncoding *
trafo_encoding_get_overflowing (TrafoEncoding *self, gsize index)
{
  g_return_val_if_fail (index < trafo_encoding_get_n_overflowing (self), NULL);
  return g_ptr_array_index (self->overflowing, index);
}
