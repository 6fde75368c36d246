/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The program as its users meet it: arguments in; exit status, stdout and stderr out. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <trafo/trafo.h>
#include <unistd.h>

#include "../../remove-folder.h"
#include "call-cases.h"

/* Of the largest expected value. */
#define TOLERANCE 1e-4

static char *folder; /* for what a test writes */

static char **
split_arguments (const char *arguments)
{
  g_autofree char *models = g_test_build_filename (G_TEST_DIST, "data", "models", NULL);
  g_autoptr (GString) line = g_string_new (g_getenv ("TRAFO_PROGRAM"));
  g_autoptr (GError) error = NULL;
  char **argv;

  g_string_append_printf (line, " %s", arguments);
  g_string_replace (line, "@M", models, 0);
  g_string_replace (line, "@T", folder, 0);
  g_shell_parse_argv (line->str, NULL, &argv, &error);
  g_assert_no_error (error);
  return argv;
}

static char *
dup_text (GBytes *bytes)
{
  gsize       size_bytes = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size_bytes) : NULL;

  return g_strndup (text != NULL ? text : "", size_bytes);
}

/* @input is what the program finds on stdin. Returns the exit status. */
static int
run (const char *arguments, const char *input, char **output, char **messages)
{
  g_auto (GStrv) argv = split_arguments (arguments);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) given = g_bytes_new (input, strlen (input));
  g_autofree char *path = g_strconcat (folder, ":", g_getenv ("PATH"), NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                 G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;

  g_subprocess_launcher_setenv (launcher, "PATH", path, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, given, NULL, &out, &err, &error);
  /* a program that fails early does not read its stdin */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    g_assert_no_error (error);
  *output = dup_text (out);
  *messages = dup_text (err);
  g_assert_true (g_subprocess_get_if_exited (process));
  return g_subprocess_get_exit_status (process);
}

static void
test_case (gconstpointer data)
{
  const CallCase  *test = data;
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  int              status = run (test->arguments, test->input, &output, &messages);

  g_test_message ("stdout: %s", output);
  g_test_message ("stderr: %s", messages);
  g_assert_cmpint (status, ==, test->status);
  g_assert_true (g_pattern_match_simple (test->output, output));
  g_assert_true (g_pattern_match_simple (test->messages, messages));
}

/* What a command that succeeds prints, which must be one JSON value. */
static JsonNode *
run_json (const char *arguments)
{
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  g_autoptr (GError) error = NULL;
  int       status = run (arguments, "", &output, &messages);
  JsonNode *node;

  g_test_message ("stderr: %s", messages);
  g_assert_cmpint (status, ==, 0);
  node = json_from_string (output, &error);
  g_assert_no_error (error);
  return node;
}

static void
assert_numbers (JsonArray *found, TrafoTensor *expected)
{
  double largest = 0, worst = 0;

  g_assert_cmpint (json_array_get_length (found), ==, trafo_tensor_get_n_elements (expected));
  for (guint i = 0; i < json_array_get_length (found); i++)
    {
      double want = trafo_tensor_get_value (expected, i);

      largest = fmax (largest, fabs (want));
      worst = fmax (worst, fabs (json_array_get_double_element (found, i) - want));
    }
  g_assert_cmpfloat (worst, <=, TOLERANCE * largest);
}

static TrafoTensorDict *
load_expected (const char *model, const char *name)
{
  g_autofree char *filename =
      g_test_build_filename (G_TEST_DIST, "data", "models", model, "expected", name, NULL);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *expected = trafo_tensor_dict_load (filename, &error);

  g_assert_no_error (error);
  return expected;
}

static char *
input_to_json (TrafoTensorDict *expected, const char *name)
{
  g_autoptr (TrafoValue) value = trafo_value_new_tensor (trafo_tensor_dict_get (expected, name));

  return trafo_value_to_json (value);
}

static void
test_forward_json (void)
{
  g_autoptr (TrafoTensorDict) expected = load_expected ("bert-seqcls", "loss.safetensors");
  g_autofree char *ids = input_to_json (expected, "inputs.input_ids");
  g_autofree char *mask = input_to_json (expected, "inputs.attention_mask");
  g_autofree char *labels = input_to_json (expected, "inputs.labels");
  g_autofree char *arguments =
      g_strdup_printf ("forward --json --model @M/bert-seqcls --auto-class "
                       "AutoModelForSequenceClassification --ids %s --mask %s --labels %s",
                       ids,
                       mask,
                       labels);
  g_autoptr (JsonNode) node = run_json (arguments);
  JsonObject      *outputs = json_object_get_object_member (json_node_get_object (node), "outputs");
  JsonObject      *logits = json_object_get_object_member (outputs, "logits");
  JsonObject      *loss = json_object_get_object_member (outputs, "loss");
  g_autofree char *shape = json_to_string (json_object_get_member (logits, "shape"), FALSE);

  g_assert_cmpuint (json_object_get_size (outputs), ==, 2);
  g_assert_cmpstr (shape, ==, "[3,3]");
  g_assert_cmpstr (json_object_get_string_member (logits, "dtype"), ==, "float32");
  assert_numbers (json_object_get_array_member (logits, "data"),
                  trafo_tensor_dict_get (expected, "outputs.logits"));
  assert_numbers (json_object_get_array_member (loss, "data"),
                  trafo_tensor_dict_get (expected, "outputs.loss"));
}

