/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "tiny-model.h"

typedef struct
{
  const char *name;
  const char *changes; /* of config.json */
  const char *message;
} ConfigCase;

static const ConfigCase config_cases[] = {
  { "heads",
    "\"num_attention_heads\": 3",
    "'hidden_size' is 16, expected a multiple of 'num_attention_heads', 3" },
  { "no-heads", "\"num_attention_heads\": 0", "num_attention_heads" },
  { "negative-heads", "\"num_attention_heads\": -2", "num_attention_heads" },
  { "negative-hidden", "\"hidden_size\": -16", "hidden_size" },
  { "huge-hidden", "\"hidden_size\": 1e300", "hidden_size" },
  { "hidden-not-tensor", "\"hidden_size\": 32", "has shape (16,), expected (32,)" },
  { "vocab-not-tensor", "\"vocab_size\": 79", "has shape (78, 16), expected (79, 16)" },
  { "negative-vocab", "\"vocab_size\": -1", "vocab_size" },
  { "no-vocab", "\"vocab_size\": 0", "vocab_size" },
  { "text-vocab", "\"vocab_size\": \"many\"", "vocab_size" },
  { "negative-layers", "\"num_hidden_layers\": -1", "num_hidden_layers" },
  { "too-many-layers", "\"num_hidden_layers\": 1000000000", "num_hidden_layers" },
  { "intermediate", "\"intermediate_size\": 0", "intermediate_size" },
  { "positions", "\"max_position_embeddings\": 0", "max_position_embeddings" },
  { "positions-not-tensor", "\"max_position_embeddings\": 64", "expected (64, 16)" },
  { "segments", "\"type_vocab_size\": 3", "expected (3, 16)" },
  { "activation",
    "\"hidden_act\": \"gelu_4\"",
    "intermediate_act_fn: activation function 'gelu_4' is unknown" },
  { "no-activation", "\"hidden_act\": 3", "hidden_act" },
  { "epsilon", "\"layer_norm_eps\": -1", "layer_norm_eps" },
  { "relative",
    "\"position_embedding_type\": \"relative_key\"",
    "'position_embedding_type' is 'relative_key'" },
  { "cross-attention",
    "\"is_decoder\": true, \"add_cross_attention\": true",
    "'add_cross_attention' is true" },
  { "problem", "\"problem_type\": \"guess\"", "'problem_type' is 'guess'" },
};

static void
test_config (gconstpointer data)
{
  const ConfigCase *c = data;
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
  g_autofree char *config = tiny_config (c->changes);
  char            *folder = tiny_folder_new (config, tensors);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = tiny_model_load (folder, "base", "reference", &error);

  tiny_folder_free (folder);
  g_assert_null (model);
  if (strstr (error->message, c->message) == NULL)
    g_error ("found '%s', expected '%s'", error->message, c->message);
}

static void
test_task (void)
{
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
  g_autofree char *config = tiny_config (NULL);
  char            *folder = tiny_folder_new (config, tensors);
  g_autoptr (GError) error = NULL;

  g_assert_null (tiny_model_load (folder, "causal-lm", "reference", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "'causal-lm'"));
  tiny_folder_free (folder);
}

static TrafoTensorDict *
forward (TrafoModel *model, const char *label_name, TrafoTensor *labels, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 5, 78);

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  if (labels != NULL)
    trafo_tensor_dict_set (inputs, label_name, labels);
  return trafo_model_forward (model, inputs, FALSE, NULL, error);
}

/* The same encoder under either name. */
static void
test_prefix (void)
{
  static const char *const prefixes[] = { "", "bert." };
  g_autofree char         *config = tiny_config (NULL);
  g_autoptr (TrafoTensorDict) first = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new (prefixes[i]);
      char *folder = tiny_folder_new (config, tensors);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) model = tiny_model_load (folder, "base", "reference", &error);
      g_autoptr (TrafoTensorDict) outputs = NULL;
      g_auto (GStrv) missing = NULL;

      g_assert_no_error (error);
      missing = trafo_model_list_missing_keys (model);
      g_assert_cmpuint (g_strv_length (missing), ==, 0);
      outputs = forward (model, NULL, NULL, &error);
      g_assert_no_error (error);
      if (first == NULL)
        first = g_steal_pointer (&outputs);
      else
        g_assert_cmpfloat (trafo_tensor_max_difference (trafo_tensor_dict_get (first,
                                                                               "pooler_output"),
                                                        trafo_tensor_dict_get (outputs,
                                                                               "pooler_output")),
                           ==,
                           0);
      tiny_folder_free (folder);
    }
}

