/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-device-choice.h"

#include <string.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-plugin.h>

#include "../../await.h"
#include "trafo-registry.h"

/* A backend that is tried before all others, has no device, and is given up while it looks for one. */
typedef struct
{
  GObject parent_instance;
} Searching;
typedef struct
{
  GObjectClass parent_class;
} SearchingClass;

static GType searching_get_type (void);
static void  searching_iface_init (TrafoBackendInterface *iface);

G_DEFINE_TYPE_WITH_CODE (Searching,
                         searching,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TRAFO_TYPE_BACKEND, searching_iface_init))
TRAFO_PLUGIN_DEFINE (searching,
                     "1.0.0",
                     "MIT",
                     "A search that is cancelled",
                     TRAFO_PLUGIN_BACKEND ("searching", Searching, searching, 512, ))

static gboolean
searching_probe (TrafoBackend *backend, GCancellable *cancellable, GError **error)
{
  g_cancellable_cancel (cancellable);
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, TRAFO_DEVICE_ERROR, TRAFO_DEVICE_ERROR_UNAVAILABLE, "nothing found");
  return FALSE;
}

static void
searching_iface_init (TrafoBackendInterface *iface)
{
  iface->probe = searching_probe;
}

static void
searching_class_init (SearchingClass *klass)
{
}

static void
searching_init (Searching *self)
{
}

/* No other device is opened instead, nor kept as the best; later the best one is found. */
static void
test_cancelled (void)
{
  static const char *const names[] = { NULL, "cpu", "reference" };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TrafoDevice) cpu = NULL;
  g_autoptr (TrafoDevice) best = NULL;
  g_autoptr (GError) error = NULL;

  trafo_registry_add_static (trafo_registry_get_default (),
                             &trafo_plugin_searching_descriptor,
                             &error);
  g_assert_no_error (error);
  g_assert_null (trafo_device_open (NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  cpu = trafo_device_open ("cpu", NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_null (trafo_device_open (names[i], cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  best = trafo_device_open (NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (best);
}

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
  /* first: the best device is looked for once */
  g_test_add_func ("/device-choice/cancelled", test_cancelled);
  g_test_add_func ("/device-choice/reference", test_reference);
  g_test_add_func ("/device-choice/names", test_names);
  g_test_add_func ("/device-choice/async", test_async);
  g_test_add_func ("/device-choice/absent", test_absent);
  return g_test_run ();
}
