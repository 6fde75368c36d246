/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

/* A width that the sources do not know, so that they do not compile. */
#define BROKEN_WIDTH 7

static void
test_program_that_does_not_build_gives_its_log (void)
{
  static const gint64  shape[] = { 2, 3 };
  const TrafoAxisAttrs attrs = { sizeof attrs, 1 };
  g_autoptr (Fixture) fixture = fixture_new_for_width (BROKEN_WIDTH);
  g_autoptr (Tensor) x = NULL;
  const TrafoKernel *kernel;
  TrafoKernelArgs    args;

  if (fixture == NULL)
    return;
  x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, shape);
  kernel = fixture_get_kernel (fixture, TRAFO_OP_SOFTMAX);
  fixture_fill_args (fixture, TRAFO_OP_SOFTMAX, &attrs, x, 1, &x, &args);
  /* the second time from memory, with the same words */
  for (guint i = 0; i < 2; i++)
    {
      TrafoMessage message = { "" };

      g_assert_cmpint (kernel->enqueue (&args, fixture->stream, &message), ==, TRAFO_STATUS_FAILED);
      g_test_message ("%s", message.text);
      g_assert_nonnull (strstr (message.text, "softmax.cl: CL_BUILD_PROGRAM_FAILURE: "));
      g_assert_nonnull (strstr (message.text, "error"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/device/build-log", test_program_that_does_not_build_gives_its_log);
  return g_test_run ();
}