/* Names of TensorFlow's layer norms, and the buffer of positions. */
static void
test_old_names (void)
{
  g_autofree char *config = tiny_config (NULL);
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("bert.");
  g_autoptr (TrafoTensorDict) old = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_auto (GStrv) missing = NULL;
  g_auto (GStrv) unexpected = NULL;
  char *folder;

  for (guint i = 0; i < trafo_tensor_dict_get_size (tensors); i++)
    {
      const char *name = trafo_tensor_dict_get_name (tensors, i);
      g_autoptr (GString) renamed = g_string_new (name);

      g_string_replace (renamed, "LayerNorm.weight", "LayerNorm.gamma", 0);
      g_string_replace (renamed, "LayerNorm.bias", "LayerNorm.beta", 0);
      trafo_tensor_dict_set (old, renamed->str, trafo_tensor_dict_get (tensors, name));
    }
  tiny_tensors_add (old, "bert.embeddings.position_ids", 32, 0);
  tiny_tensors_add (old, "cls.seq_relationship.bias", 2, 0);
  folder = tiny_folder_new (config, old);
  model = tiny_model_load (folder, "base", "reference", &error);
  g_assert_no_error (error);
  missing = trafo_model_list_missing_keys (model);
  unexpected = trafo_model_list_unexpected_keys (model);
  g_assert_cmpuint (g_strv_length (missing), ==, 0);
  g_assert_cmpstrv (unexpected, ((const char *const[]){ "cls.seq_relationship.bias", NULL }));
  tiny_folder_free (folder);
}

typedef struct
{
  const char *name;
  const char *task;
  const char *changes;
  const char *missing;
  const char *output;
  gint64      last_dim;
} HeadCase;

/* Heads on a bare encoder: what is missing is initialised. */
static const HeadCase head_cases[] = {
  { "sequence",
    "sequence-classification",
    "\"num_labels\": 3",
    "classifier.bias classifier.weight",
    "logits",
    3 },
  { "sequence-default",
    "sequence-classification",
    NULL,
    "classifier.bias classifier.weight",
    "logits",
    2 },
  { "token",
    "token-classification",
    "\"num_labels\": 5",
    "classifier.bias classifier.weight",
    "logits",
    5 },
  { "question", "question-answering", NULL, "qa_outputs.bias qa_outputs.weight", "end_logits", 5 },
  { "masked",
    "masked-lm",
    NULL,
    "cls.predictions.bias cls.predictions.transform.LayerNorm.bias "
    "cls.predictions.transform.LayerNorm.weight cls.predictions.transform.dense.bias "
    "cls.predictions.transform.dense.weight",
    "logits",
    78 },
  { "no-layers", "base", "\"num_hidden_layers\": 0", "", "last_hidden_state", 16 },
  { "relu", "base", "\"hidden_act\": \"relu\"", "", "pooler_output", 16 },
  { "large-epsilon", "base", "\"layer_norm_eps\": 5", "", "pooler_output", 16 },
  { "whole-epsilon", "base", "\"layer_norm_eps\": 0", "", "pooler_output", 16 },
};

static void
test_heads (gconstpointer data)
{
  const HeadCase  *c = data;
  g_autofree char *config = tiny_config (c->changes);
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
  char *folder = tiny_folder_new (config, tensors);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = tiny_model_load (folder, c->task, "reference", &error);
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_auto (GStrv) missing = NULL;
  g_autofree char *joined = NULL;
  TrafoTensor     *output;

  g_assert_no_error (error);
  missing = trafo_model_list_missing_keys (model);
  joined = g_strjoinv (" ", missing);
  g_assert_cmpstr (joined, ==, c->missing);
  outputs = forward (model, NULL, NULL, &error);
  g_assert_no_error (error);
  output = trafo_tensor_dict_get (outputs, c->output);
  g_assert_cmpint (trafo_tensor_get_dim (output, trafo_tensor_get_n_dims (output) - 1),
                   ==,
                   c->last_dim);
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (output); i++)
    g_assert_true (isfinite (trafo_tensor_get_value (output, i)));
  tiny_folder_free (folder);
}

