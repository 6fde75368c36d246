/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

/* What the tasks take and refuse. What they answer is compared in tests/parity/. */

#define GENERATION "text-generation"
#define NONE "@a{sv} {}"

static const struct
{
  const char *task;
  const char *model;
  const char *model_task;
  const char *inputs;
  const char *parameters; /* those without which it does not run */
} tasks[] = {
  { "feature-extraction", "bert-base", "base", "'a'", NONE },
  { "fill-mask", "bert-mlm", "masked-lm", "'a [MASK]'", NONE },
  { "question-answering", "bert-qa", "question-answering", "'a'", "{'context': <'b c'>}" },
  { "sentence-similarity", "bert-base", "base", "'a'", "{'sentences': <['b']>}" },
  { "text-classification", "bert-seqcls", "sequence-classification", "'a'", NONE },
  { GENERATION, "gpt2-lm", "causal-lm", "'a'", "{'max_new_tokens': <int64 2>}" },
  { "token-classification", "bert-tokcls", "token-classification", "'a'", NONE },
  { "zero-shot-classification",
    "bert-seqcls",
    "sequence-classification",
    "'a'",
    "{'candidate_labels': <['b']>}" },
};

static TrafoPipeline *
make_pipeline_of (guint i, const char *model_name)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", model_name, NULL);
  g_autofree char *own = g_build_filename (folder, "tokenizer.json", NULL);
  g_autofree char *common = g_test_build_filename (G_TEST_DIST, "data", "pipelines", NULL);
  gboolean         has_own = g_file_test (own, G_FILE_TEST_EXISTS);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      trafo_auto_tokenizer_from_pretrained (has_own ? folder : common, NULL, &error);
  g_autoptr (TrafoModel) model = NULL;
  TrafoPipeline *pipeline;

  g_assert_no_error (error);
  model =
      trafo_auto_model_from_pretrained_for_task (folder, tasks[i].model_task, NULL, NULL, &error);
  g_assert_no_error (error);
  pipeline = trafo_pipeline_new (tasks[i].task, model, tokenizer, &error);
  g_assert_no_error (error);
  return pipeline;
}

static TrafoPipeline *
make_pipeline (guint i)
{
  return make_pipeline_of (i, tasks[i].model);
}

static guint
find_task (const char *task)
{
  guint i = 0;

  while (!g_str_equal (tasks[i].task, task))
    i++;
  return i;
}

/* The names that the error about an unknown one tells; those of generation's pipeline by hand, since
 * what else there is are generation's own. */
static char **
list_parameters (TrafoPipeline *pipeline)
{
  static const char *const of_generation[] = {
    "return_full_text",
    "return_tensors",
    "return_text",
    "return_type",
    "prefix",
    "clean_up_tokenization_spaces",
    "stop_sequence",
    "handle_long_generation",
    "skip_special_tokens",
    "truncation",
    "padding",
    "tokenizer_encode_kwargs",
    "batch_size",
    "add_special_tokens",
    "tools",
    "documents",
    "continue_final_message",
    "return_dict_in_generate",
    "output_scores",
    "output_logits",
    "temperature",
    "seed",
    "stop_strings",
    NULL,
  };
  g_autoptr (GError) error = NULL;
  const char *names;

  if (g_str_equal (trafo_pipeline_get_task (pipeline), GENERATION))
    return g_strdupv ((char **) of_generation);
  g_assert_null (
      trafo_pipeline_run_text (pipeline, "a", g_variant_new_parsed ("{'?': <1>}"), NULL, &error));
  names = strstr (error->message, "it takes ");
  g_assert_nonnull (names);
  return g_strsplit (names + strlen ("it takes "), ", ", -1);
}

/* The message of the error if @name has @value, or NULL. */
static char *
run_with (TrafoPipeline *pipeline, guint i, const char *name, const char *value)
{
  g_autoptr (GVariant) parameters = g_variant_ref_sink (g_variant_new_parsed (tasks[i].parameters));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (parameters);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) result = NULL;

  g_variant_dict_insert_value (&dict, name, g_variant_new_parsed (value));
  result = trafo_pipeline_run (pipeline,
                               g_variant_new_parsed (tasks[i].inputs),
                               g_variant_dict_end (&dict),
                               NULL,
                               &error);
  g_assert_true ((result == NULL) == (error != NULL));
  return error != NULL ? g_strdup (error->message) : NULL;
}

