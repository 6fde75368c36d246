/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"
#include "strided-private.h"

/* gather(table [n, ...], ids [i...]) [i..., ...] = table[ids]: rows by number, as an embedding
 * looks them up (torch.nn.functional.embedding). ids is int32 or int64. A float16 or bfloat16
 * table is a weight, and weights are computed with in float32: so is the result. The host refuses
 * ids outside 0 to n - 1; a kernel clamps them, so that it stays within the table. */

static gboolean
gather_infer (TrafoDims            *dims,
              gpointer              attrs,
              const TrafoValueType *inputs,
              guint                 n_inputs,
              TrafoValueType       *output,
              GError              **error)
{
  const TrafoValueType *table = &inputs[0];
  const TrafoValueType *ids = &inputs[1];
  TrafoValueType        result = { 0 };

  if (!trafo_rule_check_n_dims ("gather", "table", dims, table, 1, TRAFO_MAX_DIMS, error) ||
      !trafo_rule_check_dtype ("gather", "ids", ids, TRAFO_RULE_IDS, error) ||
      !trafo_rule_check_n_dims ("gather",
                                "ids",
                                dims,
                                ids,
                                0,
                                TRAFO_MAX_DIMS + 1 - table->n_dims,
                                error))
    return FALSE;
  result.dtype = trafo_dtype_is_float (table->dtype) ? TRAFO_DTYPE_FLOAT32 : table->dtype;
  for (guint i = 0; i < ids->n_dims; i++)
    result.dims[result.n_dims++] = ids->dims[i];
  for (guint i = 1; i < table->n_dims; i++)
    result.dims[result.n_dims++] = table->dims[i];
  *output = result;
  return TRUE;
}

/* The operands as they lie along the output's axes: ids before, a row of the table after. */
static void
align_operands (const TrafoKernelArgs *args, TrafoOperand *ret_row, TrafoOperand *ret_ids)
{
  const TrafoOperand *table = &args->inputs[0];
  const TrafoOperand *ids = &args->inputs[1];

  *ret_ids = *ids;
  ret_ids->n_dims = args->output.n_dims;
  for (guint axis = ids->n_dims; axis < ret_ids->n_dims; axis++)
    ret_ids->shape[axis] = 1;
  *ret_row = *table;
  ret_row->n_dims = table->n_dims - 1;
  for (guint axis = 0; axis < ret_row->n_dims; axis++)
    {
      ret_row->shape[axis] = table->shape[axis + 1];
      ret_row->strides[axis] = table->strides[axis + 1];
    }
}

static void
gather_reference (const TrafoKernelArgs *args)
{
  const TrafoOperand *table = &args->inputs[0];
  gboolean            widens = table->dtype != args->output.dtype;
  TrafoOperand        row, ids;
  TrafoStrided        walk;

  align_operands (args, &row, &ids);
  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, &row);
  trafo_strided_add (&walk, &ids);
  while (trafo_strided_next (&walk))
    {
      gint64 id = trafo_strided_get_int (&ids, walk.at[2]);
      gint64 from = CLAMP (id, 0, table->shape[0] - 1) * table->strides[0] + walk.at[1];

      if (table->shape[0] == 0)
        trafo_strided_set (&args->output, walk.at[0], 0);
      else if (widens)
        trafo_strided_set (&args->output, walk.at[0], trafo_strided_get (table, from));
      else
        trafo_strided_move (&args->output, walk.at[0], table, from);
    }
}

/* Of the table only the rows that are looked up. */
static void
gather_count_work (const TrafoKernelArgs *args, TrafoOpWork *work)
{
  const TrafoOperand *table = &args->inputs[0];
  double n_unread = trafo_operand_count_stored (table) - trafo_operand_count_stored (&args->output);

  work->bytes -= n_unread * (double) trafo_dtype_get_size (table->dtype);
}

const TrafoOp trafo_op_gather = {
  .id = TRAFO_OP_GATHER,
  .name = "gather",
  .min_inputs = 2,
  .max_inputs = 2,
  .infer = gather_infer,
  .count_work = gather_count_work,
  .reference = gather_reference,
};