/* The decoder is the table of words, unless the config or the file's other values say that it is not
 * tied. */
static void
test_decoder (void)
{
  static const struct
  {
    const char *changes;
    gboolean    has_decoder, is_as_tied;
  } cases[] = {
    { NULL, FALSE, TRUE },
    { NULL, TRUE, FALSE },
    { "\"tie_word_embeddings\": false", TRUE, FALSE },
  };
  g_autoptr (TrafoTensorDict) tied = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *config = tiny_config (cases[i].changes);
      g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("bert.");
      g_autoptr (TrafoTensorDict) outputs = NULL;
      g_autoptr (TrafoModel) model = NULL;
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) unexpected = NULL;
      double difference;
      char  *folder;

      tiny_tensors_add (tensors, "cls.predictions.bias", 78, 0);
      if (cases[i].has_decoder)
        tiny_tensors_add (tensors, "cls.predictions.decoder.weight", 78, 16);
      folder = tiny_folder_new (config, tensors);
      model = tiny_model_load (folder, "masked-lm", "reference", &error);
      tiny_folder_free (folder);
      g_assert_no_error (error);
      unexpected = trafo_model_list_unexpected_keys (model);
      g_assert_cmpuint (g_strv_length (unexpected), ==, 2);
      outputs = forward (model, NULL, NULL, &error);
      g_assert_no_error (error);
      if (tied == NULL)
        tied = trafo_tensor_dict_ref (outputs);
      difference = trafo_tensor_max_difference (trafo_tensor_dict_get (tied, "logits"),
                                                trafo_tensor_dict_get (outputs, "logits"));
      g_assert_cmpint (difference == 0, ==, cases[i].is_as_tied);
    }
}

/* The state of the first token after ids that differ in the last one alone. */
static double
first_state (TrafoModel *model, gint64 last_id)
{
  const gint64 values[] = { 2, 7, 9, last_id };
  g_autoptr (TrafoTensor) ids =
      trafo_tensor_new_from_int64s ((gint64[]){ 1, 4 }, 2, values, 4, NULL);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (GError) error = NULL;

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  return trafo_tensor_get_value (trafo_tensor_dict_get (outputs, "last_hidden_state"), 0);
}

/* A decoder's tokens do not see what follows them. */
static void
test_is_decoder (void)
{
  for (gboolean is_decoder = FALSE; is_decoder <= TRUE; is_decoder++)
    {
      g_autofree char *config =
          tiny_config (is_decoder ? "\"is_decoder\": true" : "\"is_decoder\": false");
      g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
      char *folder = tiny_folder_new (config, tensors);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) model = tiny_model_load (folder, "base", "reference", &error);

      tiny_folder_free (folder);
      g_assert_no_error (error);
      g_assert_cmpint (first_state (model, 11) == first_state (model, 12), ==, is_decoder);
    }
}

/* A config.json of far more weights than the checkpoint has fails before they are made up. */
static void
test_too_much_missing (void)
{
  g_autofree char *config =
      tiny_config ("\"num_hidden_layers\": 100, \"max_position_embeddings\": 512, "
                   "\"intermediate_size\": 16777216");
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (GError) error = NULL;
  char *folder;

  tiny_tensors_add (tensors, "embeddings.word_embeddings.weight", 78, 16);
  folder = tiny_folder_new (config, tensors);
  model = tiny_model_load (folder, "base", "reference", &error);
  tiny_folder_free (folder);
  g_assert_null (model);
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "lacks 'encoder.layer.0.intermediate"));
}

static void
test_too_long (void)
{
  g_autofree char *config = tiny_config (NULL);
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
  char *folder = tiny_folder_new (config, tensors);
  g_autoptr (TrafoModel) model = tiny_model_load (folder, "base", "reference", NULL);
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 33, 78);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;

  tiny_folder_free (folder);
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  g_assert_null (trafo_model_forward (model, inputs, FALSE, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message,
                   ==,
                   "a text has 33 tokens, expected at most 32, the positions that the model has");
}

typedef struct
{
  const char *name;
  const char *changes;
  TrafoDType  dtype;
  guint       n_dims;
  gint64      shape[2];
  const char *message; /* NULL: a loss */
} LabelCase;

