/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-device-private.h"

#include <trafo/trafo-error.h>

static gboolean
supports_nothing (const TrafoKernelArgs *args)
{
  return FALSE;
}

static void
run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
}

static TrafoStatus
enqueue (const TrafoKernelArgs *args, gpointer stream, TrafoMessage *message)
{
  return TRAFO_STATUS_OK;
}

static const TrafoKernel refusing = {
  .struct_size = sizeof refusing,
  .name = "refusing",
  .supports = supports_nothing,
  .run = run,
  .enqueue = enqueue,
};
static const TrafoKernel empty = { .struct_size = sizeof empty, .name = "empty" };
static const TrafoKernel queued = {
  .struct_size = sizeof queued,
  .name = "queued",
  .enqueue = enqueue,
};
static const TrafoKernel hosted = { .struct_size = sizeof hosted, .name = "hosted", .run = run };
static const TrafoKernel *const kernels[] = { &refusing, &empty, &queued, &hosted };

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = G_N_ELEMENTS (kernels);
  return kernels;
}

static gsize
packed_size (gpointer device, const TrafoWeight *weight)
{
  return 1;
}

static void
buffer_free (gpointer device, gpointer buffer)
{
}

static const struct
{
  const char    *name;
  const char    *device_name;
  TrafoDeviceOps ops;
  const char    *message;
} incomplete[] = {
  { "no name",
    "",
    { .struct_size = sizeof (TrafoDeviceOps),
      .flags = TRAFO_DEVICE_HOST_MEMORY,
      .list_kernels = list_kernels },
    "device '' has no name" },
  { "no kernels",
    "a",
    { .struct_size = sizeof (TrafoDeviceOps), .flags = TRAFO_DEVICE_HOST_MEMORY },
    "device 'a' has no list_kernels" },
  { "a table that ends before the kernels",
    "a",
    { .struct_size = 8, .flags = TRAFO_DEVICE_HOST_MEMORY, .list_kernels = list_kernels },
    "device 'a' has no list_kernels" },
  { "packs without pack",
    "a",
    { .struct_size = sizeof (TrafoDeviceOps),
      .flags = TRAFO_DEVICE_HOST_MEMORY,
      .list_kernels = list_kernels,
      .packed_size = packed_size },
    "device 'a' has no pack" },
  { "memory of its own without buffers",
    "a",
    { .struct_size = sizeof (TrafoDeviceOps),
      .list_kernels = list_kernels,
      .buffer_free = buffer_free },
    "device 'a' has no buffer_alloc or buffer_free" },
};

static void
test_incomplete (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (incomplete); i++)
    {
      g_autoptr (TrafoDevice) device = trafo_device_new (incomplete[i].device_name,
                                                         TRAFO_DEVICE_KIND_CPU,
                                                         "",
                                                         0,
                                                         &incomplete[i].ops,
                                                         NULL,
                                                         NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", incomplete[i].name);
      g_assert_false (trafo_device_check_complete (device, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INTERNAL);
      g_assert_cmpstr (error->message, ==, incomplete[i].message);
    }
}

static void
test_no_table (void)
{
  g_autoptr (TrafoDevice) device =
      trafo_device_new ("a", TRAFO_DEVICE_KIND_CPU, "", 0, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_device_check_complete (device, &error));
  g_assert_cmpstr (error->message, ==, "device 'a' has no table of functions");
}

/* The first that supports the operands and has what this sort of device calls. */
static void
test_choose_kernel (void)
{
  static const TrafoDeviceOps host = { .struct_size = sizeof host,
                                       .flags = TRAFO_DEVICE_HOST_MEMORY,
                                       .list_kernels = list_kernels };
  static const TrafoDeviceOps queue = { .struct_size = sizeof queue, .list_kernels = list_kernels };
  TrafoKernelArgs             args = { .struct_size = sizeof args, .op = TRAFO_OP_ADD };
  g_autoptr (TrafoDevice) a =
      trafo_device_new ("a", TRAFO_DEVICE_KIND_CPU, "", 0, &host, NULL, NULL);
  g_autoptr (TrafoDevice) b =
      trafo_device_new ("b", TRAFO_DEVICE_KIND_GPU, "", 0, &queue, NULL, NULL);

  g_assert_true (trafo_device_choose_kernel (a, &args) == &hosted);
  g_assert_true (trafo_device_choose_kernel (b, &args) == &queued);
}

static gsize
size_by_inputs (const TrafoKernelArgs *args, guint n_threads)
{
  return args->n_inputs == 0 ? 0 : args->n_inputs == 1 ? 65 : G_MAXSIZE - n_threads;
}

static guint
n_inputs_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return args->n_inputs;
}

static guint
two_finish_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return 2;
}

static void
finish (const TrafoKernelArgs *args, guint task, guint n_tasks)
{
}

/* What a kernel says, and what core makes of it. */
static void
test_split (void)
{
  static const TrafoKernel split_kernel = {
    .struct_size = sizeof split_kernel,
    .scratch_size = size_by_inputs,
    .n_tasks = n_inputs_tasks,
    .run = run,
    .shared_size = size_by_inputs,
    .n_finish_tasks = two_finish_tasks,
    .finish = finish,
  };
  static const struct
  {
    const TrafoKernel *kernel;
    guint              n_inputs;
    TrafoKernelSplit   expected;
  } cases[] = {
    { &hosted, 3, { 1, 0, 0, 0 } },
    { &split_kernel, 0, { 1, 1, 0, 0 } },
    { &split_kernel, 1, { 1, 1, 128, 128 } },
    { &split_kernel, 3, { 3, 2, G_MAXSIZE, G_MAXSIZE } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoKernelArgs  args = { .n_inputs = cases[i].n_inputs };
      TrafoKernelSplit split;

      trafo_kernel_split (cases[i].kernel, &args, 2, &split);
      g_assert_cmpuint (split.n_tasks, ==, cases[i].expected.n_tasks);
      g_assert_cmpuint (split.n_finish_tasks, ==, cases[i].expected.n_finish_tasks);
      g_assert_cmpuint (split.scratch_bytes, ==, cases[i].expected.scratch_bytes);
      g_assert_cmpuint (split.shared_bytes, ==, cases[i].expected.shared_bytes);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device/incomplete", test_incomplete);
  g_test_add_func ("/device/no-table", test_no_table);
  g_test_add_func ("/device/choose-kernel", test_choose_kernel);
  g_test_add_func ("/device/split", test_split);
  return g_test_run ();
}
