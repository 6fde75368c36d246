/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* The input of a linear layer as LLM.int8() takes it, for the reference kernel: row by row. */
typedef struct
{
  const TrafoOperand *x;
  float               threshold;
  gint64              n_in;
  guint8             *is_outlier; /* of each column */
  gint8              *integers;   /* of the row, 0 in outliers */
  gint64              row_at;     /* of its first element in x */
  float               greatest;   /* of its other elements */
} TrafoLlmInt8Input;

/* Finds the outliers among the columns of @x, which must stay; FALSE if there is no memory. */
gboolean
     trafo_llm_int8_input_init (TrafoLlmInt8Input *self, const TrafoOperand *x, float threshold);
void trafo_llm_int8_input_clear (TrafoLlmInt8Input *self);

/* Goes to the row that begins at element @at. */
void trafo_llm_int8_input_set_row (TrafoLlmInt8Input *self, gint64 at);

/* The row times row @n of @weight, [N, K] integers and their scales. */
double
trafo_llm_int8_input_dot (const TrafoLlmInt8Input *self, const TrafoOperand *weight, gint64 n);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoLlmInt8Input, trafo_llm_int8_input_clear)

G_END_DECLS
