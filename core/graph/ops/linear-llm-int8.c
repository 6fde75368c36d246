/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "linear-llm-int8-private.h"

#include <math.h>

#include "strided-private.h"
#include "trafo-llm-int8-private.h"

/* bitsandbytes, backends/default/ops.py: int8_vectorwise_quant(), int8_mixed_scaled_mm(). */

static float
get_float16 (const TrafoOperand *x, gint64 at)
{
  return trafo_float16_to_float (trafo_float16_from_float ((float) trafo_strided_get (x, at)));
}

static gboolean
is_outlier (const TrafoLlmInt8Input *self, float value)
{
  return self->threshold > 0 && fabsf (value) >= self->threshold;
}

static void
find_outliers (TrafoLlmInt8Input *self)
{
  guint        last = self->x->n_dims - 1;
  TrafoOperand rows = trafo_strided_collapse (self->x, last);
  TrafoStrided walk;

  trafo_strided_init (&walk, &rows);
  while (trafo_strided_next (&walk))
    for (gint64 k = 0; k < self->n_in; k++)
      if (is_outlier (self, get_float16 (self->x, walk.at[0] + k * self->x->strides[last])))
        self->is_outlier[k] = 1;
}

gboolean
trafo_llm_int8_input_init (TrafoLlmInt8Input *self, const TrafoOperand *x, float threshold)
{
  *self = (TrafoLlmInt8Input){ .x = x, .n_in = x->shape[x->n_dims - 1] };
  /* bitsandbytes compares as float16 */
  self->threshold = trafo_float16_to_float (trafo_float16_from_float (threshold));
  self->is_outlier = g_try_malloc0 (MAX ((gsize) self->n_in, 1));
  self->integers = g_try_malloc (MAX ((gsize) self->n_in, 1));
  if (self->is_outlier == NULL || self->integers == NULL)
    return FALSE;
  find_outliers (self);
  return TRUE;
}

void
trafo_llm_int8_input_clear (TrafoLlmInt8Input *self)
{
  g_clear_pointer (&self->is_outlier, g_free);
  g_clear_pointer (&self->integers, g_free);
}

void
trafo_llm_int8_input_set_row (TrafoLlmInt8Input *self, gint64 at)
{
  gint64 stride = self->x->strides[self->x->n_dims - 1];

  self->row_at = at;
  self->greatest = 0;
  for (gint64 k = 0; k < self->n_in; k++)
    {
      float magnitude = fabsf (get_float16 (self->x, at + k * stride));

      if (!is_outlier (self, magnitude) && (magnitude > self->greatest || isnan (magnitude)))
        self->greatest = magnitude;
    }
  for (gint64 k = 0; k < self->n_in; k++)
    self->integers[k] =
        self->is_outlier[k]
            ? 0
            : trafo_llm_int8_round (get_float16 (self->x, at + k * stride), self->greatest);
}

double
trafo_llm_int8_input_dot (const TrafoLlmInt8Input *self, const TrafoOperand *weight, gint64 n)
{
  const char  *data = trafo_strided_peek (weight);
  const gint8 *row = (const gint8 *) data + n * self->n_in;
  gint64       stride = self->x->strides[self->x->n_dims - 1];
  gint64       sum = 0;
  double       outliers = 0;
  gsize        offset = 0, size_bytes;
  float        scale;

  /* that it fits was checked when the weight was made */
  trafo_llm_int8_layout (weight->shape[0], weight->shape[1], &offset, &size_bytes);
  scale = ((const float *) (data + offset))[n];
  for (gint64 k = 0; k < self->n_in; k++)
    {
      sum += (gint64) self->integers[k] * row[k];
      if (self->is_outlier[k])
        outliers += trafo_strided_get (self->x, self->row_at + k * stride) *
                    ((float) row[k] * scale * TRAFO_LLM_INT8_UNIT);
    }
  return (float) sum * (self->greatest * scale) * TRAFO_LLM_INT8_UNIT_SQUARED + outliers;
}
