/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fake-device.h"
#include "random-graph.h"
#include "trafo-profile.h"

#include <string.h>

#define N_RUNS 7

/* A step of the plan, or a run, and the sum of its calls in the profile. */
static gint64
count_calls (TrafoValue *value)
{
  TrafoValue *ops = trafo_value_get_member (value, "ops");
  gint64      n_calls = 0;

  for (guint i = 0; i < trafo_value_get_n_items (ops); i++)
    n_calls +=
        trafo_value_get_integer (trafo_value_get_member (trafo_value_get_item (ops, i), "calls"));
  return n_calls;
}

static double
sum_times (TrafoValue *value)
{
  TrafoValue *ops = trafo_value_get_member (value, "ops");
  double      time_s = 0;

  for (guint i = 0; i < trafo_value_get_n_items (ops); i++)
    {
      TrafoValue *row = trafo_value_get_item (ops, i);

      g_assert_cmpfloat (trafo_value_get_double (trafo_value_get_member (row, "wait_s")), >=, 0);
      time_s += trafo_value_get_double (trafo_value_get_member (row, "time_s"));
    }
  return time_s;
}

static gint64
count_steps (const TrafoExecution *execution)
{
  gint64 n = 0;

  for (guint i = 0; i < execution->n_steps; i++)
    n += execution->steps[i].n_tasks > 0;
  return n;
}

static GBytes *
run (TrafoExecution *execution, TrafoTensor *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) output = NULL;

  g_assert_true (trafo_execution_run (execution, &input, NULL, &error));
  g_assert_no_error (error);
  output = trafo_execution_read_output (execution, 0, &error);
  g_assert_no_error (error);
  return g_bytes_new (trafo_tensor_get_data (output), trafo_tensor_get_size_bytes (output));
}

/* Every step of every run is there once, no time twice, and the results are those of runs that nobody
 * looks at. */
static void
check_runs (TrafoDevice *device, guint seed)
{
  static const gint64 shape[] = { 2, 5, 4 };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (TrafoTensor) input = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, NULL);
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  g_autoptr (TrafoValue) value = NULL;
  g_autoptr (GBytes) expected = NULL;
  TrafoExecution *execution;
  TrafoValue     *phases;
  gint64          n_steps;

  random_graph_build (b, seed, 25);
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  expected = run (execution, input);
  g_assert_true (trafo_profile_start (profile, NULL));
  for (guint i = 0; i < N_RUNS; i++)
    {
      g_autoptr (GBytes) found = run (execution, input);

      g_assert_true (g_bytes_equal (found, expected));
    }
  trafo_profile_stop (profile);
  n_steps = count_steps (execution);
  g_assert_null (execution->recording);
  trafo_program_release (program, execution);

  value = trafo_profile_to_value (profile);
  phases = trafo_value_get_member (trafo_value_get_member (value, "phases"), "ops");
  g_assert_cmpint (count_calls (value), ==, N_RUNS * n_steps);
  g_assert_cmpint (trafo_value_get_integer (trafo_value_get_member (phases, "calls")), ==, N_RUNS);
  g_assert_cmpfloat (sum_times (value),
                     <=,
                     trafo_value_get_double (trafo_value_get_member (phases, "time_s")) + 1e-9);
}

static void
test_runs (gconstpointer data)
{
  gboolean   is_queue = data != NULL;
  FakeDevice fake = { .n_tasks = 3, .follows = TRUE };
  g_autoptr (TrafoDevice) device =
      is_queue ? fake_queue_device_new (&fake) : fake_host_device_new (&fake);

  for (guint seed = 0; seed < 20; seed++)
    check_runs (device, seed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/recording/host", NULL, test_runs);
  g_test_add_data_func ("/recording/queue", "queue", test_runs);
  return g_test_run ();
}
