/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fake-device.h"
#include "random-program.h"
#include "trafo-builder-private.h"
#include "trafo-reference-device-private.h"
#include "trafo-thread-pool-private.h"

#include <math.h>

static TrafoTensor *
ramp_new (gint64 n, float first)
{
  TrafoTensor *ramp = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, &n, 1, NULL);

  for (gint64 i = 0; i < n; i++)
    ((float *) trafo_tensor_get_data (ramp))[i] = first + i;
  return ramp;
}

/* A worker that is slow leaves its tasks to the others, in every run of a plan. */
static void
test_free_workers (void)
{
  FakeDevice fake = { .n_tasks = 9, .waits = TRUE };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = trafo_tensor_dict_new ();
  g_autoptr (TrafoProgram) program = NULL;
  gint64   dims[] = { 64 };
  TrafoSym x = trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 1, TRAFO_FILL_RULE_REQUIRED);
  TrafoExecution *execution;

  trafo_builder_output (b, "y", trafo_builder_tanh (b, trafo_builder_neg (b, x)));
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (TrafoTensor) input = ramp_new (64, (float) i - 32);
      g_autoptr (TrafoTensor) output = NULL;

      run_one (execution, input);
      output = trafo_execution_read_output (execution, 0, NULL);
      for (gint64 j = 0; j < 64; j++)
        g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (output, j),
                                        tanh (32 - (double) i - (double) j),
                                        1e-6);
    }
  trafo_program_release (program, execution);
}

/* Packed weights: layers of one input are merged, which rounds otherwise. */
static void
test_packed (void)
{
  FakeDevice fake = { .n_tasks = 3, .packs = TRUE };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);

  for (guint32 seed = 0; seed < 40; seed++)
    compare_devices (device, seed, 1e-4);
  g_assert_cmpint (fake.n_packed, >, 0);
}

/* Memory of its own, a queue, merged layers, and three ops that run on the host. */
static void
test_queue (void)
{
  static const guint16 missing[] = { TRAFO_OP_TANH, TRAFO_OP_COPY, TRAFO_OP_CONCAT, 0 };
  FakeDevice           fake = { .missing = missing };
  TrafoDevice         *device = fake_queue_device_new (&fake);

  for (guint32 seed = 0; seed < 40; seed++)
    compare_devices (device, seed, 1e-4);
  g_object_unref (device);
  g_assert_cmpint (fake.n_buffers, ==, 0);
  g_assert_cmpint (fake.n_streams, ==, 0);
}

/* Whatever call of the device fails, the run fails with its reason, and the next one is right. */
static void
test_queue_failures (void)
{
  FakeDevice fake = { 0 };
  g_autoptr (TrafoDevice) device = fake_queue_device_new (&fake);
  g_autoptr (TrafoProgram) program = random_program (device, 3);
  g_autoptr (TrafoTensor) x = random_tensor (2, 3, 4);
  g_autoptr (TrafoTensor) expected = NULL;
  gint n_calls;

  {
    TrafoExecution *execution = trafo_program_acquire (program);

    fake.n_calls = 0;
    run_one (execution, x);
    n_calls = fake.n_calls;
    expected = trafo_execution_read_output (execution, 0, NULL);
    trafo_program_release (program, execution);
  }
  for (gint i = 1; i <= n_calls - 2; i++)
    {
      TrafoExecution *execution = trafo_program_acquire (program);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) found = NULL;

      fake.n_calls = 0;
      fake.fail_at = i;
      g_assert_false (trafo_execution_run (execution, &x, NULL, &error));
      g_assert_error (error, TRAFO_DEVICE_ERROR, TRAFO_DEVICE_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, "as the test wants"));
      fake.fail_at = 0;
      run_one (execution, x);
      found = trafo_execution_read_output (execution, 0, NULL);
      assert_same_bits (expected, found);
      trafo_program_release (program, execution);
    }
}

static TrafoBuilder *
token_builder (void)
{
  TrafoBuilder *b = trafo_builder_new_with (NULL, NULL);
  TrafoSym      word = trafo_builder_embedding (b, "word", trafo_builder_input_ids (b), 10, 4);
  TrafoSym      type = trafo_builder_embedding (b, "type", trafo_builder_token_type_ids (b), 2, 4);
  TrafoSym      place = trafo_builder_embedding (b, "place", trafo_builder_position_ids (b), 8, 4);

  trafo_builder_output (b, "y", trafo_builder_add (b, trafo_builder_add (b, word, type), place));
  return b;
}

typedef struct
{
  const char *name;
  TrafoDType  dtype;
  guint       n_dims;
  gint64      shape[3];
  gint64      value; /* of the last element; the others are 0 */
  const char *expected;
} InputCase;

