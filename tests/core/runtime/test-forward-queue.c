/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Calls are held back until all of them wait, so that which of them share a run is no chance. */
#include <string.h>

#include "tiny-model.h"
#include "trafo-model-runtime-private.h"

#define VOCABULARY 64
#define N_CALLERS 8

/* One who calls in a thread of its own, and what it gets. */
typedef struct
{
  TrafoModel        *model;
  TrafoForwardQueue *queue;
  TrafoForwardFunc   run; /* NULL: the model's forward pass */
  TrafoTensorDict   *inputs;
  TrafoTensorDict   *expected; /* NULL: an error */
  TrafoTensorDict   *found;
  GError            *error;
  GCancellable      *cancellable;
  GThread           *thread;
} Caller;

static TrafoModel *
load (const char *name, const char *task)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", name, NULL);
  g_autoptr (GError) error = NULL;
  TrafoModel *model = tiny_model_load (folder, task, "cpu", &error);

  g_assert_no_error (error);
  return model;
}

static void
add_input (TrafoTensorDict *inputs,
           const char      *name,
           gint64           n_texts,
           gint64           length,
           const gint64    *values)
{
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s ((gint64[]){ n_texts, length },
                                                                 2,
                                                                 values,
                                                                 n_texts * length,
                                                                 NULL);

  trafo_tensor_dict_set (inputs, name, tensor);
}

/* Random ids, and a mask with holes behind each first token. */
static TrafoTensorDict *
make_inputs (GRand *random, gint64 n_texts, gint64 length, guint n_inputs)
{
  static const char *const names[] = { "token_type_ids", "position_ids" };
  static const gint64      ends[] = { 2, 4 };
  g_autofree gint64       *values = g_new (gint64, n_texts * length);
  TrafoTensorDict         *inputs = trafo_tensor_dict_new ();

  for (gint64 i = 0; i < n_texts * length; i++)
    values[i] = g_rand_int_range (random, 0, VOCABULARY);
  add_input (inputs, "input_ids", n_texts, length, values);
  for (gint64 i = 0; i < n_texts * length; i++)
    values[i] = i % length == 0 || g_rand_int_range (random, 0, 4) > 0;
  add_input (inputs, "attention_mask", n_texts, length, values);
  for (guint i = 0; i < n_inputs; i++)
    {
      /* one row may stand for all */
      gint64 n_rows = g_rand_boolean (random) ? n_texts : 1;

      for (gint64 j = 0; j < n_rows * length; j++)
        values[j] = g_rand_int_range (random, 0, ends[i]);
      add_input (inputs, names[i], n_rows, length, values);
    }
  return inputs;
}

static void
assert_same (TrafoTensorDict *expected, TrafoTensorDict *found)
{
  g_assert_cmpuint (trafo_tensor_dict_get_size (expected), ==, trafo_tensor_dict_get_size (found));
  for (guint i = 0; i < trafo_tensor_dict_get_size (expected); i++)
    {
      const char   *name = trafo_tensor_dict_get_name (expected, i);
      TrafoTensor  *a = trafo_tensor_dict_get (expected, name);
      TrafoTensor  *b = trafo_tensor_dict_get (found, name);
      gsize         n_dims, n_found;
      const gint64 *shape = trafo_tensor_get_shape (a, &n_dims);
      const gint64 *found_shape = trafo_tensor_get_shape (b, &n_found);

      g_assert_cmpmem (shape, n_dims * sizeof *shape, found_shape, n_found * sizeof *shape);
      g_assert_true (trafo_tensor_is_contiguous (a) && trafo_tensor_is_contiguous (b));
      g_assert_cmpmem (trafo_tensor_get_data (a),
                       trafo_tensor_get_size_bytes (a),
                       trafo_tensor_get_data (b),
                       trafo_tensor_get_size_bytes (b));
    }
}

static const TrafoGraph *
packed_graph (TrafoModel *model)
{
  TrafoVariant variant = { .has_mask = TRUE, .is_packed = TRUE };

  return trafo_program_get_graph (trafo_model_get_program (model, &variant, NULL));
}

