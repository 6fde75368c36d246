/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-decode-stream.h"

#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-text-engine-private.h"

/**
 * TrafoDecodeStream:
 *
 * Decodes tokens one after the other: gives the text that a token makes certain.
 *
 * Only whole characters come out, and all parts together are what [method@Trafo.Tokenizer.decode]
 * makes of all ids, whatever the ids. That makes some text wait for the token that follows: bytes
 * that do not end a character, bytes in a row where the tokenizer falls back to them, and the last
 * word where spaces are cleaned up.
 */
struct _TrafoDecodeStream
{
  GObject parent_instance;

  TrafoTokenizer    *tokenizer;
  gboolean           skip_special_tokens;
  gboolean           clean_up_tokenization_spaces;
  TrafoTextDecoding *decoding; /* of the text that has begun, or NULL */
  TrafoTextBuffer    held;     /* decoded, but not cleaned up yet */
};

G_DEFINE_FINAL_TYPE (TrafoDecodeStream, trafo_decode_stream, G_TYPE_OBJECT)

static void
reset (TrafoDecodeStream *self)
{
  g_clear_pointer (&self->decoding, trafo_text_decoding_free);
  trafo_text_buffer_clear (&self->held);
  self->held.failed = FALSE;
}

static void
trafo_decode_stream_finalize (GObject *object)
{
  TrafoDecodeStream *self = TRAFO_DECODE_STREAM (object);

  reset (self);
  g_clear_object (&self->tokenizer);
  G_OBJECT_CLASS (trafo_decode_stream_parent_class)->finalize (object);
}

static void
trafo_decode_stream_class_init (TrafoDecodeStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_decode_stream_finalize;
}

static void
trafo_decode_stream_init (TrafoDecodeStream *self)
{
}

/**
 * trafo_decode_stream_new:
 * @tokenizer: a loaded tokenizer
 * @skip_special_tokens: whether special tokens are left out
 * @clean_up_tokenization_spaces: as for [method@Trafo.Tokenizer.decode]
 *
 * Creates a stream for one text.
 *
 * Returns: (transfer full): the stream
 */
TrafoDecodeStream *
trafo_decode_stream_new (TrafoTokenizer *tokenizer,
                         gboolean        skip_special_tokens,
                         gboolean        clean_up_tokenization_spaces)
{
  TrafoDecodeStream *self;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (tokenizer), NULL);
  self = g_object_new (TRAFO_TYPE_DECODE_STREAM, NULL);
  self->tokenizer = g_object_ref (tokenizer);
  self->skip_special_tokens = skip_special_tokens;
  self->clean_up_tokenization_spaces = clean_up_tokenization_spaces;
  return self;
}

/* How much of a text can be cleaned up whatever follows it, as is so before most words: each pattern
 * begins with a space, and only " ' " ends with one too and makes one word of two. */
static gsize
get_clean_size (const TrafoTextBuffer *text)
{
  for (gsize i = text->size_bytes; i-- > 2;)
    if (text->text[i - 1] == ' ' && text->text[i] != '\'' && text->text[i - 2] != ' ' &&
        text->text[i - 2] != '\'')
      return i - 1;
  return 0;
}

/* Takes what is certain out of @held, as a text of its own. */
static void
take_clean (TrafoDecodeStream *self, gboolean is_end, TrafoTextBuffer *text)
{
  gsize size = is_end ? self->held.size_bytes : get_clean_size (&self->held);

  text->failed |= self->held.failed;
  if (size == 0)
    return;
  trafo_text_buffer_append (text, self->held.text, size);
  trafo_text_buffer_remove (&self->held, size);
  trafo_text_clean_up (text, 0);
}

