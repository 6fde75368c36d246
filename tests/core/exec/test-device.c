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

static double
cost_ten (const TrafoKernelArgs *args, guint n_threads)
{
  return 10;
}

static double
cost_by_inputs (const TrafoKernelArgs *args, guint n_threads)
{
  return args->n_inputs;
}

static const TrafoKernel ten = { .struct_size = sizeof ten,
                                 .name = "ten",
                                 .run = run,
                                 .cost = cost_ten };
static const TrafoKernel varying = { .struct_size = sizeof varying,
                                     .name = "varying",
                                     .run = run,
                                     .cost = cost_by_inputs };
static const TrafoKernel refusing_gift = {
  .struct_size = sizeof refusing_gift,
  .name = "refusing-gift",
  .supports = supports_nothing,
  .run = run,
  .cost = cost_by_inputs,
};
/* as a plugin has it that was built before there were costs */
static const TrafoKernel old = {
  .struct_size = G_STRUCT_OFFSET (TrafoKernel, cost),
  .name = "old",
  .run = run,
  .cost = (gpointer) supports_nothing,
};

static const TrafoKernel *const *
list_given_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  const TrafoKernel *const *given = device;

  for (*ret_n_kernels = 0; given[*ret_n_kernels] != NULL;)
    ++*ret_n_kernels;
  return given;
}

/* The cheapest of those that have a cost, unless one comes first that has none. */
static void
test_cost (void)
{
  static const TrafoDeviceOps ops = { .struct_size = sizeof ops,
                                      .flags = TRAFO_DEVICE_HOST_MEMORY,
                                      .list_kernels = list_given_kernels };
  static const struct
  {
    const TrafoKernel *kernels[4];
    guint              cost;
    const TrafoKernel *expected;
    guint              n_candidates;
  } cases[] = {
    { { &ten, &varying }, 9, &varying, 2 },
    { { &ten, &varying }, 10, &ten, 2 }, /* the first of equals */
    { { &varying, &ten }, 10, &varying, 2 },
    { { &ten, &varying }, 11, &ten, 2 },
    { { &refusing_gift, &ten, &varying }, 11, &ten, 2 },
    { { &hosted, &varying }, 0, &hosted, 1 },
    { { &varying, &hosted, &ten }, 11, &ten, 2 },
    { { &old, &varying }, 0, &old, 1 },
    { { &varying, &old }, 11, &varying, 1 },
    { { &refusing_gift }, 0, NULL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoKernelArgs      args = { .struct_size = sizeof args, .n_inputs = cases[i].cost };
      TrafoKernelCandidate candidates[TRAFO_MAX_CANDIDATES];
      g_autoptr (TrafoDevice) device = trafo_device_new ("a",
                                                         TRAFO_DEVICE_KIND_CPU,
                                                         "",
                                                         0,
                                                         &ops,
                                                         (gpointer) cases[i].kernels,
                                                         NULL);

      g_assert_true (trafo_device_choose_kernel (device, &args) == cases[i].expected);
      g_assert_cmpuint (trafo_device_list_candidates (device, &args, candidates),
                        ==,
                        cases[i].n_candidates);
    }
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
  g_test_add_func ("/device/cost", test_cost);
  g_test_add_func ("/device/split", test_split);
  return g_test_run ();
}
