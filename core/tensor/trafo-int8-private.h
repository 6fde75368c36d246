/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* Weights as integers of 8 bits and a scale for each row, beside which x stays what it is
 * (TRAFO_WEIGHT_ENCODING_INT8). */

/* Rows [@first_row, @first_row + @n_rows) of @weight, a matrix of any float dtype in host memory: its
 * rows, or its columns if @is_in_out, whose elements are @n_in. */
void trafo_int8_encode (const TrafoOperand *weight,
                        gboolean            is_in_out,
                        gint64              first_row,
                        gint64              n_rows,
                        gint8              *integers,
                        float              *scales);

/* One row, whose @n_in elements begin at @at and lie @stride apart. */
typedef void (*TrafoInt8EncodeRow) (const TrafoOperand *weight,
                                    gint64              at,
                                    gint64              stride,
                                    gint64              n_in,
                                    gint8              *integers,
                                    float              *scale);

/* The same with integers and scales of another kind. */
void trafo_int8_encode_rows (TrafoInt8EncodeRow  encode,
                             const TrafoOperand *weight,
                             gboolean            is_in_out,
                             gint64              first_row,
                             gint64              n_rows,
                             gint8              *integers,
                             float              *scales);

G_END_DECLS
