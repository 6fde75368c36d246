/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "opencl-ops.h"

#include "../opencl-status.h"

static const TrafoKernel *const kernels[TRAFO_N_OPS] = {
  [TRAFO_OP_FILL] = &opencl_kernel_fill,
  [TRAFO_OP_IOTA] = &opencl_kernel_iota,
  [TRAFO_OP_COPY] = &opencl_kernel_copy,
  [TRAFO_OP_CAST] = &opencl_kernel_cast,
  [TRAFO_OP_CONCAT] = &opencl_kernel_concat,
  [TRAFO_OP_GATHER] = &opencl_kernel_gather,
  [TRAFO_OP_SCATTER_ADD] = &opencl_kernel_scatter_add,
  [TRAFO_OP_NEG] = &opencl_kernels_unary[TRAFO_OP_NEG - TRAFO_OP_NEG],
  [TRAFO_OP_SQRT] = &opencl_kernels_unary[TRAFO_OP_SQRT - TRAFO_OP_NEG],
  [TRAFO_OP_RSQRT] = &opencl_kernels_unary[TRAFO_OP_RSQRT - TRAFO_OP_NEG],
  [TRAFO_OP_EXP] = &opencl_kernels_unary[TRAFO_OP_EXP - TRAFO_OP_NEG],
  [TRAFO_OP_LOG] = &opencl_kernels_unary[TRAFO_OP_LOG - TRAFO_OP_NEG],
  [TRAFO_OP_TANH] = &opencl_kernels_unary[TRAFO_OP_TANH - TRAFO_OP_NEG],
  [TRAFO_OP_ERF] = &opencl_kernels_unary[TRAFO_OP_ERF - TRAFO_OP_NEG],
  [TRAFO_OP_SIGMOID] = &opencl_kernels_unary[TRAFO_OP_SIGMOID - TRAFO_OP_NEG],
  [TRAFO_OP_ADD] = &opencl_kernels_binary[TRAFO_OP_ADD - TRAFO_OP_ADD],
  [TRAFO_OP_SUB] = &opencl_kernels_binary[TRAFO_OP_SUB - TRAFO_OP_ADD],
  [TRAFO_OP_MUL] = &opencl_kernels_binary[TRAFO_OP_MUL - TRAFO_OP_ADD],
  [TRAFO_OP_DIV] = &opencl_kernels_binary[TRAFO_OP_DIV - TRAFO_OP_ADD],
  [TRAFO_OP_POW] = &opencl_kernels_binary[TRAFO_OP_POW - TRAFO_OP_ADD],
  [TRAFO_OP_MAXIMUM] = &opencl_kernels_binary[TRAFO_OP_MAXIMUM - TRAFO_OP_ADD],
  [TRAFO_OP_MINIMUM] = &opencl_kernels_binary[TRAFO_OP_MINIMUM - TRAFO_OP_ADD],
  [TRAFO_OP_COMPARE] = &opencl_kernel_compare,
  [TRAFO_OP_WHERE] = &opencl_kernel_where,
  [TRAFO_OP_SUM] = &opencl_kernels_reduce[TRAFO_OP_SUM - TRAFO_OP_SUM],
  [TRAFO_OP_MEAN] = &opencl_kernels_reduce[TRAFO_OP_MEAN - TRAFO_OP_SUM],
  [TRAFO_OP_MAX] = &opencl_kernels_reduce[TRAFO_OP_MAX - TRAFO_OP_SUM],
  [TRAFO_OP_MATMUL] = &opencl_kernel_matmul,
  [TRAFO_OP_LINEAR] = &opencl_kernel_linear,
  [TRAFO_OP_LAYER_NORM] = &opencl_kernel_layer_norm,
  [TRAFO_OP_SOFTMAX] = &opencl_kernel_softmax,
  [TRAFO_OP_ACTIVATION] = &opencl_kernel_activation,
  [TRAFO_OP_ATTENTION] = &opencl_kernel_attention,
  [TRAFO_OP_CACHED_ATTENTION] = &opencl_kernel_cached_attention,
};

/*
 * opencl_ops_list_kernels:
 * @device: an #OpenclDevice
 * @op: a #TrafoOpId
 * @ret_n_kernels: (out): how many there are
 *
 * The kernels of an op; they are the same on every device.
 *
 * Returns: (transfer none) (nullable) (array length=ret_n_kernels): the kernels
 */
const TrafoKernel *const *
opencl_ops_list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels)
{
  gboolean is_known = op < TRAFO_N_OPS && kernels[op] != NULL;

  *ret_n_kernels = is_known ? 1 : 0;
  return is_known ? &kernels[op] : NULL;
}

/* Weights stay as the checkpoint has them: the GEMM reads both orders densely. */
gsize
opencl_ops_packed_size (gpointer device, const TrafoWeight *weight)
{
  return 0;
}

guint
opencl_ops_pack_n_tasks (gpointer device, const TrafoWeight *weight)
{
  return 0;
}

void
opencl_ops_pack (gpointer device, const TrafoWeight *weight, gpointer destination, guint task)
{
}

gboolean
opencl_operand_is (const TrafoOperand *operand, TrafoDType dtype)
{
  return operand->dtype == dtype && operand->layout == TRAFO_LAYOUT_STRIDED &&
         operand->n_dims <= TRAFO_MAX_DIMS;
}

gboolean
opencl_operand_is_float (const TrafoOperand *operand)
{
  return trafo_dtype_is_float (operand->dtype) && operand->layout == TRAFO_LAYOUT_STRIDED &&
         operand->n_dims <= TRAFO_MAX_DIMS;
}

/*
 * opencl_name_by_size:
 * @operand: a tensor
 * @names: the kernels for elements of 1, 2, 4 and 8 bytes
 *
 * Returns: (transfer none) (nullable): the one for @operand
 */
const char *
opencl_name_by_size (const TrafoOperand *operand, const char *const names[4])
{
  if (operand->layout != TRAFO_LAYOUT_STRIDED || operand->n_dims > TRAFO_MAX_DIMS)
    return NULL;
  switch (trafo_dtype_get_size (operand->dtype))
    {
    case 1:
      return names[0];
    case 2:
      return names[1];
    case 4:
      return names[2];
    case 8:
      return names[3];
    default:
      return NULL;
    }
}

/*
 * opencl_name_by_type:
 * @operand: a tensor
 * @names: the kernels for float32, int32 and int64; each may be %NULL
 *
 * Returns: (transfer none) (nullable): the one for @operand
 */
const char *
opencl_name_by_type (const TrafoOperand *operand, const char *const names[3])
{
  if (opencl_operand_is (operand, TRAFO_DTYPE_FLOAT32))
    return names[0];
  if (opencl_operand_is (operand, TRAFO_DTYPE_INT32))
    return names[1];
  if (opencl_operand_is (operand, TRAFO_DTYPE_INT64))
    return names[2];
  return NULL;
}

/* What enqueue() returns for arguments that supports() would have refused. */
TrafoStatus
opencl_ops_refuse (const TrafoKernelArgs *args, TrafoMessage *message)
{
  return opencl_status_set (message,
                            TRAFO_STATUS_UNSUPPORTED,
                            "opencl: op %u of %u inputs, the output %s of %u dimensions: "
                            "these dtypes, shapes or layouts have no kernel",
                            args->op,
                            args->n_inputs,
                            trafo_dtype_get_name (args->output.dtype),
                            args->output.n_dims);
}
