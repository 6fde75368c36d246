/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-eager-private.h"

#include <math.h>

#include "fake-device.h"
#include "random-graph.h"
#include "trafo-philox-private.h"
#include "trafo-reference-device-private.h"

typedef struct
{
  TrafoTensor     *x;
  TrafoTensorDict *parameters;
} Leaves;

static TrafoTensor *
find_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            GError              **error)
{
  return trafo_tensor_ref (((Leaves *) data)->x);
}

static TrafoTensor *
find_param (gpointer data, const char *name, GError **error)
{
  return trafo_tensor_ref (trafo_tensor_dict_get (((Leaves *) data)->parameters, name));
}

/* The same build() run eagerly and compiled; nothing is fused that rounds otherwise on this
 * device, but sums and norms may be. */
static void
test_as_compiled (void)
{
  for (guint32 seed = 0; seed < 30; seed++)
    {
      g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
      g_autoptr (TrafoBuilder) traced = trafo_builder_new_with (NULL, NULL);
      g_autoptr (TrafoBuilder) eager = NULL;
      g_autoptr (TrafoTensorDict) parameters = NULL;
      g_autoptr (TrafoProgram) program = NULL;
      g_autoptr (TrafoTensor) x =
          trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 2, 3, 4 }, 3, NULL);
      Leaves           data = { x, NULL };
      TrafoEagerLeaves leaves = { &data, find_input, find_param };
      TrafoExecution  *execution;

      trafo_philox_normal (1, seed, 1, trafo_tensor_get_data (x), 24);
      random_graph_build (traced, seed, 12);
      data.parameters = parameters = fake_parameters_new (trafo_builder_get_graph (traced));
      program = fake_compile (device, traced, parameters);
      execution = trafo_program_acquire (program);
      g_assert_true (trafo_execution_run (execution, &x, NULL, NULL));
      eager = trafo_builder_new_eager_with (device, NULL, &leaves);
      random_graph_build (eager, seed, 12);
      for (guint i = 0; i < 3; i++)
        {
          const TrafoGraphOutput *output =
              g_ptr_array_index (trafo_builder_get_graph (eager)->outputs, i);
          g_autoptr (GError) error = NULL;
          g_autoptr (TrafoTensor) found = trafo_builder_get_value (eager, output->sym, &error);
          g_autoptr (TrafoTensor) expected = trafo_execution_read_output (execution, i, NULL);
          double largest = 0;

          g_assert_no_error (error);
          for (gint64 j = 0; j < 24; j++)
            largest = MAX (largest, fabs (trafo_tensor_get_value (expected, j)));
          g_assert_cmpfloat (trafo_tensor_max_difference (found, expected), <=, 1e-5 * largest);
        }
      trafo_program_release (program, execution);
    }
}

static void
test_errors (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
  g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 2, 3 }, 2, NULL);
  g_autoptr (GError) error = NULL;
  TrafoSym a = trafo_builder_constant (b, x);

  g_assert_null (trafo_builder_get_value (b, 99, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (trafo_builder_linear (b, "f", a, 4), ==, 0);
  g_assert_null (trafo_builder_get_value (b, a, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpuint (trafo_builder_add (b, a, a), ==, 0);
}

/* Ids that are outside of their table: an error here as in a compiled program. */
static void
test_ids (void)
{
  static const gint64 ids[] = { 0, 2, -1, 3 };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 3, 2 }, 2, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    for (guint is_narrow = 0; is_narrow < 2; is_narrow++)
      {
        g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
        g_autoptr (TrafoTensor) wide = trafo_tensor_new_from_int64s (NULL, 0, &ids[i], 1, NULL);
        g_autoptr (TrafoTensor) id =
            trafo_tensor_cast (wide, is_narrow ? TRAFO_DTYPE_INT32 : TRAFO_DTYPE_INT64, NULL);
        g_autoptr (TrafoTensor) row = NULL;
        TrafoSym y =
            trafo_builder_gather (b, trafo_builder_constant (b, x), trafo_builder_constant (b, id));

        row = trafo_builder_get_value (b, y, NULL);
        g_assert_cmpint (row != NULL, ==, i < 2);
      }
}

/* An array that steps backwards, on a device that is told where its bytes are. */
static void
test_negative_strides (void)
{
  static float values[] = { 1, 2, 3 };
  FakeDevice   fake = { 0 };
  g_autoptr (TrafoDevice) device = fake_queue_device_new (&fake);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
  g_autoptr (TrafoTensor) x = trafo_tensor_new_from_data (TRAFO_DTYPE_FLOAT32,
                                                          (gint64[]){ 3 },
                                                          (gint64[]){ -1 },
                                                          1,
                                                          &values[2],
                                                          TRUE,
                                                          NULL,
                                                          NULL,
                                                          NULL);
  g_autoptr (TrafoTensor) y =
      trafo_builder_get_value (b, trafo_builder_neg (b, trafo_builder_constant (b, x)), NULL);

  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (y, i), ==, -values[2 - i]);
}

/* A result, a view and no element at all, on a device with a queue. */
static void
test_queue (void)
{
  FakeDevice    fake = { 0 };
  TrafoDevice  *device = fake_queue_device_new (&fake);
  TrafoBuilder *b = trafo_builder_new_eager (device);

  for (gint64 n = 0; n < 3; n++)
    {
      g_autoptr (TrafoTensor) x =
          trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ n, 2 }, 2, NULL);
      TrafoSym a = trafo_builder_permute (b, trafo_builder_constant (b, x), (guint[]){ 1, 0 }, 2);
      g_autoptr (TrafoTensor) sum = trafo_builder_get_value (b, trafo_builder_sum (b, a, 1), NULL);
      g_autoptr (TrafoTensor) one = trafo_builder_get_value (b, trafo_builder_exp (b, a), NULL);

      g_assert_cmpfloat (trafo_tensor_get_value (sum, 1), ==, 0);
      g_assert_cmpint (trafo_tensor_get_n_elements (one), ==, 2 * n);
      if (n > 0)
        g_assert_cmpfloat (trafo_tensor_get_value (one, 2 * n - 1), ==, 1);
    }
  g_object_unref (b);
  g_object_unref (device);
  g_assert_cmpint (fake.n_buffers, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eager/as-compiled", test_as_compiled);
  g_test_add_func ("/eager/errors", test_errors);
  g_test_add_func ("/eager/ids", test_ids);
  g_test_add_func ("/eager/negative-strides", test_negative_strides);
  g_test_add_func ("/eager/queue", test_queue);
  return g_test_run ();
}