/* Decodes @tokens, which it clears, and appends to @text what is certain. */
static gboolean
push (TrafoDecodeStream     *self,
      const TrafoTextEngine *engine,
      TrafoTokenList        *tokens,
      gboolean               is_end,
      TrafoTextBuffer       *text,
      GError               **error)
{
  const TrafoTextBuffer *decoded = &tokens->text;

  if (self->decoding == NULL)
    self->decoding = trafo_text_decoding_new (engine->decoder);
  if (!trafo_text_decoding_push (self->decoding, tokens, is_end, error))
    return FALSE;
  text->failed |= decoded->failed;
  if (!self->clean_up_tokenization_spaces || !trafo_text_engine_may_clean_up (engine))
    {
      trafo_text_buffer_append (text, decoded->text, decoded->size_bytes);
      return TRUE;
    }
  trafo_text_buffer_append (&self->held, decoded->text, decoded->size_bytes);
  take_clean (self, is_end, text);
  return TRUE;
}

static gboolean
step (TrafoDecodeStream *self, guint32 id, TrafoTextBuffer *text, GError **error)
{
  const TrafoTextEngine *engine = trafo_text_engine_get (self->tokenizer, error);
  g_auto (TrafoTokenList) tokens = { 0 };

  if (engine == NULL)
    return FALSE;
  trafo_text_engine_append_token (engine, &tokens, id, self->skip_special_tokens);
  return push (self, engine, &tokens, FALSE, text, error);
}

static gboolean
end (TrafoDecodeStream *self, TrafoTextBuffer *text, GError **error)
{
  const TrafoTextEngine *engine = trafo_text_engine_get (self->tokenizer, error);
  g_auto (TrafoTokenList) tokens = { 0 };
  gboolean done;

  if (engine == NULL)
    return FALSE;
  done = push (self, engine, &tokens, TRUE, text, error);
  reset (self);
  return done;
}

/**
 * trafo_decode_stream_step:
 * @self: a stream
 * @id: the next token; an id that the vocabulary lacks is left out
 * @error: return location for an error
 *
 * Takes a token.
 *
 * Returns: (transfer full): the text that has become certain, "" if none has, NULs shown as
 *   [method@Trafo.Tokenizer.decode] does; %NULL with an error as it gives
 */
char *
trafo_decode_stream_step (TrafoDecodeStream *self, guint32 id, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_DECODE_STREAM (self), NULL);
  return step (self, id, &text, error) ? trafo_text_buffer_finish (&text, error) : NULL;
}

/**
 * trafo_decode_stream_step_bytes:
 * @self: a stream
 * @id: the next token; an id that the vocabulary lacks is left out
 * @error: return location for an error
 *
 * Like [method@Trafo.DecodeStream.step], for text that may hold NULs.
 *
 * Returns: (transfer full): the text that has become certain, UTF-8, empty if none has; %NULL with an
 *   error as [method@Trafo.Tokenizer.decode] gives
 */
GBytes *
trafo_decode_stream_step_bytes (TrafoDecodeStream *self, guint32 id, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_DECODE_STREAM (self), NULL);
  return step (self, id, &text, error) ? trafo_text_buffer_finish_bytes (&text, error) : NULL;
}

/**
 * trafo_decode_stream_end:
 * @self: a stream
 * @error: return location for an error
 *
 * Ends the text; the stream can take another.
 *
 * Returns: (transfer full): what is left of the text, as of [method@Trafo.DecodeStream.step]; %NULL
 *   with an error as [method@Trafo.Tokenizer.decode] gives
 */
char *
trafo_decode_stream_end (TrafoDecodeStream *self, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_DECODE_STREAM (self), NULL);
  return end (self, &text, error) ? trafo_text_buffer_finish (&text, error) : NULL;
}

/**
 * trafo_decode_stream_end_bytes:
 * @self: a stream
 * @error: return location for an error
 *
 * Like [method@Trafo.DecodeStream.end], for text that may hold NULs.
 *
 * Returns: (transfer full): what is left of the text, UTF-8; %NULL with an error as
 *   [method@Trafo.Tokenizer.decode] gives
 */
GBytes *
trafo_decode_stream_end_bytes (TrafoDecodeStream *self, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_DECODE_STREAM (self), NULL);
  return end (self, &text, error) ? trafo_text_buffer_finish_bytes (&text, error) : NULL;
}
