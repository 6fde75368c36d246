/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "../../await.h"
#include "trafo-auto-config.h"

static char *
shared_folder (void)
{
  return g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
}

static void
test_from_pretrained (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_auto_config_from_pretrained (folder, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_config_get_model_type (config), ==, "bert");
  g_assert_null (trafo_auto_config_from_pretrained ("/nonexistent", NULL, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_null (trafo_auto_config_from_pretrained (folder, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static TrafoConfig *
load_async (const char *path, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  trafo_auto_config_from_pretrained_async (path, NULL, await_keep, &result);
  return trafo_auto_config_from_pretrained_finish (await_result (&result), error);
}

static void
test_async (void)
{
  g_autofree char *folder = shared_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = load_async (folder, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trafo_config_get_model_type (config), ==, "bert");
  g_assert_null (load_async ("/nonexistent", &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto-config/from-pretrained", test_from_pretrained);
  g_test_add_func ("/auto-config/async", test_async);
  return g_test_run ();
}
