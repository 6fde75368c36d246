/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>
#include <trafo/trafo.h>

#include "byte-tokenizer.h"

#define VOCAB_SIZE 119

static TrafoModel *
load (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "gpt2-untied", NULL);
  g_autoptr (GError) error = NULL;
  TrafoModel *model =
      trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", NULL, NULL, &error);

  g_assert_no_error (error);
  return model;
}

/* Rows of tokens; -1 is padding. */
static TrafoTensorDict *
make_inputs (const gint64 *ids, gint64 n_rows, gint64 length)
{
  const gint64 shape[] = { n_rows, length };
  g_autoptr (TrafoTensor) id_tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
  g_autoptr (TrafoTensor) mask_tensor = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
  gint64          *id = trafo_tensor_get_data (id_tensor);
  gint64          *mask = trafo_tensor_get_data (mask_tensor);
  TrafoTensorDict *inputs = trafo_tensor_dict_new ();

  for (gint64 i = 0; i < n_rows * length; i++)
    {
      mask[i] = ids[i] >= 0;
      id[i] = MAX (ids[i], 0);
    }
  trafo_tensor_dict_set (inputs, "input_ids", id_tensor);
  trafo_tensor_dict_set (inputs, "attention_mask", mask_tensor);
  return inputs;
}

static TrafoTensorDict *
make_prompt (void)
{
  return make_inputs ((const gint64[]){ 5, 60, 17 }, 1, 3);
}

static TrafoGenerationConfig *
make_config (const char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GVariant) parameters = trafo_json_to_variant (bytes, "test", NULL);
  g_autoptr (GError) error = NULL;
  TrafoGenerationConfig *config = trafo_generation_config_new_from_variant (parameters, &error);

  g_assert_no_error (error);
  return config;
}

static TrafoGenerator *
make_generator (const char *json, gboolean has_tokenizer)
{
  g_autoptr (TrafoModel) model = load ();
  g_autoptr (TrafoTokenizer) tokenizer = has_tokenizer ? byte_tokenizer_new () : NULL;
  g_autoptr (TrafoGenerationConfig) config = make_config (json);
  g_autoptr (GError) error = NULL;
  TrafoGenerator *generator = trafo_generator_new (model, tokenizer, config, &error);

  g_assert_no_error (error);
  return generator;
}

static void
assert_same_row (TrafoGenerationResult *a, guint row_a, TrafoGenerationResult *b, guint row_b)
{
  gsize         n_a, n_b;
  const gint64 *tokens_a = trafo_generation_result_get_new_tokens (a, row_a, &n_a);
  const gint64 *tokens_b = trafo_generation_result_get_new_tokens (b, row_b, &n_b);

  g_assert_cmpmem (tokens_a, n_a * sizeof *tokens_a, tokens_b, n_b * sizeof *tokens_b);
}

static gboolean
is_same_row (TrafoGenerationResult *a, guint row_a, TrafoGenerationResult *b, guint row_b)
{
  gsize         n_a, n_b;
  const gint64 *tokens_a = trafo_generation_result_get_new_tokens (a, row_a, &n_a);
  const gint64 *tokens_b = trafo_generation_result_get_new_tokens (b, row_b, &n_b);

  return n_a == n_b && memcmp (tokens_a, tokens_b, n_a * sizeof *tokens_a) == 0;
}

