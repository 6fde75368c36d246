/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <trafo/trafo.h>

/* Pipelines, against what transformers answers (tests/tools/make-pipeline-cases.py). Scores are equal
 * up to 1e-4 of their size, or 1e-6; everything else is the same. */
#define RELATIVE_TOLERANCE 1e-4
#define TOLERANCE 1e-6

static GVariant *
read_cases (void)
{
  g_autofree char *filename =
      g_test_build_filename (G_TEST_DIST, "data", "pipelines", "cases.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *cases;
  gsize     size;

  g_file_get_contents (filename, &text, &size, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (g_steal_pointer (&text), size);
  cases = trafo_json_to_variant (bytes, filename, &error);
  g_assert_no_error (error);
  return cases;
}

static const char *
get_string (GVariant *record, const char *key)
{
  const char *string = NULL;

  g_assert_true (g_variant_lookup (record, key, "&s", &string));
  return string;
}

/* The models have no tokenizer but one. */
static TrafoPipeline *
make_pipeline (const char *task, const char *model)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", model, NULL);
  g_autofree char *own = g_build_filename (folder, "tokenizer.json", NULL);
  g_autofree char *common = g_test_build_filename (G_TEST_DIST, "data", "pipelines", NULL);
  gboolean         has_own = g_file_test (own, G_FILE_TEST_EXISTS);
  static const struct
  {
    const char *task;
    const char *model_task;
  } tasks[] = {
    { "text-classification", "sequence-classification" },
    { "zero-shot-classification", "sequence-classification" },
    { "token-classification", "token-classification" },
    { "fill-mask", "masked-lm" },
    { "question-answering", "question-answering" },
    { "feature-extraction", "base" },
    { "text-generation", "causal-lm" },
  };
  g_autoptr (TrafoTokenizer) tokenizer = NULL;
  g_autoptr (TrafoModel) loaded = NULL;
  g_autoptr (GError) error = NULL;
  TrafoPipeline *pipeline;

  tokenizer = trafo_auto_tokenizer_from_pretrained (has_own ? folder : common, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (g_str_equal (tasks[i].task, task))
      loaded = trafo_auto_model_from_pretrained_for_task (folder,
                                                          tasks[i].model_task,
                                                          NULL,
                                                          NULL,
                                                          &error);
  g_assert_no_error (error);
  pipeline = trafo_pipeline_new (task, loaded, tokenizer, &error);
  g_assert_no_error (error);
  return pipeline;
}

/* Tensors as the lists that JSON shows. */
static TrafoValue *
without_tensors (TrafoValue *value)
{
  g_autofree char *json = trafo_value_to_json (value);
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GVariant) variant = trafo_json_to_variant (bytes, "result", NULL);

  return trafo_value_new_from_variant (variant);
}

static gboolean
is_number (TrafoValue *value)
{
  TrafoValueKind kind = trafo_value_get_kind (value);

  return kind == TRAFO_VALUE_KIND_DOUBLE || kind == TRAFO_VALUE_KIND_INTEGER;
}

static gboolean
is_same (TrafoValue *found, TrafoValue *expected)
{
  double number = trafo_value_get_double (expected);
  guint  n_items = trafo_value_get_n_items (expected);

  if (is_number (found) && is_number (expected))
    return fabs (trafo_value_get_double (found) - number) <=
           MAX (RELATIVE_TOLERANCE * fabs (number), TOLERANCE);
  if (trafo_value_get_kind (found) != trafo_value_get_kind (expected) ||
      trafo_value_get_n_items (found) != n_items ||
      trafo_value_get_boolean (found) != trafo_value_get_boolean (expected) ||
      g_strcmp0 (trafo_value_get_string (found), trafo_value_get_string (expected)) != 0)
    return FALSE;
  for (guint i = 0; i < n_items; i++)
    if (g_strcmp0 (trafo_value_get_key (found, i), trafo_value_get_key (expected, i)) != 0 ||
        !is_same (trafo_value_get_item (found, i), trafo_value_get_item (expected, i)))
      return FALSE;
  return TRUE;
}

static void
check_case (TrafoPipeline *pipeline, GVariant *record)
{
  g_autoptr (GVariant) inputs = g_variant_lookup_value (record, "inputs", NULL);
  g_autoptr (GVariant) parameters = g_variant_lookup_value (record, "parameters", NULL);
  g_autoptr (GVariant) wanted = g_variant_lookup_value (record, "expected", NULL);
  g_autoptr (TrafoValue) expected = trafo_value_new_from_variant (wanted);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) result = trafo_pipeline_run (pipeline, inputs, parameters, NULL, &error);
  g_autoptr (TrafoValue) found = NULL;

  g_assert_no_error (error);
  found = without_tensors (result);
  if (!is_same (found, expected))
    {
      g_autofree char *text = trafo_value_to_json (found);
      g_autofree char *shown = g_variant_print (record, FALSE);

      g_test_fail_printf ("found %s for %s", text, shown);
    }
}

/* All cases of one task. */
static void
test_task (gconstpointer task)
{
  g_autoptr (GVariant) cases = read_cases ();
  g_autoptr (GHashTable) pipelines =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  guint n_checked = 0;

  for (gsize i = 0; i < g_variant_n_children (cases); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (cases, i);
      g_autoptr (GVariant) record = g_variant_get_variant (child);
      const char *model = get_string (record, "model");

      if (!g_str_equal (get_string (record, "task"), task))
        continue;
      if (!g_hash_table_contains (pipelines, model))
        g_hash_table_insert (pipelines, g_strdup (model), make_pipeline (task, model));
      check_case (g_hash_table_lookup (pipelines, model), record);
      n_checked++;
    }
  g_assert_cmpuint (n_checked, >, 1);
}

