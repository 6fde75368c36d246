/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Answers lines, each with what was said before it: conversation DIR LINE... */
#include <trafo/trafo.h>

static gboolean
answer (TrafoGenerator *generator, GString *said, GError **error)
{
  const char *texts[] = { said->str, NULL };
  g_autoptr (TrafoTensorDict) inputs =
      trafo_tokenizer_encode_prompts (trafo_generator_get_tokenizer (generator), texts, error);
  g_autoptr (GError) local = NULL;

  if (inputs == NULL || !trafo_generator_begin (generator, inputs, error))
    return FALSE;
  for (char *text; (text = trafo_generator_next (generator, NULL, &local)) != NULL; g_free (text))
    g_string_append (said, text);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

int
main (int argc, char **argv)
{
  const char *folder = argc > 1 ? argv[1] : "";
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model =
      trafo_auto_model_for_causal_lm_from_pretrained (folder, NULL, NULL, &error);
  g_autoptr (TrafoTokenizer) tokenizer =
      model != NULL ? trafo_auto_tokenizer_from_pretrained (folder, NULL, &error) : NULL;
  g_autoptr (TrafoGenerationConfig) config = trafo_generation_config_new ();
  g_autoptr (TrafoGenerator) generator = NULL;
  g_autoptr (GString) said = g_string_new (NULL);

  g_object_set (config, "max-new-tokens", (gint64) 16, NULL);
  if (tokenizer != NULL)
    generator = trafo_generator_new (model, tokenizer, config, &error);
  for (int i = 2; i < argc && error == NULL; i++)
    {
      g_string_append_printf (said, "%s\n", argv[i]);
      answer (generator, said, &error); /* runs the new line and the answer alone */
      g_string_append_c (said, '\n');
    }
  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%s", said->str);
  return 0;
}