/* No parameter is accepted and ignored: whatever a task takes, it is an error that names it to be 0.5,
 * or to be a question mark. */
static void
test_types (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TrafoPipeline) pipeline = make_pipeline (i);
  g_auto (GStrv) names = list_parameters (pipeline);

  for (guint j = 0; names[j] != NULL; j++)
    {
      g_autofree char *half = run_with (pipeline, i, names[j], "0.5");
      g_autofree char *mark = run_with (pipeline, i, names[j], "'?'");

      g_test_message ("%s: %s; %s", names[j], half, mark);
      g_assert_true ((half != NULL && strstr (half, names[j]) != NULL) ||
                     (mark != NULL && strstr (mark, names[j]) != NULL));
    }
}

/* What is said of inputs and of values, by name. */
static const struct
{
  const char *task;
  const char *inputs;
  const char *parameters;
  const char *message; /* NULL: it runs */
} cases[] = {
  { GENERATION, "'a'", "{'return_text': <true>}", NULL },
  { GENERATION, "'a'", "{'return_text': <@mv nothing>}", NULL },
  { GENERATION, "'a'", "{'return_text': <false>}", "'return_text' is false, expected true" },
  { GENERATION, "'a'", "{'return_text': <1>}", "'return_text' is 1, expected true or false" },
  { GENERATION,
    "'a'",
    "{'return_text': <true>, 'return_type': <0>}",
    "'return_text' is true, expected none" },
  { GENERATION, "'a'", "{'stop_sequence': <'q'>}", NULL },
  { GENERATION, "'a'", "{'stop_sequence': <['q', 'r']>}", NULL },
  { GENERATION, "'a'", "{'stop_sequence': <1>}", "'stop_sequence' is 1, expected a string" },
  { GENERATION, "'a'", "{'stop_sequence': <''>}", "'stop_sequence' is \"\", expected a string" },
  { GENERATION, "'a'", "{'stop_sequence': <@as []>}", "'stop_sequence' is [], expected a string" },
  { GENERATION, "'a'", "{'tools': <['a']>}", "'tools' is [\"a\"], expected none: chats" },
  { GENERATION, "'a'", "{'continue_final_message': <false>}", NULL },
  { GENERATION, "'a'", "{'output_scores': <false>}", NULL },
  { GENERATION, "'a'", "{'output_scores': <true>}", "'output_scores' is true, expected false" },
  { GENERATION,
    "'a'",
    "{'encoder_repetition_penalty': <0.0>}",
    "found encoder_repetition_penalty = 0, expected more" },
  { GENERATION,
    "'a'",
    "{'repetition_penalty': <0.0>}",
    "found repetition_penalty = 0, expected more" },
  { "question-answering",
    "{'question': <'a'>, 'context': <'b'>, 'id': <1>}",
    NONE,
    "the member 'id' of an input, expected 'question', 'context'" },
  { "question-answering",
    "{'question': <'a'>, 'context': <'b'>}",
    "{'context': <'c'>}",
    "'context' is \"c\", expected none" },
  { "question-answering", "'a'", NONE, "'context' is not given" },
  { "question-answering", "{'question': <'a'>, 'context': <''>}", NONE, "neither of them empty" },
  { "question-answering",
    "{'question': <['a', '']>, 'context': <'b'>}",
    NONE,
    "neither of them empty" },
  { "question-answering",
    "{'question': <@as []>, 'context': <'b'>}",
    NONE,
    "neither of them empty" },
  { "question-answering",
    "{'question': <['a', 'b', 'c']>, 'context': <['b', 'c']>}",
    NONE,
    "one for each question" },
  { "question-answering",
    "{'question': <'a'>, 'context': <['b', 'c']>}",
    NONE,
    "one for each question" },
  { "question-answering",
    "[{'question': <['a']>, 'context': <'b'>}, {'question': <'a'>, 'context': <'b'>}]",
    NONE,
    "one question in each" },
  { "question-answering", "'a'", "{'context': <'b'>, 'padding': <true>}", NULL },
  { "question-answering", "'a'", "{'context': <'b'>, 'padding': <false>}", NULL },
  { "question-answering", "'a'", "{'context': <'b'>, 'padding': <'longest'>}", NULL },
  { "question-answering", "'a'", "{'context': <'b'>, 'padding': <'do_not_pad'>}", NULL },
  { "question-answering", "'a'", "{'context': <'b'>, 'padding': <'max_length'>}", NULL },
  { "question-answering", "'a'", "{'context': <'b'>, 'padding': <'?'>}", "'padding' is" },
  { "sentence-similarity",
    "{'source_sentence': <'a'>, 'sentences': <['b']>, 'x': <1>}",
    NONE,
    "the member 'x' of an input, expected 'source_sentence', 'sentences'" },
  { "sentence-similarity",
    "{'source_sentence': <'a'>, 'sentences': <['b']>}",
    "{'sentences': <['c']>}",
    "'sentences' is [\"c\"], expected none" },
  { "text-classification",
    "{'text': <'a'>, 'text_pairs': <'b'>}",
    NONE,
    "the member 'text_pairs' of an input, expected 'text', 'text_pair'" },
  { "text-classification", "{'text': <'a'>}", "{'text_pair': <'b'>}", NULL },
  { "text-classification",
    "{'text': <'a'>, 'text_pair': <'b'>}",
    "{'text_pair': <'c'>}",
    "'text_pair' is \"c\", expected none" },
};

