/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

/* The meson.build compiles each op once per tier with TRAFO_CPU_TIER set to the tier's name, which
 * ends the name of all that has linkage and stands in the kernels' names. */
#define TRAFO_CPU_JOIN_(noun, tier) trafo_cpu_##noun##_##tier
#define TRAFO_CPU_JOIN(noun, tier) TRAFO_CPU_JOIN_ (noun, tier)
#define TRAFO_CPU_SYMBOL(noun) TRAFO_CPU_JOIN (noun, TRAFO_CPU_TIER)
#define TRAFO_CPU_TIER_NAME G_STRINGIFY (TRAFO_CPU_TIER)

extern const TrafoKernel TRAFO_CPU_SYMBOL (activation);
extern const TrafoKernel TRAFO_CPU_SYMBOL (add);
extern const TrafoKernel TRAFO_CPU_SYMBOL (attention);
extern const TrafoKernel TRAFO_CPU_SYMBOL (cached_attention);
extern const TrafoKernel TRAFO_CPU_SYMBOL (cast);
extern const TrafoKernel TRAFO_CPU_SYMBOL (copy);
extern const TrafoKernel TRAFO_CPU_SYMBOL (div);
extern const TrafoKernel TRAFO_CPU_SYMBOL (erf);
extern const TrafoKernel TRAFO_CPU_SYMBOL (exp);
extern const TrafoKernel TRAFO_CPU_SYMBOL (gather);
extern const TrafoKernel TRAFO_CPU_SYMBOL (layer_norm);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear_4bit);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear_decoded);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear_llm_int8);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear_llm_int8_few);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear_narrow);
extern const TrafoKernel TRAFO_CPU_SYMBOL (linear_widened);
extern const TrafoKernel TRAFO_CPU_SYMBOL (matmul);
extern const TrafoKernel TRAFO_CPU_SYMBOL (max);
extern const TrafoKernel TRAFO_CPU_SYMBOL (mean);
extern const TrafoKernel TRAFO_CPU_SYMBOL (mul);
extern const TrafoKernel TRAFO_CPU_SYMBOL (neg);
extern const TrafoKernel TRAFO_CPU_SYMBOL (rsqrt);
extern const TrafoKernel TRAFO_CPU_SYMBOL (sigmoid);
extern const TrafoKernel TRAFO_CPU_SYMBOL (softmax);
extern const TrafoKernel TRAFO_CPU_SYMBOL (sqrt);
extern const TrafoKernel TRAFO_CPU_SYMBOL (sub);
extern const TrafoKernel TRAFO_CPU_SYMBOL (sum);
extern const TrafoKernel TRAFO_CPU_SYMBOL (tanh);

guint64 TRAFO_CPU_SYMBOL (saturate) (guint16 dtype);

gsize  TRAFO_CPU_SYMBOL (packed_size) (const TrafoWeight *weight);
guint  TRAFO_CPU_SYMBOL (pack_n_tasks) (const TrafoWeight *weight);
gint64 TRAFO_CPU_SYMBOL (pack_rows) (const TrafoWeight *weight, guint task, gint64 *ret_end);
void   TRAFO_CPU_SYMBOL (pack) (const TrafoWeight *weight, gpointer destination, guint task);
