/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include "opencl-backend.h"

#include <trafo/trafo-error.h>

/* In a child process: the loader reads its environment once, and stays. */
static void
expect_unavailable (const char *reason)
{
  g_autoptr (TrafoBackend) backend = g_object_new (TRAFO_TYPE_OPENCL_BACKEND, NULL);
  g_autoptr (GListModel) devices = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_backend_probe (backend, NULL, &error));
  g_assert_error (error, TRAFO_DEVICE_ERROR, TRAFO_DEVICE_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, reason));
  devices = trafo_backend_list_devices (backend);
  g_assert_cmpuint (g_list_model_get_n_items (devices), ==, 0);
}

static void
test_probe_without_loader_says_which_library (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("TRAFO_OPENCL_LIBRARY", "libtrafo-no-such-loader.so.1", TRUE);
      expect_unavailable ("libtrafo-no-such-loader.so.1");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* A library that is no OpenCL loader. */
static void
test_probe_of_another_library_says_what_it_lacks (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("TRAFO_OPENCL_LIBRARY", "libgobject-2.0.so.0", TRUE);
      expect_unavailable ("clGetPlatformIDs");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_probe_without_driver_says_so (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (TrafoBackend) backend = g_object_new (TRAFO_TYPE_OPENCL_BACKEND, NULL);
      g_autoptr (GError) error = NULL;

      g_setenv ("OCL_ICD_VENDORS", "/trafo-no-such-folder/", TRUE);
      g_assert_false (trafo_backend_probe (backend, NULL, &error));
      g_assert_error (error, TRAFO_DEVICE_ERROR, TRAFO_DEVICE_ERROR_UNAVAILABLE);
      g_test_message ("%s", error->message);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_probe_stops_when_cancelled (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (TrafoBackend) backend = g_object_new (TRAFO_TYPE_OPENCL_BACKEND, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  if (fixture == NULL)
    return;
  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_backend_probe (backend, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_devices_are_numbered_and_described (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (GListModel) devices = NULL;

  if (fixture == NULL)
    return;
  devices = trafo_backend_list_devices (fixture->backend);
  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (TrafoDevice) device = g_list_model_get_item (devices, i);
      g_autofree char *name = g_strdup_printf ("opencl:%u", i);

      g_assert_cmpstr (trafo_device_get_name (device), ==, name);
      g_assert_cmpuint (strlen (trafo_device_get_description (device)), >, 3);
      g_assert_cmpuint (trafo_device_get_total_memory (device), >, 0);
      g_assert_cmpuint (trafo_device_get_ops (device)->flags & TRAFO_DEVICE_HOST_MEMORY, ==, 0);
    }
}

static void
test_every_op_but_leaves_and_views_has_a_kernel (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  gsize n_kernels = 0, n_ops = 0;

  if (fixture == NULL)
    return;
  for (guint16 op = 0; op < TRAFO_N_OPS; op++)
    {
      fixture->ops->list_kernels (fixture->handle, op, &n_kernels);
      if (n_kernels > 0)
        {
          g_assert_nonnull (fixture_get_kernel (fixture, op)->name);
          n_ops++;
        }
    }
  g_assert_cmpuint (n_ops, ==, 34);
  g_assert_null (fixture->ops->list_kernels (fixture->handle, 65535, &n_kernels));
  g_assert_cmpuint (n_kernels, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/probe/no-loader", test_probe_without_loader_says_which_library);
  g_test_add_func ("/opencl/probe/not-a-loader", test_probe_of_another_library_says_what_it_lacks);
  g_test_add_func ("/opencl/probe/no-driver", test_probe_without_driver_says_so);
  g_test_add_func ("/opencl/probe/cancelled", test_probe_stops_when_cancelled);
  g_test_add_func ("/opencl/devices", test_devices_are_numbered_and_described);
  g_test_add_func ("/opencl/kernels", test_every_op_but_leaves_and_views_has_a_kernel);
  return g_test_run ();
}