static gpointer
call (gpointer data)
{
  Caller          *self = data;
  TrafoForwardCall request = { self->model,
                               self->run,
                               .inputs = self->inputs,
                               .n_tokens = 1,
                               .cancellable = self->cancellable };

  if (self->run == NULL)
    {
      self->found =
          trafo_model_forward (self->model, self->inputs, FALSE, self->cancellable, &self->error);
      return NULL;
    }
  request.graph = packed_graph (self->model);
  g_assert_true (trafo_joined_batch_takes (self->inputs, &request.part));
  self->found = trafo_forward_queue_run (self->queue, &request, &self->error);
  return NULL;
}

static void
wait_for (TrafoForwardQueue *queue, guint n_waiting)
{
  while (trafo_forward_queue_get_n_waiting (queue) != n_waiting)
    g_usleep (100);
}

/* Behind those that wait, while the queue is held. */
static void
start_behind (Caller *self)
{
  guint n_waiting;

  self->queue = trafo_model_get_forward_queue (self->model, NULL);
  n_waiting = trafo_forward_queue_get_n_waiting (self->queue);
  self->thread = g_thread_new ("forward", call, self);
  wait_for (self->queue, n_waiting + 1);
}

/* One after the other. */
static void
start (Caller *callers, guint n_callers)
{
  for (guint i = 0; i < n_callers; i++)
    start_behind (&callers[i]);
}

static void
finish (Caller *self)
{
  g_thread_join (self->thread);
  g_assert_true ((self->found == NULL) == (self->error != NULL));
  if (self->expected != NULL)
    {
      g_assert_no_error (self->error);
      assert_same (self->expected, self->found);
    }
  else
    g_assert_nonnull (self->error);
  g_clear_pointer (&self->expected, trafo_tensor_dict_unref);
  g_clear_pointer (&self->found, trafo_tensor_dict_unref);
  g_clear_pointer (&self->inputs, trafo_tensor_dict_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
}

/* Runs them while nobody else does, and says how many runs that took. */
static guint64
run_all (TrafoModel *model, Caller *callers, guint n_callers)
{
  TrafoForwardQueue *queue = trafo_model_get_forward_queue (model, NULL);
  guint64            n_runs;

  g_assert_true (trafo_forward_queue_try_begin (queue));
  g_assert_false (trafo_forward_queue_try_begin (queue));
  n_runs = trafo_forward_queue_get_n_runs (queue);
  start (callers, n_callers);
  trafo_forward_queue_end (queue);
  for (guint i = 0; i < n_callers; i++)
    finish (&callers[i]);
  return trafo_forward_queue_get_n_runs (queue) - n_runs;
}

static Caller
caller_new (TrafoModel *model, TrafoTensorDict *inputs)
{
  g_autoptr (GError) error = NULL;
  Caller self = { .model = model, .inputs = inputs };

  self.expected = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  return self;
}

static const struct
{
  const char *name;
  const char *task;
  guint       n_inputs; /* besides ids and mask */
} models[] = {
  { "bert-base", "base", 2 },
  { "bert-seqcls", "sequence-classification", 2 },
  { "bert-tokcls", "token-classification", 2 },
  { "bert-qa", "question-answering", 2 },
  { "bert-mlm", "masked-lm", 2 },
  { "distilbert-base", "base", 0 },
  { "distilbert-seqcls", "sequence-classification", 0 },
  { "distilbert-qa", "question-answering", 0 },
  { "distilbert-mlm", "masked-lm", 0 },
  { "gpt2-base", "base", 0 },
  { "gpt2-lm", "causal-lm", 0 },
  { "gpt2-qa", "question-answering", 0 },
};

/* Each gets what it gets alone, to the bit, at hidden tokens too; eight calls are one run. */
static void
test_joined (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TrafoModel) model = load (models[i].name, models[i].task);
  g_autoptr (GRand) random = g_rand_new_with_seed (i);

  for (guint n_inputs = 0; n_inputs <= models[i].n_inputs; n_inputs++)
    for (guint round = 0; round < 4; round++)
      {
        Caller callers[N_CALLERS];

        for (guint j = 0; j < N_CALLERS; j++)
          callers[j] = caller_new (model,
                                   make_inputs (random,
                                                g_rand_int_range (random, 1, 4),
                                                g_rand_int_range (random, 1, 17),
                                                n_inputs));
        g_assert_cmpuint (run_all (model, callers, N_CALLERS), ==, 1);
      }
}

