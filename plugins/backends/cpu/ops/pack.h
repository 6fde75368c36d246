/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "ops.h"

/* How weights are packed for the kernels of one dtype: in panels of so many output features. What it is asked
 * about has readable parts. */
typedef struct
{
  gsize panel;
  gsize (*packed_size) (const TrafoWeight *weight);
  void (*pack) (const TrafoWeight *weight, gpointer destination, guint task);
} TrafoCpuPacking;

extern const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_4bit);
extern const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_float);  /* what panel_holds() */
extern const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_int8);   /* TRAFO_WEIGHT_ENCODING_INT8 */
extern const TrafoCpuPacking TRAFO_CPU_SYMBOL (pack_narrow); /* int8, and bfloat16 else */
