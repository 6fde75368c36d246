/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#define SLICE(axis, start, step)                                                                   \
  &(const TrafoSliceAttrs) { sizeof (TrafoSliceAttrs), axis, start, step }

/* Along axis 1 of (2, 10), whose strides are (100, 3): what the slice is, or that there is none. */
static const struct
{
  gint64   start;
  gint64   step;
  gint64   length;
  gboolean is_inside;
  gsize    offset_bytes;
  gint64   stride;
} cases[] = {
  { 0, 1, 10, TRUE, 0, 3 },          { 4, 1, 3, TRUE, 48, 3 },
  { 1, 4, 3, TRUE, 12, 12 },         { 9, G_MAXINT64, 1, TRUE, 108, 3 },
  { 10, 1, 0, TRUE, 0, 3 },          { 0, 1, 0, TRUE, 0, 3 },
  { 0, 1, 11, FALSE, 0, 0 },         { 1, 3, 4, FALSE, 0, 0 },
  { 10, 1, 1, FALSE, 0, 0 },         { 11, 1, 0, FALSE, 0, 0 },
  { 1, 1, G_MAXINT64, FALSE, 0, 0 }, { G_MAXINT64, 1, 1, FALSE, 0, 0 },
  { 1, G_MAXINT64, 2, FALSE, 0, 0 },
};

/* clang-format off */
static const OpError errors[] = {
  { "axis", TRAFO_OP_SLICE, SLICE (2, 0, 1), 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { 2, 3 } } }, { TRAFO_DTYPE_NONE, 2, { 2, 3 } }, TRAFO_ERROR_SHAPE,
    "slice: there is no axis 2, the operand has 2 dimensions" },
  { "outside", TRAFO_OP_SLICE, SLICE (1, 2, 1), 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 3 } } }, { TRAFO_DTYPE_NONE, 2, { 0, 2 } },
    TRAFO_ERROR_SHAPE,
    "slice: (start, length) (2, 2) with step 1 is outside axis 1 of x (batch, 3)" },
  { "symbolic-start", TRAFO_OP_SLICE, SLICE (0, TRAFO_DIM_PAGES, 1), 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 3 } } }, { TRAFO_DTYPE_NONE, 1, { 4 } }, TRAFO_ERROR_SHAPE,
    "slice: (start, length) (pages, 4) with step 1 is outside axis 0 of x (3,)" },
  { "unknown-dim", TRAFO_OP_SLICE, SLICE (0, -77, 1), 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 3 } } }, { TRAFO_DTYPE_NONE, 1, { 1 } }, TRAFO_ERROR_SHAPE,
    "slice: (start, length) (unknown dimension -77, 1) with step 1 is outside axis 0 of x (3,)" },
  { "step", TRAFO_OP_SLICE, SLICE (0, 0, 0), 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 3 } } }, { TRAFO_DTYPE_NONE, 1, { 1 } }, TRAFO_ERROR_SHAPE,
    "slice: (start, length) (0, 1) with step 0 is outside axis 0 of x (3,)" },
};
/* clang-format on */

static void
test_view (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoSliceAttrs attrs = { sizeof attrs, 1, cases[i].start, cases[i].step };
      TrafoOperand    x = { .dtype = TRAFO_DTYPE_FLOAT32,
                            .n_dims = 2,
                            .shape = { 2, 10 },
                            .strides = { 100, 3 } };
      TrafoOperand    output = { .dtype = TRAFO_DTYPE_FLOAT32,
                                 .n_dims = 2,
                                 .shape = { 2, cases[i].length } };

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (trafo_op_lookup (TRAFO_OP_SLICE)->view (&attrs, &x, &output),
                       ==,
                       cases[i].is_inside);
      if (!cases[i].is_inside)
        continue;
      g_assert_cmpuint (output.offset_bytes, ==, cases[i].offset_bytes);
      g_assert_cmpint (output.strides[0], ==, 100);
      g_assert_cmpint (output.strides[1], ==, cases[i].stride);
    }
}

static void
test_rule (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoDims) dims = trafo_dims_new ();
      TrafoSliceAttrs attrs = { sizeof attrs, 1, cases[i].start, cases[i].step };
      TrafoValueType  x = { TRAFO_DTYPE_INT64, 2, { TRAFO_DIM_BATCH, 10 } };
      TrafoValueType  output = { TRAFO_DTYPE_NONE, 2, { TRAFO_DIM_BATCH, cases[i].length } };

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (trafo_op_lookup (TRAFO_OP_SLICE)->infer (dims, &attrs, &x, 1, &output, NULL),
                       ==,
                       cases[i].is_inside);
      if (!cases[i].is_inside)
        continue;
      g_assert_cmpint (output.dtype, ==, TRAFO_DTYPE_INT64);
      g_assert_cmpint (output.dims[0], ==, TRAFO_DIM_BATCH);
      g_assert_cmpint (output.dims[1], ==, cases[i].length);
    }
}

/* As many rows of a table as a run says, from where it says: only then is known whether they fit. */
static void
test_symbols (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  TrafoSliceAttrs attrs = { sizeof attrs, 0, TRAFO_DIM_PAGES, 1 };
  TrafoValueType  x = { TRAFO_DTYPE_FLOAT32, 2, { 1024, 4 } };
  TrafoValueType  output = { TRAFO_DTYPE_NONE, 2, { TRAFO_DIM_SEQUENCE, 4 } };

  g_assert_true (trafo_op_lookup (TRAFO_OP_SLICE)->infer (dims, &attrs, &x, 1, &output, NULL));
  g_assert_cmpint (output.dims[0], ==, TRAFO_DIM_SEQUENCE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slice/view", test_view);
  g_test_add_func ("/slice/rule", test_rule);
  g_test_add_func ("/slice/symbols", test_symbols);
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}
