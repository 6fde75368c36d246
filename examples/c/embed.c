/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Says how near in meaning texts are to the first one, from -1 to 1:
 *   cc embed.c $(pkg-config --cflags --libs trafo-1.0) -o embed && ./embed DIR TEXT... */
#include <trafo/trafo.h>

int
main (int argc, char **argv)
{
  const char *const *texts = (const char *const *) argv + 2;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoSentenceEmbedder) embedder = NULL;
  g_autoptr (TrafoTensor) vectors = NULL; /* (texts, dimension), each of length 1 */

  if (argc < 3)
    {
      g_printerr ("Usage: embed DIR TEXT...\n");
      return 2;
    }
  if (!(embedder = trafo_sentence_embedder_new_from_pretrained (argv[1], NULL, NULL, &error)) ||
      !(vectors = trafo_sentence_embedder_encode (embedder, texts, NULL, &error)))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  for (gint64 i = 0, n = trafo_tensor_get_dim (vectors, 1); texts[i] != NULL; i++)
    {
      double cosine = 0;

      for (gint64 k = 0; k < n; k++)
        cosine += trafo_tensor_get_value (vectors, k) * trafo_tensor_get_value (vectors, i * n + k);
      g_print ("%6.3f  %s\n", cosine, texts[i]);
    }
  return 0;
}
