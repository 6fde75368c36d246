/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "fake-device.h"
#include "trafo-device-private.h"
#include "trafo-eager-private.h"
#include "trafo-reference-device-private.h"
#include "trafo-tensor-private.h"

/* A cache of pages of 2 tokens, one head of 4 features. One sequence of 3 tokens goes into its pages
 * 2 and 0. */
enum
{
  N_TOKENS = 3,
  PAGE_TOKENS = 2,
  HEAD_SIZE = 4,
};

static TrafoSym
append_cache (TrafoBuilder *b)
{
  gint64 dims[] = { TRAFO_DIM_OPEN, 2, 1, PAGE_TOKENS, HEAD_SIZE };

  return trafo_builder_append_state (b, "cache", TRAFO_DTYPE_FLOAT32, dims, 5);
}

static TrafoSym
append_input (TrafoBuilder *b, const char *name, TrafoDType dtype, const gint64 *dims, guint n_dims)
{
  return trafo_builder_input (b, name, dtype, dims, n_dims, TRAFO_FILL_RULE_REQUIRED);
}

static TrafoSym
append_attention (TrafoBuilder *b, TrafoSym cache, const char *q, const char *k)
{
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                .n_heads = 1,
                                .head_size = HEAD_SIZE,
                                .is_causal = TRUE };
  gint64              tokens[] = { 1, TRAFO_DIM_SEQUENCE, HEAD_SIZE };
  gint64              table[] = { TRAFO_DIM_BATCH, TRAFO_DIM_PAGES }, batch = TRAFO_DIM_BATCH;
  gint64              n_starts = trafo_builder_dim_add (b, batch, 1);
  TrafoSym            inputs[] = {
               append_input (b, q, TRAFO_DTYPE_FLOAT32, tokens, 3),
               append_input (b, k, TRAFO_DTYPE_FLOAT32, tokens, 3),
               append_input (b, k, TRAFO_DTYPE_FLOAT32, tokens, 3),
               cache,
               append_input (b, "page_table", TRAFO_DTYPE_INT32, table, 2),
               append_input (b, "row_starts", TRAFO_DTYPE_INT32, &n_starts, 1),
               append_input (b, "past_lengths", TRAFO_DTYPE_INT32, &batch, 1),
  };

  return trafo_builder_append (b, TRAFO_OP_CACHED_ATTENTION, &attrs, inputs, 7, NULL);
}

static TrafoTensor *
tokens_new (double first)
{
  gint64       shape[] = { 1, N_TOKENS, HEAD_SIZE };
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, NULL);

  for (guint i = 0; i < N_TOKENS * HEAD_SIZE; i++)
    ((float *) trafo_tensor_get_data (x))[i] = (float) (first + i * 0.25);
  return x;
}

static TrafoTensor *
numbers_new (gint64 n_rows, const gint32 *numbers, gint64 n)
{
  gint64       shape[] = { n_rows, n };
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_INT32,
                                     n_rows > 0 ? shape : &shape[1],
                                     n_rows > 0 ? 2 : 1,
                                     NULL);

  memcpy (trafo_tensor_get_data (x), numbers, n * sizeof *numbers);
  return x;
}

static TrafoTensor *
cache_new (gint64 n_pages)
{
  gint64       shape[] = { n_pages, 2, 1, PAGE_TOKENS, HEAD_SIZE };
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 5, NULL);

  memset (trafo_tensor_get_data (x), 0, trafo_tensor_get_size_bytes (x));
  return x;
}

/* By name, and what an input of such a name gets. */
static TrafoTensor *
input_new (const char *name)
{
  static const gint32 pages[] = { 2, 0 }, starts[] = { 0, N_TOKENS }, past[] = { 0 };

  if (g_str_equal (name, "page_table"))
    return numbers_new (1, pages, 2);
  if (g_str_equal (name, "row_starts"))
    return numbers_new (0, starts, 2);
  if (g_str_equal (name, "past_lengths"))
    return numbers_new (0, past, 1);
  return tokens_new (name[0] == 'q' ? -1 : name[1] - '0');
}

