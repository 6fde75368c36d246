/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* scatter_add(x [n, ...], ids [i...], y [i..., ...]) [n, ...]: x, and for each id the row of y added
 * to the row of that number, as numpy.add.at. A row named twice gets both. ids is int32 or int64; x
 * and y have one dtype, float, int32 or int64. Ids outside 0 to n - 1 add nothing. */

static gboolean
check_rows (TrafoDims            *dims,
            const TrafoValueType *x,
            const TrafoValueType *ids,
            const TrafoValueType *y,
            GError              **error)
{
  TrafoValueType expected = { 0 };

  for (guint i = 0; i < ids->n_dims; i++)
    expected.dims[expected.n_dims++] = ids->dims[i];
  for (guint i = 1; i < x->n_dims; i++)
    expected.dims[expected.n_dims++] = x->dims[i];
  return trafo_rule_check_same_dims ("scatter_add", "y", "x[ids]", dims, y, &expected, error);
}

static gboolean
scatter_add_infer (TrafoDims            *dims,
                   gpointer              attrs,
                   const TrafoValueType *inputs,
                   guint                 n_inputs,
                   TrafoValueType       *output,
                   GError              **error)
{
  const TrafoValueType *x = &inputs[0];
  const TrafoValueType *ids = &inputs[1];
  const TrafoValueType *y = &inputs[2];
  guint                 allowed = TRAFO_RULE_FLOATS | TRAFO_RULE_IDS;
  guint                 max_ids_dims;

  if (!trafo_rule_check_n_dims ("scatter_add", "x", dims, x, 1, TRAFO_MAX_DIMS, error))
    return FALSE;
  max_ids_dims = TRAFO_MAX_DIMS + 1 - x->n_dims;
  if (!trafo_rule_check_dtype ("scatter_add", "x", x, allowed, error) ||
      !trafo_rule_check_same_dtype ("scatter_add", x, y, error) ||
      !trafo_rule_check_dtype ("scatter_add", "ids", ids, TRAFO_RULE_IDS, error) ||
      !trafo_rule_check_n_dims ("scatter_add", "ids", dims, ids, 0, max_ids_dims, error) ||
      !check_rows (dims, x, ids, y, error))
    return FALSE;
  *output = *x;
  return TRUE;
}

static void
copy_x (const TrafoKernelArgs *args)
{
  TrafoStrided walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, &args->inputs[0]);
  while (trafo_strided_next (&walk))
    trafo_strided_move (&args->output, walk.at[0], &args->inputs[0], walk.at[1]);
}

static void
add_element (const TrafoOperand *output, gint64 at, const TrafoOperand *y, gint64 y_at)
{
  if (trafo_dtype_is_float (output->dtype))
    trafo_strided_set (output, at, trafo_strided_get (output, at) + trafo_strided_get (y, y_at));
  else
    trafo_strided_set_int (output,
                           at,
                           (guint64) trafo_strided_get_int (output, at) +
                               (guint64) trafo_strided_get_int (y, y_at));
}

/* A row of the output and the ids as they lie along the axes of y. */
static void
align_operands (const TrafoKernelArgs *args, TrafoOperand *ret_row, TrafoOperand *ret_ids)
{
  const TrafoOperand *output = &args->output;
  const TrafoOperand *ids = &args->inputs[1];

  *ret_ids = *ids;
  ret_ids->n_dims = args->inputs[2].n_dims;
  for (guint axis = ids->n_dims; axis < ret_ids->n_dims; axis++)
    ret_ids->shape[axis] = 1;
  *ret_row = *output;
  ret_row->n_dims = output->n_dims - 1;
  for (guint axis = 0; axis < ret_row->n_dims; axis++)
    {
      ret_row->shape[axis] = output->shape[axis + 1];
      ret_row->strides[axis] = output->strides[axis + 1];
    }
}

static void
scatter_add_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *output = &args->output;
  const TrafoOperand *y = &args->inputs[2];
  TrafoOperand        row, ids;
  TrafoStrided        walk;

  copy_x (args);
  align_operands (args, &row, &ids);
  trafo_strided_init (&walk, y);
  trafo_strided_add (&walk, &row);
  trafo_strided_add (&walk, &ids);
  while (trafo_strided_next (&walk))
    {
      gint64 id = trafo_strided_get_int (&ids, walk.at[2]);

      if (id >= 0 && id < output->shape[0])
        add_element (output, id * output->strides[0] + walk.at[1], y, walk.at[0]);
    }
}

const TrafoOp trafo_op_scatter_add = {
  .id = TRAFO_OP_SCATTER_ADD,
  .name = "scatter_add",
  .min_inputs = 3,
  .max_inputs = 3,
  .infer = scatter_add_infer,
  .reference = scatter_add_reference,
};
