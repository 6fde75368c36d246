/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "tiny-causal.h"
#include "tiny-model.h"
#include "trafo-device-choice.h"
#include "trafo-eager-private.h"
#include "trafo-model-runner-private.h"
#include "trafo-thread-pool-private.h"

/* Sequences as a runner has them, and what the plain program makes of them. */
typedef struct
{
  TrafoModel       *model;
  TrafoModelRunner *runner;
  gsize             vocab_size;
  double            tolerance; /* a share of the largest logit */
} Fixture;

static gboolean
fixture_init (Fixture *self, const TinyCausalConfig *config, const char *device_name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open (device_name, NULL, &error);

  if (device == NULL)
    {
      g_test_skip (error->message);
      return FALSE;
    }
  self->model = tiny_causal_new (config, device_name);
  self->runner = trafo_model_runner_new (self->model, &error);
  g_assert_no_error (error);
  self->vocab_size = trafo_model_runner_get_vocab_size (self->runner);
  self->tolerance = 1e-5;
  g_assert_cmpuint (self->vocab_size, ==, config->vocab_size);
  return TRUE;
}

static void
fixture_clear (Fixture *self)
{
  trafo_model_runner_free (self->runner);
  g_object_unref (self->model);
}

/* The logits of @tokens' last one are @logits. */
static void
assert_last (const Fixture *self, GArray *tokens, gsize n_back, const float *logits)
{
  gint64       shape[] = { 1, tokens->len - n_back };
  const float *expected;
  double       largest = 0;
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (GError) error = NULL;

  ids = trafo_tensor_new_from_int64s (shape, 2, (gint64 *) (gpointer) tokens->data, shape[1], NULL);
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (self->model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  expected = trafo_tensor_get_data (trafo_tensor_dict_get (outputs, "logits"));
  expected += (shape[1] - 1) * self->vocab_size;
  for (gsize i = 0; i < self->vocab_size; i++)
    largest = fmax (largest, fabs (expected[i]));
  for (gsize i = 0; i < self->vocab_size; i++)
    if (!(fabs (expected[i] - logits[i]) <= self->tolerance * largest))
      g_error ("token %" G_GINT64_FORMAT ", logit %" G_GSIZE_FORMAT ": found %g, expected %g",
               shape[1],
               i,
               logits[i],
               expected[i]);
}

#define MAX_ROWS 6

/* What a test knows of the runner's sequences. */
typedef struct
{
  guint   sequence;
  GArray *tokens;
} Known;

static void
append_random (Known *known, TrafoRunnerRow *row, guint n_tokens, gint64 vocab_size)
{
  guint length = known->tokens->len;

  for (guint i = 0; i < n_tokens; i++)
    {
      gint64 token = g_test_rand_int_range (0, vocab_size);

      g_array_append_val (known->tokens, token);
    }
  *row = (TrafoRunnerRow){ .sequence = known->sequence,
                           .n_tokens = n_tokens,
                           .n_logits = g_test_rand_int_range (0, MIN (n_tokens, 3) + 1),
                           .tokens = &g_array_index (known->tokens, gint64, length) };
}

/* One step in which each of @n sequences gets some tokens: one, or up to @max. */
static void
step (const Fixture *self, Known *known, guint n, guint max)
{
  g_autoptr (GError) error = NULL;
  TrafoRunnerRow rows[MAX_ROWS] = { 0 };
  const float   *logits;

  for (guint i = 0; i < n; i++)
    append_random (&known[i], &rows[i], g_test_rand_int_range (1, max + 1), self->vocab_size);
  logits = trafo_model_runner_step (self->runner, rows, n, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (trafo_model_runner_get_length (self->runner, known[i].sequence),
                        ==,
                        known[i].tokens->len);
      for (guint j = rows[i].n_logits; j-- > 0; logits += self->vocab_size)
        assert_last (self, known[i].tokens, j, logits);
    }
}

static void
known_begin (const Fixture *self, Known *known)
{
  known->sequence = trafo_model_runner_begin (self->runner);
  known->tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
known_end (const Fixture *self, Known *known)
{
  trafo_model_runner_release (self->runner, known->sequence);
  g_array_unref (known->tokens);
}

/* Prompts of random lengths, pieces of prompts, single tokens, and mixtures of them; sequences come
 * and go, are forked and cut. */
static void
test_random (gconstpointer data)
{
  Fixture self;
  Known   known[MAX_ROWS];
  guint   n = 0;

  if (!fixture_init (&self, &tiny_causal_default, data))
    return;
  for (guint i = 0; i < 40; i++)
    {
      guint choice = g_test_rand_int_range (0, 8);

      if (n == 0 || (choice == 0 && n < MAX_ROWS))
        known_begin (&self, &known[n++]);
      else if (choice == 1 && n < MAX_ROWS)
        {
          known[n].sequence = trafo_model_runner_fork (self.runner, known[0].sequence);
          known[n++].tokens = g_array_copy (known[0].tokens);
        }
      else if (choice == 2)
        {
          guint length = g_test_rand_int_range (0, known[n - 1].tokens->len + 1);

          trafo_model_runner_truncate (self.runner, known[n - 1].sequence, length);
          g_array_set_size (known[n - 1].tokens, length);
        }
      else if (choice == 3 && n > 1)
        known_end (&self, &known[--n]);
      step (&self, known, n, choice > 5 ? 20 : 1);
    }
  while (n > 0)
    known_end (&self, &known[--n]);
  fixture_clear (&self);
}

/* Lengths about the borders of pages: a prompt, then tokens one by one across the next border. */
static void
test_borders (gconstpointer data)
{
  static const guint lengths[] = { 1, 15, 16, 17, 31, 32, 33, 255, 256, 257 };
  Fixture            self;

  if (!fixture_init (&self, &tiny_causal_default, data))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GError) error = NULL;
      TrafoRunnerRow row;
      const float   *logits;
      Known          known;

      known_begin (&self, &known);
      append_random (&known, &row, lengths[i], self.vocab_size);
      row.n_logits = 1;
      logits = trafo_model_runner_step (self.runner, &row, 1, NULL, &error);
      g_assert_no_error (error);
      assert_last (&self, known.tokens, 0, logits);
      for (guint j = 0; j < 3; j++)
        step (&self, &known, 1, 1);
      known_end (&self, &known);
    }
  fixture_clear (&self);
}

