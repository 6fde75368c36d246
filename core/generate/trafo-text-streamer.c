/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-streamer.h"

#include <string.h>

#include "trafo-decode-stream.h"
#include "trafo-text-buffer-private.h"
#include "trafo-text.h"

/**
 * TrafoTextStreamer:
 *
 * Turns tokens, one after the other, into the text that they make, as soon as it is certain.
 *
 * As TextStreamer of transformers: up to the last space, at once after a line's end and after Chinese
 * characters. So neither half a word nor half a character comes out.
 */
struct _TrafoTextStreamer
{
  GObject parent_instance;

  TrafoDecodeStream *stream;
  TrafoTextBuffer    held; /* text that is not certain yet */
};

G_DEFINE_FINAL_TYPE (TrafoTextStreamer, trafo_text_streamer, G_TYPE_OBJECT)

static void
trafo_text_streamer_finalize (GObject *object)
{
  TrafoTextStreamer *self = TRAFO_TEXT_STREAMER (object);

  g_clear_object (&self->stream);
  trafo_text_buffer_clear (&self->held);
  G_OBJECT_CLASS (trafo_text_streamer_parent_class)->finalize (object);
}

static void
trafo_text_streamer_class_init (TrafoTextStreamerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_text_streamer_finalize;
}

static void
trafo_text_streamer_init (TrafoTextStreamer *self)
{
}

/**
 * trafo_text_streamer_new:
 * @tokenizer: a loaded tokenizer
 * @skip_special_tokens: whether special tokens are left out
 *
 * Creates a streamer for one sequence.
 *
 * Returns: (transfer full): the streamer
 */
TrafoTextStreamer *
trafo_text_streamer_new (TrafoTokenizer *tokenizer, gboolean skip_special_tokens)
{
  TrafoTextStreamer *self;

  g_return_val_if_fail (TRAFO_IS_TOKENIZER (tokenizer), NULL);
  self = g_object_new (TRAFO_TYPE_TEXT_STREAMER, NULL);
  self->stream =
      trafo_decode_stream_new (tokenizer,
                               skip_special_tokens,
                               trafo_tokenizer_get_clean_up_tokenization_spaces (tokenizer));
  return self;
}

/* The blocks of Chinese characters, as BERT's pre-tokenization and transformers have them. */
static gboolean
is_chinese (gunichar c)
{
  static const gunichar blocks[][2] = {
    { 0x4e00, 0x9fff },   { 0x3400, 0x4dbf },   { 0x20000, 0x2a6df }, { 0x2a700, 0x2b73f },
    { 0x2b740, 0x2b81f }, { 0x2b820, 0x2ceaf }, { 0xf900, 0xfaff },   { 0x2f800, 0x2fa1f },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    if (c >= blocks[i][0] && c <= blocks[i][1])
      return TRUE;
  return FALSE;
}

/* How much of @text is certain, in bytes. */
static gsize
get_certain_size (const TrafoTextBuffer *text)
{
  const char *end = text->text + text->size_bytes, *space;

  if (text->size_bytes == 0)
    return 0;
  if (end[-1] == '\n' || is_chinese (g_utf8_get_char (g_utf8_prev_char (end))))
    return text->size_bytes;
  space = memrchr (text->text, ' ', text->size_bytes);
  return space != NULL ? (gsize) (space - text->text) + 1 : 0;
}

/* Takes @decoded, which may be NULL for an error; moves to @text what is certain, or all. */
static gboolean
take (TrafoTextStreamer *self, GBytes *decoded, gboolean is_end, TrafoTextBuffer *text)
{
  g_autoptr (GBytes) owned = decoded;
  const char *part;
  gsize       size;

  if (owned == NULL)
    return FALSE;
  part = g_bytes_get_data (owned, &size);
  trafo_text_buffer_append (&self->held, part, size);
  text->failed = self->held.failed;
  size = is_end ? self->held.size_bytes : get_certain_size (&self->held);
  trafo_text_buffer_append (text, self->held.text, size);
  trafo_text_buffer_remove (&self->held, size);
  return TRUE;
}

static gboolean
put (TrafoTextStreamer *self, gint64 token, TrafoTextBuffer *text, GError **error)
{
  return take (self, trafo_decode_stream_step_bytes (self->stream, token, error), FALSE, text);
}

static gboolean
end (TrafoTextStreamer *self, TrafoTextBuffer *text, GError **error)
{
  return take (self, trafo_decode_stream_end_bytes (self->stream, error), TRUE, text);
}

/**
 * trafo_text_streamer_put:
 * @self: a streamer
 * @token: the next token's id
 * @error: return location for an error
 *
 * Takes a token.
 *
 * Returns: (transfer full): the text that has become certain, "" if none has, NULs shown as
 *   [method@Trafo.Tokenizer.decode] does; %NULL with an error as it gives
 */
char *
trafo_text_streamer_put (TrafoTextStreamer *self, gint64 token, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_TEXT_STREAMER (self), NULL);
  g_return_val_if_fail (token >= 0 && token <= G_MAXUINT32, NULL);
  return put (self, token, &text, error) ? trafo_text_buffer_finish (&text, error) : NULL;
}

/**
 * trafo_text_streamer_put_bytes:
 * @self: a streamer
 * @token: the next token's id
 * @error: return location for an error
 *
 * Like [method@Trafo.TextStreamer.put], for text that may hold NULs.
 *
 * Returns: (transfer full): the text that has become certain, UTF-8, empty if none has; %NULL with an
 *   error as [method@Trafo.Tokenizer.decode] gives
 */
GBytes *
trafo_text_streamer_put_bytes (TrafoTextStreamer *self, gint64 token, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_TEXT_STREAMER (self), NULL);
  g_return_val_if_fail (token >= 0 && token <= G_MAXUINT32, NULL);
  return put (self, token, &text, error) ? trafo_text_buffer_finish_bytes (&text, error) : NULL;
}

/**
 * trafo_text_streamer_end:
 * @self: a streamer
 * @error: return location for an error
 *
 * Ends the sequence; the streamer can take another.
 *
 * Returns: (transfer full): what is left of the text, as of [method@Trafo.TextStreamer.put]; %NULL
 *   with an error as [method@Trafo.Tokenizer.decode] gives
 */
char *
trafo_text_streamer_end (TrafoTextStreamer *self, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_TEXT_STREAMER (self), NULL);
  return end (self, &text, error) ? trafo_text_buffer_finish (&text, error) : NULL;
}

/**
 * trafo_text_streamer_end_bytes:
 * @self: a streamer
 * @error: return location for an error
 *
 * Like [method@Trafo.TextStreamer.end], for text that may hold NULs.
 *
 * Returns: (transfer full): what is left of the text, UTF-8; %NULL with an error as
 *   [method@Trafo.Tokenizer.decode] gives
 */
GBytes *
trafo_text_streamer_end_bytes (TrafoTextStreamer *self, GError **error)
{
  g_auto (TrafoTextBuffer) text = { 0 };

  g_return_val_if_fail (TRAFO_IS_TEXT_STREAMER (self), NULL);
  return end (self, &text, error) ? trafo_text_buffer_finish_bytes (&text, error) : NULL;
}