static void
test_forward_save (void)
{
  g_autoptr (TrafoTensorDict) expected = load_expected ("bert-qa", "loss.safetensors");
  g_autoptr (TrafoTensorDict) saved = NULL;
  g_autofree char *ids = input_to_json (expected, "inputs.input_ids");
  g_autofree char *mask = input_to_json (expected, "inputs.attention_mask");
  g_autofree char *arguments = g_strdup_printf (
      "forward --json --model @M/bert-qa --auto-class AutoModelForQuestionAnswering --ids %s "
      "--mask %s --input start_positions='[1,99,0]' --input end_positions='[6,3,0]' "
      "--output-hidden-states --threads 1 --device reference --save @T/out.safetensors",
      ids,
      mask);
  g_autofree char *filename = g_build_filename (folder, "out.safetensors", NULL);
  g_autoptr (JsonNode) node = run_json (arguments);
  g_autoptr (GError) error = NULL;
  JsonObject *outputs = json_object_get_object_member (json_node_get_object (node), "outputs");
  JsonObject *loss = json_object_get_object_member (outputs, "loss");

  g_assert_false (json_object_has_member (loss, "data"));
  saved = trafo_tensor_dict_load (filename, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_tensor_dict_get_size (saved), ==, json_object_get_size (outputs));
  g_assert_nonnull (trafo_tensor_dict_get (saved, "hidden_states.2"));
  g_assert_nonnull (trafo_tensor_dict_get (saved, "end_logits"));
  g_assert_cmpfloat (trafo_tensor_max_difference (trafo_tensor_dict_get (saved, "loss"),
                                                  trafo_tensor_dict_get (expected, "outputs.loss")),
                     <=,
                     TOLERANCE);
}

static void
test_embed_json (void)
{
  g_autofree char *filename =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", "expected.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GString) arguments = g_string_new ("embed --json" TINY " --");
  JsonArray *texts, *found, *expected;

  g_assert_true (json_parser_load_from_file (parser, filename, NULL));
  texts =
      json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "texts");
  expected = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                           "embeddings");
  for (guint i = 0; i < json_array_get_length (texts); i++)
    g_string_append_printf (arguments, " '%s'", json_array_get_string_element (texts, i));
  node = run_json (arguments->str);
  found = json_object_get_array_member (json_node_get_object (node), "embeddings");
  g_assert_cmpuint (json_array_get_length (found), ==, json_array_get_length (expected));
  for (guint i = 0; i < json_array_get_length (found); i++)
    for (guint j = 0; j < 16; j++)
      g_assert_cmpfloat_with_epsilon (
          json_array_get_double_element (json_array_get_array_element (found, i), j),
          json_array_get_double_element (json_array_get_array_element (expected, i), j),
          1e-5);
}

