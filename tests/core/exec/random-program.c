/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "random-program.h"

#include <math.h>

#include "random-graph.h"
#include "trafo-philox-private.h"
#include "trafo-reference-device-private.h"

TrafoTensor *
random_tensor (gint64 batch, gint64 sequence, gint64 width)
{
  gint64       shape[] = { batch, sequence, width };
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, NULL);

  trafo_philox_normal (5,
                       batch * 100 + sequence,
                       1,
                       trafo_tensor_get_data (x),
                       trafo_tensor_get_n_elements (x));
  return x;
}

void
assert_same_bits (TrafoTensor *a, TrafoTensor *b)
{
  g_assert_cmpmem (trafo_tensor_get_data (a),
                   trafo_tensor_get_size_bytes (a),
                   trafo_tensor_get_data (b),
                   trafo_tensor_get_size_bytes (b));
}

/* Both finite, and no element further apart than @tolerance times the largest. */
static void
assert_close (TrafoTensor *expected, TrafoTensor *found, double tolerance)
{
  double largest = 0;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (expected); i++)
    largest = MAX (largest, fabs (trafo_tensor_get_value (expected, i)));
  g_assert_true (isfinite (largest));
  g_assert_cmpfloat (trafo_tensor_max_difference (expected, found), <=, tolerance * largest);
}

void
run_one (TrafoExecution *execution, TrafoTensor *x)
{
  g_autoptr (GError) error = NULL;

  trafo_execution_run (execution, &x, NULL, &error);
  g_assert_no_error (error);
}

TrafoProgram *
random_program (TrafoDevice *device, guint32 seed)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;

  random_graph_build (b, seed, 12);
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  return fake_compile (device, b, parameters);
}

void
compare_devices (TrafoDevice *device, guint32 seed, double tolerance)
{
  static const gint64 shapes[][2] = { { 1, 1 }, { 2, 3 }, { 1, 7 }, { 3, 2 }, { 2, 3 }, { 0, 2 } };
  g_autoptr (TrafoDevice) reference = trafo_reference_device_new ();
  g_autoptr (TrafoProgram) expected = random_program (reference, seed);
  g_autoptr (TrafoProgram) found = random_program (device, seed);
  TrafoExecution *a = trafo_program_acquire (expected), *b = trafo_program_acquire (found);

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (TrafoTensor) x = random_tensor (shapes[i][0], shapes[i][1], 4);

      run_one (a, x);
      run_one (b, x);
      for (guint j = 0; j < 3; j++)
        {
          g_autoptr (TrafoTensor) left = trafo_execution_read_output (a, j, NULL);
          g_autoptr (TrafoTensor) right = trafo_execution_read_output (b, j, NULL);

          assert_close (left, right, tolerance);
        }
    }
  trafo_program_release (expected, a);
  trafo_program_release (found, b);
}
