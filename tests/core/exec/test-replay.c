/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "allocations.h"
#include "fake-device.h"
#include "random-graph.h"
#include "trafo-reference-device-private.h"

static TrafoProgram *
make_program (TrafoDevice *device)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;

  random_graph_build (b, 11, 30);
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  return fake_compile (device, b, parameters);
}

/* How many allocations @n_runs runs make, whose shapes take turns. */
static guint
count_runs (TrafoExecution *execution, TrafoTensor *const *inputs, guint n_inputs, guint n_runs)
{
  GCancellable *cancellable = g_cancellable_new ();
  guint         before = allocations_get_count (), after;

  for (guint i = 0; i < n_runs; i++)
    g_assert_true (trafo_execution_run (execution, &inputs[i % n_inputs], cancellable, NULL));
  after = allocations_get_count ();
  g_object_unref (cancellable);
  return after - before;
}

/* A run with a shape that was seen before allocates nothing. */
static void
test_allocations (gconstpointer data)
{
  const char *kind = data;
  FakeDevice  fake = { 0 };
  g_autoptr (TrafoDevice) device =
      g_str_equal (kind, "queue") ? fake_queue_device_new (&fake) : trafo_reference_device_new ();
  g_autoptr (TrafoProgram) program = make_program (device);
  g_autoptr (TrafoTensor) small =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 1, 3, 4 }, 3, NULL);
  g_autoptr (TrafoTensor) large =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 4, 9, 4 }, 3, NULL);
  TrafoTensor    *shapes[] = { small, large };
  TrafoExecution *execution = trafo_program_acquire (program);
  gsize           peak_bytes;

  if (!allocations_are_counted ())
    {
      g_test_skip ("a sanitizer has its own allocator");
      trafo_program_release (program, execution);
      return;
    }
  g_assert_cmpuint (count_runs (execution, shapes, 1, 1), >, 0);
  g_assert_cmpuint (count_runs (execution, shapes, 1, 10), ==, 0);
  count_runs (execution, shapes, 2, 2);
  peak_bytes = trafo_execution_get_peak_bytes (execution);
  g_assert_cmpuint (count_runs (execution, shapes, 2, 20), ==, 0);
  g_assert_cmpuint (trafo_execution_get_peak_bytes (execution), ==, peak_bytes);
  trafo_program_release (program, execution);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/replay/allocations/host", "host", test_allocations);
  g_test_add_data_func ("/replay/allocations/queue", "queue", test_allocations);
  return g_test_run ();
}
