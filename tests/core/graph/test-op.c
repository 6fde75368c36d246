/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-graph-private.h"

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
      if (id == TRAFO_OP_INPUT || id == TRAFO_OP_PARAM || id == TRAFO_OP_STATE)
        continue;
      g_assert_true ((op->view != NULL) != (op->reference != NULL));
      /* what writes a state is made of nothing simpler */
      g_assert_true (op->id < TRAFO_OP_LINEAR || op->decompose != NULL || op->mutates != 0);
      g_assert_cmpuint (op->mutates >> op->max_inputs, ==, 0);
    }
  g_assert_cmpuint (n_rows, ==, 41);
}

static void
test_unknown (void)
{
  g_assert_null (trafo_op_lookup (TRAFO_OP_NONE));
  g_assert_null (trafo_op_lookup (TRAFO_N_OPS));
  g_assert_null (trafo_op_lookup (G_MAXUINT));
}

static gint64
random_dim (void)
{
  static const gint64 dims[] = { 0,  1,  1,  2,   3,          4,
                                 -1, -2, -3, -99, G_MAXINT64, G_GINT64_CONSTANT (1) << 33 };

  return dims[g_test_rand_int_range (0, G_N_ELEMENTS (dims))];
}

static TrafoValueType
random_type (void)
{
  TrafoValueType type = { .dtype = g_test_rand_int_range (0, TRAFO_N_DTYPES + 1) };

  if (g_test_rand_bit ())
    type.dtype = TRAFO_DTYPE_FLOAT32;
  type.n_dims = g_test_rand_int_range (0, TRAFO_MAX_DIMS + 1);
  for (guint axis = 0; axis < TRAFO_MAX_DIMS; axis++)
    type.dims[axis] = random_dim ();
  return type;
}

/* Mostly small numbers, so that some are accepted. */
static void
randomise (TrafoAttrs *attrs)
{
  guint32 *words = (guint32 *) attrs;

  for (gsize i = 0; i < sizeof *attrs / sizeof *words; i++)
    words[i] = g_test_rand_int_range (0, 8) == 0 ? (guint32) g_test_rand_int ()
                                                 : (guint32) g_test_rand_int_range (0, 4);
}

/* Whatever a plugin gives an op, its rule accepts it or says why not. */
static void
test_random_types (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  guint n_accepted = 0;

  for (guint round = 0; round < 40000; round++)
    {
      const TrafoOp *op = trafo_op_lookup (g_test_rand_int_range (0, TRAFO_N_OPS));
      TrafoValueType inputs[TRAFO_MAX_OP_INPUTS];
      TrafoValueType output = random_type ();
      TrafoAttrs     attrs;
      gboolean       is_accepted;
      g_autoptr (GError) error = NULL;

      if (op == NULL)
        continue;
      randomise (&attrs);
      inputs[0] = random_type ();
      for (guint i = 1; i < G_N_ELEMENTS (inputs); i++)
        inputs[i] = g_test_rand_bit () ? inputs[0] : random_type ();
      is_accepted = op->infer (dims,
                               &attrs,
                               inputs,
                               g_test_rand_int_range (op->min_inputs, op->max_inputs + 1),
                               &output,
                               &error);
      g_assert_cmpint (is_accepted, ==, error == NULL);
      g_assert_true (!is_accepted || output.n_dims <= TRAFO_MAX_DIMS);
      n_accepted += is_accepted;
    }
  g_assert_cmpuint (n_accepted, >, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op/rows", test_rows);
  g_test_add_func ("/op/unknown", test_unknown);
  g_test_add_func ("/op/random-types", test_random_types);
  return g_test_run ();
}