/* Who gives other inputs is run apart, and so are those too many; none overtakes one like it. */
static void
test_apart (void)
{
  static const guint n_inputs[] = { 0, 1, 0, 2, 1, 0, 2, 0 };
  g_autoptr (TrafoModel) model = load ("bert-base", "base");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  Caller callers[N_CALLERS];

  for (guint i = 0; i < N_CALLERS; i++)
    callers[i] = caller_new (model, make_inputs (random, 2, 3 + i, n_inputs[i]));
  g_assert_cmpuint (run_all (model, callers, N_CALLERS), ==, 3);
  for (guint i = 0; i < 5; i++)
    callers[i] = caller_new (model, make_inputs (random, 80, 16, 0));
  g_assert_cmpuint (run_all (model, callers, 5), ==, 3);
}

/* What a model without packing, a loss or too many tokens ask for is run beside the others. */
static void
test_beside (void)
{
  g_autoptr (TrafoModel) model = load ("bert-base", "base");
  g_autoptr (TrafoModel) other = load ("gpt2-seqcls", "sequence-classification");
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  g_autoptr (TrafoTensorDict) large = make_inputs (random, 200, 16, 0);
  g_autoptr (TrafoTensorDict) small = make_inputs (random, 2, 3, 0);
  TrafoTensorDict *outputs;

  g_assert_true (trafo_forward_queue_try_begin (trafo_model_get_forward_queue (model, NULL)));
  g_assert_true (trafo_forward_queue_try_begin (trafo_model_get_forward_queue (other, NULL)));
  for (guint i = 0; i < 3; i++)
    {
      outputs =
          trafo_model_forward (i == 1 ? other : model, i == 2 ? large : small, i == 0, NULL, NULL);
      g_assert_nonnull (outputs);
      trafo_tensor_dict_unref (outputs);
    }
}

/* An id that no table has is its caller's error alone, and so is an unknown name. */
static void
test_errors (void)
{
  g_autoptr (TrafoModel) model = load ("bert-base", "base");
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  TrafoTensorDict *bad = make_inputs (random, 2, 5, 0);
  Caller           callers[4];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 4; i++)
    callers[i] = caller_new (model, make_inputs (random, 2, 3 + i, 0));
  g_clear_pointer (&callers[2].inputs, trafo_tensor_dict_unref);
  g_clear_pointer (&callers[2].expected, trafo_tensor_dict_unref);
  ((gint64 *) trafo_tensor_get_data (trafo_tensor_dict_get (bad, "input_ids")))[3] = 1000;
  callers[2].inputs = bad;
  /* the one of all, and four alone */
  g_assert_cmpuint (run_all (model, callers, 4), ==, 5);

  g_assert_true (trafo_forward_queue_try_begin (trafo_model_get_forward_queue (model, NULL)));
  bad = make_inputs (random, 2, 5, 0);
  add_input (bad, "labels_", 1, 5, (gint64[]){ 0, 0, 0, 0, 0 });
  g_assert_null (trafo_model_forward (model, bad, FALSE, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  trafo_tensor_dict_unref (bad);
}

/* Whoever waits leaves when it is cancelled, be it the next to run or not. */
static void
test_cancel_waiting (void)
{
  g_autoptr (TrafoModel) model = load ("bert-base", "base");
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  TrafoForwardQueue *queue = trafo_model_get_forward_queue (model, NULL);
  Caller             callers[4];

  for (guint i = 0; i < 4; i++)
    {
      callers[i] = caller_new (model, make_inputs (random, 1, 4 + i, 0));
      callers[i].cancellable = g_cancellable_new ();
    }
  g_assert_true (trafo_forward_queue_try_begin (queue));
  start (callers, 4);
  for (guint i = 0; i < 4; i += 2)
    {
      g_clear_pointer (&callers[i].expected, trafo_tensor_dict_unref);
      g_cancellable_cancel (callers[i].cancellable);
      finish (&callers[i]);
    }
  trafo_forward_queue_end (queue);
  finish (&callers[1]);
  finish (&callers[3]);
}

static struct
{
  GMutex   lock;
  GCond    changed;
  guint    n_runs; /* of several */
  guint    n_alone;
  gboolean is_open;   /* a run of several may end */
  gboolean is_broken; /* the first of them fails */
} gate;

/* A row for each place, which is its number. */
static TrafoTensorDict *
number_places (TrafoModel         *model,
               const TrafoVariant *variant,
               TrafoTensorDict    *inputs,
               TrafoTensorDict    *packed,
               GCancellable       *cancellable,
               GError            **error)
{
  TrafoTensorDict *outputs = trafo_tensor_dict_new ();
  gint64           n = trafo_tensor_get_n_elements (
      trafo_tensor_dict_get (packed != NULL ? packed : inputs,
                             packed != NULL ? "packed_places" : "input_ids"));
  g_autoptr (TrafoTensor) states = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, &n, 1, NULL);

  for (gint64 i = 0; i < n; i++)
    ((float *) trafo_tensor_get_data (states))[i] = i;
  trafo_tensor_dict_set (outputs, "start_logits", states);
  trafo_tensor_dict_set (outputs, "end_logits", states);
  return outputs;
}