/* Every command's keys, which scripts stand on. */
static void
test_keys (void)
{
  static const struct
  {
    const char *arguments;
    const char *keys;
  } commands[] = {
    { "show --json @M/bert-sharded",
      "path model_type architectures config tokenizer n_parameters size_bytes files tensors" },
    { "convert --json @M/bert-bin @T/keys", "files n_tensors size_bytes tied skipped" },
    { "quantize --json @M/gpt2-lm --dry-run --type int8",
      "tensors size_bytes quantized_size_bytes" },
    { "eval --json @M/gpt2-untied --file @M/gpt2-untied/config.json", "perplexity loss n_tokens" },
    { "eval --json @M/gpt2-untied --file @M/gpt2-untied/config.json --kl-base @M/gpt2-untied",
      "perplexity loss n_tokens kl_divergence top_1_agreement" },
    { "verify --json @M/bert-qa", "model task device against tolerance agrees tensors" },
    { "env --json", "version abi glib system cpu memory_bytes plugins paths environment" },
    { "inspect --json", "plugins folders cache verdicts" },
    { "inspect --json cpu", "plugins" },
    { "tokenize --json" TINY " a", "input_ids token_type_ids attention_mask offsets tokens" },
    { "tokenize --json" TINY " --truncation --max-length 4 --param return_overflowing_tokens=true "
      "'a cat a dog'",
      "input_ids token_type_ids attention_mask offsets tokens overflow_to_sample_mapping" },
    { "detokenize --json" TINY " 5", "text" },
    { "train-tokenizer --json -o @T/trained @M/tiny-bert/vocab.txt", "output n_tokens n_bytes" },
    { "generate --json" CAUSAL " --prompt a", "generated_ids texts sequences_scores" },
    { "bench encode-2-8 --json --threads 1" TINY,
      "peer workload dtype threads best_s median_s runs load_s peak_mib device" },
    { "bench encode-2-8 --json --threads 1 --profile" TINY,
      "peer workload dtype threads best_s median_s runs load_s peak_mib device profile" },
    { "bench decode-2 --json --model @M/gpt2-long",
      "peer workload dtype threads best_s median_s runs load_s peak_mib device" },
    { "bench prefill-9 --json --model @M/gpt2-long",
      "peer workload dtype threads best_s median_s runs load_s peak_mib device" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (JsonNode) node = run_json (commands[i].arguments);
      g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));
      g_autoptr (GString) keys = g_string_new (NULL);

      for (GList *member = members; member != NULL; member = member->next)
        g_string_append_printf (keys, "%s%s", keys->len > 0 ? " " : "", (char *) member->data);
      g_assert_cmpstr (keys->str, ==, commands[i].keys);
    }
}

static TrafoTensor *
make_row_tensor (const gint64 *values)
{
  const gint64 shape[] = { 1, 3 };

  return trafo_tensor_new_from_int64s (shape, 2, values, 3, NULL);
}

/* A tensor whose name says nothing is not passed over. */
static void
test_verify_names (void)
{
  static const char *const names[] = { "output.logits", "hidden_states.99", "outputs", "" };
  g_autofree char         *expected = g_test_build_filename (G_TEST_DIST,
                                                     "data",
                                                     "models",
                                                     "bert-mlm",
                                                     "expected",
                                                     "plain.safetensors",
                                                     NULL);
  g_autofree char         *filename = g_build_filename (folder, "names.safetensors", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (TrafoTensorDict) stored = trafo_tensor_dict_load (expected, NULL);
      g_autofree char *found = g_strdup_printf ("*found tensors named '%s', expected*", names[i]);
      g_autofree char *output = NULL;
      g_autofree char *messages = NULL;

      trafo_tensor_dict_set (stored, names[i], trafo_tensor_dict_get (stored, "outputs.logits"));
      g_assert_true (trafo_tensor_dict_save (stored, filename, NULL));
      g_assert_cmpint (run ("verify @M/bert-mlm -e @T/names.safetensors", "", &output, &messages),
                       ==,
                       1);
      g_assert_true (g_pattern_match_simple (found, messages));
    }
}

/* The logits of three classes are no states of three tokens, the last of which a mask hides. */
static void
test_verify_classes (void)
{
  g_autofree char *model =
      g_test_build_filename (G_TEST_DIST, "data", "models", "bert-seqcls", NULL);
  g_autofree char *filename = g_build_filename (folder, "classes.safetensors", NULL);
  g_autoptr (TrafoModel) loaded =
      trafo_auto_model_from_pretrained_for_task (model,
                                                 "sequence-classification",
                                                 NULL,
                                                 NULL,
                                                 NULL);
  g_autoptr (TrafoTensor) ids = make_row_tensor ((const gint64[]){ 5, 6, 0 });
  g_autoptr (TrafoTensor) mask = make_row_tensor ((const gint64[]){ 1, 1, 0 });
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoTensorDict) stored = trafo_tensor_dict_new ();
  const char  *arguments = "verify @M/bert-seqcls -e @T/classes.safetensors";
  TrafoTensor *logits;

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_tensor_dict_set (inputs, "attention_mask", mask);
  outputs = trafo_model_forward (loaded, inputs, FALSE, NULL, NULL);
  logits = trafo_tensor_dict_get (outputs, "logits");
  trafo_tensor_dict_set (stored, "inputs.input_ids", ids);
  trafo_tensor_dict_set (stored, "inputs.attention_mask", mask);
  trafo_tensor_dict_set (stored, "outputs.logits", logits);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *output = NULL;
      g_autofree char *messages = NULL;

      ((float *) trafo_tensor_get_data (logits))[2] += i;
      g_assert_true (trafo_tensor_dict_save (stored, filename, NULL));
      g_assert_cmpint (run (arguments, "", &output, &messages), ==, i);
    }
}

