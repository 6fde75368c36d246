/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-backend.h"
#include "cpu-tier.h"
#include "operand.h"

#include <string.h>
#include <trafo/trafo-error.h>

static void
test_device (void)
{
  g_autoptr (TrafoBackend) backend = g_object_new (TRAFO_TYPE_CPU_BACKEND, NULL);
  g_autoptr (GListModel) devices = NULL;
  g_autoptr (TrafoDevice) device = NULL;
  g_autoptr (GError) error = NULL;
  const TrafoDeviceOps *ops;
  gsize                 n_kernels;

  g_unsetenv ("TRAFO_CPU_ISA");
  g_assert_true (trafo_backend_probe (backend, NULL, &error));
  g_assert_no_error (error);
  devices = trafo_backend_list_devices (backend);
  g_assert_cmpuint (g_list_model_get_n_items (devices), ==, 1);
  device = g_list_model_get_item (devices, 0);
  g_assert_cmpstr (trafo_device_get_name (device), ==, "cpu");
  g_assert_cmpuint (trafo_device_get_kind (device), ==, TRAFO_DEVICE_KIND_CPU);
  g_assert_cmpuint (trafo_device_get_total_memory (device), >, 0);
  ops = trafo_device_get_ops (device);
  g_assert_cmpuint (ops->flags & TRAFO_DEVICE_HOST_MEMORY, !=, 0);
  g_assert_nonnull (
      ops->list_kernels (trafo_device_get_handle (device), TRAFO_OP_LINEAR, &n_kernels));
  g_assert_cmpuint (n_kernels, >=, 1);
  ops->list_kernels (trafo_device_get_handle (device), TRAFO_N_OPS, &n_kernels);
  g_assert_cmpuint (n_kernels, ==, 0);
}

static void
test_cap (void)
{
  const TrafoCpuKernels *tiers[TRAFO_CPU_N_TIERS];
  gsize                  n_tiers = trafo_cpu_list_tiers (tiers);

  g_assert_cmpuint (n_tiers, >=, 1);
  g_assert_cmpstr (tiers[n_tiers - 1]->name, ==, "baseline");
  g_assert_true (trafo_cpu_choose_tier (NULL, NULL) == tiers[0]);
  g_assert_true (trafo_cpu_choose_tier ("", NULL) == tiers[0]);
  for (gsize i = 0; i < n_tiers; i++)
    g_assert_true (trafo_cpu_choose_tier (tiers[i]->name, NULL) == tiers[i]);
  g_assert_true (trafo_cpu_choose_tier ("amx", NULL) == tiers[0]);
}

static void
test_unknown_cap (void)
{
  g_autoptr (TrafoBackend) backend = g_object_new (TRAFO_TYPE_CPU_BACKEND, NULL);
  g_autoptr (GListModel) devices = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("TRAFO_CPU_ISA", "avx9", TRUE);
  g_assert_false (trafo_backend_probe (backend, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "'avx9'"));
  g_assert_nonnull (strstr (error->message, "avx512_vnni, avx512_bf16 or amx"));
  devices = trafo_backend_list_devices (backend);
  g_assert_cmpuint (g_list_model_get_n_items (devices), ==, 0);
}

/* Every kernel of every tier carries the op it is listed under and what core needs to run it. */
static void
test_tables (void)
{
  const TrafoCpuKernels *tiers[TRAFO_CPU_N_TIERS];
  gsize                  n_tiers = trafo_cpu_list_tiers (tiers);

  for (gsize t = 0; t < n_tiers; t++)
    for (guint16 op = 0; op < TRAFO_N_OPS; op++)
      {
        gsize                     n;
        const TrafoKernel *const *kernels = tiers[t]->list_kernels (op, &n);

        for (gsize i = 0; i < n; i++)
          {
            g_assert_cmpuint (kernels[i]->op, ==, op);
            g_assert_cmpuint (kernels[i]->struct_size, ==, sizeof (TrafoKernel));
            g_assert_nonnull (kernels[i]->supports);
            g_assert_nonnull (kernels[i]->run);
            g_assert_true (g_str_has_suffix (kernels[i]->name, tiers[t]->name));
          }
      }
}

/* What a profile compares kernels with: something for each type that they multiply in, in every tier. */
static void
test_saturate (void)
{
  const TrafoCpuKernels *tiers[TRAFO_CPU_N_TIERS];
  gsize                  n_tiers = trafo_cpu_list_tiers (tiers);

  for (gsize t = 0; t < n_tiers; t++)
    {
      g_assert_cmpuint (tiers[t]->saturate (TRAFO_DTYPE_FLOAT32), >, 0);
      g_assert_cmpuint (tiers[t]->saturate (TRAFO_DTYPE_FLOAT16), >, 0);
      g_assert_cmpuint (tiers[t]->saturate (TRAFO_DTYPE_BFLOAT16), >, 0);
      g_assert_cmpuint (tiers[t]->saturate (TRAFO_DTYPE_INT8), >, 0);
      g_assert_cmpuint (tiers[t]->saturate (TRAFO_DTYPE_INT64), ==, 0);
      g_assert_cmpuint (tiers[t]->saturate (TRAFO_N_DTYPES), ==, 0);
    }
}

static void
test_refused_weights (void)
{
  const TrafoCpuKernels *tier = trafo_cpu_choose_tier (NULL, NULL);
  TrafoOperand           part = { .dtype = TRAFO_DTYPE_INT8,
                                  .n_dims = 2,
                                  .shape = { 4, 4 },
                                  .strides = { 4, 1 } };
  TrafoWeight            weight = { .struct_size = sizeof weight,
                                    .n_parts = 1,
                                    .parts = &part,
                                    .dtype = TRAFO_DTYPE_FLOAT32,
                                    .n_out = 4,
                                    .n_in = 4 };

  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  part.dtype = TRAFO_DTYPE_FLOAT32;
  g_assert_cmpuint (tier->packed_size (&weight), >, 0);
  weight.n_out = G_MAXINT64;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  weight.n_out = weight.n_in = G_MAXINT64 / 8;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  weight.n_out = weight.n_in = 4;
  weight.dtype = TRAFO_DTYPE_INT32;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
}

/* The kernels' own, which they inline, and plugin-api's. */
static void
test_dtype_size (void)
{
  for (guint8 dtype = TRAFO_DTYPE_NONE + 1; dtype < TRAFO_N_DTYPES; dtype++)
    g_assert_cmpuint (trafo_cpu_dtype_size (dtype), ==, trafo_dtype_get_size (dtype));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu/backend/device", test_device);
  g_test_add_func ("/cpu/backend/cap", test_cap);
  g_test_add_func ("/cpu/backend/unknown-cap", test_unknown_cap);
  g_test_add_func ("/cpu/backend/tables", test_tables);
  g_test_add_func ("/cpu/backend/saturate", test_saturate);
  g_test_add_func ("/cpu/backend/refused-weights", test_refused_weights);
  g_test_add_func ("/cpu/backend/dtype-size", test_dtype_size);
  return g_test_run ();
}
