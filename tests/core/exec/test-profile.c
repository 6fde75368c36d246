/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "../../valgrind.h"
#include "trafo-auto-model.h"
#include "trafo-generation-config.h"
#include "trafo-model-forward.h"
#include "trafo-model-generate.h"
#include "trafo-profile.h"

#include <string.h>

/* tiny-bert's sizes, from its config.json. */
enum
{
  HIDDEN = 16,
  INTERMEDIATE = 32,
  N_LAYERS = 2,
};

static TrafoModel *
load (const char *name, TrafoLoadOptions *options)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", name, NULL);
  g_autoptr (GError) error = NULL;
  TrafoModel *model =
      g_str_has_prefix (name, "gpt2")
          ? trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", options, NULL, &error)
          : trafo_auto_model_from_pretrained (folder, options, NULL, &error);

  g_assert_no_error (error);
  return model;
}

/* @lengths: of each row, up to @n_columns. */
static TrafoTensorDict *
inputs_new (gint64 n_rows, gint64 n_columns, const gint64 *lengths)
{
  TrafoTensorDict *inputs = trafo_tensor_dict_new ();
  const gint64     shape[] = { n_rows, n_columns };
  g_autoptr (TrafoTensor) ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);
  g_autoptr (TrafoTensor) mask = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);

  for (gint64 i = 0; i < n_rows * n_columns; i++)
    {
      ((gint64 *) trafo_tensor_get_data (ids))[i] = 5 + i;
      ((gint64 *) trafo_tensor_get_data (mask))[i] = i % n_columns < lengths[i / n_columns];
    }
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_tensor_dict_set (inputs, "attention_mask", mask);
  return inputs;
}

static void
forward (TrafoModel *model, TrafoTensorDict *inputs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);

  g_assert_no_error (error);
}

static TrafoProfile *
profile_forward (TrafoModel *model, TrafoTensorDict *inputs, guint n_runs)
{
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  g_autoptr (GError) error = NULL;

  trafo_profile_start (profile, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_runs; i++)
    forward (model, inputs);
  trafo_profile_stop (profile);
  return g_steal_pointer (&profile);
}

static double
get_double (TrafoValue *record, const char *key)
{
  return trafo_value_get_double (trafo_value_get_member (record, key));
}

static const char *
get_string (TrafoValue *record, const char *key)
{
  return trafo_value_get_string (trafo_value_get_member (record, key));
}

/* Of all ops, or of those that are @op. */
static double
sum (TrafoValue *value, const char *op, const char *key)
{
  TrafoValue *ops = trafo_value_get_member (value, "ops");
  double      total = 0;

  for (guint i = 0; i < trafo_value_get_n_items (ops); i++)
    {
      TrafoValue *row = trafo_value_get_item (ops, i);

      if (op == NULL || g_str_equal (get_string (row, "op"), op))
        total += get_double (row, key);
    }
  return total;
}

static double
get_phase (TrafoValue *value, const char *name)
{
  return get_double (trafo_value_get_member (trafo_value_get_member (value, "phases"), name),
                     "time_s");
}

static TrafoValue *
find (TrafoValue *value, const char *op, const char *path)
{
  TrafoValue *ops = trafo_value_get_member (value, "ops");

  for (guint i = 0; i < trafo_value_get_n_items (ops); i++)
    {
      TrafoValue *row = trafo_value_get_item (ops, i);

      if (g_str_equal (get_string (row, "op"), op) && g_str_equal (get_string (row, "path"), path))
        return row;
    }
  g_error ("no %s at '%s'", op, path);
}

/* By hand: two for each weight and token, four for each pair of tokens and feature. */
static double
count_bert_flops (guint n_rows, const gint64 *lengths)
{
  double n_tokens = 0, n_pairs = 0;
  double n_weights = 4 * HIDDEN * HIDDEN + 2 * HIDDEN * INTERMEDIATE;

  for (guint i = 0; i < n_rows; i++)
    {
      n_tokens += (double) lengths[i];
      n_pairs += (double) (lengths[i] * lengths[i]);
    }
  return N_LAYERS * (2 * n_weights * n_tokens + 4 * n_pairs * HIDDEN) +
         2.0 * n_rows * HIDDEN * HIDDEN;
}

