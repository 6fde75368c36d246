/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* Weights as LLM.int8() keeps them (TRAFO_WEIGHT_ENCODING_LLM_INT8), bit for bit as bitsandbytes'
 * int8_vectorwise_quant() makes them of float16. */

/* The integer of scale 1 is this part of the scale; bitsandbytes writes the same constants. */
#define TRAFO_LLM_INT8_UNIT 7.874015718698502e-3f /* 1 / 127 */
#define TRAFO_LLM_INT8_UNIT_SQUARED 6.200124e-05f /* 1 / 127^2 */

/* What rounds to an integer in [-127, 127]: @value, of float16, times 127 / @greatest; 0 for what is
 * no number. */
gint8 trafo_llm_int8_round (float value, float greatest);

/* Rows [@first_row, @first_row + @n_rows) of @weight, a matrix of any float dtype in host memory: its
 * rows, or its columns if @is_in_out, whose elements are @n_in. */
void trafo_llm_int8_encode (const TrafoOperand *weight,
                            gboolean            is_in_out,
                            gint64              first_row,
                            gint64              n_rows,
                            gint8              *integers,
                            float              *scales);

/* Where the scales of @n_out rows of @n_in integers lie that no device packed, and what both take; FALSE
 * if that is too large. */
gboolean trafo_llm_int8_layout (gint64 n_out,
                                gint64 n_in,
                                gsize *ret_scales_offset_bytes,
                                gsize *ret_size_bytes);

G_END_DECLS
