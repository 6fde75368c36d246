/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-autotune-private.h"

#include <string.h>

#include "../../remove-folder.h"
#include "fake-device.h"
#include "trafo-builder-private.h"
#include "trafo-kernel-findings-private.h"

/* Two kernels for NEG: one says that it is cheap and is slow. */
typedef struct
{
  gint n_slow, n_fast;
} Counts;

static void
negate (const TrafoKernelArgs *args)
{
  for (gint64 i = 0; i < args->output.shape[0]; i++)
    ((float *) args->output.data)[i] = -((const float *) args->inputs[0].data)[i];
}

static void
run_slowly (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  g_atomic_int_inc (&((Counts *) args->device)->n_slow);
  g_usleep (2000);
  negate (args);
}

static void
run_fast (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  g_atomic_int_inc (&((Counts *) args->device)->n_fast);
  /* each has its own scratch */
  memset (scratch, 0x7f, 1 << 16);
  negate (args);
}

static gsize
scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return 1 << 16;
}

static double
cost_one (const TrafoKernelArgs *args, guint n_threads)
{
  return 1;
}

static double
cost_two (const TrafoKernelArgs *args, guint n_threads)
{
  return 2;
}

static const TrafoKernel slow = {
  .struct_size = sizeof slow,
  .op = TRAFO_OP_NEG,
  .name = "slow",
  .run = run_slowly,
  .cost = cost_one,
};
static const TrafoKernel fast = {
  .struct_size = sizeof fast,
  .op = TRAFO_OP_NEG,
  .name = "fast",
  .scratch_size = scratch_size,
  .run = run_fast,
  .cost = cost_two,
};

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  static const TrafoKernel *const kernels[] = { &slow, &fast };

  *ret_n_kernels = op == TRAFO_OP_NEG ? G_N_ELEMENTS (kernels) : 0;
  return kernels;
}

static const TrafoDeviceOps ops = { .struct_size = sizeof ops,
                                    .flags = TRAFO_DEVICE_HOST_MEMORY,
                                    .list_kernels = list_kernels };

typedef struct
{
  char         *folder;
  Counts        counts;
  TrafoDevice  *device;
  TrafoProgram *program; /* y = -(-x), x of as many elements as there are */
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (&(TrafoVariant){ 0 }, NULL);
  g_autoptr (TrafoTensorDict) parameters = trafo_tensor_dict_new ();
  gint64   shape[] = { TRAFO_DIM_BATCH };
  TrafoSym x =
      trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, shape, 1, TRAFO_FILL_RULE_REQUIRED);

  f->folder = g_dir_make_tmp ("trafo-autotune-XXXXXX", NULL);
  g_setenv ("TRAFO_CACHE_DIR", f->folder, TRUE);
  g_setenv ("TRAFO_AUTOTUNE", "1", TRUE);
  trafo_kernel_findings_forget ();
  f->device = trafo_device_new ("two", TRAFO_DEVICE_KIND_CPU, "", 0, &ops, &f->counts, NULL);
  x = trafo_builder_append_unary (b, TRAFO_OP_NEG, NULL, x);
  trafo_builder_output (b, "y", trafo_builder_append_unary (b, TRAFO_OP_NEG, NULL, x));
  f->program = fake_compile (f->device, b, parameters);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  trafo_program_free (f->program);
  g_object_unref (f->device);
  remove_folder (f->folder);
  g_free (f->folder);
}

/* Runs once for @n elements, which come back as they are. */
static Counts
run (Fixture *f, gint64 n)
{
  TrafoExecution *execution = trafo_program_acquire (f->program);
  g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, &n, 1, NULL);
  g_autoptr (TrafoTensor) y = NULL;
  g_autoptr (GError) error = NULL;
  TrafoTensor *inputs[] = { x };

  for (gint64 i = 0; i < n; i++)
    ((float *) trafo_tensor_get_data (x))[i] = (float) i + 0.5f;
  f->counts = (Counts){ 0 };
  trafo_execution_run (execution, inputs, NULL, &error);
  g_assert_no_error (error);
  y = trafo_execution_read_output (execution, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (trafo_tensor_get_data (y),
                   trafo_tensor_get_size_bytes (y),
                   trafo_tensor_get_data (x),
                   trafo_tensor_get_size_bytes (x));
  trafo_program_release (f->program, execution);
  return f->counts;
}

