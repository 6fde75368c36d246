/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-machine-private.h"

#include <string.h>

#include "../../valgrind.h"

/* The kernel's list of what this processor and it support; NULL where it writes none. */
static char **
read_flags (void)
{
  g_autofree char *text = NULL;
  const char      *line;
  g_autofree char *flags = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return NULL;
  line = strstr (text, "\nflags");
  if (line == NULL)
    return NULL;
  flags = g_strndup (line + 1, strcspn (line + 1, "\n"));
  return g_strsplit (flags, " ", -1);
}

static void
test_isa_is_what_the_kernel_says (void)
{
  static const struct
  {
    const char *name, *flag;
  } features[] = {
    { "ssse3", "ssse3" },
    { "sse4.1", "sse4_1" },
    { "sse4.2", "sse4_2" },
    { "popcnt", "popcnt" },
    { "avx", "avx" },
    { "avx2", "avx2" },
    { "fma", "fma" },
    { "avx512f", "avx512f" },
    { "avx512bw", "avx512bw" },
    { "avx512vl", "avx512vl" },
    { "avx512vnni", "avx512_vnni" },
  };
  g_auto (GStrv) flags = read_flags ();

  if (is_on_valgrind ())
    {
      g_test_skip ("valgrind shows another processor than the kernel");
      return;
    }
  if (flags == NULL)
    {
      g_test_skip ("the kernel names no flags of this processor");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    {
      const char *const list[] = { features[i].name, NULL };
      const char       *missing = trafo_machine_find_missing_isa (list);
      gboolean          is_there = g_strv_contains ((const char *const *) flags, features[i].flag);

      g_assert_cmpstr (missing, ==, is_there ? NULL : features[i].name);
    }
}

static void
test_unknown_isa_is_missing (void)
{
  const char *const none[] = { NULL };
  const char *const unknown[] = { "avx4096", "neverthere", NULL };
  const char *const empty[] = { "", NULL };

  g_assert_null (trafo_machine_find_missing_isa (NULL));
  g_assert_null (trafo_machine_find_missing_isa (none));
  g_assert_cmpstr (trafo_machine_find_missing_isa (unknown), ==, "avx4096");
  g_assert_cmpstr (trafo_machine_find_missing_isa (empty), ==, "");
}

/* A change of what hides devices must show in one key, and only there. */
static void
test_keys (void)
{
  static const char *const variables[] = { "CUDA_VISIBLE_DEVICES",
                                           "OCL_ICD_VENDORS",
                                           "TRAFO_CPU_ISA" };
  g_autofree char         *driver_key = trafo_machine_dup_driver_key ();
  g_autofree char         *device_key = NULL;

  g_assert_cmpuint (strlen (driver_key), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
  device_key = trafo_machine_dup_device_key ();
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autofree char *same = trafo_machine_dup_device_key ();
      g_autofree char *changed = NULL;
      g_autofree char *drivers = NULL;

      g_assert_cmpstr (same, ==, device_key);
      g_setenv (variables[i], "", TRUE);
      changed = trafo_machine_dup_device_key ();
      drivers = trafo_machine_dup_driver_key ();
      g_unsetenv (variables[i]);
      g_assert_cmpstr (changed, !=, device_key);
      g_assert_cmpstr (drivers, ==, driver_key);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/isa-is-what-the-kernel-says", test_isa_is_what_the_kernel_says);
  g_test_add_func ("/machine/unknown-isa-is-missing", test_unknown_isa_is_missing);
  g_test_add_func ("/machine/keys", test_keys);
  return g_test_run ();
}