/* Rows of one length, and of several, which are computed without padding. */
static void
test_flops (void)
{
  static const struct
  {
    guint  n_rows;
    gint64 n_columns;
    gint64 lengths[3];
  } cases[] = { { 2, 5, { 5, 5 } }, { 1, 32, { 32 } }, { 3, 7, { 3, 7, 1 } } };
  g_autoptr (TrafoModel) model = load ("tiny-bert", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoTensorDict) inputs =
          inputs_new (cases[i].n_rows, cases[i].n_columns, cases[i].lengths);
      g_autoptr (TrafoProfile) profile = profile_forward (model, inputs, 3);
      g_autoptr (TrafoValue) value = trafo_profile_to_value (profile);

      g_assert_cmpfloat (sum (value, NULL, "flops"),
                         ==,
                         3 * count_bert_flops (cases[i].n_rows, cases[i].lengths));
    }
}

/* What a layer reads and writes: x, the weight, the bias and the result, in the types that they have, and
 * behind integers a scale for each output. The next layer alone reads the result, as bfloat16 if that is what it multiplies. */
static void
test_bytes (gconstpointer data)
{
  const char   *dtype = data;
  TrafoDType    type = trafo_dtype_from_name (dtype);
  static gint64 lengths[] = { 5, 5 };
  const double  n_tokens = 10;
  double        result_bytes = 4, scale_bytes = type == TRAFO_DTYPE_INT8 ? 4 : 0;
  TrafoValue   *row;
  g_autoptr (TrafoLoadOptions) options =
      g_object_new (TRAFO_TYPE_LOAD_OPTIONS, "dtype", type, NULL);
  g_autoptr (TrafoModel) model = load ("tiny-bert", options);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (2, 5, lengths);
  g_autoptr (TrafoProfile) profile = profile_forward (model, inputs, 1);
  g_autoptr (TrafoValue) value = trafo_profile_to_value (profile);

  row = find (value, "linear", "encoder.layer.1.intermediate.dense");
  if (type == TRAFO_DTYPE_BFLOAT16 &&
      g_str_has_prefix (get_string (row, "kernel"), "linear-narrow-"))
    result_bytes = 2;
  g_assert_cmpstr (get_string (row, "dtype"), ==, dtype);
  g_assert_cmpfloat (get_double (row, "bytes"),
                     ==,
                     n_tokens * (4 * HIDDEN + result_bytes * INTERMEDIATE) +
                         (4 + scale_bytes) * INTERMEDIATE +
                         (double) (HIDDEN * INTERMEDIATE * trafo_dtype_get_size (type)));
  row = find (value, "gather", "embeddings.position_embeddings");
  g_assert_cmpstr (get_string (row, "dtype"), ==, "float32");
  g_assert_cmpfloat (get_double (row, "flops"), ==, 0);
}

/* Ops are found where the model's author wrote them; q, k and v are one layer. */
static void
test_paths (void)
{
  static const struct
  {
    const char *op;
    const char *path;
  } cases[] = {
    { "gather", "embeddings.word_embeddings" },
    { "layer_norm", "embeddings.LayerNorm" },
    { "linear", "encoder.layer.0.attention.self" },
    { "attention", "encoder.layer.0.attention" },
    { "linear", "encoder.layer.1.attention.output.dense" },
    { "layer_norm", "encoder.layer.1.output.LayerNorm" },
    { "linear", "pooler.dense" },
  };
  static gint64 lengths[] = { 4 };
  g_autoptr (TrafoModel) model = load ("tiny-bert", NULL);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (1, 4, lengths);
  g_autoptr (TrafoProfile) profile = profile_forward (model, inputs, 2);
  g_autoptr (TrafoValue) value = trafo_profile_to_value (profile);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoValue *row = find (value, cases[i].op, cases[i].path);

      g_assert_cmpint (trafo_value_get_integer (trafo_value_get_member (row, "calls")), ==, 2);
    }
  g_assert_cmpstr (get_string (find (value, "linear", "encoder.layer.0.attention.self"), "shapes"),
                   ==,
                   "1x4x16 48x16 48 -> 1x4x48");
}