static TrafoTensorDict *
run_gated (TrafoModel         *model,
           const TrafoVariant *variant,
           TrafoTensorDict    *inputs,
           TrafoTensorDict    *packed,
           GCancellable       *cancellable,
           GError            **error)
{
  gboolean is_broken;

  g_mutex_lock (&gate.lock);
  is_broken = gate.is_broken && packed != NULL && gate.n_runs == 0;
  gate.n_runs += packed != NULL;
  gate.n_alone += packed == NULL;
  g_cond_broadcast (&gate.changed);
  while (packed != NULL && !gate.is_open)
    g_cond_wait (&gate.changed, &gate.lock);
  g_mutex_unlock (&gate.lock);
  if (!is_broken && !g_cancellable_is_cancelled (cancellable))
    return number_places (model, variant, inputs, packed, cancellable, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "broken");
  return NULL;
}

/* Rows from @first_place on, of a text of @length. */
static TrafoTensorDict *
expect_places (gint64 first_place, gint64 length)
{
  TrafoTensorDict *outputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) states =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 1, length }, 2, NULL);

  for (gint64 i = 0; i < length; i++)
    ((float *) trafo_tensor_get_data (states))[i] = first_place + i;
  trafo_tensor_dict_set (outputs, "start_logits", states);
  trafo_tensor_dict_set (outputs, "end_logits", states);
  return outputs;
}