/* Beams that all go on from one, that swap, and that stay. */
static void
test_reorder (gconstpointer data)
{
  static const guint parents[][4] = {
    { 0, 0, 0, 0 }, { 3, 2, 1, 0 }, { 0, 1, 2, 3 }, { 1, 1, 3, 3 }, { 2, 0, 2, 0 },
  };
  Fixture self;
  Known   known[4];

  if (!fixture_init (&self, &tiny_causal_default, data))
    return;
  for (guint i = 0; i < 4; i++)
    known_begin (&self, &known[i]);
  step (&self, known, 4, 20);
  for (guint i = 0; i < 15; i++)
    {
      const guint *parent = parents[i % G_N_ELEMENTS (parents)];
      guint        sequences[4];
      GArray      *tokens[4];

      for (guint j = 0; j < 4; j++)
        {
          sequences[j] = known[j].sequence;
          tokens[j] = g_array_copy (known[parent[j]].tokens);
        }
      trafo_model_runner_reorder (self.runner, sequences, parent, 4);
      for (guint j = 0; j < 4; j++)
        {
          g_array_unref (known[j].tokens);
          known[j].tokens = tokens[j];
        }
      step (&self, known, 4, i % 4 == 3 ? 9 : 1);
    }
  for (guint i = 0; i < 4; i++)
    known_end (&self, &known[i]);
  fixture_clear (&self);
}

/* The logits of the last token of @n_prompt tokens, decoded then for @n_steps of the most likely one;
 * beside it are @n_others sequences of other lengths. */
