/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Shows a text's tokens and the first number of what an encoder makes of each:
 *   cc encode.c $(pkg-config --cflags --libs trafo-1.0) -o encode && ./encode DIR TEXT */
#include <trafo/trafo.h>

static TrafoTensorDict *
run (const char *folder, TrafoBatchEncoding **batch, const char *text, GError **error)
{
  const char *texts[] = { text, NULL };
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoTensorDict) inputs = NULL;

  if (!(tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, error)) ||
      !(model = trafo_auto_model_from_pretrained (folder, NULL, NULL, error)) ||
      !(*batch = trafo_tokenizer_encode_batch (tokenizer, texts, NULL, NULL, error)) ||
      !(inputs = trafo_batch_encoding_to_tensors (*batch, error)))
    return NULL;
  return trafo_model_forward (model, inputs, FALSE, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoBatchEncoding) batch = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_auto (GStrv) tokens = NULL;
  TrafoTensor *states; /* (1, tokens, hidden size) */

  if (argc < 3)
    {
      g_printerr ("Usage: encode DIR TEXT\n");
      return 2;
    }
  outputs = run (argv[1], &batch, argv[2], &error);
  if (outputs == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  tokens = trafo_encoding_get_tokens (trafo_batch_encoding_get_row (batch, 0));
  states = trafo_tensor_dict_get (outputs, "last_hidden_state");
  for (gint64 i = 0; tokens[i] != NULL; i++)
    g_print ("%-12s %8.4f\n",
             tokens[i],
             trafo_tensor_get_value (states, i * trafo_tensor_get_dim (states, 2)));
  return 0;
}