static gboolean
run (TrafoProgram *program, TrafoExecution *execution, GError **error)
{
  const TrafoGraph *graph = trafo_program_get_graph (program);
  TrafoTensor      *inputs[TRAFO_MAX_OP_INPUTS] = { NULL };
  gboolean          done;

  for (guint i = 0; i < graph->inputs->len; i++)
    inputs[i] = input_new (((TrafoGraphInput *) g_ptr_array_index (graph->inputs, i))->name);
  done = trafo_execution_run (execution, inputs, NULL, error);
  for (guint i = 0; i < graph->inputs->len; i++)
    trafo_tensor_unref (inputs[i]);
  return done;
}

static void
bind (TrafoExecution *execution, TrafoTensor *cache)
{
  g_autoptr (GError) error = NULL;
  TrafoOperand memory;

  trafo_tensor_get_operand (cache, &memory);
  trafo_execution_bind_state (execution, 0, &memory, &error);
  g_assert_no_error (error);
}

/* The key of token @i of the sequence. */
static const float *
key_at (TrafoTensor *cache, guint i)
{
  static const guint pages[] = { 2, 0 };
  guint              page = pages[i / PAGE_TOKENS];

  return (const float *) trafo_tensor_get_data (cache) +
         (page * 2 * PAGE_TOKENS + i % PAGE_TOKENS) * HEAD_SIZE;
}

static void
assert_keys (TrafoTensor *cache, double first)
{
  g_autoptr (TrafoTensor) keys = tokens_new (first);

  for (guint i = 0; i < N_TOKENS; i++)
    g_assert_cmpmem (key_at (cache, i),
                     HEAD_SIZE * sizeof (float),
                     (const float *) trafo_tensor_get_data (keys) + i * HEAD_SIZE,
                     HEAD_SIZE * sizeof (float));
}

static TrafoProgram *
make_program (TrafoDevice *device)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) none = trafo_tensor_dict_new ();

  trafo_builder_output (b, "y", append_attention (b, append_cache (b), "q", "k1"));
  return fake_compile (device, b, none);
}

/* What is bound is read and written where it is; other memory, and more of it, is no other plan. */
static void
test_rebind (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoProgram) program = make_program (device);
  TrafoExecution *execution = trafo_program_acquire (program);
  g_autoptr (TrafoTensor) first = cache_new (3);
  g_autoptr (TrafoTensor) second = cache_new (8);
  g_autoptr (TrafoTensor) y = NULL;
  g_autoptr (TrafoTensor) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (run (program, execution, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "state 'cache' is not bound");
  g_clear_error (&error);

  bind (execution, first);
  g_assert_true (run (program, execution, &error));
  y = trafo_execution_read_output (execution, 0, NULL);
  assert_keys (first, 1);
  /* what only planning would set right */
  execution->steps[0].args.struct_size = 77;
  bind (execution, second);
  g_assert_true (run (program, execution, &error));
  g_assert_cmpuint (execution->steps[0].args.struct_size, ==, 77);
  g_assert_cmpint (execution->steps[0].args.inputs[3].shape[0], ==, 8);
  assert_keys (second, 1);
  again = trafo_execution_read_output (execution, 0, NULL);
  g_assert_cmpfloat (trafo_tensor_max_difference (y, again), ==, 0);

  /* nothing stays bound for whoever comes next */
  trafo_program_release (program, execution);
  execution = trafo_program_acquire (program);
  g_assert_false (run (program, execution, NULL));
  trafo_program_release (program, execution);
}

static void
test_misfits (void)
{
  static const struct
  {
    TrafoDType dtype;
    gint64     shape[5];
    gint64     stride;
  } cases[] = {
    { TRAFO_DTYPE_FLOAT16, { 3, 2, 1, PAGE_TOKENS, HEAD_SIZE }, 1 },
    { TRAFO_DTYPE_FLOAT32, { 3, 2, 2, PAGE_TOKENS, HEAD_SIZE }, 1 },
    { TRAFO_DTYPE_FLOAT32, { 3, 2, 1, PAGE_TOKENS, HEAD_SIZE }, 2 },
    { TRAFO_DTYPE_FLOAT32, { -1, 2, 1, PAGE_TOKENS, HEAD_SIZE }, 1 },
  };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoProgram) program = make_program (device);
  TrafoExecution *execution = trafo_program_acquire (program);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      TrafoOperand memory = { .dtype = cases[i].dtype, .n_dims = 5 };

      memcpy (memory.shape, cases[i].shape, sizeof cases[i].shape);
      trafo_shape_to_strides (memory.shape, 5, memory.strides);
      memory.strides[4] = cases[i].stride;
      g_assert_false (trafo_execution_bind_state (execution, 0, &memory, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
      g_assert_nonnull (strstr (error->message, "expected float32 of shape (any, 2, 1, 2, 4)"));
    }
  trafo_program_release (program, execution);
}