static GArray *
decode (const Fixture *self, guint n_prompt, guint n_steps, guint n_others)
{
  g_autoptr (GError) error = NULL;
  GArray        *all = g_array_new (FALSE, FALSE, sizeof (float));
  TrafoRunnerRow rows[MAX_ROWS] = { 0 };
  gint64         tokens[MAX_ROWS][64];
  guint          place = n_others / 2; /* others before it and behind */

  for (guint i = 0; i <= n_others; i++)
    {
      guint n = i == place ? n_prompt : 1 + 17 * i % 60;

      for (guint j = 0; j < n; j++)
        tokens[i][j] = (i + 3 * j) % self->vocab_size;
      if (i == place)
        for (guint j = 0; j < n; j++)
          tokens[i][j] = (5 * j + 1) % self->vocab_size;
      rows[i] = (TrafoRunnerRow){ trafo_model_runner_begin (self->runner), n, 1, tokens[i] };
    }
  for (guint step_number = 0; step_number < n_steps; step_number++)
    {
      const float *logits =
          trafo_model_runner_step (self->runner, rows, n_others + 1, NULL, &error);

      g_assert_no_error (error);
      g_array_append_vals (all, logits + place * self->vocab_size, self->vocab_size);
      for (guint i = 0; i <= n_others; i++)
        {
          const float *row = logits + i * self->vocab_size;
          gint64       best = 0;

          for (gsize j = 1; j < self->vocab_size; j++)
            if (row[j] > row[best])
              best = (gint64) j;
          /* some others get several tokens at once, as prompts do that come in pieces */
          rows[i].n_tokens = i != place && i % 3 == 1 ? 1 + step_number % 9 : 1;
          for (guint j = 0; j < rows[i].n_tokens; j++)
            tokens[i][j] = (best + j) % (gint64) self->vocab_size;
        }
    }
  for (guint i = 0; i <= n_others; i++)
    trafo_model_runner_release (self->runner, rows[i].sequence);
  return all;
}

static void
assert_same_bits (GArray *a, GArray *b)
{
  g_assert_cmpmem (a->data, a->len * sizeof (float), b->data, b->len * sizeof (float));
}

/* A request gives the same bits alone and in any company, on a host. */
static void
test_company (gconstpointer data)
{
  static const guint n_prompts[] = { 1, 2, 5, 16, 40 };
  Fixture            self;

  if (!fixture_init (&self, &tiny_causal_default, data))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (n_prompts); i++)
    {
      g_autoptr (GArray) alone = decode (&self, n_prompts[i], 30, 0);

      for (guint n_others = 1; n_others < MAX_ROWS; n_others++)
        {
          g_autoptr (GArray) beside = decode (&self, n_prompts[i], 30, n_others);

          assert_same_bits (alone, beside);
        }
    }
  fixture_clear (&self);
}

#define N_PIECED 280

/* The logits of all tokens of a sequence that comes in pieces of @min to @max, or of twice @min at most
 * where less than @min would be left. */
static GArray *
run_pieces (const Fixture *self, const gint64 *tokens, guint min, guint max)
{
  g_autoptr (GError) error = NULL;
  GArray *all = g_array_new (FALSE, FALSE, sizeof (float));
  guint   sequence = trafo_model_runner_begin (self->runner);

  for (guint n_run = 0; n_run < N_PIECED;)
    {
      guint          drawn = g_test_rand_int_range (min, max + 1);
      guint          n = N_PIECED - n_run < drawn + min ? N_PIECED - n_run : drawn;
      TrafoRunnerRow row = { sequence, n, n, tokens + n_run };
      const float   *logits = trafo_model_runner_step (self->runner, &row, 1, NULL, &error);

      g_assert_no_error (error);
      g_array_append_vals (all, logits, n * self->vocab_size);
      n_run += n;
    }
  trafo_model_runner_release (self->runner, sequence);
  return all;
}

/* A token has the same bits however many are run with it, few or many, so that what was guessed is
 * checked, and prompts are run in pieces, to the same end. */
