/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* The bytes from the first element to the end of the last. */
gsize trafo_operand_span_bytes (const TrafoOperand *operand);

/* Whether elements lie one behind the other, in the order of their indices. */
gboolean trafo_operand_is_row_major (const TrafoOperand *operand);

/* All dimensions but the last. */
gsize trafo_operand_count_rows (const TrafoOperand *operand);

/* How many elements it has in memory: one that is repeated is there once. */
double trafo_operand_count_stored (const TrafoOperand *operand);

/* Makes it one of @output's shape, with stride 0 where numpy repeats it. */
void trafo_operand_broadcast (TrafoOperand *operand, const TrafoOperand *output);

G_END_DECLS