static void
test_case (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (TrafoPipeline) pipeline = make_pipeline (find_task (cases[i].task));
  g_autoptr (GVariant) parameters = g_variant_ref_sink (g_variant_new_parsed (cases[i].parameters));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (parameters);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) result = NULL;

  if (g_str_equal (cases[i].task, GENERATION))
    g_variant_dict_insert (&dict, "max_new_tokens", "x", (gint64) 2);
  result = trafo_pipeline_run (pipeline,
                               g_variant_new_parsed (cases[i].inputs),
                               g_variant_dict_end (&dict),
                               NULL,
                               &error);
  if (cases[i].message == NULL)
    g_assert_no_error (error);
  else
    g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_true ((result == NULL) == (error != NULL));
  if (error != NULL && strstr (error->message, cases[i].message) == NULL)
    g_assert_cmpstr (error->message, ==, cases[i].message);
}

/* @inputs of question answering, as JSON. */
static char *
ask (TrafoPipeline *pipeline, const char *inputs, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) result = trafo_pipeline_run (pipeline,
                                                      g_variant_new_parsed (inputs),
                                                      g_variant_new_parsed (parameters),
                                                      NULL,
                                                      &error);

  g_assert_no_error (error);
  return trafo_value_to_json (result);
}

/* Lists of questions are the questions, one after the other, as transformers 4.57 has it: one that comes
 * alone in a list is answered in a list. */
static void
test_questions (void)
{
  g_autoptr (TrafoPipeline) pipeline = make_pipeline (find_task ("question-answering"));
  g_autofree char *one =
      ask (pipeline, "{'question': <'a ?'>, 'context': <'the cat sat on a mat'>}", NONE);
  g_autofree char *two = ask (pipeline, "{'question': <'in b'>, 'context': <'in paris'>}", NONE);
  g_autofree char *other =
      ask (pipeline, "{'question': <'in b'>, 'context': <'the cat sat on a mat'>}", NONE);
  g_autofree char *alone =
      ask (pipeline, "{'question': <['a ?']>, 'context': <'the cat sat on a mat'>}", NONE);
  g_autofree char *both = ask (pipeline,
                               "{'question': <['a ?', 'in b']>,"
                               " 'context': <['the cat sat on a mat', 'in paris']>}",
                               NONE);
  g_autofree char *shared =
      ask (pipeline, "{'question': <['a ?', 'in b']>, 'context': <'the cat sat on a mat'>}", NONE);
  g_autofree char *texts =
      ask (pipeline, "['a ?', 'in b']", "{'context': <'the cat sat on a mat'>}");
  g_autofree char *expected_alone = g_strdup_printf ("[%s]", one);
  g_autofree char *expected_both = g_strdup_printf ("[%s,%s]", one, two);
  g_autofree char *expected_shared = g_strdup_printf ("[%s,%s]", one, other);

  g_assert_cmpstr (one, !=, other);
  g_assert_cmpstr (alone, ==, expected_alone);
  g_assert_cmpstr (both, ==, expected_both);
  g_assert_cmpstr (shared, ==, expected_shared);
  g_assert_cmpstr (texts, ==, expected_shared);
}

