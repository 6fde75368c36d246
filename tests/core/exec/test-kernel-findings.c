/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kernel-findings-private.h"

#include <glib/gstdio.h>

#include "../../remove-folder.h"
#include "trafo-device-private.h"

/* As docs/profiling.md says. */
#define MAX_FINDINGS 4096

static const TrafoKernel *const *
list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = 0;
  return NULL;
}

static const TrafoDeviceOps ops = { .struct_size = sizeof ops,
                                    .flags = TRAFO_DEVICE_HOST_MEMORY,
                                    .list_kernels = list_kernels };

static TrafoDevice *
make_device (const char *description)
{
  return trafo_device_new ("one", TRAFO_DEVICE_KIND_CPU, description, 0, &ops, NULL, NULL);
}

static guint
count_known (TrafoDevice *device, guint n)
{
  guint n_known = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("shape %u", i);

      n_known += trafo_kernel_findings_lookup (device, key) != NULL;
    }
  return n_known;
}

static void
test_kept (void)
{
  g_autoptr (TrafoDevice) device = make_device ("a processor");
  g_autoptr (TrafoDevice) other = make_device ("another processor");

  g_assert_null (trafo_kernel_findings_lookup (device, "a"));
  trafo_kernel_findings_add (device, "a", "fast");
  trafo_kernel_findings_add (device, "a", "faster");
  g_assert_cmpstr (trafo_kernel_findings_lookup (device, "a"), ==, "faster");
  g_assert_null (trafo_kernel_findings_lookup (other, "a"));
  trafo_kernel_findings_forget ();
  g_assert_null (trafo_kernel_findings_lookup (device, "a"));
  trafo_kernel_findings_add (device, "a", "faster");
  trafo_kernel_findings_save (device);
  trafo_kernel_findings_forget ();
  g_assert_cmpstr (trafo_kernel_findings_lookup (device, "a"), ==, "faster");
  g_assert_null (trafo_kernel_findings_lookup (other, "a"));
}

/* There are never more, and what was found last is always known: it would be measured again at each run. */
static void
test_bounded (void)
{
  g_autoptr (TrafoDevice) device = make_device ("a processor of many shapes");

  for (guint i = 0; i < MAX_FINDINGS + 300; i++)
    {
      g_autofree char *key = g_strdup_printf ("shape %u", i);

      trafo_kernel_findings_add (device, key, "fast");
      g_assert_cmpstr (trafo_kernel_findings_lookup (device, key), ==, "fast");
    }
  g_assert_cmpuint (count_known (device, MAX_FINDINGS + 300), ==, MAX_FINDINGS);
  trafo_kernel_findings_save (device);
  trafo_kernel_findings_forget ();
  g_assert_cmpuint (count_known (device, MAX_FINDINGS + 300), ==, MAX_FINDINGS);
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("trafo-kernels-XXXXXX", NULL);
  g_setenv ("TRAFO_CACHE_DIR", folder, TRUE);
  g_test_add_func ("/kernel-findings/kept", test_kept);
  g_test_add_func ("/kernel-findings/bounded", test_bounded);
  status = g_test_run ();
  remove_folder (folder);
  return status;
}