/* Two ops that write one state follow one another, though neither reads the other's result; and an op
 * is no dead code because nobody wants its result. */
static void
test_hazards (void)
{
  FakeDevice fake = { .n_tasks = 2 };
  g_autoptr (TrafoDevice) split = fake_host_device_new (&fake);
  g_autoptr (TrafoDevice) reference = trafo_reference_device_new ();
  TrafoDevice *devices[] = { split, reference };

  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
      g_autoptr (TrafoTensorDict) none = trafo_tensor_dict_new ();
      g_autoptr (TrafoProgram) program = NULL;
      g_autoptr (TrafoTensor) cache = cache_new (3);
      g_autoptr (GError) error = NULL;
      TrafoSym        state = append_cache (b);
      TrafoExecution *execution;

      trafo_builder_output (b, "y", append_attention (b, state, "q", "k1"));
      append_attention (b, state, "q", "k2");
      program = fake_compile (devices[i], b, none);
      execution = trafo_program_acquire (program);
      if (devices[i] == reference)
        {
          bind (execution, cache);
          g_assert_true (run (program, execution, &error));
          assert_keys (cache, 2);
        }
      else
        {
          for (guint slot = 0; slot < TRAFO_N_SLOTS; slot++)
            execution->slots[slot] = 2;
          g_assert_true (trafo_execution_resolve (execution, &error));
        }
      g_assert_no_error (error);
      g_assert_cmpuint (execution->n_steps, ==, 2);
      g_assert_cmpint (execution->steps[1].needs_barrier, ==, devices[i] == split);
      trafo_program_release (program, execution);
    }
}

/* A norm behind an op that writes a state waits until all of that is done, though a kernel says which rows
 * its tasks have. */
static void
test_no_follower (void)
{
  FakeDevice fake = { .n_tasks = 2, .follows = TRUE };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  TrafoSym        y = append_attention (b, append_cache (b), "q", "k1");
  TrafoExecution *execution;

  trafo_builder_output (b, "y", trafo_builder_layer_norm (b, "norm", y, 1e-5));
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  for (guint slot = 0; slot < TRAFO_N_SLOTS; slot++)
    execution->slots[slot] = 2;
  g_assert_true (trafo_execution_resolve (execution, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (execution->n_steps, ==, 2);
  g_assert_nonnull (execution->steps[0].kernel->task_rows);
  g_assert_nonnull (execution->steps[1].kernel->run_rows);
  g_assert_false (execution->steps[1].is_follower);
  g_assert_true (execution->steps[1].needs_barrier);
  trafo_program_release (program, execution);
}

/* Memory of a device's own, written by its kernel, or by the host in its stead. */
static void
test_queue (gconstpointer data)
{
  static const guint16  missing[] = { TRAFO_OP_CACHED_ATTENTION, 0 };
  FakeDevice            fake = { .missing = data != NULL ? missing : NULL };
  TrafoDevice          *device = fake_queue_device_new (&fake);
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);
  TrafoProgram         *program = make_program (device);
  TrafoExecution       *execution = trafo_program_acquire (program);
  g_autoptr (GError) error = NULL;

  for (gint64 n_pages = 3; n_pages < 20; n_pages += 5)
    {
      g_autoptr (TrafoTensor) cache = cache_new (n_pages);
      TrafoMessage message = { "" };
      TrafoOperand memory;
      gpointer     buffer;

      trafo_tensor_get_operand (cache, &memory);
      buffer =
          trafo_device_upload (device, memory.data, trafo_tensor_get_size_bytes (cache), &error);
      memory.data = buffer;
      g_assert_true (trafo_execution_bind_state (execution, 0, &memory, &error));
      run (program, execution, &error);
      g_assert_no_error (error);
      ops->buffer_read (trafo_device_get_handle (device),
                        execution->stream,
                        buffer,
                        0,
                        trafo_tensor_get_data (cache),
                        trafo_tensor_get_size_bytes (cache),
                        &message);
      assert_keys (cache, 1);
      ops->buffer_free (trafo_device_get_handle (device), buffer);
    }
  trafo_program_release (program, execution);
  trafo_program_free (program);
  g_object_unref (device);
  g_assert_cmpint (fake.n_buffers, ==, 0);
}

/* No host holds a copy of such a state: each run says so, and one with a smaller state is as before. */
static void
test_no_memory (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  g_test_skip ("the sanitizer ends the process where malloc would return NULL");
#else
  static const guint16  missing[] = { TRAFO_OP_CACHED_ATTENTION, 0 };
  FakeDevice            fake = { .missing = missing };
  TrafoDevice          *device = fake_queue_device_new (&fake);
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);
  TrafoProgram         *program = make_program (device);
  TrafoExecution       *execution = trafo_program_acquire (program);
  g_autoptr (TrafoTensor) cache = cache_new (3);
  g_autoptr (GError) error = NULL;
  TrafoOperand memory, huge;

  trafo_tensor_get_operand (cache, &memory);
  memory.data =
      trafo_device_upload (device, memory.data, trafo_tensor_get_size_bytes (cache), &error);
  huge = memory;
  huge.shape[0] = (gint64) 1 << 50;
  for (guint i = 0; i < 4; i++)
    {
      gboolean fits = i % 3 == 0;

      g_assert_true (trafo_execution_bind_state (execution, 0, fits ? &memory : &huge, &error));
      g_assert_cmpint (run (program, execution, &error), ==, fits);
      g_assert_true (fits || g_error_matches (error, TRAFO_ERROR, TRAFO_ERROR_NO_MEMORY));
      g_clear_error (&error);
    }
  ops->buffer_free (trafo_device_get_handle (device), memory.data);
  trafo_program_release (program, execution);
  trafo_program_free (program);
  g_object_unref (device);
  g_assert_cmpint (fake.n_buffers, ==, 0);
#endif
}

