/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo.h>

/* A device is opened once, by whichever name: drivers are slow to open, and models that run on one
 * device share what is on it. */
static void
test_one_object_per_device (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) named = trafo_device_open ("cpu", NULL, &error);
  g_autoptr (TrafoDevice) best = NULL;
  g_autoptr (TrafoDevice) again = NULL;

  if (named == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  best = trafo_device_open (NULL, NULL, &error);
  g_assert_no_error (error);
  again = trafo_device_open (trafo_device_get_name (best), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (again == best);
  g_assert_cmpstr (trafo_device_get_name (best), ==, "cpu");
  g_assert_true (named == best);
}

int
main (int argc, char **argv)
{
  g_unsetenv ("TRAFO_DEVICE");
  g_unsetenv ("TRAFO_PLUGIN_RANK");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device-sharing/one-object-per-device", test_one_object_per_device);
  return g_test_run ();
}
