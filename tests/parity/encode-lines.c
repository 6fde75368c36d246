/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Encodes what comes in on standard input and decodes it again, for test-tokenizers.py to compare.
 *
 *   encode-lines FOLDER < texts > tokens
 *
 * In: for each text its size in bytes, a little-endian uint32, and its bytes. Out: for each text the
 * number of its tokens, then of each its id, the start and end of its offsets in code points, its word
 * or -1, and its type, all as 32 bit; then the size and the bytes of its tokens, one a line, and of what
 * they decode to. A number of 0xffffffff says that the text was refused, such a size that decoding
 * failed. */
#include <stdio.h>
#include <string.h>
#include <trafo/trafo.h>

static gboolean
write_tokens (TrafoEncoding *encoding)
{
  guint32        refused = G_MAXUINT32, n_tokens;
  const guint32 *ids, *offsets, *types;
  const gint32  *words;

  if (encoding == NULL)
    return fwrite (&refused, 4, 1, stdout) == 1;
  n_tokens = trafo_encoding_get_n_tokens (encoding);
  ids = trafo_encoding_get_ids (encoding, NULL);
  offsets = trafo_encoding_get_offsets (encoding, NULL);
  words = trafo_encoding_get_word_ids (encoding, NULL);
  types = trafo_encoding_get_type_ids (encoding, NULL);
  if (fwrite (&n_tokens, 4, 1, stdout) != 1)
    return FALSE;
  for (guint32 i = 0; i < n_tokens; i++)
    {
      guint32 row[] = { ids[i], offsets[i * 2], offsets[i * 2 + 1], words[i], types[i] };

      if (fwrite (row, sizeof row, 1, stdout) != 1)
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_text (const char *text)
{
  guint32 size = text != NULL ? strlen (text) : G_MAXUINT32;

  return fwrite (&size, 4, 1, stdout) == 1 &&
         (text == NULL || size == 0 || fwrite (text, size, 1, stdout) == 1);
}

/* Whether the tokens, decoded one after the other, make the same text, or one as wrong. */
static gboolean
check_stream (TrafoTokenizer *tokenizer,
              const guint32  *ids,
              gsize           n_ids,
              const char     *text,
              gboolean        has_nul)
{
  g_autoptr (TrafoDecodeStream) stream = trafo_decode_stream_new (tokenizer, FALSE, FALSE);
  g_autoptr (GString) all = g_string_new (NULL);

  for (gsize i = 0; i <= n_ids; i++)
    {
      g_autofree char *part = i < n_ids ? trafo_decode_stream_step (stream, ids[i], NULL)
                                        : trafo_decode_stream_end (stream, NULL);

      if (part == NULL)
        return text == NULL;
      if (!g_utf8_validate (part, -1, NULL))
        return FALSE;
      g_string_append (all, part);
    }
  /* a text in C ends at its first NUL, each part for itself */
  return text != NULL && g_str_has_prefix (all->str, text) &&
         (has_nul || all->len == strlen (text));
}

static gboolean
write_texts (TrafoTokenizer *tokenizer, TrafoEncoding *encoding, gboolean has_nul)
{
  gsize          n_ids;
  const guint32 *ids = trafo_encoding_get_ids (encoding, &n_ids);
  g_auto (GStrv) tokens = trafo_encoding_get_tokens (encoding);
  g_autofree char *lines = g_strjoinv ("\n", tokens);
  g_autofree char *text = trafo_tokenizer_decode (tokenizer, ids, n_ids, FALSE, FALSE, NULL);

  /* the character that stands for the byte 0 in the alphabet of bytes */
  has_nul |= strstr (lines, "\xc4\x80") != NULL;
  if (!check_stream (tokenizer, ids, n_ids, text, has_nul))
    {
      g_printerr ("a stream decodes to another text than %s\n", text);
      return FALSE;
    }
  return write_text (lines) && write_text (text);
}

static GBytes *
read_text (void)
{
  guint32 size;
  char   *text;

  if (fread (&size, 4, 1, stdin) != 1)
    return NULL;
  text = g_malloc (size);
  if (size > 0 && fread (text, size, 1, stdin) != 1)
    {
      g_free (text);
      return NULL;
    }
  return g_bytes_new_take (text, size);
}

int
main (int argc, char **argv)
{
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *text;

  if (argc != 2)
    {
      g_printerr ("Usage: encode-lines FOLDER < texts > tokens\n");
      return 2;
    }
  tokenizer = trafo_auto_tokenizer_from_pretrained (argv[1], NULL, &error);
  if (tokenizer == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  while ((text = read_text ()) != NULL)
    {
      g_autoptr (TrafoEncoding) encoding =
          trafo_tokenizer_encode_bytes (tokenizer, text, NULL, NULL, NULL);

      gsize       size;
      const char *data = g_bytes_get_data (text, &size);
      gboolean    has_nul = size > 0 && memchr (data, '\0', size) != NULL;

      g_bytes_unref (text);
      if (!write_tokens (encoding) ||
          (encoding != NULL && !write_texts (tokenizer, encoding, has_nul)))
        return 1;
    }
  return fflush (stdout) == 0 ? 0 : 1;
}
