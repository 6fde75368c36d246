/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "fake-device.h"
#include "random-graph.h"
#include "trafo-execution-private.h"
#include "trafo-reference-device-private.h"

#define N_THREADS 16
#define N_SHAPES 4

typedef struct
{
  TrafoProgram *program;
  TrafoTensor  *inputs[N_SHAPES];
  TrafoTensor  *expected[N_SHAPES];
} Shared;

static TrafoTensor *
run_once (TrafoProgram *program, TrafoTensor *x)
{
  TrafoExecution *execution = trafo_program_acquire (program);
  TrafoTensor    *y;

  g_assert_true (trafo_execution_run (execution, &x, NULL, NULL));
  y = trafo_execution_read_output (execution, 0, NULL);
  trafo_program_release (program, execution);
  return y;
}

static gpointer
run_many (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < 3 * N_SHAPES; i++)
    {
      TrafoTensor *expected = shared->expected[i % N_SHAPES];
      g_autoptr (TrafoTensor) y = run_once (shared->program, shared->inputs[i % N_SHAPES]);

      g_assert_cmpmem (trafo_tensor_get_data (y),
                       trafo_tensor_get_size_bytes (y),
                       trafo_tensor_get_data (expected),
                       trafo_tensor_get_size_bytes (expected));
    }
  return NULL;
}

static TrafoProgram *
make_program (TrafoDevice *device)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;

  random_graph_build (b, 7, 20);
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  return fake_compile (device, b, parameters);
}

static void
test_many_threads (void)
{
  FakeDevice fake = { .n_tasks = 4, .spin = 50 };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoProgram) program = make_program (device);
  Shared   shared = { .program = program };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_SHAPES; i++)
    {
      gint64 shape[] = { 1 + i, 4 - i, 4 };
      float *values;

      shared.inputs[i] = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, NULL);
      values = trafo_tensor_get_data (shared.inputs[i]);
      for (gint64 j = 0; j < trafo_tensor_get_n_elements (shared.inputs[i]); j++)
        values[j] = (float) ((j * 37 + i) % 11) / 8 - 0.5f;
      shared.expected[i] = run_once (program, shared.inputs[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("run", run_many, &shared);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_SHAPES; i++)
    {
      trafo_tensor_unref (shared.inputs[i]);
      trafo_tensor_unref (shared.expected[i]);
    }
}

/* The same shape again is the same execution, and no more memory. */
static void
test_reuse (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoProgram) program = make_program (device);
  TrafoExecution *first = trafo_program_acquire (program);
  TrafoExecution *second = trafo_program_acquire (program);

  g_assert_true (first != second);
  trafo_program_release (program, first);
  g_assert_true (trafo_program_acquire (program) == first);
  trafo_program_release (program, first);
  trafo_program_release (program, second);
}

/* A crowd has an execution for each; the memory of most is given back behind it. */
static void
test_crowd (void)
{
  FakeDevice fake = { .n_tasks = 1 };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoProgram) program = make_program (device);
  guint           n_threads = trafo_thread_pool_get_size (trafo_thread_pool_get_default ());
  TrafoExecution *crowd[300]; /* more than a pool has threads */

  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    crowd[i] = trafo_program_acquire (program);
  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    trafo_program_release (program, crowd[i]);
  g_assert_cmpuint (program->idle->len, ==, n_threads);
}

/* What cannot be compiled: a parameter that the source does not have. */
static void
test_missing_parameter (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) none = trafo_tensor_dict_new ();
  g_autoptr (TrafoWeights) weights = NULL;
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  TrafoWeightSource source;

  fake_source_init (&source, none);
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  trafo_builder_output (b,
                        "y",
                        trafo_builder_linear (b,
                                              "f",
                                              trafo_builder_fill (b,
                                                                  1,
                                                                  TRAFO_DTYPE_FLOAT32,
                                                                  (gint64[]){ 1, 3 },
                                                                  2),
                                              2));
  program = trafo_program_compile (trafo_builder_finish (b, NULL), weights, &error);
  g_assert_null (program);
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
}

/* Memory on a device that has its own is given back, whichever call fails while it is filled. */
static void
test_failing_upload (void)
{
  FakeDevice fake = { 0 };
  g_autoptr (TrafoDevice) device = fake_queue_device_new (&fake);

  for (guint i = 1; i <= 9; i++)
    {
      g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
      g_autoptr (TrafoTensorDict) parameters = NULL;
      g_autoptr (TrafoWeights) weights = NULL;
      g_autoptr (TrafoProgram) program = NULL;
      g_autoptr (GError) error = NULL;
      TrafoWeightSource source;

      random_graph_build (b, 0, 30);
      parameters = fake_parameters_new (trafo_builder_get_graph (b));
      fake_source_init (&source, parameters);
      weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
      fake.n_calls = 0;
      fake.fail_at = i;
      program = trafo_program_compile (trafo_builder_finish (b, NULL), weights, &error);
      g_assert_null (program);
      g_assert_error (error, TRAFO_DEVICE_ERROR, TRAFO_DEVICE_ERROR_FAILED);
      g_clear_pointer (&weights, trafo_weights_unref);
      g_assert_cmpint (fake.n_buffers, ==, 0);
      g_assert_cmpint (fake.n_streams, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TRAFO_THREADS", "4", FALSE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/program/many-threads", test_many_threads);
  g_test_add_func ("/program/reuse", test_reuse);
  g_test_add_func ("/program/crowd", test_crowd);
  g_test_add_func ("/program/missing-parameter", test_missing_parameter);
  g_test_add_func ("/program/failing-upload", test_failing_upload);
  return g_test_run ();
}
