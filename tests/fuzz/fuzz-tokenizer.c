/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A tokenizer.json is read or refused; what is read encodes a text, each token of which lies in it,
 * and decodes the ids. The input is a tokenizer.json, a tokenizer_config.json and a text, with a NUL
 * between them, of which the last two may be missing. */
#include <string.h>

#include "fuzz.h"
#include "trafo-text.h"
#include "word-piece-tokenizer.h"

static const char sample[] =
    "The [MASK] r\xc3\xadver <new>, e\xcc\x81 it's a \xe4\xb8\xad\t2\xc2\xbd";

/* The bytes from *@at up to a NUL or the end, and moves *@at behind it; NULL if nothing is left. */
static GBytes *
take_part (const guint8 **at, const guint8 *end)
{
  const guint8 *start = *at;
  const guint8 *nul;

  if (start >= end)
    return NULL;
  nul = memchr (start, '\0', end - start);
  *at = nul != NULL ? nul + 1 : end;
  return g_bytes_new (start, (nul != NULL ? nul : end) - start);
}

static void
check_error (gboolean done, const GError *error)
{
  fuzz_check (done == (error == NULL));
  fuzz_check (done || g_utf8_validate (error->message, -1, NULL));
}

static void
decode (TrafoTokenizer *tokenizer, const guint32 *ids, gsize n_ids, gboolean flag)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = trafo_tokenizer_decode (tokenizer, ids, n_ids, flag, !flag, &error);

  check_error (text != NULL, error);
  fuzz_check (text == NULL || g_utf8_validate (text, -1, NULL));
}

static void
check_encoding (TrafoTokenizer *tokenizer, TrafoEncoding *encoding, gsize size_bytes)
{
  gsize          n_tokens;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_tokens);
  const guint32 *offsets = trafo_encoding_get_byte_offsets (encoding, NULL);
  g_auto (GStrv) tokens = trafo_encoding_get_tokens (encoding);

  fuzz_check (g_strv_length (tokens) == n_tokens);
  for (gsize i = 0; i < n_tokens; i++)
    fuzz_check (offsets[2 * i] <= offsets[2 * i + 1] && offsets[2 * i + 1] <= size_bytes);
  decode (tokenizer, ids, n_tokens, FALSE);
  decode (tokenizer, ids, n_tokens, TRUE);
  for (gsize i = 0; i < trafo_encoding_get_n_overflowing (encoding); i++)
    check_encoding (tokenizer, trafo_encoding_get_overflowing (encoding, i), size_bytes);
}

static void
encode (TrafoTokenizer *tokenizer, GBytes *text, GBytes *pair, TrafoEncodeOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoEncoding) encoding =
      trafo_tokenizer_encode_bytes (tokenizer, text, pair, options, &error);

  check_error (encoding != NULL, error);
  if (encoding != NULL)
    check_encoding (tokenizer, encoding, g_bytes_get_size (text));
}

static void
use (TrafoTokenizer *tokenizer, GBytes *text)
{
  g_autoptr (TrafoEncodeOptions) options = g_object_new (TRAFO_TYPE_ENCODE_OPTIONS,
                                                         "truncation",
                                                         TRAFO_TRUNCATION_LONGEST_FIRST,
                                                         "max-length",
                                                         16,
                                                         "stride",
                                                         1,
                                                         "return-overflowing-tokens",
                                                         TRUE,
                                                         "padding",
                                                         TRAFO_PADDING_MAX_LENGTH,
                                                         NULL);

  encode (tokenizer, text, NULL, NULL);
  encode (tokenizer, text, text, NULL);
  encode (tokenizer, text, NULL, options);
  encode (tokenizer, text, text, options);
  for (guint i = 0; i < TRAFO_N_SPECIAL_TOKENS; i++)
    {
      gint64 id = trafo_tokenizer_get_special_token_id (tokenizer, i);

      fuzz_check (id < 0 || trafo_tokenizer_get_special_token (tokenizer, i) != NULL);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  static GType (*const types[]) (void) = { trafo_word_piece_tokenizer_get_type };
  const guint8 *at = data;
  g_autoptr (GBytes) json = take_part (&at, data + size_bytes);
  g_autoptr (GBytes) config = take_part (&at, data + size_bytes);
  g_autoptr (GBytes) text = take_part (&at, data + size_bytes);

  if (json == NULL)
    return 0;
  if (text == NULL)
    text = g_bytes_new_static (sample, sizeof sample - 1);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (TrafoTokenizer) tokenizer = g_object_new (types[i](), NULL);
      g_autoptr (GError) error = NULL;
      gboolean loaded = trafo_tokenizer_load_json (tokenizer, json, config, &error);

      check_error (loaded, error);
      if (loaded)
        use (tokenizer, text);
    }
  return 0;
}