/* Four whose run is under way, and does not end. */
static void
start_gated (TrafoModel *model, Caller *callers, gboolean is_broken)
{
  TrafoForwardQueue *queue = trafo_model_get_forward_queue (model, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  gint64 first_place = 0;

  gate.is_open = FALSE;
  gate.is_broken = is_broken;
  gate.n_runs = gate.n_alone = 0;
  g_assert_true (trafo_forward_queue_try_begin (queue));
  for (guint i = 0; i < 4; i++)
    {
      callers[i] = (Caller){ .model = model,
                             .run = run_gated,
                             .inputs = make_inputs (random, 1, 3 + i, 0),
                             .expected = expect_places (is_broken ? 0 : first_place, 3 + i),
                             .cancellable = g_cancellable_new () };
      first_place += 3 + i;
    }
  start (callers, 4);
  trafo_forward_queue_end (queue);
  g_mutex_lock (&gate.lock);
  while (gate.n_runs == 0)
    g_cond_wait (&gate.changed, &gate.lock);
  g_mutex_unlock (&gate.lock);
}

static void
open_gate (void)
{
  g_mutex_lock (&gate.lock);
  gate.is_open = TRUE;
  g_cond_broadcast (&gate.changed);
  g_mutex_unlock (&gate.lock);
}

/* One leaves the run while it goes on, with its inputs; who makes it leaves at its end. Neither is
 * another's error. */
static void
test_cancel_running (void)
{
  g_autoptr (TrafoModel) model = load ("bert-qa", "question-answering");
  Caller callers[4];

  start_gated (model, callers, FALSE);
  for (guint i = 0; i < 4; i += 2)
    {
      g_clear_pointer (&callers[i].expected, trafo_tensor_dict_unref);
      g_cancellable_cancel (callers[i].cancellable);
    }
  finish (&callers[2]);
  open_gate ();
  for (guint i = 0; i < 4; i++)
    if (i != 2)
      finish (&callers[i]);
  g_assert_cmpuint (gate.n_runs, ==, 1);
  g_assert_cmpuint (gate.n_alone, ==, 0);
}

/* Alone the fake run has no (texts, tokens). */
static void
expect_alone (Caller *self)
{
  g_autoptr (TrafoTensorDict) shaped = g_steal_pointer (&self->expected);
  TrafoTensor *logits = trafo_tensor_dict_get (shaped, "start_logits");
  gint64       length = trafo_tensor_get_n_elements (logits);
  g_autoptr (TrafoTensor) flat = trafo_tensor_reshape (logits, &length, 1, NULL);

  self->expected = trafo_tensor_dict_new ();
  trafo_tensor_dict_set (self->expected, "start_logits", flat);
  trafo_tensor_dict_set (self->expected, "end_logits", flat);
}

/* What fails together is tried alone, but by who left. */
static void
test_broken_run (void)
{
  g_autoptr (TrafoModel) model = load ("bert-qa", "question-answering");
  Caller callers[4];

  start_gated (model, callers, TRUE);
  g_clear_pointer (&callers[3].expected, trafo_tensor_dict_unref);
  g_cancellable_cancel (callers[3].cancellable);
  finish (&callers[3]);
  for (guint i = 0; i < 3; i++)
    expect_alone (&callers[i]);
  open_gate ();
  for (guint i = 0; i < 3; i++)
    finish (&callers[i]);
  g_assert_cmpuint (gate.n_runs, ==, 1);
  g_assert_cmpuint (gate.n_alone, ==, 3);
}

/* Who came meanwhile is not run with one of those: the two of them are a run of several. */
static void
test_beside_broken (void)
{
  g_autoptr (TrafoModel) model = load ("bert-qa", "question-answering");
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  Caller callers[6];

  start_gated (model, callers, TRUE);
  for (guint i = 0; i < 4; i++)
    expect_alone (&callers[i]);
  for (guint i = 4; i < 6; i++)
    {
      callers[i] = (Caller){ .model = model,
                             .run = run_gated,
                             .inputs = make_inputs (random, 1, i, 0),
                             .expected = expect_places (i == 4 ? 0 : 4, i) };
      start_behind (&callers[i]);
    }
  open_gate ();
  for (guint i = 0; i < 6; i++)
    finish (&callers[i]);
  g_assert_cmpuint (gate.n_runs, ==, 2);
  g_assert_cmpuint (gate.n_alone, ==, 4);
}

typedef struct
{
  TrafoModel      *model;
  guint            seed;
  TrafoTensorDict *inputs[6];
  TrafoTensorDict *expected[6];
} Crowd;

static gpointer
call_often (gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GRand) random = g_rand_new ();

  for (guint i = 0; i < 24; i++)
    {
      guint which = g_rand_int_range (random, 0, G_N_ELEMENTS (crowd->inputs));
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensorDict) found = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      if (i % 8 == 7)
        g_cancellable_cancel (cancellable);
      found = trafo_model_forward (crowd->model, crowd->inputs[which], FALSE, cancellable, &error);
      if (i % 8 == 7)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        assert_same (crowd->expected[which], found);
    }
  return NULL;
}

/* Whoever meets whom. */
static void
test_crowd (void)
{
  g_autoptr (TrafoModel) model = load ("bert-base", "base");
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  Crowd    crowd = { .model = model };
  GThread *threads[16];

  for (guint i = 0; i < G_N_ELEMENTS (crowd.inputs); i++)
    {
      crowd.inputs[i] = make_inputs (random, 1 + i % 3, 2 + 2 * i, i % 2);
      crowd.expected[i] = trafo_model_forward (model, crowd.inputs[i], FALSE, NULL, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", call_often, &crowd);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (crowd.inputs); i++)
    {
      trafo_tensor_dict_unref (crowd.inputs[i]);
      trafo_tensor_dict_unref (crowd.expected[i]);
    }
  g_assert_cmpuint (trafo_forward_queue_get_n_waiting (trafo_model_get_forward_queue (model, NULL)),
                    ==,
                    0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *path = g_strconcat ("/forward-queue/joined/", models[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_joined);
    }
  g_test_add_func ("/forward-queue/apart", test_apart);
  g_test_add_func ("/forward-queue/beside", test_beside);
  g_test_add_func ("/forward-queue/errors", test_errors);
  g_test_add_func ("/forward-queue/cancel-waiting", test_cancel_waiting);
  g_test_add_func ("/forward-queue/cancel-running", test_cancel_running);
  g_test_add_func ("/forward-queue/broken-run", test_broken_run);
  g_test_add_func ("/forward-queue/beside-broken", test_beside_broken);
  g_test_add_func ("/forward-queue/crowd", test_crowd);
  return g_test_run ();
}