/* What an op writes is a state, and of a state whose length nobody knows there are no views. */
static void
test_refused (void)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoBuilder) other = trafo_builder_new_with (NULL, NULL);
  g_autoptr (GError) error = NULL;
  gint64 dims[] = { 3, 2, 1, PAGE_TOKENS, HEAD_SIZE };

  append_attention (b, append_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 5), "q", "k1");
  g_assert_false (trafo_builder_check (b, &error));
  g_assert_nonnull (strstr (error->message, "operand 3 is the result of input, expected a state"));
  g_clear_error (&error);
  trafo_builder_select (other, append_cache (other), 0, 0);
  g_assert_false (trafo_builder_check (other, &error));
  g_assert_nonnull (strstr (error->message, "expected a state of known length"));
}

static TrafoTensor *
find_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            GError              **error)
{
  return input_new (name);
}

static TrafoTensor *
find_state (gpointer data, const char *name, GError **error)
{
  return trafo_tensor_ref (data);
}

static void
test_eager (gconstpointer data)
{
  FakeDevice fake = { 0 };
  g_autoptr (TrafoDevice) device =
      data != NULL ? fake_queue_device_new (&fake) : trafo_reference_device_new ();
  g_autoptr (TrafoTensor) cache = cache_new (3);
  g_autoptr (TrafoTensor) view = trafo_tensor_slice (cache, 0, 0, 2, 1, NULL);
  TrafoEagerLeaves leaves = { .data = cache, .find_input = find_input, .find_state = find_state };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager_with (device, NULL, &leaves);
  g_autoptr (TrafoBuilder) stateless = trafo_builder_new_eager_with (device, NULL, NULL);
  g_autoptr (GError) error = NULL;

  append_attention (b, append_cache (b), "q", "k1");
  g_assert_true (trafo_builder_check (b, &error));
  assert_keys (cache, 1);
  append_cache (stateless);
  g_assert_false (trafo_builder_check (stateless, &error));
  g_assert_cmpstr (error->message, ==, "there is no state 'cache'");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/states/rebind", test_rebind);
  g_test_add_func ("/states/misfits", test_misfits);
  g_test_add_func ("/states/hazards", test_hazards);
  g_test_add_func ("/states/no-follower", test_no_follower);
  g_test_add_data_func ("/states/queue", NULL, test_queue);
  g_test_add_data_func ("/states/queue-by-host", "host", test_queue);
  g_test_add_func ("/states/no-memory", test_no_memory);
  g_test_add_func ("/states/refused", test_refused);
  g_test_add_data_func ("/states/eager", NULL, test_eager);
  g_test_add_data_func ("/states/eager-queue", "queue", test_eager);
  return g_test_run ();
}