static void
test_pieces (gconstpointer data)
{
  static const guint few[] = { 3, TRAFO_FEW_TOKENS }, many[] = { 18, 60 };
  TinyCausalConfig   configs[4] = { tiny_causal_default };

  for (gsize i = 1; i < G_N_ELEMENTS (configs); i++)
    configs[i] = tiny_causal_default;
  /* the reference has float32 alone */
  configs[2].dtype = TRAFO_DTYPE_BFLOAT16;
  configs[3].dtype = TRAFO_DTYPE_INT8;
  configs[1].n_heads = configs[1].n_kv_heads = 4;
  configs[1].head_size = 64;
  configs[1].vocab_size = 1031;
  for (gsize i = 0; i < (g_str_equal (data, "cpu") ? G_N_ELEMENTS (configs) : 2); i++)
    {
      gint64  tokens[N_PIECED];
      Fixture self;
      g_autoptr (GArray) single = NULL;
      g_autoptr (GArray) whole = NULL;

      if (!fixture_init (&self, &configs[i], data))
        return;
      for (guint k = 0; k < N_PIECED; k++)
        tokens[k] = g_test_rand_int_range (0, 61);
      single = run_pieces (&self, tokens, 1, 1);
      whole = run_pieces (&self, tokens, N_PIECED, N_PIECED);
      for (gsize k = 0; k < G_N_ELEMENTS (few); k++)
        {
          g_autoptr (GArray) pieces = run_pieces (&self, tokens, 1, few[k]);
          g_autoptr (GArray) long_pieces =
              run_pieces (&self, tokens, TRAFO_FEW_TOKENS + 1, many[k]);

          assert_same_bits (pieces, single);
          assert_same_bits (long_pieces, whole);
        }
      fixture_clear (&self);
    }
}

/* A long past, which threads share part by part. */
static GArray *
decode_long (const Fixture *self)
{
  GArray *all = decode (self, 60, 400, 0);
  g_autoptr (GArray) beside = decode (self, 60, 400, 2);

  assert_same_bits (all, beside);
  return all;
}

/* The same bits for any number of threads: another process has as many as the environment says, and
 * writes what it gets into a file. */
