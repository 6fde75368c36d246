/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* The largest float16; what is finite and rounds to more becomes infinite. */
#define TRAFO_FLOAT16_MAX 65504

/* Finds the first element that would, in rows [@first_row, @end_row) of a matrix of any float dtype in
 * host memory, the elements of a row next to one another. FALSE if there is none. */
gboolean trafo_float16_range_find (const TrafoOperand *matrix,
                                   gint64              first_row,
                                   gint64              end_row,
                                   gint64             *ret_row,
                                   gint64             *ret_column,
                                   float              *ret_value);

G_END_DECLS
