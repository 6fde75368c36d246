/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "case.h"

G_BEGIN_DECLS

/* How far a result may be from the reference's: |found - expected| <= absolute + relative *
 * |expected|. Both 0: the same number, NaN for NaN. */
typedef struct
{
  double   relative;
  double   absolute;
  gboolean is_bitwise; /* the bytes are the same: elements only moved */
} Tolerance;

/* @operands: what the op reads, each contiguous. */
Tolerance tolerance_of (const Case *op_case, TrafoTensor *const *operands, TrafoDType result);

/* For what the op's decomposition computes, which rounds after each of its steps. */
Tolerance
tolerance_of_decomposition (const Case *op_case, TrafoTensor *const *operands, TrafoDType result);

/* NULL if @found is @expected within the tolerance; else the worst element. */
char *tolerance_explain (const Tolerance *self, TrafoTensor *found, TrafoTensor *expected);

G_END_DECLS
