/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#define N_THREADS 3
#define N_ROUNDS 40

static const gint64 shape[] = { 5000 };

/* Adds a number of its own to a tensor again and again, in one queue. */
static gpointer
add_repeatedly (gpointer data)
{
  Tensor          *x = data;
  Fixture          own = *x->fixture;
  const TrafoDType dtype = TRAFO_DTYPE_FLOAT32;
  g_autoptr (Tensor) step = NULL;
  const TrafoKernel *kernel = fixture_get_kernel (&own, TRAFO_OP_ADD);
  TrafoMessage       message = { "" };
  TrafoKernelArgs    args;
  Tensor            *inputs[2];

  ASSERT_OK (own.ops->stream_new (own.handle, &own.stream, &message), message);
  step = tensor_new (&own, dtype, DENSE, 1, shape);
  step->values[0] = x->values[0];
  for (gsize i = 0; i < step->n_elements; i++)
    step->values[i] = x->values[i];
  tensor_upload (step);
  inputs[0] = x;
  inputs[1] = step;
  fixture_fill_args (&own, TRAFO_OP_ADD, NULL, x, 2, inputs, &args);
  for (guint i = 0; i < N_ROUNDS; i++)
    ASSERT_OK (kernel->enqueue (&args, own.stream, &message), message);
  ASSERT_OK (own.ops->stream_sync (own.handle, own.stream, &message), message);
  own.ops->stream_free (own.handle, own.stream);
  return NULL;
}

static void
test_streams_of_several_threads_do_not_mix (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  GThread *threads[N_THREADS];
  Tensor  *tensors[N_THREADS];
  double   expected[5000];

  if (fixture == NULL)
    return;
  for (guint t = 0; t < N_THREADS; t++)
    {
      tensors[t] = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
      for (gsize i = 0; i < tensors[t]->n_elements; i++)
        tensors[t]->values[i] = (double) (i % 100) + t * 1000;
      tensor_upload (tensors[t]);
    }
  for (guint t = 0; t < N_THREADS; t++)
    threads[t] = g_thread_new ("stream", add_repeatedly, tensors[t]);
  for (guint t = 0; t < N_THREADS; t++)
    g_thread_join (threads[t]);
  for (guint t = 0; t < N_THREADS; t++)
    {
      for (gsize i = 0; i < tensors[t]->n_elements; i++)
        expected[i] = (N_ROUNDS + 1) * tensors[t]->values[i];
      tensor_download (tensors[t]);
      assert_close (tensors[t], expected, 0, 0);
      tensor_free (tensors[t]);
    }
}

static void
test_enqueue_without_stream_is_refused (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) x = NULL;
  TrafoMessage    message = { "" };
  TrafoKernelArgs args;

  if (fixture == NULL)
    return;
  x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
  fixture_fill_args (fixture, TRAFO_OP_EXP, NULL, x, 1, &x, &args);
  g_assert_cmpint (fixture_get_kernel (fixture, TRAFO_OP_EXP)->enqueue (&args, NULL, &message),
                   ==,
                   TRAFO_STATUS_FAILED);
  g_assert_nonnull (strstr (message.text, "stream"));
}

static void
test_enqueue_outside_a_buffer_is_refused (void)
{
  static const struct
  {
    gsize  offset_bytes;
    gint64 length, stride;
  } cases[] = {
    { 4, 5000, 1 }, { 0, 5001, 1 },           { 0, 2501, 2 },    { 0, 2, -1 },
    { 2, 1, 1 },    { G_MAXSIZE & ~3, 1, 1 }, { 0, 2, 1 << 30 }, { 0, 3, G_MAXINT64 },
  };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) x = NULL;
  g_autoptr (Tensor) y = NULL;

  if (fixture == NULL)
    return;
  x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, shape);
  y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 1, (const gint64[]){ 5001 });
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoMessage    message = { "" };
      TrafoKernelArgs args;

      fixture_fill_args (fixture, TRAFO_OP_EXP, NULL, y, 1, &x, &args);
      args.output.shape[0] = cases[i].length;
      args.inputs[0].shape[0] = cases[i].length;
      args.inputs[0].strides[0] = cases[i].stride;
      args.inputs[0].offset_bytes = cases[i].offset_bytes;
      g_assert_cmpint (fixture_get_kernel (fixture, TRAFO_OP_EXP)
                           ->enqueue (&args, fixture->stream, &message),
                       ==,
                       TRAFO_STATUS_FAILED);
      g_assert_nonnull (strstr (message.text, "not within its buffer"));
    }
}

static void
test_unsupported_arguments_are_refused (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  if (fixture == NULL)
    return;
  for (guint16 op = 0; op < TRAFO_N_OPS; op++)
    {
      gsize                     n_kernels = 0;
      const TrafoKernel *const *kernels =
          fixture->ops->list_kernels (fixture->handle, op, &n_kernels);
      TrafoMessage    message = { "" };
      TrafoKernelArgs args = { .struct_size = sizeof args, .op = op, .device = fixture->handle };

      if (n_kernels == 0)
        continue;
      g_test_message ("%s", kernels[0]->name);
      g_assert_false (kernels[0]->supports (&args));
      g_assert_cmpint (kernels[0]->enqueue (&args, fixture->stream, &message),
                       ==,
                       TRAFO_STATUS_UNSUPPORTED);
      g_assert_cmpstr (message.text, !=, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/stream/threads", test_streams_of_several_threads_do_not_mix);
  g_test_add_func ("/opencl/stream/none", test_enqueue_without_stream_is_refused);
  g_test_add_func ("/opencl/stream/outside", test_enqueue_outside_a_buffer_is_refused);
  g_test_add_func ("/opencl/stream/unsupported", test_unsupported_arguments_are_refused);
  return g_test_run ();
}
