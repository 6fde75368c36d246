/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* One kernel an op; a file an op or family of ops, as its .cl beside it. */
extern const TrafoKernel opencl_kernel_fill;
extern const TrafoKernel opencl_kernel_iota;
extern const TrafoKernel opencl_kernel_copy;
extern const TrafoKernel opencl_kernel_concat;
extern const TrafoKernel opencl_kernel_cast;
extern const TrafoKernel opencl_kernel_gather;
extern const TrafoKernel opencl_kernel_scatter_add;
extern const TrafoKernel opencl_kernels_unary[TRAFO_OP_SIGMOID - TRAFO_OP_NEG + 1];
extern const TrafoKernel opencl_kernel_activation;
extern const TrafoKernel opencl_kernels_binary[TRAFO_OP_MINIMUM - TRAFO_OP_ADD + 1];
extern const TrafoKernel opencl_kernel_compare;
extern const TrafoKernel opencl_kernel_where;
extern const TrafoKernel opencl_kernels_reduce[TRAFO_OP_MAX - TRAFO_OP_SUM + 1];
extern const TrafoKernel opencl_kernel_matmul;
extern const TrafoKernel opencl_kernel_linear;
extern const TrafoKernel opencl_kernel_layer_norm;
extern const TrafoKernel opencl_kernel_softmax;
extern const TrafoKernel opencl_kernel_attention;
extern const TrafoKernel opencl_kernel_cached_attention;

const TrafoKernel *const *
opencl_ops_list_kernels (gpointer device, guint16 op, gsize *ret_n_kernels);

gsize opencl_ops_packed_size (gpointer device, const TrafoWeight *weight);
guint opencl_ops_pack_n_tasks (gpointer device, const TrafoWeight *weight);
void opencl_ops_pack (gpointer device, const TrafoWeight *weight, gpointer destination, guint task);

/* What the ops' supports() and enqueue() share. */
gboolean    opencl_operand_is (const TrafoOperand *operand, TrafoDType dtype);
gboolean    opencl_operand_is_float (const TrafoOperand *operand);
const char *opencl_name_by_size (const TrafoOperand *operand, const char *const names[4]);
const char *opencl_name_by_type (const TrafoOperand *operand, const char *const names[3]);
TrafoStatus opencl_ops_refuse (const TrafoKernelArgs *args, TrafoMessage *message);

G_END_DECLS
