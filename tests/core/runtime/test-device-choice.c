/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-device-choice.h"

#include <string.h>

#include <trafo/trafo-error.h>

#include "../../await.h"

static void
test_reference (void)
{
  g_autoptr (TrafoDevice) device = trafo_device_open ("reference", NULL, NULL);
  g_autoptr (TrafoDevice) again = trafo_device_open ("reference", NULL, NULL);

  g_assert_cmpstr (trafo_device_get_name (device), ==, "reference");
  g_assert_true (device == again);
}

/* By the backend's name, by the device's, and by the environment: one object. */
static void
test_names (void)
{
  g_autoptr (TrafoDevice) best = trafo_device_open (NULL, NULL, NULL);
  g_autoptr (TrafoDevice) cpu = trafo_device_open ("cpu", NULL, NULL);
  g_autoptr (TrafoDevice) again = trafo_device_open ("cpu", NULL, NULL);
  g_autoptr (TrafoDevice) chosen = NULL;

  g_assert_nonnull (best);
  g_assert_cmpstr (trafo_device_get_name (cpu), ==, "cpu");
  g_assert_true (cpu == again);
  g_setenv ("TRAFO_DEVICE", "reference", TRUE);
  chosen = trafo_device_open (NULL, NULL, NULL);
  g_unsetenv ("TRAFO_DEVICE");
  g_assert_cmpstr (trafo_device_get_name (chosen), ==, "reference");
}

static TrafoDevice *
open_async (const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_device_open_async (name, NULL, await_keep, &result);
  return trafo_device_open_finish (await_result (&result), error);
}

static void
test_async (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) best = open_async (NULL, &error);
  g_autoptr (TrafoDevice) cpu = open_async ("cpu", &error);

  g_assert_no_error (error);
  g_assert_nonnull (best);
  g_assert_cmpstr (trafo_device_get_name (cpu), ==, "cpu");
  g_assert_null (open_async ("abacus", &error));
  g_assert_nonnull (strstr (error->message, "abacus"));
}

/* A device that is asked for and absent is never replaced. */
static void
test_absent (void)
{
  static const struct
  {
    const char *name, *message;
  } cases[] = {
    { "abacus", "abacus" },
    { ":", "" },
    { "cpu:7", "found no device 'cpu:7'" },
    { "reference:0", "reference" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_device_open (cases[i].name, NULL, &error));
      g_assert_true (error->domain == TRAFO_PLUGIN_ERROR || error->domain == TRAFO_DEVICE_ERROR);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

int
main (int argc, char **argv)
{
  g_unsetenv ("TRAFO_DEVICE");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device-choice/reference", test_reference);
  g_test_add_func ("/device-choice/names", test_names);
  g_test_add_func ("/device-choice/async", test_async);
  g_test_add_func ("/device-choice/absent", test_absent);
  return g_test_run ();
}
