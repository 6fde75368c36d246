/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fake-device.h"
#include "trafo-builder-private.h"

/* What a run costs beyond its kernels: chains of 1, 10 and 100 ops on one element. */

static void
negate (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  *(float *) args->output.data = -*(const float *) args->inputs[0].data;
}

static const TrafoKernel kernel = {
  .struct_size = sizeof kernel,
  .name = "negate",
  .run = negate,
};
static const TrafoKernel *const kernels[] = { &kernel };

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = op == TRAFO_OP_NEG;
  return kernels;
}

static const TrafoDeviceOps ops = {
  .struct_size = sizeof ops,
  .flags = TRAFO_DEVICE_HOST_MEMORY,
  .list_kernels = list_kernels,
};

static TrafoProgram *
make_chain (TrafoDevice *device, guint n_ops)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) none = trafo_tensor_dict_new ();
  gint64   dim = TRAFO_DIM_BATCH;
  TrafoSym x = trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, &dim, 1, TRAFO_FILL_RULE_REQUIRED);

  for (guint i = 0; i < n_ops; i++)
    x = trafo_builder_neg (b, x);
  trafo_builder_output (b, "y", x);
  return fake_compile (device, b, none);
}

/* The best of some rounds, in ns a run. */
static double
time_runs (TrafoProgram *program)
{
  TrafoExecution *execution = trafo_program_acquire (program);
  g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ 1 }, 1, NULL);
  const guint n_runs = 20000;
  double      best = G_MAXDOUBLE;

  for (guint round = 0; round < 7; round++)
    {
      gint64 begin = g_get_monotonic_time ();

      for (guint i = 0; i < n_runs; i++)
        g_assert_true (trafo_execution_run (execution, &x, NULL, NULL));
      best = MIN (best, (double) (g_get_monotonic_time () - begin) * 1000 / n_runs);
    }
  trafo_program_release (program, execution);
  return best;
}

/* The same kernel called from a loop, in ns a call. */
static double
time_kernel (void)
{
  static float    values[2];
  TrafoKernelArgs args = { .n_inputs = 1 };
  const guint     n = 10000000;
  gint64          begin = g_get_monotonic_time ();
  void (*volatile run) (const TrafoKernelArgs *, guint, guint, gpointer) = negate;

  args.inputs[0].data = &values[0];
  args.output.data = &values[1];
  for (guint i = 0; i < n; i++)
    run (&args, 0, 1, NULL);
  return (double) (g_get_monotonic_time () - begin) * 1000 / n;
}

int
main (int argc, char **argv)
{
  static const guint counts[] = { 1, 10, 100 };
  g_autoptr (TrafoDevice) device =
      trafo_device_new ("bench", TRAFO_DEVICE_KIND_CPU, "", 0, &ops, NULL, NULL);
  double kernel_ns = time_kernel (), times[G_N_ELEMENTS (counts)];

  g_print ("the kernel alone: %.1f ns\n", kernel_ns);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (TrafoProgram) program = make_chain (device, counts[i]);

      times[i] = time_runs (program);
      g_print ("%3u ops: %.3f us a run\n", counts[i], times[i] / 1000);
    }
  g_print ("beyond the kernel: %.1f ns an op\n", (times[2] - times[1]) / 90 - kernel_ns);
  return 0;
}
