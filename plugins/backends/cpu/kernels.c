/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "cpu-kernels.h"

#include "ops/ops.h"

/* The table of contents of a tier: for each op its kernels, most special first. */
#define KERNEL(name) &TRAFO_CPU_SYMBOL (name)

static const TrafoKernel *const attention[] = { KERNEL (attention) };
static const TrafoKernel *const linear[] = { KERNEL (linear) };

#define LIST(kernels)                                                                              \
  {                                                                                                \
    kernels, G_N_ELEMENTS (kernels)                                                                \
  }

static const struct
{
  const TrafoKernel *const *kernels;
  gsize                     n_kernels;
} lists[TRAFO_N_OPS] = {
  [TRAFO_OP_LINEAR] = LIST (linear),
  [TRAFO_OP_ATTENTION] = LIST (attention),
};

static const TrafoKernel *const *
list_kernels (guint16 op, gsize *ret_n_kernels)
{
  *ret_n_kernels = op < TRAFO_N_OPS ? lists[op].n_kernels : 0;
  return op < TRAFO_N_OPS ? lists[op].kernels : NULL;
}

const TrafoCpuKernels TRAFO_CPU_SYMBOL (kernels) = {
  .name = TRAFO_CPU_TIER_NAME,
  .list_kernels = list_kernels,
  .packed_size = TRAFO_CPU_SYMBOL (packed_size),
  .pack_n_tasks = TRAFO_CPU_SYMBOL (pack_n_tasks),
  .pack = TRAFO_CPU_SYMBOL (pack),
};
