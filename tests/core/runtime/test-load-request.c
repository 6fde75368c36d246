/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-load-request-private.h"

/* What the caller does with its own meanwhile makes no difference. */
static void
test_keeps (void)
{
  char              path[] = "folder", task[] = "base";
  TrafoLoadOptions *options = trafo_load_options_new ();
  gpointer          weak = options;
  TrafoLoadRequest *request = trafo_load_request_new (path, task, options);

  g_object_add_weak_pointer (G_OBJECT (options), &weak);
  path[0] = task[0] = 'x';
  g_object_unref (options);
  g_assert_cmpstr (request->path, ==, "folder");
  g_assert_cmpstr (request->task, ==, "base");
  g_assert_true (request->options == weak);
  trafo_load_request_free (request);
  g_assert_null (weak);
}

static void
test_nothing_optional (void)
{
  TrafoLoadRequest *request = trafo_load_request_new ("folder", NULL, NULL);

  g_assert_null (request->task);
  g_assert_null (request->options);
  trafo_load_request_free (request);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load-request/keeps", test_keeps);
  g_test_add_func ("/load-request/nothing-optional", test_nothing_optional);
  return g_test_run ();
}
