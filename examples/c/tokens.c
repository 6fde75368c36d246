/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Shows the tokens of texts, and decodes them one after the other as a generation does. No model and no
 * backend is loaded:
 *   cc tokens.c $(pkg-config --cflags --libs trafo-1.0) -o tokens && ./tokens DIR TEXT... */
#include <trafo/trafo.h>

static gboolean
show (TrafoTokenizer *tokenizer, const char *text, GError **error)
{
  g_autoptr (TrafoDecodeStream) stream = trafo_decode_stream_new (tokenizer, TRUE, FALSE);
  g_autoptr (TrafoEncoding) encoding = trafo_tokenizer_encode (tokenizer, text, NULL, NULL, error);
  g_auto (GStrv) tokens = NULL;
  g_autofree char *rest = NULL;
  const guint32   *ids;
  gsize            n_ids;

  if (encoding == NULL)
    return FALSE;
  tokens = trafo_encoding_get_tokens (encoding);
  ids = trafo_encoding_get_ids (encoding, &n_ids);
  for (gsize i = 0; i < n_ids; i++)
    {
      g_autofree char *part = trafo_decode_stream_step (stream, ids[i], error);

      if (part == NULL)
        return FALSE;
      g_print ("%6u %s [%s]\n", ids[i], tokens[i], part);
    }
  rest = trafo_decode_stream_end (stream, error);
  g_print ("       [%s]\n", rest != NULL ? rest : "");
  return rest != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;

  if (argc < 3)
    {
      g_printerr ("Usage: tokens DIR TEXT...\n");
      return 2;
    }
  tokenizer = trafo_auto_tokenizer_from_pretrained (argv[1], NULL, &error);
  for (int i = 2; tokenizer != NULL && i < argc; i++)
    if (!show (tokenizer, argv[i], &error))
      break;
  if (error == NULL)
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}