static const InputCase input_cases[] = {
  { "right", TRAFO_DTYPE_INT64, 2, { 2, 3 }, 9, NULL },
  { "longest", TRAFO_DTYPE_INT64, 2, { 1, 8 }, 0, NULL },
  { "no-rows", TRAFO_DTYPE_INT64, 2, { 0, 3 }, 0, NULL },
  { "no-tokens", TRAFO_DTYPE_INT64, 2, { 3, 0 }, 0, NULL },
  { "too-long",
    TRAFO_DTYPE_INT64,
    2,
    { 1, 9 },
    0,
    "'position_ids' holds 8, expected a number from 0 to 7" },
  { "too-large",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    10,
    "'input_ids' holds 10, expected a number from 0 to 9" },
  { "negative", TRAFO_DTYPE_INT64, 2, { 2, 3 }, -1, "'input_ids' holds -1" },
  { "smallest",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    G_MININT64,
    "'input_ids' holds -9223372036854775808" },
  { "largest",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    G_MAXINT64,
    "'input_ids' holds 9223372036854775807" },
  { "rank-1",
    TRAFO_DTYPE_INT64,
    1,
    { 3 },
    0,
    "'input_ids' is int64 of shape (3,), expected int64 of shape (batch, sequence)" },
  { "rank-3", TRAFO_DTYPE_INT64, 3, { 1, 3, 1 }, 0, "of shape (1, 3, 1), expected" },
  { "float",
    TRAFO_DTYPE_FLOAT32,
    2,
    { 1, 3 },
    0,
    "'input_ids' is float32 of shape (1, 3), expected int64" },
  { "missing", TRAFO_DTYPE_NONE, 0, { 0 }, 0, "'input_ids' is missing" },
};

static void
test_inputs (gconstpointer data)
{
  const InputCase *c = data;
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = token_builder ();
  g_autoptr (TrafoTensorDict) parameters = fake_parameters_new (trafo_builder_get_graph (b));
  g_autoptr (TrafoProgram) program = fake_compile (device, b, parameters);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) ids = NULL;
  TrafoTensor    *inputs[3] = { NULL };
  TrafoExecution *execution = trafo_program_acquire (program);

  if (c->dtype != TRAFO_DTYPE_NONE)
    inputs[0] = ids = trafo_tensor_new (c->dtype, c->shape, c->n_dims, NULL);
  if (c->value != 0)
    ((gint64 *) trafo_tensor_get_data (ids))[trafo_tensor_get_n_elements (ids) - 1] = c->value;
  g_assert_cmpint (trafo_execution_run (execution, inputs, NULL, &error), ==, c->expected == NULL);
  if (c->expected == NULL)
    {
      g_autoptr (TrafoTensor) y = trafo_execution_read_output (execution, 0, &error);

      g_assert_no_error (error);
      g_assert_cmpint (trafo_tensor_get_dim (y, 0), ==, c->shape[0]);
      g_assert_cmpint (trafo_tensor_get_dim (y, 1), ==, c->shape[1]);
    }
  else if (strstr (error->message, c->expected) == NULL)
    g_error ("found '%s'", error->message);
  trafo_program_release (program, execution);
}

/* A shape that two inputs name must be one. */
static void
test_inputs_disagree (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = token_builder ();
  g_autoptr (TrafoTensorDict) parameters = fake_parameters_new (trafo_builder_get_graph (b));
  g_autoptr (TrafoProgram) program = fake_compile (device, b, parameters);
  g_autoptr (TrafoTensor) ids = trafo_tensor_new (TRAFO_DTYPE_INT64, (gint64[]){ 2, 3 }, 2, NULL);
  g_autoptr (TrafoTensor) types = trafo_tensor_new (TRAFO_DTYPE_INT64, (gint64[]){ 2, 4 }, 2, NULL);
  g_autoptr (GError) error = NULL;
  TrafoTensor    *inputs[3] = { ids, types, NULL };
  TrafoExecution *execution = trafo_program_acquire (program);

  g_assert_false (trafo_execution_run (execution, inputs, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  trafo_program_release (program, execution);
}

/* Sums of slots are checked when the slots are known; what is left out is filled in its type. */
static void
test_composite_dims (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = trafo_tensor_dict_new ();
  g_autoptr (TrafoProgram) program = NULL;
  gint64          twice = trafo_builder_dim_add (b, TRAFO_DIM_SEQUENCE, TRAFO_DIM_SEQUENCE);
  gint64          dims[] = { TRAFO_DIM_SEQUENCE };
  TrafoSym        x, y, z;
  TrafoExecution *execution;

  y = trafo_builder_input (b, "y", TRAFO_DTYPE_FLOAT32, &twice, 1, TRAFO_FILL_RULE_ZEROS);
  x = trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 1, TRAFO_FILL_RULE_REQUIRED);
  z = trafo_builder_input (b, "z", TRAFO_DTYPE_BOOL, &twice, 1, TRAFO_FILL_RULE_ZEROS);
  trafo_builder_output (b, "xy", trafo_builder_concat (b, (TrafoSym[]){ x, y }, 2, 0));
  trafo_builder_output (b, "z", z);
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  for (gint64 n = 0; n < 12; n++)
    {
      g_autoptr (TrafoTensor) left = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, &n, 1, NULL);
      g_autoptr (TrafoTensor) given =
          trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 6 }, 1, NULL);
      g_autoptr (TrafoTensor) filled = NULL;
      g_autoptr (GError) error = NULL;
      TrafoTensor *inputs[] = { given, left, NULL };

      g_assert_cmpint (trafo_execution_run (execution, inputs, NULL, &error), ==, n == 3);
      if (n != 3)
        g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
      inputs[0] = NULL;
      g_assert_true (trafo_execution_run (execution, inputs, NULL, NULL));
      filled = trafo_execution_read_output (execution, 0, NULL);
      g_assert_cmpint (trafo_tensor_get_dim (filled, 0), ==, 3 * n);
      for (gint64 i = 0; i < 3 * n; i++)
        g_assert_cmpfloat (trafo_tensor_get_value (filled, i), ==, 0);
    }
  trafo_program_release (program, execution);
}