static void
test_threads (void)
{
  static const char *const counts[] = { "1", "2", "5" };
  const char              *given = g_getenv ("MODEL_RUNNER_LOGITS");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) logits = NULL;
  Fixture self;

  if (!fixture_init (&self, &tiny_causal_default, "cpu"))
    return;
  logits = decode_long (&self);
  fixture_clear (&self);
  if (given != NULL)
    {
      g_file_set_contents (given, logits->data, logits->len * sizeof (float), &error);
      g_assert_no_error (error);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *path = NULL, *contents = NULL;
      gsize            length;
      int              file = g_file_open_tmp ("logits-XXXXXX", &path, &error);

      g_assert_no_error (error);
      close (file);
      g_setenv ("MODEL_RUNNER_LOGITS", path, TRUE);
      g_setenv ("TRAFO_THREADS", counts[i], TRUE);
      g_test_trap_subprocess ("/model-runner/threads", 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_unsetenv ("MODEL_RUNNER_LOGITS");
      g_file_get_contents (path, &contents, &length, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (contents, length, logits->data, logits->len * sizeof (float));
      g_remove (path);
    }
}

/* The memory of a cache and that of steps count as the model's. */
static void
test_peak_bytes (void)
{
  const TinyCausalConfig *config = &tiny_causal_default;
  gsize                   token_bytes =
      config->n_layers * 2 * config->n_kv_heads * config->head_size * sizeof (float);
  guint64        compiled, reserved;
  gint64         tokens[100] = { 0 };
  TrafoRunnerRow row = { .n_tokens = G_N_ELEMENTS (tokens), .tokens = tokens };
  Fixture        self;

  if (!fixture_init (&self, config, "reference"))
    return;
  compiled = trafo_model_get_peak_bytes (self.model);
  g_assert_true (trafo_model_runner_reserve (self.runner,
                                             4 * trafo_model_runner_count_pages (self.runner, 200),
                                             200,
                                             NULL));
  reserved = trafo_model_get_peak_bytes (self.model);
  g_assert_cmpuint (reserved - compiled, >=, 800 * token_bytes);
  row.sequence = trafo_model_runner_begin (self.runner);
  g_assert_nonnull (trafo_model_runner_step (self.runner, &row, 1, NULL, NULL));
  g_assert_cmpuint (trafo_model_get_peak_bytes (self.model), >, reserved);
  fixture_clear (&self);
}

/* What generation cannot use says so. */
static void
test_unfit (void)
{
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (TrafoModel) bert = tiny_model_load (folder, "base", "reference", NULL);

  config.is_causal = FALSE;
  model = tiny_causal_new (&config, "reference");
  g_assert_null (trafo_model_runner_new (model, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "causal"));
  g_clear_error (&error);
  if (bert == NULL)
    {
      g_test_skip ("there is no plugin for BERT");
      return;
    }
  g_assert_null (trafo_model_runner_new (bert, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
}

static guint
count_barriers (guint n_layers, guint n_rows, guint n_tokens, gboolean load_in_8bit)
{
  TinyCausalConfig   config = tiny_causal_default;
  Fixture            fixture;
  TrafoRunnerRow     rows[MAX_ROWS];
  g_autofree gint64 *tokens = g_new0 (gint64, n_tokens);
  guint              n_barriers;

  /* wide enough for several threads */
  config.n_layers = n_layers;
  config.n_heads = config.n_kv_heads = 8;
  config.head_size = 64;
  config.load_in_8bit = load_in_8bit;
  g_assert_true (fixture_init (&fixture, &config, "cpu"));
  for (guint i = 0; i < n_rows; i++)
    rows[i] = (TrafoRunnerRow){ .sequence = trafo_model_runner_begin (fixture.runner),
                                .n_tokens = n_tokens,
                                .n_logits = 1,
                                .tokens = tokens };
  g_assert_nonnull (trafo_model_runner_step (fixture.runner, rows, n_rows, NULL, NULL));
  n_barriers = trafo_model_runner_get_n_barriers (fixture.runner);
  fixture_clear (&fixture);
  return n_barriers;
}

/* In a step of decoding a layer's threads meet behind q, k and v, attention and the three other linear layers;
 * layer norms are done by those who are last there. */
static void
test_barriers (void)
{
  static const struct
  {
    guint    n_rows, n_tokens;
    gboolean load_in_8bit;
  } cases[] = { { 1, 1 }, { MAX_ROWS, 1 }, { 1, 100 }, { 1, 1, TRUE }, { MAX_ROWS, 1, TRUE } };

  guint n_threads = trafo_thread_pool_get_size (trafo_thread_pool_get_default ());

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint few = count_barriers (2, cases[i].n_rows, cases[i].n_tokens, cases[i].load_in_8bit);
      guint many = count_barriers (5, cases[i].n_rows, cases[i].n_tokens, cases[i].load_in_8bit);

      g_test_message ("%u rows of %u tokens: %u, %u",
                      cases[i].n_rows,
                      cases[i].n_tokens,
                      few,
                      many);
      g_assert_cmpuint (many - few, <=, 3 * 5);
      /* of what a tier has no kernels for one thread does all */
      if (!cases[i].load_in_8bit)
        g_assert_cmpuint (many - few, ==, n_threads > 1 ? 3 * 5 : 0);
    }
}

/* Logits of another type are not taken for float32. */
static void
test_logits_dtype (void)
{
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = NULL;

  config.logits_dtype = TRAFO_DTYPE_FLOAT16;
  model = tiny_causal_new (&config, "reference");
  g_assert_null (trafo_model_runner_new (model, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "the model's logits are float16, expected float32");
}

/* Leaves of an eager builder: parameters are numbers that their names give, inputs and states are what
 * the test holds. */
typedef struct
{
  GHashTable *inputs; /* name to TrafoTensor */
  GHashTable *states;
} Leaves;

static TrafoTensor *
find_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            GError              **error)
{
  return trafo_tensor_ref (g_hash_table_lookup (((Leaves *) data)->inputs, name));
}

static TrafoTensor *
find_param (gpointer data, const char *name, GError **error)
{
  const TinyCausalConfig *config = &tiny_causal_default;
  gint64                  C = (gint64) config->n_heads * config->head_size;
  gint64                  n_qkv = C + 2 * (gint64) config->n_kv_heads * config->head_size;
  gboolean                is_matrix = g_str_has_suffix (name, "weight");
  gint64                  shape[] = { C, C };
  guint                   hash = g_str_hash (name);
  TrafoTensor            *tensor;

  if (g_str_has_suffix (name, "wte.weight") || g_str_has_suffix (name, "lm_head.weight"))
    shape[0] = config->vocab_size;
  else if (g_str_has_suffix (name, "wpe.weight"))
    shape[0] = config->n_positions;
  else if (strstr (name, "c_attn") != NULL)
    shape[is_matrix ? 1 : 0] = n_qkv;
  else if (strstr (name, "fc1") != NULL)
    shape[0] = 2 * C;
  else if (strstr (name, "fc2.weight") != NULL)
    shape[1] = 2 * C;
  else if (strstr (name, "ln_") != NULL)
    is_matrix = FALSE;
  tensor = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, is_matrix ? 2 : 1, error);
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (tensor); i++)
    ((float *) trafo_tensor_get_data (tensor))[i] =
        (float) ((hash + (guint) i * 2654435761u) >> 8) / (1 << 24) - 0.5f;
  return tensor;
}

