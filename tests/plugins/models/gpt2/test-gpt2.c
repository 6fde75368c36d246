/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "model-cases.h"

static const ModelConfigCase configs[] = {
  { "heads", "\"n_head\": 3", "'n_embd' is 16, expected a multiple of 'n_head', 3" },
  { "no-heads", "\"n_head\": 0", "n_head" },
  { "negative-hidden", "\"n_embd\": -16", "n_embd" },
  { "huge-hidden", "\"n_embd\": 1e300", "n_embd" },
  { "text-hidden", "\"n_embd\": \"16\"", "n_embd" },
  { "no-vocab", "\"vocab_size\": 0", "vocab_size" },
  { "negative-layers", "\"n_layer\": -1", "n_layer" },
  { "too-many-layers", "\"n_layer\": 1000000000", "n_layer" },
  { "inner", "\"n_inner\": 0", "n_inner" },
  { "positions", "\"n_positions\": 0", "n_positions" },
  { "activation",
    "\"activation_function\": \"gelu_4\"",
    "h.0.mlp.act: activation function 'gelu_4' is unknown" },
  { "epsilon", "\"layer_norm_epsilon\": -1", "layer_norm_epsilon" },
  { "dropout", "\"resid_pdrop\": 2", "resid_pdrop" },
  { "cross", "\"add_cross_attention\": true", "add_cross_attention" },
  { "problem", "\"problem_type\": \"guess\"", "'problem_type' is 'guess'" },
  { "padding", "\"pad_token_id\": \"none\"", "pad_token_id" },
  { "labels", "\"num_labels\": -1", "num_labels" },
};

static const ModelHeadCase heads[] = {
  { "base", "GPT2Model", NULL, "", "last_hidden_state", 16 },
  { "causal-lm", "GPT2LMHeadModel", NULL, "", "logits", 50 },
  { "sequence-classification",
    "GPT2ForSequenceClassification",
    "\"num_labels\": 3",
    "score.weight",
    "logits",
    3 },
  { "token-classification",
    "GPT2ForTokenClassification",
    NULL,
    "classifier.bias classifier.weight",
    "logits",
    2 },
  { "question-answering",
    "GPT2ForQuestionAnswering",
    NULL,
    "qa_outputs.bias qa_outputs.weight",
    "start_logits",
    5 },
};

static const ModelCases cases = {
  .model_type = "gpt2",
  .members = "\"model_type\": \"gpt2\", \"vocab_size\": 50, \"n_embd\": 16, \"n_layer\": 2, "
             "\"n_head\": 2, \"n_positions\": 32",
  .vocab_size = 50,
  .prefix = "transformer.",
  .configs = configs,
  .n_configs = G_N_ELEMENTS (configs),
  .heads = heads,
  .n_heads = G_N_ELEMENTS (heads),
};

/* GPT2PreTrainedModel._init_weights: N(0, s), and s / sqrt (2 n_layer) for what is added to the
 * residual; of so many numbers the deviation is found to 5 %. */
static void
test_initialization (void)
{
  static const char *const normal[] = { "wte.weight",
                                        "wpe.weight",
                                        "h.1.attn.c_attn.weight",
                                        "h.1.mlp.c_fc.weight" };
  static const char *const scaled[] = { "h.0.attn.c_proj.weight", "h.1.mlp.c_proj.weight" };
  g_autoptr (TrafoModel) model =
      model_cases_new_model (&cases,
                             "\"n_embd\": 96, \"n_positions\": 64, \"initializer_range\": 0.5",
                             "base",
                             7,
                             NULL);
  g_autoptr (TrafoTensorDict) tensors = model_cases_get_tensors (model);

  for (gsize i = 0; i < G_N_ELEMENTS (normal); i++)
    g_assert_cmpfloat_with_epsilon (model_cases_get_deviation (tensors, normal[i]), 0.5, 0.025);
  for (gsize i = 0; i < G_N_ELEMENTS (scaled); i++)
    g_assert_cmpfloat_with_epsilon (model_cases_get_deviation (tensors, scaled[i]), 0.25, 0.0125);
  g_assert_cmpfloat (model_cases_get_deviation (tensors, "h.0.attn.c_attn.bias"), ==, 0);
  g_assert_cmpfloat (model_cases_get_deviation (tensors, "h.0.ln_1.weight"), ==, 1);
  g_assert_cmpfloat (model_cases_get_deviation (tensors, "ln_f.bias"), ==, 0);
}

static TrafoTensorDict *
tensors_of_seed (guint64 seed)
{
  g_autoptr (TrafoModel) model = model_cases_new_model (&cases, NULL, "base", seed, NULL);

  return model_cases_get_tensors (model);
}

/* The same seed gives the same weights, another others; no two parameters are alike. */
static void
test_seed (void)
{
  g_autoptr (TrafoTensorDict) first = tensors_of_seed (0);
  g_autoptr (TrafoTensorDict) same = tensors_of_seed (0);
  g_autoptr (TrafoTensorDict) other = tensors_of_seed (1);
  TrafoTensor *words = trafo_tensor_dict_get (first, "wte.weight");
  TrafoTensor *weight = trafo_tensor_dict_get (first, "h.0.attn.c_attn.weight");

  g_assert_cmpfloat (trafo_tensor_max_difference (words,
                                                  trafo_tensor_dict_get (same, "wte.weight")),
                     ==,
                     0);
  g_assert_cmpfloat (trafo_tensor_max_difference (words,
                                                  trafo_tensor_dict_get (other, "wte.weight")),
                     >,
                     0.01);
  g_assert_cmpfloat (trafo_tensor_max_difference (weight,
                                                  trafo_tensor_dict_get (first,
                                                                         "h.1.attn.c_attn.weight")),
                     >,
                     0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  model_cases_add (&cases);
  g_test_add_func ("/gpt2/initialization", test_initialization);
  g_test_add_func ("/gpt2/seed", test_seed);
  return g_test_run ();
}