/* A parameter, and a view of one, as a result of its own. */
static void
test_parameter_output (void)
{
  FakeDevice fake = { .n_tasks = 2 };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TrafoDevice) device =
          i == 0 ? trafo_reference_device_new () : fake_queue_device_new (&fake);
      g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
      g_autoptr (TrafoTensorDict) parameters = NULL;
      g_autoptr (TrafoProgram) program = NULL;
      g_autoptr (TrafoTensor) w = NULL;
      g_autoptr (TrafoTensor) turned = NULL;
      g_autoptr (TrafoTensor) again = NULL;
      gint64          dims[] = { 2, 3 };
      TrafoExecution *execution;
      TrafoSym        p = trafo_builder_param (b, "w", dims, 2, TRAFO_INITIALIZER_ONES);

      trafo_builder_output (b, "w", p);
      trafo_builder_output (b, "t", trafo_builder_permute (b, p, (guint[]){ 1, 0 }, 2));
      parameters = fake_parameters_new (trafo_builder_get_graph (b));
      program = fake_compile (device, b, parameters);
      execution = trafo_program_acquire (program);
      g_assert_true (trafo_execution_run (execution, NULL, NULL, NULL));
      w = trafo_execution_read_output (execution, 0, NULL);
      assert_same_bits (w, trafo_tensor_dict_get (parameters, "w"));
      turned = trafo_execution_read_output (execution, 1, NULL);
      again = trafo_tensor_permute (turned, (guint[]){ 1, 0 }, 2, NULL);
      g_assert_cmpfloat (trafo_tensor_max_difference (again, w), ==, 0);
      trafo_program_release (program, execution);
    }
}

/* A large output is handed out with its memory, a small one is copied; neither is touched by what is
 * run afterwards, whether the plan is made anew or not. */
static void
test_take_output (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = trafo_tensor_dict_new ();
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (GPtrArray) taken =
      g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_tensor_unref);
  const gint64    lengths[] = { 1 << 17, 1 << 17, 16, 16, 1 << 17, 1 << 18 };
  const gint64    dims[] = { TRAFO_DIM_SEQUENCE };
  TrafoExecution *execution;
  TrafoSym        x, y;

  x = trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 1, TRAFO_FILL_RULE_REQUIRED);
  y = trafo_builder_neg (b, x);
  trafo_builder_output (b, "y", trafo_builder_concat (b, (TrafoSym[]){ y, x, y, x }, 4, 0));
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (TrafoTensor) input = ramp_new (lengths[i], i);

      run_one (execution, input);
      g_ptr_array_add (taken, trafo_execution_take_output (execution, NULL));
      /* what is left of the memory: nothing, or a small arena */
      g_assert_cmpuint (trafo_execution_get_peak_bytes (execution), <, 1 << 20);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      gint64 n = lengths[i];

      g_assert_cmpint (trafo_tensor_get_dim (taken->pdata[i], 0), ==, 4 * n);
      for (gint64 j = 0; j < 4 * n; j += 5)
        g_assert_cmpfloat (trafo_tensor_get_value (taken->pdata[i], j),
                           ==,
                           (j / n % 2 == 0 ? -1.0 : 1.0) * (double) (i + j % n));
    }
  trafo_program_release (program, execution);
}

