/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* matmul(a [..., M, K], b [..., K, N]) [..., M, N]: the matrix product of the last two axes, as
 * numpy.matmul; the axes before them broadcast. With transpose_a a is [..., K, M], with transpose_b b
 * is [..., N, K]. One float type. The reference adds in double. */

/* @x with its last two axes swapped if @is_transposed. */
static TrafoValueType
orient_type (const TrafoValueType *x, gboolean is_transposed)
{
  TrafoValueType oriented = *x;

  if (is_transposed)
    {
      oriented.dims[x->n_dims - 2] = x->dims[x->n_dims - 1];
      oriented.dims[x->n_dims - 1] = x->dims[x->n_dims - 2];
    }
  return oriented;
}

static gboolean
fail_inner (TrafoDims *dims, const TrafoValueType *a, const TrafoValueType *b, GError **error)
{
  g_autofree char *a_shape = trafo_dims_to_string (dims, a->dims, a->n_dims);
  g_autofree char *b_shape = trafo_dims_to_string (dims, b->dims, b->n_dims);

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "matmul: a is %s and b %s, expected as many columns of a as rows of b",
               a_shape,
               b_shape);
  return FALSE;
}

static gboolean
matmul_infer (TrafoDims            *dims,
              gpointer              attrs,
              const TrafoValueType *inputs,
              guint                 n_inputs,
              TrafoValueType       *output,
              GError              **error)
{
  const TrafoMatmulAttrs *matmul = attrs;
  TrafoValueType          sides[2];
  gint64                  n_rows, n_columns;

  if (!trafo_rule_check_dtype ("matmul", "a", &inputs[0], TRAFO_RULE_FLOATS, error) ||
      !trafo_rule_check_same_dtype ("matmul", &inputs[0], &inputs[1], error) ||
      !trafo_rule_check_n_dims ("matmul", "a", dims, &inputs[0], 2, TRAFO_MAX_DIMS, error) ||
      !trafo_rule_check_n_dims ("matmul", "b", dims, &inputs[1], 2, TRAFO_MAX_DIMS, error))
    return FALSE;
  sides[0] = orient_type (&inputs[0], matmul->transpose_a);
  sides[1] = orient_type (&inputs[1], matmul->transpose_b);
  n_rows = sides[0].dims[sides[0].n_dims - 2];
  n_columns = sides[1].dims[sides[1].n_dims - 1];
  if (sides[0].dims[sides[0].n_dims - 1] != sides[1].dims[sides[1].n_dims - 2])
    return fail_inner (dims, &sides[0], &sides[1], error);

  sides[0].n_dims -= 2;
  sides[1].n_dims -= 2;
  output->dtype = inputs[0].dtype;
  if (!trafo_rule_broadcast ("matmul", dims, sides, 2, output, error))
    return FALSE;
  output->dims[output->n_dims++] = n_rows;
  output->dims[output->n_dims++] = n_columns;
  return TRUE;
}

static TrafoOperand
orient_operand (const TrafoOperand *x, gboolean is_transposed)
{
  TrafoOperand oriented = *x;
  guint        last = x->n_dims - 1;

  if (is_transposed)
    {
      oriented.shape[last - 1] = x->shape[last];
      oriented.shape[last] = x->shape[last - 1];
      oriented.strides[last - 1] = x->strides[last];
      oriented.strides[last] = x->strides[last - 1];
    }
  return oriented;
}

static void
matmul_reference (const TrafoKernelArgs *args)
{
  const TrafoMatmulAttrs *attrs = args->attrs;
  TrafoOperand            a = orient_operand (&args->inputs[0], attrs->transpose_a);
  TrafoOperand            b = orient_operand (&args->inputs[1], attrs->transpose_b);
  TrafoStrided            walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add_rows (&walk, &a, a.n_dims - 1);
  trafo_strided_add_rows (&walk, &b, b.n_dims - 2);
  while (trafo_strided_next (&walk))
    {
      double sum = 0;

      for (gint64 k = 0; k < a.shape[a.n_dims - 1]; k++)
        sum += trafo_strided_get (&a, walk.at[1] + k * a.strides[a.n_dims - 1]) *
               trafo_strided_get (&b, walk.at[2] + k * b.strides[b.n_dims - 2]);
      trafo_strided_set (&args->output, walk.at[0], sum);
    }
}

/* 2 M N K of each matrix. */
static void
matmul_count_work (const TrafoKernelArgs *args, TrafoOpWork *work)
{
  const TrafoMatmulAttrs *attrs = args->attrs;
  TrafoOperand            a = orient_operand (&args->inputs[0], attrs->transpose_a);

  work->flops = 2 * trafo_operand_count_stored (&args->output) * (double) a.shape[a.n_dims - 1];
}

const TrafoOp trafo_op_matmul = {
  .id = TRAFO_OP_MATMUL,
  .name = "matmul",
  .min_inputs = 2,
  .max_inputs = 2,
  .attrs_size_bytes = sizeof (TrafoMatmulAttrs),
  .infer = matmul_infer,
  .count_work = matmul_count_work,
  .reference = matmul_reference,
};
