/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-streamer.h"

#include <string.h>

#include "trafo-decode-stream.h"
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
  GString           *held; /* text that is not certain yet */
};

G_DEFINE_FINAL_TYPE (TrafoTextStreamer, trafo_text_streamer, G_TYPE_OBJECT)

static void
trafo_text_streamer_finalize (GObject *object)
{
  TrafoTextStreamer *self = TRAFO_TEXT_STREAMER (object);

  g_clear_object (&self->stream);
  g_string_free (self->held, TRUE);
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
  self->held = g_string_new (NULL);
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
get_certain_size (const GString *text)
{
  const char *end = text->str + text->len, *space;

  if (text->len == 0)
    return 0;
  if (end[-1] == '\n' || is_chinese (g_utf8_get_char (g_utf8_prev_char (end))))
    return text->len;
  space = strrchr (text->str, ' ');
  return space != NULL ? (gsize) (space - text->str) + 1 : 0;
}

/**
 * trafo_text_streamer_put:
 * @self: a streamer
 * @token: the next token's id
 * @error: return location for an error
 *
 * Takes a token.
 *
 * Returns: (transfer full): the text that has become certain, "" if none has; %NULL with an error as
 *   [method@Trafo.Tokenizer.decode] gives
 */
char *
trafo_text_streamer_put (TrafoTextStreamer *self, gint64 token, GError **error)
{
  g_autofree char *text = NULL;
  gsize            certain;
  char            *part;

  g_return_val_if_fail (TRAFO_IS_TEXT_STREAMER (self), NULL);
  g_return_val_if_fail (token >= 0 && token <= G_MAXUINT32, NULL);
  text = trafo_decode_stream_step (self->stream, token, error);
  if (text == NULL)
    return NULL;
  g_string_append (self->held, text);
  certain = get_certain_size (self->held);
  part = g_strndup (self->held->str, certain);
  g_string_erase (self->held, 0, certain);
  return part;
}

/**
 * trafo_text_streamer_end:
 * @self: a streamer
 * @error: return location for an error
 *
 * Ends the sequence; the streamer can take another.
 *
 * Returns: (transfer full): what is left of the text; %NULL with an error as
 *   [method@Trafo.Tokenizer.decode] gives
 */
char *
trafo_text_streamer_end (TrafoTextStreamer *self, GError **error)
{
  g_autofree char *text = NULL;
  char            *part;

  g_return_val_if_fail (TRAFO_IS_TEXT_STREAMER (self), NULL);
  text = trafo_decode_stream_end (self->stream, error);
  if (text == NULL)
    return NULL;
  part = g_strconcat (self->held->str, text, NULL);
  g_string_truncate (self->held, 0);
  return part;
}