/* A folder of PyTorch's weights becomes one of safetensors that computes the same. */
static void
test_convert (void)
{
  g_autoptr (JsonNode) node = run_json ("convert --json @M/bert-bin @T/converted");
  JsonObject      *root = json_node_get_object (node);
  g_autofree char *before = NULL, *after = NULL, *messages = NULL;

  g_assert_cmpint (json_object_get_int_member (root, "n_tensors"), ==, 39);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (root, "files")), ==, 2);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (root, "tied")), ==, 0);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (root, "skipped")), ==, 0);
  g_assert_cmpint (run ("forward --model @M/bert-bin --json" IDS, "", &before, &messages), ==, 0);
  g_clear_pointer (&messages, g_free);
  g_assert_cmpint (run ("forward --model @T/converted --json" IDS, "", &after, &messages), ==, 0);
  g_assert_cmpstr (before, ==, after);
}

static double
get_number (JsonNode *node, const char *key)
{
  return json_object_get_double_member (json_node_get_object (node), key);
}

/* What is written says what the model says that is quantized when it is loaded. */
static void
test_quantize (void)
{
  static const struct
  {
    const char *type;
    guint       n_tensors;
    double      greatest; /* relative error */
    double      smaller;
  } types[] = {
    { "bnb-int8", 8, 0.02, 0.7 }, { "bnb-nf4", 8, 0.12, 0.65 },    { "bnb-fp4", 8, 0.16, 0.65 },
    { "int8", 8, 0.02, 0.7 },     { "bfloat16", 28, 0.004, 0.55 }, { "float16", 28, 0.0005, 0.55 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("quantize --json @M/gpt2-lm @T/%s --type %s",
                                                    types[i].type,
                                                    types[i].type);
      g_autofree char *file = g_strdup_printf ("forward --model @T/%s --json" IDS, types[i].type);
      g_autofree char *output = NULL, *messages = NULL;
      g_autoptr (JsonNode) node = run_json (arguments);
      JsonArray *tensors = json_object_get_array_member (json_node_get_object (node), "tensors");

      g_assert_cmpuint (json_array_get_length (tensors), ==, types[i].n_tensors);
      for (guint j = 0; j < types[i].n_tensors; j++)
        {
          JsonObject *tensor = json_array_get_object_element (tensors, j);

          g_assert_cmpfloat (json_object_get_double_member (tensor, "relative_rms"), >, 0);
          g_assert_cmpfloat (json_object_get_double_member (tensor, "relative_rms"),
                             <,
                             types[i].greatest);
          g_assert_cmpfloat (json_object_get_double_member (tensor, "max_error"), >, 0);
        }
      g_assert_cmpfloat (get_number (node, "quantized_size_bytes"),
                         <,
                         types[i].smaller * get_number (node, "size_bytes"));
      g_assert_cmpint (run (file, "", &output, &messages), ==, 0);
    }
}

/* Nothing is written, and what would be is as large as was said: without the tensors that the model does
 * not use, which the second has, and with what lies beside codes. */
static void
test_quantize_dry_run (void)
{
  static const char *const models[] = { "gpt2-lm", "gpt2-hubnames" };
  static const char *const types[] = { "int8", "bnb-nf4", "bfloat16" };

  for (gsize i = 0; i < G_N_ELEMENTS (models) * G_N_ELEMENTS (types); i++)
    {
      const char      *model = models[i / G_N_ELEMENTS (types)];
      const char      *type = types[i % G_N_ELEMENTS (types)];
      g_autofree char *dry =
          g_strdup_printf ("quantize --json @M/%s @T/dry --dry-run --type %s", model, type);
      g_autofree char *real = g_strdup_printf ("quantize --json @M/%s @T/real-%s-%s --type %s",
                                               model,
                                               model,
                                               type,
                                               type);
      g_autofree char *output = g_build_filename (folder, "dry", NULL);
      g_autoptr (JsonNode) said = run_json (dry);
      g_autoptr (JsonNode) done = run_json (real);

      g_assert_false (g_file_test (output, G_FILE_TEST_EXISTS));
      g_assert_cmpfloat (get_number (said, "size_bytes"), ==, get_number (done, "size_bytes"));
      g_assert_cmpfloat (get_number (said, "quantized_size_bytes"),
                         ==,
                         get_number (done, "quantized_size_bytes"));
    }
}

/* What float16 cannot hold is said and not written, with --dry-run too. */
static void
test_quantize_range (void)
{
  static const gint64      shape[] = { 1, 2 };
  static const float       floats[] = { 1, 7e4f };
  static const char *const outputs[] = { "--dry-run", "@T/narrow" };
  g_autofree char         *input = g_build_filename (folder, "wide", NULL);
  g_autofree char         *config = g_build_filename (input, "config.json", NULL);
  g_autofree char         *weights = g_build_filename (input, "model.safetensors", NULL);
  g_autofree char         *narrow = g_build_filename (folder, "narrow", NULL);
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_floats (shape, 2, floats, 2, NULL);

  g_assert_cmpint (g_mkdir (input, 0700), ==, 0);
  g_assert_true (g_file_set_contents (config, "{\"model_type\": \"bert\"}", -1, NULL));
  trafo_tensor_dict_set (tensors, "a.weight", tensor);
  g_assert_true (trafo_tensor_dict_save (tensors, weights, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autofree char *call = g_strdup_printf ("quantize @T/wide %s --type float16", outputs[i]);
      g_autofree char *output = NULL, *messages = NULL;

      g_assert_cmpint (run (call, "", &output, &messages), ==, 1);
      g_assert_nonnull (strstr (messages, "tensor 'a.weight': found 70000, which is infinite"));
    }
  g_assert_false (g_file_test (narrow, G_FILE_TEST_EXISTS));
}

/* The bytes that bitsandbytes writes, of scales in 8 bits, too. */
static void
test_quantize_double (void)
{
  g_autofree char *written = g_build_filename (folder, "double", "model.safetensors", NULL);
  g_autofree char *stored = g_test_build_filename (G_TEST_DIST,
                                                   "data",
                                                   "quantized",
                                                   "bert-seqcls-nf4",
                                                   "model.safetensors",
                                                   NULL);
  g_autoptr (JsonNode) node = run_json ("quantize --json @M/bert-seqcls @T/double --type bnb-nf4 "
                                        "--bnb-4bit-use-double-quant");
  g_autoptr (TrafoTensorDict) found = trafo_tensor_dict_load (written, NULL);
  g_autoptr (TrafoTensorDict) expected = trafo_tensor_dict_load (stored, NULL);
  guint n_nested = 0;

  g_assert_nonnull (found);
  g_assert_nonnull (expected);
  for (guint i = 0; i < trafo_tensor_dict_get_size (found); i++)
    {
      const char  *name = trafo_tensor_dict_get_name (found, i);
      TrafoTensor *a = trafo_tensor_dict_get (found, name);
      TrafoTensor *b = trafo_tensor_dict_get (expected, name);

      g_assert_nonnull (b);
      g_assert_cmpmem (trafo_tensor_get_data (a),
                       trafo_tensor_get_size_bytes (a),
                       trafo_tensor_get_data (b),
                       trafo_tensor_get_size_bytes (b));
      n_nested += g_str_has_suffix (name, ".nested_absmax");
    }
  g_assert_cmpuint (n_nested,
                    ==,
                    json_array_get_length (
                        json_object_get_array_member (json_node_get_object (node), "tensors")));
}

/* With the loop of its guide to perplexity transformers finds 353.1332787977403 over 139 tokens of 148, and
 * with a stride of 1, where the first window alone counts, 344.9993591308594 over 31. */
static void
test_eval (void)
{
  static const char text[] =
      "First Citizen:\nBefore we proceed any further, hear me speak.\n\n"
      "All:\nSpeak, speak.\n\nFirst Citizen:\nYou are all resolved rather to "
      "die than to famish?\n";
  static const char *const options_4bit[] = {
    "",
    " --bnb-4bit-quant-type nf4",
    " --bnb-4bit-quant-type nf4 --bnb-4bit-use-double-quant",
  };
  double           divergences[G_N_ELEMENTS (options_4bit)];
  g_autofree char *path = g_build_filename (folder, "text", NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) narrow = NULL;
  g_autoptr (JsonNode) same = NULL;
  g_autoptr (JsonNode) other = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  node = run_json ("eval --json @M/gpt2-untied --file @T/text --max-length 32 --stride 16");
  g_assert_cmpfloat_with_epsilon (get_number (node, "perplexity"), 353.1332787977403, 0.01);
  g_assert_cmpfloat (get_number (node, "n_tokens"), ==, 139);
  narrow = run_json ("eval --json @M/gpt2-untied --file @T/text --max-length 32 --stride 1");
  g_assert_cmpfloat (get_number (narrow, "n_tokens"), ==, 31);
  g_assert_cmpfloat_with_epsilon (get_number (narrow, "perplexity"), 344.9993591308594, 0.01);
  same = run_json ("eval --json @M/gpt2-untied --file @T/text --kl-base @M/gpt2-untied");
  g_assert_cmpfloat_with_epsilon (get_number (same, "kl_divergence"), 0, 1e-12);
  g_assert_cmpfloat (get_number (same, "top_1_agreement"), ==, 1);
  other = run_json (
      "eval --json @M/gpt2-untied --file @T/text --load-in-8bit --kl-base @M/gpt2-untied");
  g_assert_cmpfloat (get_number (other, "kl_divergence"), >, 1e-6);
  g_assert_cmpfloat (get_number (other, "kl_divergence"), <, 0.01);
  for (guint i = 0; i < G_N_ELEMENTS (options_4bit); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("eval --json @M/gpt2-untied --file @T/text "
                                                    "--load-in-4bit%s --kl-base @M/gpt2-untied",
                                                    options_4bit[i]);
      g_autoptr (JsonNode) with_4bit = run_json (arguments);

      divergences[i] = get_number (with_4bit, "kl_divergence");
      g_assert_cmpfloat (divergences[i], >, 1e-4);
      g_assert_cmpfloat (divergences[i], <, 0.2);
    }
  g_assert_cmpfloat (divergences[0], !=, divergences[1]);
  g_assert_cmpfloat (divergences[1], !=, divergences[2]);
}

/* What bench says that linear layers are. */
static void
test_bench_dtype (void)
{
  static const struct
  {
    const char *options;
    const char *dtype; /* NULL: what was chosen */
  } cases[] = {
    { TINY, "float32" },
    { TINY " --dtype bfloat16", "bfloat16" },
    { TINY " --dtype auto", NULL },
    { TINY " --dtype int8 --int8-weight-only", "int8-weight-only" },
    { TINY " --dtype int8 --int4-weight-only", "int4-weight-only" },
    { TINY " --load-in-8bit --dtype bfloat16", "llm-int8" },
    { TINY " --load-in-4bit", "fp4" },
    { TINY " --load-in-4bit --bnb-4bit-quant-type nf4", "nf4" },
    { " --model @M/../quantized/bert-seqcls", "llm-int8" },
    { " --model @M/../quantized/bert-seqcls-nf4", "nf4" },
    { " --model @M/../quantized/bert-seqcls-nf4 --load-in-8bit", "nf4" },
    { " --model @M/../quantized/gpt2-lm-fp4", "fp4" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *arguments = g_strconcat ("bench encode-2-8", cases[i].options, NULL);
      g_autoptr (JsonNode) node = run_json (arguments);
      const char *dtype = json_object_get_string_member (json_node_get_object (node), "dtype");

      g_test_message ("%s: %s", arguments, dtype);
      if (cases[i].dtype != NULL)
        g_assert_cmpstr (dtype, ==, cases[i].dtype);
      else
        g_assert_cmpstr (dtype, !=, "auto");
    }
}

static void
test_show_json (void)
{
  g_autoptr (JsonNode) node = run_json ("show --json @M/bert-fp16");
  JsonObject *root = json_node_get_object (node);
  JsonObject *tensor =
      json_array_get_object_element (json_object_get_array_member (root, "tensors"), 0);

  g_assert_cmpstr (json_object_get_string_member (root, "model_type"), ==, "bert");
  g_assert_cmpint (2 * json_object_get_int_member (root, "n_parameters"),
                   ==,
                   json_object_get_int_member (root, "size_bytes"));
  g_assert_cmpstr (json_object_get_string_member (tensor, "dtype"), ==, "F16");
  g_assert_true (json_object_get_null_member (root, "tokenizer"));
}

/* A folder that the user names is not passed over in silence, and its path is said once. */
static void
test_plugin_path (void)
{
  g_autofree char *open = g_build_filename (folder, "open", NULL);
  g_autofree char *path = g_strconcat ("/nonexistent/plugins:", open, NULL);
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  const char      *found;

  g_assert_cmpint (g_mkdir (open, 0700), ==, 0);
  g_assert_cmpint (g_chmod (open, 0777), ==, 0);
  g_setenv ("TRAFO_PLUGIN_PATH", path, TRUE);
  g_assert_cmpint (run ("inspect", "", &output, &messages), ==, 0);
  g_unsetenv ("TRAFO_PLUGIN_PATH");
  g_rmdir (open);
  g_assert_nonnull (strstr (messages, "/nonexistent/plugins: skipped: No such file"));
  found = strstr (messages, open);
  g_assert_nonnull (found);
  g_assert_nonnull (strstr (found, "others can write to it"));
  g_assert_null (strstr (found + 1, open));
}

/* One line on standard error for each variable that is not as it should be, never more. */
static void
test_environment (void)
{
  static const struct
  {
    const char *variable, *value;
    int         status;
    const char *messages;
  } settings[] = {
    { "TRAFO_THREADS", "1", 0, "" },
    { "TRAFO_THREADS", "-1", 0, "trafo: TRAFO_THREADS: '-1' is *from 1 to *" },
    { "TRAFO_THREADS", "0", 0, "trafo: TRAFO_THREADS: '0' is *" },
    { "TRAFO_THREADS", "100000", 0, "trafo: TRAFO_THREADS: '100000' is *" },
    { "TRAFO_THREADS", "abc", 0, "trafo: TRAFO_THREADS: 'abc' is *" },
    { "TRAFO_PLUGIN_RANK", "bert", 0, "trafo: TRAFO_PLUGIN_RANK: 'bert' is *NAME:RANK*PRIMARY\n" },
    { "TRAFO_PLUGIN_RANK", "bert:1", 0, "" },
    { "TRAFO_PLUGIN_RANK", "bert:0", 1, "trafo forward: error: *model for 'bert'*(rank 0)*" },
    { "TRAFO_PLUGIN_RANK", "model/bert:NONE", 1, "trafo forward: error: *'bert' (rank 0)*" },
    { "TRAFO_REGISTRY_UPDATE", "maybe", 0, "trafo: TRAFO_REGISTRY_UPDATE: 'maybe' is *yes, no\n" },
    { "TRAFO_PROBE", "maybe", 0, "trafo: TRAFO_PROBE: 'maybe' is *auto, always, never\n" },
    { "TRAFO_CPU_ISA", "z80", 1, "trafo forward: error: *'z80', expected baseline, avx2*" },
    { "TRAFO_DEVICE", "abacus", 1, "trafo forward: error: *'abacus'*" },
    { "TRAFO_PLUGIN_PATH", "::/nonexistent:/dev/null:relative", 0, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *output = NULL;
      g_autofree char *messages = NULL;
      int              status;

      g_setenv (settings[i].variable, settings[i].value, TRUE);
      status = run ("forward" BASE IDS, "", &output, &messages);
      g_unsetenv (settings[i].variable);
      g_test_message ("%s=%s: %s", settings[i].variable, settings[i].value, messages);
      g_assert_cmpint (status, ==, settings[i].status);
      g_assert_true (g_pattern_match_simple (settings[i].messages, messages));
      g_assert_true (*messages == '\0' ||
                     strchr (messages, '\n') == messages + strlen (messages) - 1);
    }
}

static void
test_seconds_each (void)
{
  static const char *const wrong[] = { "foo", "", "1x", "0", "-1", "nan", "inf", "1e999" };
  g_autofree char         *before = g_strdup (g_getenv ("SECONDS_EACH"));

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *expected = g_strdup_printf ("*found SECONDS_EACH=%s in the environment, "
                                                   "expected a number above 0\n*",
                                                   wrong[i]);
      g_autofree char *output = NULL;
      g_autofree char *messages = NULL;

      g_setenv ("SECONDS_EACH", wrong[i], TRUE);
      g_assert_cmpint (run ("bench encode-2-8" TINY, "", &output, &messages), ==, 2);
      g_assert_cmpstr (output, ==, "");
      g_assert_true (g_pattern_match_simple (expected, messages));
    }
  g_setenv ("SECONDS_EACH", before, TRUE);
}

/* `trafo foo` runs trafo-foo from PATH, with what follows as its arguments. */
static void
test_foreign_command (void)
{
  g_autofree char *filename = g_build_filename (folder, "trafo-greet", NULL);
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;

  g_assert_true (
      g_file_set_contents (filename, "#!/bin/sh\necho \"hello $1\"\nexit 3\n", -1, NULL));
  g_assert_cmpint (g_chmod (filename, 0700), ==, 0);
  g_assert_cmpint (run ("greet you", "", &output, &messages), ==, 3);
  g_assert_cmpstr (output, ==, "hello you\n");
  g_remove (filename);
}

/* A line on stdin is not cut short at a NUL. */
static void
test_nul (void)
{
  g_autofree char *filename = g_build_filename (folder, "trafo-nul", NULL);
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;

  g_assert_true (g_file_set_contents (filename,
                                      "#!/bin/sh\n"
                                      "printf 'a\\000b' | \"$TRAFO_PROGRAM\" tokenize \"$@\" -\n",
                                      -1,
                                      NULL));
  g_assert_cmpint (g_chmod (filename, 0700), ==, 0);
  g_assert_cmpint (run ("nul" TINY, "", &output, &messages), ==, 1);
  g_assert_cmpstr (output, ==, "");
  g_assert_nonnull (strstr (messages, "NUL at byte 1"));
  g_remove (filename);
}

/* Without layers nothing attends, and a mask is taken all the same. */
static void
test_no_layers (void)
{
  g_autofree char *model = g_test_build_filename (G_TEST_DIST, "data", "models", "bert-base", NULL);
  g_autofree char *from = g_build_filename (model, "config.json", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autofree char *weights = g_build_filename (model, "model.safetensors", NULL);
  g_autofree char *link = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *text = NULL;
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  g_autoptr (GString) changed = NULL;

  g_assert_true (g_file_get_contents (from, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpint (g_string_replace (changed,
                                     "\"num_hidden_layers\": 2",
                                     "\"num_hidden_layers\": 0",
                                     1),
                   ==,
                   1);
  g_assert_true (g_file_set_contents (config, changed->str, -1, NULL));
  g_assert_cmpint (symlink (weights, link), ==, 0);
  g_assert_cmpint (run ("forward --model @T" IDS " --mask '[[1,1,1,0]]'", "", &output, &messages),
                   ==,
                   0);
  g_assert_nonnull (strstr (output, "last_hidden_state"));
  g_remove (config);
  g_remove (link);
}

/* What cannot be written is a failure, even of the help; a stream that is closed is not mixed up with
 * a file that the program opens. */
static void
test_streams (void)
{
  static const char *const commands[] = { "--help",
                                          "help embed",
                                          "--version",
                                          "env",
                                          "show --json @M/tiny-bert",
                                          "tokenize" TINY " a",
                                          "tokenize --json" TINY " a",
                                          "embed --json" TINY " a" };
  static const char *const streams[] = { ">/dev/full", ">&-" };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (streams); j++)
      {
        g_auto (GStrv) argv = split_arguments (commands[i]);
        g_autofree char *line = g_strjoinv (" ", argv);
        g_autofree char *script = g_strconcat (line, " ", streams[j], NULL);
        g_autofree char *messages = NULL;
        g_autoptr (GError) error = NULL;
        char *shell[] = { "/bin/sh", "-c", script, NULL };
        int   status;

        g_spawn_sync (NULL, shell, NULL, 0, NULL, NULL, NULL, &messages, &status, &error);
        g_assert_no_error (error);
        g_assert_true (WIFEXITED (status));
        g_assert_cmpint (WEXITSTATUS (status), ==, 1);
        g_assert_nonnull (strstr (messages, j == 0 ? "No space left" : "Bad file descriptor"));
      }
}

/* The manual page names what `trafo help` lists. */
static void
test_manual_page (void)
{
  g_autofree char *filename = g_test_build_filename (G_TEST_DIST, "..", "data", "trafo.1", NULL);
  g_autofree char *page = NULL;
  g_autofree char *help = NULL;
  g_autofree char *messages = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_commands = 0;

  g_assert_true (g_file_get_contents (filename, &page, NULL, NULL));
  g_assert_cmpint (run ("help", "", &help, &messages), ==, 0);
  lines = g_strsplit (help, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "  "))
      {
        g_autofree char *name = g_strndup (lines[i] + 2, strcspn (lines[i] + 2, " "));
        g_autofree char *item = g_strdup_printf (".It Cm %s\n", name);

        g_test_message ("%s", name);
        g_assert_nonnull (strstr (page, item));
        n_commands++;
      }
  g_assert_cmpuint (n_commands, >, 10);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("SECONDS_EACH", "0.001", TRUE);
  folder = g_dir_make_tmp ("trafo-program-XXXXXX", &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n_call_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/trafo/", call_cases[i].name, NULL);

      g_test_add_data_func (path, &call_cases[i], test_case);
    }
  g_test_add_func ("/trafo/forward-json", test_forward_json);
  g_test_add_func ("/trafo/forward-save", test_forward_save);
  g_test_add_func ("/trafo/embed-json", test_embed_json);
  g_test_add_func ("/trafo/keys", test_keys);
  g_test_add_func ("/trafo/verify-names", test_verify_names);
  g_test_add_func ("/trafo/verify-classes", test_verify_classes);
  g_test_add_func ("/trafo/convert", test_convert);
  g_test_add_func ("/trafo/quantize", test_quantize);
  g_test_add_func ("/trafo/quantize-dry-run", test_quantize_dry_run);
  g_test_add_func ("/trafo/quantize-range", test_quantize_range);
  g_test_add_func ("/trafo/quantize-bytes", test_quantize_double);
  g_test_add_func ("/trafo/eval", test_eval);
  g_test_add_func ("/trafo/bench-dtype", test_bench_dtype);
  g_test_add_func ("/trafo/show-json", test_show_json);
  g_test_add_func ("/trafo/plugin-path", test_plugin_path);
  g_test_add_func ("/trafo/environment", test_environment);
  g_test_add_func ("/trafo/seconds-each", test_seconds_each);
  g_test_add_func ("/trafo/foreign-command", test_foreign_command);
  g_test_add_func ("/trafo/manual-page", test_manual_page);
  g_test_add_func ("/trafo/nul", test_nul);
  g_test_add_func ("/trafo/streams", test_streams);
  g_test_add_func ("/trafo/no-layers", test_no_layers);
  status = g_test_run ();
  remove_folder (folder);
  g_free (folder);
  return status;
}