/* No time is counted twice. */
static void
test_times (void)
{
  static gint64 lengths[] = { 32, 9 };
  g_autoptr (TrafoModel) model = load ("tiny-bert", NULL);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (2, 32, lengths);
  g_autoptr (TrafoProfile) profile = profile_forward (model, inputs, 20);
  g_autoptr (TrafoValue) value = trafo_profile_to_value (profile);
  const double rounding = 1e-9;
  TrafoValue  *ops = trafo_value_get_member (value, "ops");

  g_assert_cmpfloat (sum (value, NULL, "time_s"), >, 0);
  g_assert_cmpfloat (sum (value, NULL, "time_s"), <=, get_phase (value, "ops") + rounding);
  g_assert_cmpfloat (get_phase (value, "ops") + get_phase (value, "plan") +
                         get_phase (value, "bind"),
                     <=,
                     get_phase (value, "run") + rounding);
  g_assert_cmpfloat (get_phase (value, "run") + get_phase (value, "compile"),
                     <=,
                     get_double (value, "elapsed_s") + rounding);
  g_assert_cmpfloat (get_phase (value, "pack"), <=, get_phase (value, "compile"));
  for (guint i = 0; i < trafo_value_get_n_items (ops); i++)
    {
      TrafoValue *row = trafo_value_get_item (ops, i);

      g_assert_cmpfloat (get_double (row, "min_s") *
                             trafo_value_get_integer (trafo_value_get_member (row, "calls")),
                         <=,
                         get_double (row, "time_s") + rounding);
      if (i > 0)
        g_assert_cmpfloat (get_double (row, "time_s"),
                           <=,
                           get_double (trafo_value_get_item (ops, i - 1), "time_s"));
    }
}

/* Each new token attends to all before it, which a cache holds. */
static void
test_cached_attention (void)
{
  enum
  {
    N_PROMPT = 5,
    N_NEW = 20,
    N_TOKENS = N_PROMPT + N_NEW - 1,
  };
  static gint64 lengths[] = { N_PROMPT };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = load ("gpt2-long", NULL);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (1, N_PROMPT, lengths);
  g_autoptr (TrafoGenerationConfig) config = g_object_new (TRAFO_TYPE_GENERATION_CONFIG,
                                                           "max-new-tokens",
                                                           (gint64) N_NEW,
                                                           "min-new-tokens",
                                                           (gint64) N_NEW,
                                                           NULL);
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  g_autoptr (TrafoGenerationResult) result = NULL;
  g_autoptr (TrafoValue) value = NULL;
  TrafoConfig *sizes = trafo_model_get_config (model);
  double       n_features = (double) trafo_config_get_int (sizes, "n_embd", 768, 1, 1 << 20);
  double       n_layers = (double) trafo_config_get_int (sizes, "n_layer", 12, 1, 1 << 20);
  double       n_places = 2 * N_PROMPT, least;

  for (guint past = N_PROMPT; past < N_TOKENS; past++)
    n_places += past + 2;
  g_assert_true (trafo_profile_start (profile, NULL));
  result = trafo_model_generate (model, inputs, config, NULL, NULL, &error);
  g_assert_no_error (error);
  trafo_profile_stop (profile);
  value = trafo_profile_to_value (profile);
  g_assert_cmpfloat (sum (value, "cached_attention", "flops"),
                     ==,
                     n_layers * 4 * n_features * (N_TOKENS * (N_TOKENS + 1) / 2));
  /* q, k, v, the result and the places of the cache: what is there is read, what is new written and
   * read; and some indices */
  least = n_layers * 4 * n_features * (4 * N_TOKENS + 2 * n_places);
  g_assert_cmpfloat (sum (value, "cached_attention", "bytes"), >, least);
  g_assert_cmpfloat (sum (value, "cached_attention", "bytes"), <, least + n_layers * N_NEW * 256);
}