#define TEXTS "['a', 'the cat sat on the mat', '?', 'it is red and it is on the mat', 'red']"
#define QUESTIONS                                                                                  \
  "[{'question': 'a ?', 'context': 'the cat sat on a mat'}, {'question': 'in b', 'context': 'b'}]"

/* Lists whose texts are computed together where the caller says nothing of batches. */
static const struct
{
  const char *task;
  const char *model;
  const char *inputs;
  gboolean    is_apart; /* the model looks at padding */
} lists[] = {
  { "feature-extraction", "bert-base", TEXTS, FALSE },
  { "feature-extraction", "distilbert-base", TEXTS, FALSE },
  { "feature-extraction", "gpt2-base", TEXTS, FALSE },
  { "feature-extraction", "opt-base", TEXTS, TRUE },
  { "fill-mask", "bert-mlm", "['a [MASK]', 'the [MASK] sat on the [MASK] .', '[MASK]']", FALSE },
  { "fill-mask", "distilbert-mlm", "['[MASK]', 'the [MASK] sat on the [MASK] .']", FALSE },
  { "question-answering", "bert-qa", QUESTIONS, FALSE },
  { "question-answering", "distilbert-qa", QUESTIONS, FALSE },
  { "text-classification", "bert-seqcls", TEXTS, FALSE },
  { "text-classification", "distilbert-seqcls", TEXTS, FALSE },
  { "text-classification", "gpt2-seqcls", TEXTS, TRUE },
  { "token-classification", "bert-tokcls", TEXTS, FALSE },
  { "token-classification", "distilbert-tokcls", TEXTS, FALSE },
  { "zero-shot-classification", "bert-seqcls", TEXTS, FALSE },
};

static char *
run_list (TrafoPipeline *pipeline, guint i, gint64 batch_size)
{
  guint task = find_task (lists[i].task);
  g_autoptr (GVariant) parameters =
      g_variant_ref_sink (g_variant_new_parsed (tasks[task].parameters));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (parameters);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoValue) result = NULL;

  g_variant_dict_remove (&dict, "context");
  if (batch_size > 0)
    g_variant_dict_insert (&dict, "batch_size", "x", batch_size);
  result = trafo_pipeline_run (pipeline,
                               g_variant_new_parsed (lists[i].inputs),
                               g_variant_dict_end (&dict),
                               NULL,
                               &error);
  g_assert_no_error (error);
  return trafo_value_to_json (result);
}

/* To the bit, each text has what it has alone. */
static void
test_list (gconstpointer data)
{
  static const guint lengths[] = { 3, 9, 2 };
  guint              i = GPOINTER_TO_UINT (data);
  g_autoptr (TrafoPipeline) pipeline = make_pipeline_of (find_task (lists[i].task), lists[i].model);
  g_autofree char *together = run_list (pipeline, i, 0);
  g_autofree char *alone = run_list (pipeline, i, 1);

  g_assert_cmpstr (together, ==, alone);
  g_assert_cmpuint (trafo_model_choose_batch_size (trafo_pipeline_get_model (pipeline), lengths, 3),
                    ==,
                    lists[i].is_apart ? 0 : 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_autofree char *path = g_strconcat ("/text-task/types/", tasks[i].task, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_types);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/text-task/case/%s/%" G_GSIZE_FORMAT, cases[i].task, i);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/text-task/list/%s/%s", lists[i].task, lists[i].model);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_list);
    }
  g_test_add_func ("/text-task/questions", test_questions);
  return g_test_run ();
}
