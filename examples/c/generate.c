/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Continues a text, part by part as it is written:
 *   cc generate.c $(pkg-config --cflags --libs trafo-1.0) -o generate && ./generate DIR TEXT */
#include <trafo/trafo.h>

static gboolean
write_on (TrafoModel *model, TrafoTokenizer *tokenizer, const char *prompt, GError **error)
{
  const char *texts[] = { prompt, NULL };
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_batch (tokenizer, texts, NULL, NULL, error);
  g_autoptr (TrafoTensorDict) inputs =
      batch != NULL ? trafo_batch_encoding_to_tensors (batch, error) : NULL;
  g_autoptr (TrafoGenerationConfig) config = trafo_generation_config_new ();
  g_autoptr (TrafoGenerator) generator = NULL;
  g_autoptr (GError) local = NULL;

  g_object_set (config, "max-new-tokens", (gint64) 20, NULL);
  if (inputs == NULL || !(generator = trafo_generator_new (model, tokenizer, config, error)) ||
      !trafo_generator_begin (generator, inputs, error))
    return FALSE;
  for (char *text; (text = trafo_generator_next (generator, NULL, &local)) != NULL; g_free (text))
    g_print ("%s", text);
  g_print ("\n");
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return local == NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) model = NULL;

  if (argc < 3)
    {
      g_printerr ("Usage: generate DIR TEXT\n");
      return 2;
    }
  if (!(tokenizer = trafo_auto_tokenizer_from_pretrained (argv[1], NULL, &error)) ||
      !(model = trafo_auto_model_for_causal_lm_from_pretrained (argv[1], NULL, NULL, &error)) ||
      !write_on (model, tokenizer, argv[2], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
