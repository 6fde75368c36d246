/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-kernels.h"

#include "ops/ops.h"
#include "ops/panel.h"

/* The table of contents of a tier: for each op its kernels, most special first. */
#define KERNELS(...)                                                                               \
  {                                                                                                \
    (const TrafoKernel *const[]){ __VA_ARGS__ },                                                   \
        G_N_ELEMENTS (((const TrafoKernel *const[]){ __VA_ARGS__ }))                               \
  }
#define KERNEL(noun) KERNELS (&TRAFO_CPU_SYMBOL (noun))

static const struct
{
  const TrafoKernel *const *kernels;
  gsize                     n_kernels;
} lists[TRAFO_N_OPS] = {
  [TRAFO_OP_COPY] = KERNEL (copy),
  [TRAFO_OP_CAST] = KERNEL (cast),
  [TRAFO_OP_GATHER] = KERNEL (gather),
  [TRAFO_OP_NEG] = KERNEL (neg),
  [TRAFO_OP_SQRT] = KERNEL (sqrt),
  [TRAFO_OP_RSQRT] = KERNEL (rsqrt),
  [TRAFO_OP_EXP] = KERNEL (exp),
  [TRAFO_OP_TANH] = KERNEL (tanh),
  [TRAFO_OP_ERF] = KERNEL (erf),
  [TRAFO_OP_SIGMOID] = KERNEL (sigmoid),
  [TRAFO_OP_ADD] = KERNEL (add),
  [TRAFO_OP_SUB] = KERNEL (sub),
  [TRAFO_OP_MUL] = KERNEL (mul),
  [TRAFO_OP_DIV] = KERNEL (div),
  [TRAFO_OP_SUM] = KERNEL (sum),
  [TRAFO_OP_MEAN] = KERNEL (mean),
  [TRAFO_OP_MAX] = KERNEL (max),
  [TRAFO_OP_MATMUL] = KERNEL (matmul),
  [TRAFO_OP_LINEAR] = KERNELS (&TRAFO_CPU_SYMBOL (linear),
                               &TRAFO_CPU_SYMBOL (linear_widened),
                               &TRAFO_CPU_SYMBOL (linear_narrow),
                               &TRAFO_CPU_SYMBOL (linear_llm_int8_few),
                               &TRAFO_CPU_SYMBOL (linear_llm_int8),
                               &TRAFO_CPU_SYMBOL (linear_4bit),
                               &TRAFO_CPU_SYMBOL (linear_decoded)),
  [TRAFO_OP_LAYER_NORM] = KERNEL (layer_norm),
  [TRAFO_OP_SOFTMAX] = KERNEL (softmax),
  [TRAFO_OP_ACTIVATION] = KERNEL (activation),
  [TRAFO_OP_ATTENTION] = KERNEL (attention),
  [TRAFO_OP_CACHED_ATTENTION] = KERNEL (cached_attention),
};

static const TrafoKernel *const *
list_kernels (guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = op < TRAFO_N_OPS ? lists[op].n_kernels : 0;
  return op < TRAFO_N_OPS ? lists[op].kernels : NULL;
}

/* What registers widen for little: in baseline a float16 takes longer than to read a float32. */
static gboolean
keeps_dtype (guint16 dtype)
{
#if !defined(__F16C__)
  if (dtype == TRAFO_DTYPE_FLOAT16)
    return FALSE;
#endif
  return dtype != TRAFO_DTYPE_FLOAT32 && dtype < TRAFO_N_DTYPES && panel_holds ((guint8) dtype);
}

const TrafoCpuKernels TRAFO_CPU_SYMBOL (kernels) = {
  .name = TRAFO_CPU_TIER_NAME,
  .list_kernels = list_kernels,
  .packed_size = TRAFO_CPU_SYMBOL (packed_size),
  .pack_n_tasks = TRAFO_CPU_SYMBOL (pack_n_tasks),
  .pack_rows = TRAFO_CPU_SYMBOL (pack_rows),
  .pack = TRAFO_CPU_SYMBOL (pack),
  .saturate = TRAFO_CPU_SYMBOL (saturate),
  .keeps_dtype = keeps_dtype,
};