/* A tensor that is no row-major array, as an input. */
static void
test_strided_input (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoProgram) program = random_program (device, 1);
  g_autoptr (TrafoTensor) x = random_tensor (3, 4, 4);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (x, (guint[]){ 2, 1, 0 }, 3, NULL);
  g_autoptr (TrafoTensor) cut = trafo_tensor_slice (turned, 0, 1, 2, 2, NULL);
  g_autoptr (TrafoTensor) wide = trafo_tensor_permute (cut, (guint[]){ 2, 0, 1 }, 3, NULL);
  g_autoptr (TrafoTensor) flat = trafo_tensor_contiguous (wide, NULL);
  g_autoptr (TrafoTensor) found = NULL;
  g_autoptr (TrafoTensor) expected = NULL;
  TrafoExecution *execution = trafo_program_acquire (program);

  g_assert_false (trafo_tensor_is_contiguous (wide));
  run_one (execution, wide);
  found = trafo_execution_read_output (execution, 0, NULL);
  run_one (execution, flat);
  expected = trafo_execution_read_output (execution, 0, NULL);
  assert_same_bits (found, expected);
  trafo_program_release (program, execution);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  FakeDevice fakes[] = { { .n_tasks = 5 },
                         { .n_tasks = 1 },
                         { .n_tasks = 5, .follows = TRUE },
                         { .n_tasks = 5, .n_finish_tasks = 1 } };
  g_autoptr (TrafoTensor) x = random_tensor (2, 3, 4);

  for (guint i = 0; i < G_N_ELEMENTS (fakes); i++)
    {
      g_autoptr (TrafoDevice) device = fake_host_device_new (&fakes[i]);
      g_autoptr (TrafoProgram) program = random_program (device, 2);
      g_autoptr (TrafoTensor) expected = NULL;
      g_autoptr (TrafoTensor) found = NULL;
      g_autoptr (GError) error = NULL;
      TrafoExecution *execution = trafo_program_acquire (program);

      run_one (execution, x);
      expected = trafo_execution_read_output (execution, 0, NULL);
      g_cancellable_reset (cancellable);
      fakes[i].cancel = cancellable;
      g_assert_false (trafo_execution_run (execution, &x, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      fakes[i].cancel = NULL;
      g_assert_false (trafo_execution_run (execution, &x, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      run_one (execution, x);
      found = trafo_execution_read_output (execution, 0, NULL);
      assert_same_bits (expected, found);
      trafo_program_release (program, execution);
    }
}

static void
test_placement (void)
{
  static const guint16 missing[] = { TRAFO_OP_TANH, 0 };
  FakeDevice           fake = { .missing = missing };
  g_autoptr (TrafoDevice) device = fake_queue_device_new (&fake);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = trafo_tensor_dict_new ();
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (GVariant) placement = NULL;
  g_autofree char *text = NULL;
  TrafoSym         x = trafo_builder_scalar (b, 1, TRAFO_DTYPE_FLOAT32);
  TrafoExecution  *execution;

  trafo_builder_output (b, "y", trafo_builder_exp (b, trafo_builder_tanh (b, x)));
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  g_assert_true (trafo_execution_run (execution, NULL, NULL, NULL));
  placement = trafo_execution_get_placement (execution);
  text = g_variant_print (placement, FALSE);
  g_assert_cmpstr (text,
                   ==,
                   "[('fill', 'fake-queue', 'fake:0'), ('tanh', 'reference', 'host'), "
                   "('exp', 'fake-queue', 'fake:0')]");
  g_assert_cmpuint (trafo_execution_get_peak_bytes (execution), >=, 3 * sizeof (float));
  trafo_program_release (program, execution);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (trafo_thread_pool_get_size (trafo_thread_pool_get_default ()) > 1)
    g_test_add_func ("/execution/free-workers", test_free_workers);
  g_test_add_func ("/execution/packed", test_packed);
  g_test_add_func ("/execution/queue", test_queue);
  g_test_add_func ("/execution/queue-failures", test_queue_failures);
  for (gsize i = 0; i < G_N_ELEMENTS (input_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/execution/inputs/", input_cases[i].name, NULL);

      g_test_add_data_func (path, &input_cases[i], test_inputs);
    }
  g_test_add_func ("/execution/inputs-disagree", test_inputs_disagree);
  g_test_add_func ("/execution/composite-dims", test_composite_dims);
  g_test_add_func ("/execution/parameter-output", test_parameter_output);
  g_test_add_func ("/execution/take-output", test_take_output);
  g_test_add_func ("/execution/strided-input", test_strided_input);
  g_test_add_func ("/execution/cancel", test_cancel);
  g_test_add_func ("/execution/placement", test_placement);
  return g_test_run ();
}