/* What a task does not take is an error that names it. */
static void
test_refusals (void)
{
  static const struct
  {
    const char *task;
    const char *model;
    const char *text;
    const char *parameters;
    const char *message;
  } cases[] = {
    { "text-classification", "bert-seqcls", "a", "{'top_k': <'x'>}", "'top_k' is \"x\"" },
    { "text-classification", "bert-seqcls", "a", "{'function_to_apply': <'relu'>}", "relu" },
    { "text-classification", "bert-seqcls", "a", "{'nonsense': <3>}", "'nonsense'" },
    { "text-classification", "bert-seqcls", "a", "{'batch_size': <0>}", "'batch_size' is 0" },
    { "zero-shot-classification", "bert-seqcls", "a", "{}", "'candidate_labels'" },
    { "zero-shot-classification", "bert-seqcls", "", "{'candidate_labels': <'a'>}", "empty" },
    { "zero-shot-classification",
      "bert-seqcls",
      "a",
      "{'candidate_labels': <'a'>, 'hypothesis_template': <'no'>}",
      "'hypothesis_template' is \"no\"" },
    { "zero-shot-classification",
      "bert-seqcls",
      "a",
      "{'candidate_labels': <'a'>, 'hypothesis_template': <'{} and {}'>}",
      "'hypothesis_template' is \"{} and {}\"" },
    { "token-classification", "bert-tokcls", "a", "{'aggregation_strategy': <'last'>}", "last" },
    { "token-classification", "bert-tokcls", "a", "{'is_split_into_words': <true>}", "words" },
    { "token-classification", "bert-tokcls", "a", "{'stride': <40>}", "'stride' is 40" },
    { "token-classification",
      "bert-tokcls",
      "a",
      "{'stride': <3>, 'aggregation_strategy': <'none'>}",
      "'aggregation_strategy'" },
    { "fill-mask", "bert-mlm", "no mask", "{}", "[MASK]" },
    { "fill-mask", "bert-mlm", "[MASK]", "{'top_k': <1000>}", "'top_k' is 1000" },
    { "fill-mask", "bert-mlm", "[MASK]", "{'targets': <3>}", "'targets' is 3" },
    { "question-answering", "bert-qa", "who?", "{}", "'context'" },
    { "question-answering", "bert-qa", "", "{'context': <'a'>}", "empty" },
    { "question-answering",
      "bert-qa",
      "who?",
      "{'context': <'a'>, 'max_answer_len': <0>}",
      "'max_answer_len' is 0" },
    { "text-generation", "gpt2-untied", "a", "{'foo': <1>}", "'foo'" },
    { "text-generation", "gpt2-untied", "a", "{'tools': <['a']>}", "chats" },
    { "text-generation", "gpt2-untied", "a", "{'output_scores': <true>}", "'output_scores'" },
    { "text-generation",
      "gpt2-untied",
      "a",
      "{'return_tensors': <true>, 'return_full_text': <true>}",
      "'return_tensors'" },
    { "text-generation", "gpt2-untied", "a", "{'handle_long_generation': <'x'>}", "\"hole\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoPipeline) pipeline = make_pipeline (cases[i].task, cases[i].model);
      g_autoptr (GVariant) parameters =
          g_variant_parse (G_VARIANT_TYPE_VARDICT, cases[i].parameters, NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (parameters);
      g_assert_null (trafo_pipeline_run_text (pipeline, cases[i].text, parameters, NULL, &error));
      if (strstr (error->message, cases[i].message) == NULL)
        g_test_fail_printf ("case %u: found '%s', expected %s in it",
                            i,
                            error->message,
                            cases[i].message);
      g_assert_true (error->domain == TRAFO_ERROR);
    }
}

/* No input is none of a task's. */
static void
test_no_inputs (void)
{
  static const char *const tasks[][2] = {
    { "text-classification", "bert-seqcls" },
    { "token-classification", "bert-tokcls" },
    { "fill-mask", "bert-mlm" },
    { "feature-extraction", "bert-base" },
    { "text-generation", "gpt2-untied" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autoptr (TrafoPipeline) pipeline = make_pipeline (tasks[i][0], tasks[i][1]);
      g_autoptr (GError) error = NULL;

      g_assert_null (
          trafo_pipeline_run (pipeline, g_variant_new_parsed ("@as []"), NULL, NULL, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "at least one text"));
    }
}

/* A conversation needs a template, and is not taken for texts. */
static void
test_chat_is_refused (void)
{
  g_autoptr (TrafoPipeline) pipeline = make_pipeline ("text-generation", "gpt2-untied");
  GVariant *chat = g_variant_new_parsed ("[{'role': <'user'>, 'content': <'a'>}]");
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_pipeline_run (pipeline, chat, NULL, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "chats are not supported"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pipelines/text-classification", "text-classification", test_task);
  g_test_add_data_func ("/pipelines/zero-shot-classification",
                        "zero-shot-classification",
                        test_task);
  g_test_add_data_func ("/pipelines/token-classification", "token-classification", test_task);
  g_test_add_data_func ("/pipelines/fill-mask", "fill-mask", test_task);
  g_test_add_data_func ("/pipelines/question-answering", "question-answering", test_task);
  g_test_add_data_func ("/pipelines/feature-extraction", "feature-extraction", test_task);
  g_test_add_data_func ("/pipelines/text-generation", "text-generation", test_task);
  g_test_add_func ("/pipelines/no-inputs", test_no_inputs);
  g_test_add_func ("/pipelines/refusals", test_refusals);
  g_test_add_func ("/pipelines/chat-is-refused", test_chat_is_refused);
  return g_test_run ();
}
