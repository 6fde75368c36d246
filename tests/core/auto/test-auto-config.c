/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-config.h"

#include <string.h>

#include "../../await.h"
#include "tiny-model.h"
#include "trafo-registry.h"

static char *
shared_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
}

static void
test_from_pretrained (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_auto_config_from_pretrained (folder, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_config_get_model_type (config), ==, "bert");
  g_assert_null (trafo_auto_config_from_pretrained ("/nonexistent", NULL, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_null (trafo_auto_config_from_pretrained (folder, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static TrafoConfig *
load_async (const char *path, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_auto_config_from_pretrained_async (path, NULL, await_keep, &result);
  return trafo_auto_config_from_pretrained_finish (await_result (&result), error);
}

static void
test_async (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = load_async (folder, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_config_get_model_type (config), ==, "bert");
  g_assert_null (load_async ("/nonexistent", &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
}

/* Defaults of transformers 5.23's configuration classes. */
static const struct
{
  const char *model_type;
  const char *key;
  const char *value; /* as config.json has it */
} defaults[] = {
  { "bert", "hidden_size", "768" },
  { "bert", "layer_norm_eps", "1e-12" },
  { "bert", "hidden_act", "\"gelu\"" },
  { "bert", "pad_token_id", "0" },
  { "distilbert", "n_layers", "6" },
  { "distilbert", "hidden_dim", "3072" },
  { "distilbert", "seq_classif_dropout", "0.2" },
  { "distilbert", "sinusoidal_pos_embds", "false" },
  { "gpt2", "n_positions", "1024" },
  { "gpt2", "activation_function", "\"gelu_new\"" },
  { "gpt2", "scale_attn_weights", "true" },
  { "gpt2", "eos_token_id", "50256" },
  { "opt", "vocab_size", "50272" },
  { "opt", "word_embed_proj_dim", "768" },
  { "opt", "activation_function", "\"relu\"" },
  { "opt", "pad_token_id", "1" },
  { "opt", "bos_token_id", "2" },
};

static void
test_defaults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (defaults); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoConfig) config =
          trafo_auto_config_for_model (defaults[i].model_type, NULL, &error);
      g_autofree char *text = NULL;
      g_autofree char *expected =
          g_strdup_printf ("\"%s\": %s", defaults[i].key, defaults[i].value);

      g_assert_no_error (error);
      g_assert_cmpstr (trafo_config_get_model_type (config), ==, defaults[i].model_type);
      text = trafo_config_to_json (config);
      g_test_message ("%s %s", defaults[i].model_type, expected);
      g_assert_nonnull (strstr (text, expected));
    }
}

/* Integers of any size, as bindings make them; what is not known stays; null is not filled in. */
static void
test_options (void)
{
  g_autoptr (GVariant) options = g_variant_ref_sink (g_variant_new_parsed (
      "{'n_layer': <int32 3>, 'n_embd': <uint16 24>, 'n_inner': <@mi nothing>, "
      "'layer_norm_epsilon': <0.5>, 'my_list': <[1, 2]>}"));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_auto_config_for_model ("gpt2", options, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_autofree char   *text = NULL;
  g_autofree gint64 *list = NULL;
  gsize              n_values;

  g_assert_no_error (error);
  g_assert_cmpint (trafo_config_get_int (config, "n_layer", 0, 0, 99), ==, 3);
  g_assert_cmpint (trafo_config_get_int (config, "n_embd", 0, 0, 99), ==, 24);
  g_assert_cmpfloat (trafo_config_get_double (config, "layer_norm_epsilon", 0, 0, 1), ==, 0.5);
  list = trafo_config_get_ints (config, "my_list", 0, 9, &n_values);
  g_assert_cmpuint (n_values, ==, 2);
  g_assert_false (trafo_config_has (config, "n_inner"));
  text = trafo_config_to_json (config);
  g_assert_nonnull (strstr (text, "\"n_inner\": null"));
  trafo_auto_model_from_config_for_task_async (config,
                                               "causal-lm",
                                               NULL,
                                               NULL,
                                               await_keep,
                                               &result);
  model = trafo_auto_model_from_config_for_task_finish (await_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_model_get_n_parameters (model),
                    ==,
                    24 * (50257 + 1024) + 3 * (12 * 24 * 24 + 13 * 24) + 2 * 24);
}

static const struct
{
  const char *model_type;
  const char *options;
  const char *message;
} failures[] = {
  { "no-such-model", NULL, "no-such-model" },
  { "gpt2", "{'n_layer': <-1>}", "'n_layer' is -1" },
  { "gpt2", "{'n_layer': <'two'>}", "'n_layer' is \"two\"" },
  { "opt", "{'hidden_size': <10>, 'num_attention_heads': <3>}", "expected a multiple" },
  { "gpt2", "[1, 2]", "found options of type 'ai'" },
};

static void
test_failures (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      GVariant *options =
          failures[i].options != NULL ? g_variant_new_parsed (failures[i].options) : NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_auto_config_for_model (failures[i].model_type, options, &error));
      if (strstr (error->message, failures[i].message) == NULL)
        g_error ("found '%s', expected '%s'", error->message, failures[i].message);
    }
}

/* A configuration that names no plugin makes no model. */
static void
test_no_type (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("{}", 2);
  g_autoptr (TrafoConfig) config = trafo_config_new_from_bytes (bytes, "test", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_auto_model_from_config_for_task (config, "base", NULL, NULL, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto-config/from-pretrained", test_from_pretrained);
  g_test_add_func ("/auto-config/async", test_async);
  g_test_add_func ("/auto-config/defaults", test_defaults);
  g_test_add_func ("/auto-config/options", test_options);
  g_test_add_func ("/auto-config/failures", test_failures);
  g_test_add_func ("/auto-config/no-type", test_no_type);
  return g_test_run ();
}