static void
assert_counts (Counts found, gint n_slow, gint n_fast)
{
  g_assert_cmpint (found.n_slow, ==, n_slow);
  g_assert_cmpint (found.n_fast, ==, n_fast);
}

static void
assert_measured (Counts found)
{
  /* the second step is like the first */
  g_assert_cmpint (found.n_slow, >, 2);
  g_assert_cmpint (found.n_fast, ==, found.n_slow + 1);
}

/* Off, the cheapest is believed, whatever is kept. */
static void
test_off (Fixture *f, gconstpointer unused)
{
  assert_measured (run (f, 3));
  g_setenv ("TRAFO_AUTOTUNE", "0", TRUE);
  assert_counts (run (f, 4), 2, 0);
  assert_counts (run (f, 3), 2, 0);
}

/* Once for each shape. */
static void
test_measured_once (Fixture *f, gconstpointer unused)
{
  assert_measured (run (f, 3));
  assert_counts (run (f, 3), 0, 2);
  assert_counts (run (f, 3), 0, 2);
  assert_measured (run (f, 4));
  assert_counts (run (f, 3), 0, 2);
  assert_counts (run (f, 4), 0, 2);
  assert_counts (run (f, 0), 0, 0);
}

static void
test_kept (Fixture *f, gconstpointer unused)
{
  assert_measured (run (f, 3));
  trafo_kernel_findings_forget ();
  assert_measured (run (f, 4));
  trafo_kernel_findings_forget ();
  assert_counts (run (f, 3), 0, 2);
  assert_counts (run (f, 4), 0, 2);
}

static char *
find_file (const Fixture *f)
{
  g_autofree char *kernels = g_build_filename (f->folder, "kernels", NULL);
  g_autoptr (GDir) files = g_dir_open (kernels, 0, NULL);

  return g_build_filename (kernels, g_dir_read_name (files), NULL);
}

/* What is no finding is measured again and written anew. */
static void
test_spoiled (Fixture *f, gconstpointer unused)
{
  g_autofree char *file = NULL;

  assert_measured (run (f, 3));
  file = find_file (f);
  g_assert_true (g_file_set_contents (file, "spoiled", -1, NULL));
  trafo_kernel_findings_forget ();
  assert_measured (run (f, 4));
  trafo_kernel_findings_forget ();
  assert_counts (run (f, 4), 0, 2);
}

/* A file says what it likes; a kernel is one of the device's list that takes the operands. */
static void
test_foreign_name (Fixture *f, gconstpointer unused)
{
  trafo_kernel_findings_add (f->device, "neg 3 -> 3", "of another tier");
  assert_measured (run (f, 3));
  assert_counts (run (f, 3), 0, 2);
}

/* A cancelled run is an error, and the next one is whole. */
static void
test_cancelled (Fixture *f, gconstpointer unused)
{
  TrafoExecution *execution = trafo_program_acquire (f->program);
  gint64          n = 3;
  g_autoptr (TrafoTensor) x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, &n, 1, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TrafoTensor *inputs[] = { x };

  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_execution_run (execution, inputs, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  trafo_program_release (f->program, execution);
  assert_measured (run (f, 3));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/autotune/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("off", test_off);
  ADD ("measured-once", test_measured_once);
  ADD ("kept", test_kept);
  ADD ("spoiled", test_spoiled);
  ADD ("foreign-name", test_foreign_name);
  ADD ("cancelled", test_cancelled);
#undef ADD
  return g_test_run ();
}
