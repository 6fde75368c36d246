/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-op-private.h"

/* Every op is a leaf that is bound, a view, or something that can be computed. */
static void
test_rows (void)
{
  guint n_rows = 0;

  for (guint id = 0; id < TRAFO_N_OPS; id++)
    {
      const TrafoOp *op = trafo_op_lookup (id);

      if (op == NULL)
        continue;
      n_rows++;
      g_assert_cmpuint (op->id, ==, id);
      g_assert_nonnull (op->name);
      g_assert_nonnull (op->infer);
      g_assert_cmpuint (op->min_inputs, <=, op->max_inputs);
      g_assert_cmpuint (op->max_inputs, <=, TRAFO_MAX_OP_INPUTS);
      if (id == TRAFO_OP_INPUT || id == TRAFO_OP_PARAM)
        continue;
      g_assert_true ((op->view != NULL) != (op->reference != NULL));
      g_assert_true (op->id < TRAFO_OP_LINEAR || op->decompose != NULL);
    }
  g_assert_cmpuint (n_rows, ==, 39);
}

static void
test_unknown (void)
{
  g_assert_null (trafo_op_lookup (TRAFO_OP_NONE));
  g_assert_null (trafo_op_lookup (TRAFO_N_OPS));
  g_assert_null (trafo_op_lookup (G_MAXUINT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op/rows", test_rows);
  g_test_add_func ("/op/unknown", test_unknown);
  return g_test_run ();
}