/* transformers' BertForSequenceClassification.forward; all labels are 0. */
static const LabelCase label_cases[] = {
  { "classes", "\"num_labels\": 3", TRAFO_DTYPE_INT64, 1, { 2 }, NULL },
  { "multi-label", "\"num_labels\": 3", TRAFO_DTYPE_FLOAT32, 2, { 2, 3 }, NULL },
  { "number", "\"num_labels\": 1", TRAFO_DTYPE_FLOAT32, 1, { 2 }, NULL },
  { "integer-number", "\"num_labels\": 1", TRAFO_DTYPE_INT64, 1, { 2 }, NULL },
  { "number-in-column", "\"num_labels\": 1", TRAFO_DTYPE_FLOAT32, 2, { 2, 1 }, NULL },
  { "classes-in-column", "\"num_labels\": 3", TRAFO_DTYPE_INT64, 2, { 2, 1 }, NULL },
  { "two-columns",
    "\"num_labels\": 1",
    TRAFO_DTYPE_FLOAT32,
    2,
    { 2, 2 },
    "'labels' is float32 of shape (2, 2), expected float32 of shape (2,)" },
  { "numbers",
    "\"num_labels\": 3, \"problem_type\": \"regression\"",
    TRAFO_DTYPE_FLOAT32,
    2,
    { 2, 3 },
    NULL },
  { "single-of-one",
    "\"num_labels\": 1, \"problem_type\": \"single_label_classification\"",
    TRAFO_DTYPE_INT64,
    1,
    { 2 },
    NULL },
  { "single-of-floats",
    "\"num_labels\": 3, \"problem_type\": \"single_label_classification\"",
    TRAFO_DTYPE_FLOAT32,
    1,
    { 2 },
    "'labels' is float32" },
  { "multi-of-classes",
    "\"num_labels\": 3, \"problem_type\": \"multi_label_classification\"",
    TRAFO_DTYPE_INT64,
    1,
    { 2 },
    "'labels' is float32 of shape (2,), expected float32 of shape (2, 3)" },
  { "wrong-batch",
    "\"num_labels\": 3",
    TRAFO_DTYPE_INT64,
    1,
    { 4 },
    "'labels' is int64 of shape (4,)" },
};

static void
test_labels (gconstpointer data)
{
  const LabelCase *c = data;
  g_autofree char *config = tiny_config (c->changes);
  g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("bert.");
  char *folder = tiny_folder_new (config, tensors);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model =
      tiny_model_load (folder, "sequence-classification", "reference", &error);
  g_autoptr (TrafoTensor) labels = trafo_tensor_new (c->dtype, c->shape, c->n_dims, NULL);
  g_autoptr (TrafoTensorDict) outputs = NULL;

  tiny_folder_free (folder);
  g_assert_no_error (error);
  outputs = forward (model, "labels", labels, &error);
  g_assert_cmpint (outputs == NULL, ==, c->message != NULL);
  if (outputs != NULL)
    g_assert_cmpfloat (trafo_tensor_get_value (trafo_tensor_dict_get (outputs, "loss"), 0), >=, 0);
  else if (strstr (error->message, c->message) == NULL)
    g_error ("found '%s', expected '%s'", error->message, c->message);
}

static void
add_cases (const char *group, gconstpointer cases, gsize n, gsize size_bytes, GTestDataFunc test)
{
  for (gsize i = 0; i < n; i++)
    {
      gconstpointer    c = (const guint8 *) cases + i * size_bytes;
      g_autofree char *path = g_strdup_printf ("/bert/%s/%s", group, *(const char *const *) c);

      g_test_add_data_func (path, c, test);
    }
}

#define ADD_CASES(group, cases, test)                                                              \
  add_cases (group, cases, G_N_ELEMENTS (cases), sizeof *cases, test)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("config", config_cases, test_config);
  g_test_add_func ("/bert/task", test_task);
  g_test_add_func ("/bert/prefix", test_prefix);
  g_test_add_func ("/bert/old-names", test_old_names);
  ADD_CASES ("heads", head_cases, test_heads);
  g_test_add_func ("/bert/decoder", test_decoder);
  g_test_add_func ("/bert/is-decoder", test_is_decoder);
  g_test_add_func ("/bert/too-much-missing", test_too_much_missing);
  g_test_add_func ("/bert/too-long", test_too_long);
  ADD_CASES ("labels", label_cases, test_labels);
  return g_test_run ();
}
