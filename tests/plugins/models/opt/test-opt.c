/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "model-cases.h"

static const ModelConfigCase configs[] = {
  { "heads",
    "\"num_attention_heads\": 3",
    "'hidden_size' is 16, expected a multiple of 'num_attention_heads', 3" },
  { "no-heads", "\"num_attention_heads\": 0", "num_attention_heads" },
  { "negative-hidden", "\"hidden_size\": -16", "hidden_size" },
  { "no-vocab", "\"vocab_size\": 0", "vocab_size" },
  { "huge-vocab", "\"vocab_size\": 9007199254740993", "vocab_size" },
  { "negative-layers", "\"num_hidden_layers\": -1", "num_hidden_layers" },
  { "inner", "\"ffn_dim\": 0", "ffn_dim" },
  { "positions", "\"max_position_embeddings\": 0", "max_position_embeddings" },
  { "huge-positions", "\"max_position_embeddings\": 2147483647", "max_position_embeddings" },
  { "projection", "\"word_embed_proj_dim\": -1", "word_embed_proj_dim" },
  { "activation",
    "\"activation_function\": \"gelu_4\"",
    "decoder.layers.0.activation_fn: activation function 'gelu_4' is unknown" },
  { "norm", "\"do_layer_norm_before\": \"yes\"", "do_layer_norm_before" },
  { "bias", "\"enable_bias\": 2", "enable_bias" },
  { "padding", "\"pad_token_id\": 1.5", "pad_token_id" },
};

static const ModelHeadCase heads[] = {
  { "base", "OPTModel", NULL, "", "last_hidden_state", 16 },
  { "causal-lm", "OPTForCausalLM", "\"word_embed_proj_dim\": 12", "", "logits", 50 },
  { "sequence-classification",
    "OPTForSequenceClassification",
    "\"word_embed_proj_dim\": 12, \"num_labels\": 3",
    "score.weight",
    "logits",
    3 },
  { "question-answering",
    "OPTForQuestionAnswering",
    "\"do_layer_norm_before\": false",
    "qa_outputs.bias qa_outputs.weight",
    "start_logits",
    5 },
};

static const ModelCases cases = {
  .model_type = "opt",
  .members = "\"model_type\": \"opt\", \"vocab_size\": 50, \"hidden_size\": 16, "
             "\"num_hidden_layers\": 2, \"num_attention_heads\": 2, \"ffn_dim\": 24, "
             "\"max_position_embeddings\": 32",
  .vocab_size = 50,
  .prefix = "model.",
  .configs = configs,
  .n_configs = G_N_ELEMENTS (configs),
  .heads = heads,
  .n_heads = G_N_ELEMENTS (heads),
};

/* OPTPreTrainedModel: N(0, init_std), and zeros for the padding, which is id 1 unless it is said to
 * be none. */
static void
test_initialization (void)
{
  static const struct
  {
    const char *changes;
    gboolean    is_zero;
  } options[] = {
    { "\"init_std\": 0.5, \"hidden_size\": 96", TRUE },
    { "\"init_std\": 0.5, \"hidden_size\": 96, \"pad_token_id\": null", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr (TrafoModel) model =
          model_cases_new_model (&cases, options[i].changes, "base", 7, NULL);
      g_autoptr (TrafoTensorDict) tensors = model_cases_get_tensors (model);
      TrafoTensor *words = trafo_tensor_dict_get (tensors, "decoder.embed_tokens.weight");
      const char  *q = "decoder.layers.1.self_attn.q_proj.weight";

      for (gint64 column = 0; column < 96; column++)
        g_assert_cmpint (trafo_tensor_get_value (words, 96 + column) == 0, ==, options[i].is_zero);
      g_assert_cmpfloat (trafo_tensor_get_value (words, 0), !=, 0);
      g_assert_cmpfloat_with_epsilon (model_cases_get_deviation (tensors, q), 0.5, 0.025);
      g_assert_cmpfloat (model_cases_get_deviation (tensors, "decoder.layers.0.fc1.bias"), ==, 0);
    }
}

/* Positions may be those of either row of the table before the first, and no others. */
static void
test_positions (void)
{
  static const struct
  {
    gint64   position;
    gboolean is_valid;
  } positions[] = { { -3, FALSE }, { -2, TRUE }, { -1, TRUE }, { 31, TRUE }, { 32, FALSE } };
  g_autoptr (TrafoModel) model = model_cases_new_model (&cases, NULL, "base", 0, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (positions); i++)
    {
      g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
      g_autoptr (TrafoTensorDict) outputs = NULL;
      g_autoptr (TrafoTensor) ids = tiny_ids_new (1, 1, 50);
      g_autoptr (TrafoTensor) position = tiny_ids_new (1, 1, 50);
      g_autoptr (GError) error = NULL;

      *(gint64 *) trafo_tensor_get_data (position) = positions[i].position;
      trafo_tensor_dict_set (inputs, "input_ids", ids);
      trafo_tensor_dict_set (inputs, "position_ids", position);
      outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
      g_assert_cmpint (outputs != NULL, ==, positions[i].is_valid);
      if (outputs == NULL)
        g_assert_nonnull (strstr (error->message, "expected a number from -2 to 31"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  model_cases_add (&cases);
  g_test_add_func ("/opt/initialization", test_initialization);
  g_test_add_func ("/opt/positions", test_positions);
  return g_test_run ();
}
