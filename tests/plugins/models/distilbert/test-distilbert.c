/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "model-cases.h"

static const ModelConfigCase configs[] = {
  { "heads", "\"n_heads\": 3", "'dim' is 16, expected a multiple of 'n_heads', 3" },
  { "no-heads", "\"n_heads\": 0", "n_heads" },
  { "negative-hidden", "\"dim\": -16", "dim" },
  { "no-vocab", "\"vocab_size\": 0", "vocab_size" },
  { "negative-layers", "\"n_layers\": -1", "n_layers" },
  { "inner", "\"hidden_dim\": 0", "hidden_dim" },
  { "positions", "\"max_position_embeddings\": 0", "max_position_embeddings" },
  { "activation",
    "\"activation\": \"gelu_4\"",
    "transformer.layer.0.ffn.activation: activation function 'gelu_4' is unknown" },
  { "dropout", "\"seq_classif_dropout\": -0.5", "seq_classif_dropout" },
  { "qa-labels", "\"num_labels\": 3", "found 3 labels, expected 2 for question answering" },
};

static const ModelHeadCase heads[] = {
  { "base", "DistilBertModel", NULL, "", "last_hidden_state", 16 },
  { "sequence-classification",
    "DistilBertForSequenceClassification",
    "\"num_labels\": 3",
    "classifier.bias classifier.weight pre_classifier.bias pre_classifier.weight",
    "logits",
    3 },
  { "token-classification",
    "DistilBertForTokenClassification",
    NULL,
    "classifier.bias classifier.weight",
    "logits",
    2 },
  { "question-answering",
    "DistilBertForQuestionAnswering",
    NULL,
    "qa_outputs.bias qa_outputs.weight",
    "end_logits",
    5 },
  { "masked-lm",
    "DistilBertForMaskedLM",
    NULL,
    "vocab_layer_norm.bias vocab_layer_norm.weight vocab_projector.bias vocab_transform.bias "
    "vocab_transform.weight",
    "logits",
    50 },
};

static const ModelCases cases = {
  .model_type = "distilbert",
  .members = "\"model_type\": \"distilbert\", \"vocab_size\": 50, \"dim\": 16, \"n_layers\": 2, "
             "\"n_heads\": 2, \"hidden_dim\": 24, \"max_position_embeddings\": 32",
  .vocab_size = 50,
  .prefix = "distilbert.",
  .configs = configs,
  .n_configs = G_N_ELEMENTS (configs),
  .heads = heads,
  .n_heads = G_N_ELEMENTS (heads),
};

/* create_sinusoidal_embeddings(): sine and cosine in turn. */
static void
test_sinusoids (void)
{
  g_autoptr (TrafoModel) model =
      model_cases_new_model (&cases, "\"sinusoidal_pos_embds\": true", "base", 0, NULL);
  g_autoptr (TrafoTensorDict) tensors = model_cases_get_tensors (model);
  TrafoTensor *table = trafo_tensor_dict_get (tensors, "embeddings.position_embeddings.weight");

  for (gint64 row = 0; row < 32; row++)
    for (gint64 i = 0; i < 16; i++)
      {
        double angle = row / pow (10000, (i - i % 2) / 16.0);

        g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (table, row * 16 + i),
                                        i % 2 == 0 ? sin (angle) : cos (angle),
                                        1e-6);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  model_cases_add (&cases);
  g_test_add_func ("/distilbert/sinusoids", test_sinusoids);
  return g_test_run ();
}