static TrafoGenerationResult *
generate (TrafoGenerator *generator, TrafoTensorDict *inputs)
{
  g_autoptr (GError) error = NULL;
  TrafoGenerationResult *result = trafo_generator_generate (generator, inputs, NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* What is drawn hangs on the seed, the prompt and how often it came before: not on what else is in
 * the batch, on padding, on the cache, nor on what was generated before. */
static void
test_seed (void)
{
  const gint64 alone[] = { 5, 60, 17 };
  const gint64 batch[] = { -1, -1, 88, 4, -1, 5, 60, 17, -1, 5, 60, 17, 9, 9, 9, 9 };
  const char *json = "{\"do_sample\": true, \"top_k\": null, \"max_new_tokens\": 12, \"seed\": 11, "
                     "\"eos_token_id\": null}";
  g_autoptr (TrafoGenerator) generator = make_generator (json, FALSE);
  g_autoptr (TrafoTensorDict) one = make_inputs (alone, 1, 3);
  g_autoptr (TrafoTensorDict) four = make_inputs (batch, 4, 4);
  g_autoptr (TrafoGenerationResult) first = generate (generator, one);
  g_autoptr (TrafoGenerationResult) second = generate (generator, four);
  g_autoptr (TrafoGenerationResult) third = generate (generator, one);
  g_autoptr (TrafoGenerationResult) uncached = NULL;
  g_autoptr (TrafoGenerationResult) copies = NULL;
  g_autoptr (TrafoGenerationResult) other = NULL;
  TrafoGenerationConfig *config = trafo_generator_get_config (generator);

  assert_same_row (first, 0, second, 1);
  assert_same_row (first, 0, third, 0);
  g_assert_false (is_same_row (second, 1, second, 2));
  g_assert_cmpint (trafo_generation_result_get_seed (first), ==, 11);
  g_object_set (config, "use-cache", FALSE, NULL);
  uncached = generate (generator, one);
  assert_same_row (first, 0, uncached, 0);
  g_object_set (config, "num-return-sequences", (gint64) 3, NULL);
  copies = generate (generator, one);
  assert_same_row (first, 0, copies, 0);
  g_assert_false (is_same_row (copies, 0, copies, 1));
  g_object_set (config, "seed", (gint64) 12, NULL);
  other = generate (generator, one);
  g_assert_false (is_same_row (first, 0, other, 0));
}

/* The distribution of the first token, drawn with many seeds, is the filtered one. */
static void
test_distribution (void)
{
  g_autoptr (TrafoGenerator) generator =
      make_generator ("{\"do_sample\": true, \"top_k\": 6, \"max_new_tokens\": 1, "
                      "\"output_scores\": true, \"num_return_sequences\": 4000, \"seed\": 3}",
                      FALSE);
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (TrafoGenerationResult) result = generate (generator, inputs);
  TrafoTensor *scores = trafo_generation_result_get_scores (result);
  double       counts[VOCAB_SIZE] = { 0 }, sum = 0, squares = 0;
  guint        n_possible = 0;

  for (guint i = 0; i < 4000; i++)
    {
      gsize n_tokens;

      counts[trafo_generation_result_get_new_tokens (result, i, &n_tokens)[0]]++;
      g_assert_cmpuint (n_tokens, ==, 1);
    }
  for (guint i = 0; i < VOCAB_SIZE; i++)
    sum += exp (trafo_tensor_get_value (scores, i));
  for (guint i = 0; i < VOCAB_SIZE; i++)
    {
      double expected = 4000 * exp (trafo_tensor_get_value (scores, i)) / sum;

      n_possible += expected > 0;
      if (expected > 0)
        squares += (counts[i] - expected) * (counts[i] - expected) / expected;
      else
        g_assert_cmpfloat (counts[i], ==, 0);
    }
  g_assert_cmpuint (n_possible, ==, 6);
  /* chi-square with 5 degrees of freedom: 0.999 */
  g_assert_cmpfloat (squares, <, 20.5);
}

typedef struct
{
  GMainLoop             *loop;
  GThread               *thread;
  GString               *text;
  guint                  n_tokens;
  guint                  cancel_after; /* 0: never */
  GCancellable          *cancellable;
  TrafoGenerationResult *result;
  GError                *error;
} Waiting;

static void
on_token (TrafoGenerator *generator, guint row, gint64 token, gpointer data)
{
  Waiting *waiting = data;

  g_assert_true (g_thread_self () == waiting->thread);
  g_assert_null (waiting->result);
  if (++waiting->n_tokens == waiting->cancel_after)
    g_cancellable_cancel (waiting->cancellable);
}

static void
on_text (TrafoGenerator *generator, guint row, const char *text, gpointer data)
{
  Waiting *waiting = data;

  g_assert_cmpstr (text, !=, "");
  g_string_append (waiting->text, text);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;

  waiting->result =
      trafo_generator_generate_finish (TRAFO_GENERATOR (source), result, &waiting->error);
  g_main_loop_quit (waiting->loop);
}

static void
wait_for (Waiting *waiting, TrafoGenerator *generator)
{
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();

  waiting->loop = g_main_loop_new (NULL, FALSE);
  waiting->thread = g_thread_self ();
  waiting->text = g_string_new (NULL);
  waiting->cancellable = g_cancellable_new ();
  g_signal_connect (generator, "token", G_CALLBACK (on_token), waiting);
  g_signal_connect (generator, "text", G_CALLBACK (on_text), waiting);
  trafo_generator_generate_async (generator, inputs, waiting->cancellable, on_result, waiting);
  g_main_loop_run (waiting->loop);
}

static void
waiting_clear (Waiting *waiting)
{
  g_main_loop_unref (waiting->loop);
  g_string_free (waiting->text, TRUE);
  g_object_unref (waiting->cancellable);
  g_clear_object (&waiting->result);
  g_clear_error (&waiting->error);
}

/* Signals come in the caller's thread, all before the result; so does the iterator's text. */
static void
test_stream (void)
{
  g_autoptr (TrafoGenerator) generator =
      make_generator ("{\"do_sample\": true, \"seed\": 2, \"max_new_tokens\": 30}", TRUE);
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (TrafoGenerationResult) result = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  Waiting waiting = { 0 };
  gsize   n_tokens;

  wait_for (&waiting, generator);
  g_assert_no_error (waiting.error);
  trafo_generation_result_get_new_tokens (waiting.result, 0, &n_tokens);
  g_assert_cmpuint (waiting.n_tokens, ==, n_tokens);
  g_signal_handlers_disconnect_by_data (generator, &waiting);
  g_assert_true (trafo_generator_begin (generator, inputs, &error));
  for (char *part; (part = trafo_generator_next (generator, NULL, &error)) != NULL; g_free (part))
    g_string_append (text, part);
  g_assert_no_error (error);
  g_assert_null (trafo_generator_next (generator, NULL, &error));
  g_assert_no_error (error);
  result = trafo_generator_end (generator, &error);
  g_assert_no_error (error);
  assert_same_row (result, 0, waiting.result, 0);
  g_assert_cmpstr (text->str, ==, waiting.text->str);
  g_assert_cmpuint (text->len, >, 0);
  g_assert_null (trafo_generator_end (generator, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  waiting_clear (&waiting);
}

/* A cancelled generation leaves the generator as good as new. */
static void
test_cancel (void)
{
  g_autoptr (TrafoGenerator) generator = make_generator ("{\"max_new_tokens\": 30}", FALSE);
  g_autoptr (TrafoGenerator) fresh = make_generator ("{\"max_new_tokens\": 30}", FALSE);
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (TrafoGenerationResult) again = NULL;
  g_autoptr (TrafoGenerationResult) expected = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancelled);
  g_assert_null (trafo_generator_generate (generator, inputs, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  again = generate (generator, inputs);
  expected = generate (fresh, inputs);
  assert_same_row (again, 0, expected, 0);
}

static void
cancel_step (TrafoGenerator *generator, guint row, gint64 token, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_cancel_between (void)
{
  g_autoptr (TrafoGenerator) generator = make_generator ("{\"max_new_tokens\": 30}", FALSE);
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_signal_connect (generator, "token", G_CALLBACK (cancel_step), cancellable);
  g_assert_null (trafo_generator_generate (generator, inputs, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_stop_strings (void)
{
  g_autoptr (TrafoGenerator) plain =
      make_generator ("{\"max_new_tokens\": 20, \"eos_token_id\": null}", TRUE);
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (TrafoGenerationResult) result = generate (plain, inputs);
  g_autoptr (TrafoGenerationResult) stopped = NULL;
  gsize            n_tokens, n_stopped;
  const gint64    *tokens = trafo_generation_result_get_new_tokens (result, 0, &n_tokens);
  guint32          third = (guint32) tokens[3];
  g_autofree char *text =
      trafo_tokenizer_decode (trafo_generator_get_tokenizer (plain), &third, 1, FALSE, FALSE, NULL);
  const char *const strings[] = { text, NULL };

  g_assert_false (trafo_generation_result_is_ended (result, 0));
  g_object_set (trafo_generator_get_config (plain), "stop-strings", strings, NULL);
  stopped = generate (plain, inputs);
  trafo_generation_result_get_new_tokens (stopped, 0, &n_stopped);
  g_assert_true (trafo_generation_result_is_ended (stopped, 0));
  g_assert_cmpuint (n_stopped, <=, 4);
}

/* What the inputs and parameters may not be. */
static void
test_refused (void)
{
  static const struct
  {
    const char *json;
    gint64      ids[2];
    const char *message;
  } cases[] = {
    { "{}", { -1, -1 }, "row 0 of the prompts is padding alone, expected a token" },
    { "{}", { 1, 119 }, "input_ids: found token 119 in row 0, expected 0 to 118" },
    { "{\"max_length\": 2}",
      { 1, 2 },
      "found prompts of 2 tokens, expected fewer than max_length, which is 2; max_new_tokens "
      "counts "
      "new tokens alone" },
    { "{\"num_return_sequences\": 2}",
      { 1, 2 },
      "found num_return_sequences = 2, expected 1: without do_sample or num_beams all would be the "
      "same" },
    { "{\"num_beams\": 2, \"num_return_sequences\": 3}",
      { 1, 2 },
      "found num_return_sequences = 3, expected at most num_beams, which is 2" },
    { "{\"do_sample\": true, \"temperature\": 0}",
      { 1, 2 },
      "found temperature = 0, expected more: without do_sample the likeliest token is taken" },
    { "{\"stop_strings\": \"x\"}",
      { 1, 2 },
      "stop_strings needs the model's tokenizer; there is none" },
    { "{\"sequence_bias\": [[[119], 1.0]]}",
      { 1, 2 },
      "found token 119 in sequence_bias, expected less than the vocabulary's size, 119" },
    { "{\"suppress_tokens\": [4, 5], \"forced_eos_token_id\": [5]}",
      { 1, 2 },
      "all tokens of forced_eos_token_id are in suppress_tokens too" },
    { "{\"exponential_decay_length_penalty\": [1, 1.1], \"eos_token_id\": null}",
      { 1, 2 },
      "exponential_decay_length_penalty needs an eos_token_id; there is none" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoGenerator) generator = make_generator (cases[i].json, FALSE);
      g_autoptr (TrafoTensorDict) inputs = make_inputs (cases[i].ids, 1, 2);
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_generator_generate (generator, inputs, NULL, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* A streamed sequence is one, and certain as it comes. */
static void
test_no_stream (void)
{
  static const char *const cases[] = {
    "{\"num_beams\": 2}",
    "{\"do_sample\": true, \"num_return_sequences\": 2}",
  };
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoGenerator) silent = make_generator ("{}", FALSE);

  g_assert_false (trafo_generator_begin (silent, inputs, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoGenerator) generator = make_generator (cases[i], TRUE);

      g_clear_error (&error);
      g_assert_false (trafo_generator_begin (generator, inputs, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
      g_assert_null (trafo_generator_next (generator, NULL, NULL));
    }
}

/* Without a prompt a model begins with its first token. */
static void
test_no_prompt (void)
{
  g_autoptr (TrafoGenerator) generator =
      make_generator ("{\"bos_token_id\": 7, \"max_new_tokens\": 4}", FALSE);
  g_autoptr (TrafoTensorDict) nothing = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) first = make_inputs ((const gint64[]){ 7 }, 1, 1);
  g_autoptr (TrafoGenerationResult) result = generate (generator, nothing);
  g_autoptr (TrafoGenerationResult) expected = generate (generator, first);

  g_assert_cmpfloat (trafo_tensor_max_difference (trafo_generation_result_get_sequences (result),
                                                  trafo_generation_result_get_sequences (expected)),
                     ==,
                     0);
}

static void
test_prompts (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = byte_tokenizer_new ();
  const char *const texts[] = { "ab", "c", NULL }, *const none[] = { "", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) batch = trafo_tokenizer_encode_prompts (tokenizer, texts, &error);
  g_autoptr (TrafoTensorDict) empty = trafo_tokenizer_encode_prompts (tokenizer, none, &error);
  const gint64 *mask, *ids;

  g_assert_no_error (error);
  ids = trafo_tensor_get_data (trafo_tensor_dict_get (batch, "input_ids"));
  mask = trafo_tensor_get_data (trafo_tensor_dict_get (batch, "attention_mask"));
  g_assert_cmpint (ids[0], ==, trafo_tokenizer_token_to_id (tokenizer, "a"));
  g_assert_cmpint (ids[3], ==, trafo_tokenizer_token_to_id (tokenizer, "c"));
  g_assert_cmpint (mask[0] + mask[1], ==, 2);
  g_assert_cmpint (mask[2], ==, 0);
  g_assert_cmpint (mask[3], ==, 1);
  g_assert_null (trafo_tensor_dict_get (empty, "input_ids"));
}

/* With no time at all one step is still done. */
static void
test_max_time (void)
{
  g_autoptr (TrafoGenerator) generator =
      make_generator ("{\"max_time\": 0.0, \"max_new_tokens\": 30}", FALSE);
  g_autoptr (TrafoTensorDict) inputs = make_prompt ();
  g_autoptr (TrafoGenerationResult) result = generate (generator, inputs);
  gsize n_tokens;

  trafo_generation_result_get_new_tokens (result, 0, &n_tokens);
  g_assert_cmpuint (n_tokens, ==, 1);
  g_assert_false (trafo_generation_result_is_ended (result, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/generator/seed", test_seed);
  g_test_add_func ("/core/generate/generator/distribution", test_distribution);
  g_test_add_func ("/core/generate/generator/stream", test_stream);
  g_test_add_func ("/core/generate/generator/cancel", test_cancel);
  g_test_add_func ("/core/generate/generator/cancel-between", test_cancel_between);
  g_test_add_func ("/core/generate/generator/stop-strings", test_stop_strings);
  g_test_add_func ("/core/generate/generator/refused", test_refused);
  g_test_add_func ("/core/generate/generator/no-stream", test_no_stream);
  g_test_add_func ("/core/generate/generator/no-prompt", test_no_prompt);
  g_test_add_func ("/core/generate/generator/prompts", test_prompts);
  g_test_add_func ("/core/generate/generator/max-time", test_max_time);
  return g_test_run ();
}