static void
test_start (void)
{
  static gint64 lengths[] = { 4 };
  g_autoptr (TrafoModel) model = load ("tiny-bert", NULL);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (1, 4, lengths);
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  g_autoptr (TrafoProfile) other = trafo_profile_new ();
  g_autoptr (TrafoValue) value = NULL;
  g_autoptr (TrafoValue) none = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_profile_start (profile, NULL));
  g_assert_false (trafo_profile_start (other, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (trafo_profile_start (profile, NULL));
  trafo_profile_stop (other);
  forward (model, inputs);
  trafo_profile_stop (profile);
  trafo_profile_stop (profile);
  forward (model, inputs);
  g_assert_true (trafo_profile_start (profile, NULL));
  forward (model, inputs);
  trafo_profile_stop (profile);

  value = trafo_profile_to_value (profile);
  g_assert_cmpfloat (sum (value, NULL, "flops"), ==, 2 * count_bert_flops (1, lengths));
  none = trafo_profile_to_value (other);
  g_assert_cmpfloat (get_double (none, "elapsed_s"), ==, 0);
  g_assert_cmpuint (trafo_value_get_n_items (trafo_value_get_member (none, "ops")), ==, 0);
}

typedef struct
{
  TrafoModel      *model;
  TrafoTensorDict *inputs;
} Caller;

static gpointer
call (gpointer data)
{
  Caller *caller = data;

  for (guint i = 0; i < 25; i++)
    forward (caller->model, caller->inputs);
  return NULL;
}

/* Whoever computes is seen, while others start and stop. */
static void
test_threads (void)
{
  static gint64 lengths[] = { 9 };
  g_autoptr (TrafoModel) model = load ("tiny-bert", NULL);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (1, 9, lengths);
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  g_autoptr (TrafoProfile) other = trafo_profile_new ();
  g_autoptr (TrafoValue) value = NULL;
  Caller   caller = { model, inputs };
  GThread *threads[4];

  g_assert_true (trafo_profile_start (profile, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, call, &caller);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  trafo_profile_stop (profile);
  value = trafo_profile_to_value (profile);
  g_assert_cmpfloat (sum (value, NULL, "flops"), ==, 100 * count_bert_flops (1, lengths));

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, call, &caller);
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (TrafoValue) seen = NULL;

      g_assert_true (trafo_profile_start (other, NULL));
      seen = trafo_profile_to_value (other);
      trafo_profile_stop (other);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_peaks (void)
{
  static gint64 lengths[] = { 4 };
  g_autoptr (TrafoModel) model = load ("tiny-bert", NULL);
  g_autoptr (TrafoTensorDict) inputs = inputs_new (1, 4, lengths);
  g_autoptr (TrafoProfile) profile = profile_forward (model, inputs, 2);
  g_autoptr (TrafoProfile) empty = trafo_profile_new ();
  g_autoptr (TrafoValue) before = trafo_profile_to_value (profile);
  g_autoptr (TrafoValue) after = NULL;
  g_autoptr (GError) error = NULL;
  TrafoValue *peaks;

  if (is_on_valgrind ())
    {
      g_test_skip ("what is measured is valgrind");
      return;
    }
  g_assert_true (trafo_profile_measure_peaks (empty, NULL));
  g_assert_true (trafo_profile_measure_peaks (profile, &error));
  g_assert_no_error (error);
  g_assert_null (trafo_value_get_member (before, "peaks"));
  after = trafo_profile_to_value (profile);
  peaks = trafo_value_get_member (after, "peaks");
  g_assert_cmpuint (trafo_value_get_n_items (peaks), ==, 2);
  g_assert_cmpfloat (get_double (peaks, "memory_gb_per_s"), >, 0);
  g_assert_cmpfloat (get_double (peaks, "float32_gflop_per_s"), >, 0);
  g_assert_cmpfloat (sum (after, "linear", "peak_fraction"), >, 0);
  g_assert_cmpstr (get_string (find (after, "layer_norm", "embeddings.LayerNorm"), "bound"),
                   ==,
                   "memory");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/flops", test_flops);
  g_test_add_data_func ("/profile/bytes/float32", "float32", test_bytes);
  g_test_add_data_func ("/profile/bytes/bfloat16", "bfloat16", test_bytes);
  g_test_add_data_func ("/profile/bytes/int8", "int8", test_bytes);
  g_test_add_func ("/profile/paths", test_paths);
  g_test_add_func ("/profile/times", test_times);
  g_test_add_func ("/profile/cached-attention", test_cached_attention);
  g_test_add_func ("/profile/start", test_start);
  g_test_add_func ("/profile/threads", test_threads);
  g_test_add_func ("/profile/peaks", test_peaks);
  return g_test_run ();
}
