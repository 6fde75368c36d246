/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Encodes what comes in on standard input, for test-parity.py to compare.
 *
 *   encode-lines FOLDER < texts > tokens
 *
 * In: for each text its size in bytes, a little-endian uint32, and its bytes. Out: for each text the
 * number of its tokens, then of each its id, the start and end of its offsets in code points, and its
 * word or -1, all as 32 bit; a number of 0xffffffff says that the text was refused. The texts stand
 * alone, without special tokens. */
#include <stdio.h>
#include <trafo/trafo.h>

#include "word-piece-tokenizer.h"

static gboolean
write_tokens (TrafoEncoding *encoding)
{
  guint32        refused = G_MAXUINT32, n_tokens;
  const guint32 *ids, *offsets;
  const gint32  *words;

  if (encoding == NULL)
    return fwrite (&refused, 4, 1, stdout) == 1;
  n_tokens = trafo_encoding_get_n_tokens (encoding);
  ids = trafo_encoding_get_ids (encoding, NULL);
  offsets = trafo_encoding_get_offsets (encoding, NULL);
  words = trafo_encoding_get_word_ids (encoding, NULL);
  if (fwrite (&n_tokens, 4, 1, stdout) != 1)
    return FALSE;
  for (guint32 i = 0; i < n_tokens; i++)
    {
      guint32 row[] = { ids[i], offsets[i * 2], offsets[i * 2 + 1], words[i] };

      if (fwrite (row, sizeof row, 1, stdout) != 1)
        return FALSE;
    }
  return TRUE;
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
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (TRAFO_TYPE_WORD_PIECE_TOKENIZER, NULL);
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (GError) error = NULL;
  GBytes *text;

  if (argc != 2)
    {
      g_printerr ("Usage: encode-lines FOLDER < texts > tokens\n");
      return 2;
    }
  if (!trafo_tokenizer_load (tokenizer, argv[1], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  trafo_encode_options_set_add_special_tokens (options, FALSE);
  while ((text = read_text ()) != NULL)
    {
      g_autoptr (TrafoEncoding) encoding =
          trafo_tokenizer_encode_bytes (tokenizer, text, NULL, options, NULL);

      g_bytes_unref (text);
      if (!write_tokens (encoding))
        return 1;
    }
  return fflush (stdout) == 0 ? 0 : 1;
}