static TrafoTensor *
find_state (gpointer data, const char *name, GError **error)
{
  const TinyCausalConfig *config = &tiny_causal_default;
  gint64       shape[] = { 2, 2, config->n_kv_heads, TRAFO_CACHE_PAGE_TOKENS, config->head_size };
  Leaves      *leaves = data;
  TrafoTensor *state = g_hash_table_lookup (leaves->states, name);

  if (state == NULL)
    {
      state = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, G_N_ELEMENTS (shape), error);
      g_hash_table_insert (leaves->states, g_strdup (name), state);
    }
  return trafo_tensor_ref (state);
}

static void
add_ids (Leaves       *leaves,
         const char   *name,
         TrafoDType    dtype,
         const gint64 *shape,
         guint         n_dims,
         gint64        first)
{
  TrafoTensor *tensor = trafo_tensor_new (dtype, shape, n_dims, NULL);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (tensor); i++)
    if (dtype == TRAFO_DTYPE_INT64)
      ((gint64 *) trafo_tensor_get_data (tensor))[i] = first + i;
    else
      ((gint32 *) trafo_tensor_get_data (tensor))[i] = (gint32) (first + i);
  g_hash_table_insert (leaves->inputs, g_strdup (name), tensor);
}

/* The logits of @n_tokens that follow @past: the token at each place is the place's number. */
static TrafoTensor *
run_eagerly (TrafoModel  *model,
             TrafoDevice *device,
             Leaves      *leaves,
             gboolean     has_cache,
             gint64       past,
             gint64       n_tokens)
{
  TrafoVariant     variant = { .has_cache = has_cache };
  TrafoEagerLeaves functions = { leaves, find_input, find_param, find_state };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager_with (device, &variant, &functions);
  g_autoptr (GError) error = NULL;
  gint64            tokens[] = { 1, n_tokens }, table[] = { 1, 2 }, one = 1, two = 2;
  TrafoGraphOutput *output;

  add_ids (leaves, "input_ids", TRAFO_DTYPE_INT64, tokens, 2, past);
  add_ids (leaves, "position_ids", TRAFO_DTYPE_INT64, tokens, 2, past);
  add_ids (leaves, "page_table", TRAFO_DTYPE_INT32, table, 2, 0);
  add_ids (leaves, "row_starts", TRAFO_DTYPE_INT32, &two, 1, 0);
  ((gint32 *) trafo_tensor_get_data (g_hash_table_lookup (leaves->inputs, "row_starts")))[1] =
      (gint32) n_tokens;
  add_ids (leaves, "past_lengths", TRAFO_DTYPE_INT32, &one, 1, past);
  trafo_builder_build (b, model, &error);
  g_assert_no_error (error);
  output = g_ptr_array_index (trafo_builder_get_graph (b)->outputs, 0);
  return trafo_builder_get_value (b, output->sym, NULL);
}

/* Each op at once, with a cache in two steps and without one: a sequence across the border of a page. */
static void
test_eager (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open (data, NULL, &error);
  g_autoptr (TrafoModel) model = tiny_causal_new (&tiny_causal_default, "reference");
  g_autoptr (GHashTable) inputs =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) trafo_tensor_unref);
  g_autoptr (GHashTable) states =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) trafo_tensor_unref);
  Leaves leaves = { inputs, states };
  g_autoptr (TrafoTensor) expected = NULL;

  if (device == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  expected = run_eagerly (model, device, &leaves, FALSE, 0, 20);
  for (gint64 past = 0; past < 20; past += 13)
    {
      gint64 n_tokens = MIN (13, 20 - past);
      double largest = 0;
      g_autoptr (TrafoTensor) found = run_eagerly (model, device, &leaves, TRUE, past, n_tokens);
      g_autoptr (TrafoTensor) part = trafo_tensor_slice (expected, 1, past, n_tokens, 1, NULL);

      for (gint64 i = 0; i < trafo_tensor_get_n_elements (part); i++)
        largest = fmax (largest, fabs (trafo_tensor_get_value (part, i)));
      g_assert_cmpfloat (trafo_tensor_max_difference (found, part), <=, 1e-5 * largest);
    }
}

