/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-op-run-private.h"

#include "fake-device.h"

static const float a_values[] = { 1, 2, 3, 4, 5, 6 };
static const float b_values[] = { 10, 20, 30 };

/* (2, 3) + (3), with and without a kernel, in host memory and behind a queue. */
static void
test_broadcast (void)
{
  static const guint16 missing[] = { TRAFO_OP_ADD, 0 };
  FakeDevice           fakes[] = { { .n_tasks = 3 },
                                   { .n_tasks = 0 }, /* a plugin's mistake, taken for 1 */
                                   { .n_tasks = 1, .missing = missing },
                                   { 0 },
                                   { .missing = missing } };
  g_autoptr (TrafoTensor) a =
      trafo_tensor_new_from_floats ((gint64[]){ 2, 3 }, 2, a_values, 6, NULL);
  g_autoptr (TrafoTensor) b = trafo_tensor_new_from_floats ((gint64[]){ 3 }, 1, b_values, 3, NULL);
  TrafoTensor *inputs[] = { a, b };

  for (guint i = 0; i < G_N_ELEMENTS (fakes); i++)
    {
      TrafoDevice *device =
          i < 3 ? fake_host_device_new (&fakes[i]) : fake_queue_device_new (&fakes[i]);
      g_autoptr (TrafoTensor) sum =
          trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 2, 3 }, 2, NULL);
      TrafoAttrs attrs = { { 0 } };

      g_assert_true (
          trafo_op_run (trafo_op_lookup (TRAFO_OP_ADD), &attrs, device, inputs, 2, sum, NULL));
      for (guint j = 0; j < 6; j++)
        g_assert_cmpfloat (trafo_tensor_get_value (sum, j), ==, a_values[j] + b_values[j % 3]);
      g_object_unref (device);
      g_assert_cmpint (fakes[i].n_buffers, ==, 0);
      g_assert_cmpint (fakes[i].n_streams, ==, 0);
    }
}

/* Whatever call fails, the reason comes back and nothing stays behind. */
static void
test_failures (void)
{
  FakeDevice fake = { 0 };
  g_autoptr (TrafoDevice) device = fake_queue_device_new (&fake);
  g_autoptr (TrafoTensor) x = trafo_tensor_new_from_floats ((gint64[]){ 6 }, 1, a_values, 6, NULL);
  g_autoptr (TrafoTensor) y = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 6 }, 1, NULL);
  TrafoAttrs attrs = { { 0 } };
  gint       n_calls;

  g_assert_true (trafo_op_run (trafo_op_lookup (TRAFO_OP_NEG), &attrs, device, &x, 1, y, NULL));
  n_calls = fake.n_calls;
  g_assert_cmpint (n_calls, >, 5);
  for (gint i = 1; i <= n_calls; i++)
    {
      g_autoptr (GError) error = NULL;

      fake.n_calls = 0;
      fake.fail_at = i;
      g_assert_false (
          trafo_op_run (trafo_op_lookup (TRAFO_OP_NEG), &attrs, device, &x, 1, y, &error));
      g_assert_error (error, TRAFO_DEVICE_ERROR, TRAFO_DEVICE_ERROR_FAILED);
      g_assert_cmpint (fake.n_buffers, ==, 0);
      g_assert_cmpint (fake.n_streams, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op-run/broadcast", test_broadcast);
  g_test_add_func ("/op-run/failures", test_failures);
  return g_test_run ();
}
