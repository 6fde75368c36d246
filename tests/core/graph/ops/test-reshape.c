/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include <string.h>

/* What numpy does where it may not copy: strides in elements; those of axes of length 1 are free. */
typedef struct
{
  guint    n_dims;
  gint64   shape[TRAFO_MAX_DIMS];
  gint64   strides[TRAFO_MAX_DIMS];
  guint    n_result_dims;
  gint64   result_shape[TRAFO_MAX_DIMS];
  gboolean is_view;
  gint64   result_strides[TRAFO_MAX_DIMS];
} ReshapeCase;

#include "cases/reshape.h"

/* clang-format off */
static const OpError errors[] = {
  { "product", TRAFO_OP_RESHAPE, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 6 } } },
    { TRAFO_DTYPE_NONE, 2, { TRAFO_DIM_BATCH, 7 } }, TRAFO_ERROR_SHAPE,
    "reshape: x (batch, 6) has not as many elements as (batch, 7)" },
  { "symbol", TRAFO_OP_RESHAPE, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 2, { TRAFO_DIM_BATCH, 6 } } },
    { TRAFO_DTYPE_NONE, 2, { TRAFO_DIM_SEQUENCE, 6 } }, TRAFO_ERROR_SHAPE,
    "reshape: x (batch, 6) has not as many elements as (sequence, 6)" },
  { "overflow", TRAFO_OP_RESHAPE, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 0 } } },
    { TRAFO_DTYPE_NONE, 2, { G_GINT64_CONSTANT (1) << 32, G_GINT64_CONSTANT (1) << 32 } },
    TRAFO_ERROR_SHAPE,
    "reshape: the result's shape (4294967296, 4294967296) is no shape of at most 2^63-1 elements" },
  { "nine-axes", TRAFO_OP_RESHAPE, NULL, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 1 } } },
    { TRAFO_DTYPE_NONE, 9, { 1, 1, 1, 1, 1, 1, 1, 1 } }, TRAFO_ERROR_SHAPE,
    "reshape: the result (1, 1, 1, 1, 1, 1, 1, 1) has 9 dimensions, expected at most 8" },
};
/* clang-format on */

static gboolean
view (const ReshapeCase *reshape, TrafoOperand *output)
{
  TrafoOperand input = { .offset_bytes = 12, .dtype = TRAFO_DTYPE_FLOAT32 };

  input.n_dims = reshape->n_dims;
  memcpy (input.shape, reshape->shape, sizeof input.shape);
  memcpy (input.strides, reshape->strides, sizeof input.strides);
  *output = (TrafoOperand){ .dtype = TRAFO_DTYPE_FLOAT32, .n_dims = reshape->n_result_dims };
  memcpy (output->shape, reshape->result_shape, sizeof output->shape);
  return trafo_op_lookup (TRAFO_OP_RESHAPE)->view (NULL, &input, output);
}

static void
test_view (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reshape_cases); i++)
    {
      const ReshapeCase *reshape = &reshape_cases[i];
      TrafoOperand       output;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (view (reshape, &output), ==, reshape->is_view);
      if (!reshape->is_view)
        continue;
      g_assert_cmpuint (output.offset_bytes, ==, 12);
      for (guint axis = 0; axis < reshape->n_result_dims; axis++)
        if (reshape->result_shape[axis] != 1)
          g_assert_cmpint (output.strides[axis], ==, reshape->result_strides[axis]);
    }
}

static void
test_empty (void)
{
  const ReshapeCase reshape = { 2, { 0, 3 }, { 7, 2 }, 3, { 5, 0, 2 }, TRUE, { 0 } };
  TrafoOperand      output;

  g_assert_true (view (&reshape, &output));
}

static void
test_symbols (void)
{
  g_autoptr (TrafoDims) dims = trafo_dims_new ();
  g_autoptr (GError) error = NULL;
  gint64         rows = trafo_dims_mul (dims, TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE);
  TrafoValueType x = { TRAFO_DTYPE_INT32, 3, { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 12 } };
  TrafoValueType output = { TRAFO_DTYPE_NONE, 3, { 3, rows, 4 } };

  trafo_op_lookup (TRAFO_OP_RESHAPE)->infer (dims, NULL, &x, 1, &output, &error);
  g_assert_no_error (error);
  g_assert_cmpint (output.dtype, ==, TRAFO_DTYPE_INT32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reshape/view", test_view);
  g_test_add_func ("/reshape/empty", test_empty);
  g_test_add_func ("/reshape/symbols", test_symbols);
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}
