/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-op-private.h"

#include "trafo-operand-private.h"

static const TrafoOp *const ops[TRAFO_N_OPS] = {
  [TRAFO_OP_INPUT] = &trafo_op_input,
  [TRAFO_OP_PARAM] = &trafo_op_param,
  [TRAFO_OP_STATE] = &trafo_op_state,
  [TRAFO_OP_FILL] = &trafo_op_fill,
  [TRAFO_OP_IOTA] = &trafo_op_iota,
  [TRAFO_OP_RESHAPE] = &trafo_op_reshape,
  [TRAFO_OP_PERMUTE] = &trafo_op_permute,
  [TRAFO_OP_SLICE] = &trafo_op_slice,
  [TRAFO_OP_BROADCAST] = &trafo_op_broadcast,
  [TRAFO_OP_COPY] = &trafo_op_copy,
  [TRAFO_OP_CAST] = &trafo_op_cast,
  [TRAFO_OP_CONCAT] = &trafo_op_concat,
  [TRAFO_OP_GATHER] = &trafo_op_gather,
  [TRAFO_OP_SCATTER_ADD] = &trafo_op_scatter_add,
  [TRAFO_OP_NEG] = &trafo_op_neg,
  [TRAFO_OP_SQRT] = &trafo_op_sqrt,
  [TRAFO_OP_RSQRT] = &trafo_op_rsqrt,
  [TRAFO_OP_EXP] = &trafo_op_exp,
  [TRAFO_OP_LOG] = &trafo_op_log,
  [TRAFO_OP_TANH] = &trafo_op_tanh,
  [TRAFO_OP_ERF] = &trafo_op_erf,
  [TRAFO_OP_SIGMOID] = &trafo_op_sigmoid,
  [TRAFO_OP_ADD] = &trafo_op_add,
  [TRAFO_OP_SUB] = &trafo_op_sub,
  [TRAFO_OP_MUL] = &trafo_op_mul,
  [TRAFO_OP_DIV] = &trafo_op_div,
  [TRAFO_OP_POW] = &trafo_op_pow,
  [TRAFO_OP_MAXIMUM] = &trafo_op_maximum,
  [TRAFO_OP_MINIMUM] = &trafo_op_minimum,
  [TRAFO_OP_COMPARE] = &trafo_op_compare,
  [TRAFO_OP_WHERE] = &trafo_op_where,
  [TRAFO_OP_SUM] = &trafo_op_sum,
  [TRAFO_OP_MEAN] = &trafo_op_mean,
  [TRAFO_OP_MAX] = &trafo_op_max,
  [TRAFO_OP_MATMUL] = &trafo_op_matmul,
  [TRAFO_OP_LINEAR] = &trafo_op_linear,
  [TRAFO_OP_LAYER_NORM] = &trafo_op_layer_norm,
  [TRAFO_OP_SOFTMAX] = &trafo_op_softmax,
  [TRAFO_OP_ACTIVATION] = &trafo_op_activation,
  [TRAFO_OP_ATTENTION] = &trafo_op_attention,
  [TRAFO_OP_CACHED_ATTENTION] = &trafo_op_cached_attention,
};

const TrafoOp *
trafo_op_lookup (guint id)
{
  return id < G_N_ELEMENTS (ops) ? ops[id] : NULL;
}

void
trafo_op_count_work (const TrafoOp *self, const TrafoKernelArgs *args, TrafoOpWork *ret_work)
{
  *ret_work = (TrafoOpWork){ .dtype = args->output.dtype };
  for (guint i = 0; i <= args->n_inputs; i++)
    {
      const TrafoOperand *operand = i == 0 ? &args->output : &args->inputs[i - 1];

      ret_work->bytes +=
          trafo_operand_count_stored (operand) * (double) trafo_dtype_get_size (operand->dtype);
    }
  if (self->count_work != NULL)
    self->count_work (args, ret_work);
}