/* Without positions nothing bounds a sequence; without attention there is nothing to keep. */
static void
test_odd_models (gconstpointer data)
{
  static const struct
  {
    guint  n_layers;
    gint64 n_positions;
  } configs[] = { { 2, 0 }, { 0, 64 }, { 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      TinyCausalConfig config = tiny_causal_default;
      Fixture          self;
      Known            known;

      config.n_layers = configs[i].n_layers;
      config.n_positions = configs[i].n_positions;
      if (!fixture_init (&self, &config, data))
        return;
      known_begin (&self, &known);
      for (guint j = 0; j < 5; j++)
        step (&self, &known, 1, 8);
      known_end (&self, &known);
      if (config.n_positions == 0)
        g_assert_cmpuint (trafo_model_runner_get_max_length (self.runner), ==, G_MAXSIZE);
      fixture_clear (&self);
    }
}

/* A step that fails or is cancelled leaves all as it was. */
static void
test_failures (void)
{
  TinyCausalConfig config = tiny_causal_default;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64         tokens[64] = { 1, 2, 3 }, wrong[] = { 61 };
  TrafoRunnerRow rows[2] = { { .n_tokens = 3, .tokens = tokens }, { .n_tokens = 1 } };
  Fixture        self;

  config.n_positions = 32;
  if (!fixture_init (&self, &config, NULL))
    return;
  g_assert_cmpuint (trafo_model_runner_get_max_length (self.runner), ==, 32);
  rows[0].sequence = trafo_model_runner_begin (self.runner);
  rows[1].sequence = trafo_model_runner_begin (self.runner);
  rows[1].tokens = wrong;
  g_assert_null (trafo_model_runner_step (self.runner, rows, 2, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (trafo_model_runner_get_length (self.runner, rows[0].sequence), ==, 0);

  rows[0].n_tokens = 33;
  g_assert_null (trafo_model_runner_step (self.runner, rows, 1, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "33"));
  g_clear_error (&error);

  g_cancellable_cancel (cancelled);
  rows[0].n_tokens = 3;
  g_assert_null (trafo_model_runner_step (self.runner, rows, 1, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (trafo_model_runner_get_length (self.runner, rows[0].sequence), ==, 0);
  fixture_clear (&self);
}

int
main (int argc, char **argv)
{
  static const char *const devices[] = { "reference", "cpu", "opencl" };
  static const struct
  {
    const char *name;
    void (*run) (gconstpointer data);
  } cases[] = {
    { "random", test_random },         { "borders", test_borders }, { "reorder", test_reorder },
    { "odd-models", test_odd_models }, { "eager", test_eager },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (devices); j++)
      {
        g_autofree char *path = g_strdup_printf ("/model-runner/%s/%s", cases[i].name, devices[j]);

        g_test_add_data_func (path, devices[j], cases[i].run);
      }
  g_test_add_data_func ("/model-runner/company/reference", "reference", test_company);
  g_test_add_data_func ("/model-runner/company/cpu", "cpu", test_company);
  g_test_add_data_func ("/model-runner/pieces/reference", "reference", test_pieces);
  g_test_add_data_func ("/model-runner/pieces/cpu", "cpu", test_pieces);
  g_test_add_func ("/model-runner/threads", test_threads);
  g_test_add_func ("/model-runner/peak-bytes", test_peak_bytes);
  g_test_add_func ("/model-runner/barriers", test_barriers);
  g_test_add_func ("/model-runner/unfit", test_unfit);
  g_test_add_func ("/model-runner/logits-dtype", test_logits_dtype);
  g_test_add_func ("/model-runner/failures", test_failures);
  return g_test_run ();
}
