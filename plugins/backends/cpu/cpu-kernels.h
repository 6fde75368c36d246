/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

/* What one instruction-set tier brings: each is the same sources compiled for another target, with
 * kernels.c as its table of contents. Nothing but this table leaves a tier. */
typedef struct
{
  const char *name; /* as TRAFO_CPU_ISA spells it */

  const TrafoKernel *const *(*list_kernels) (guint16 op, gsize *ret_n_kernels);
  gsize (*packed_size) (const TrafoWeight *weight);
  guint (*pack_n_tasks) (const TrafoWeight *weight);
  gint64 (*pack_rows) (const TrafoWeight *weight, guint task, gint64 *ret_end);
  void (*pack) (const TrafoWeight *weight, gpointer destination, guint task);
  guint64 (*saturate) (guint16 dtype);
  gboolean (*keeps_dtype) (guint16 dtype);
} TrafoCpuKernels;

extern const TrafoCpuKernels trafo_cpu_kernels_baseline;
extern const TrafoCpuKernels trafo_cpu_kernels_avx2;
extern const TrafoCpuKernels trafo_cpu_kernels_avx512;
extern const TrafoCpuKernels trafo_cpu_kernels_avx512_vnni;
extern const TrafoCpuKernels trafo_cpu_kernels_avx512_bf16;
extern const TrafoCpuKernels trafo_cpu_kernels_amx;
