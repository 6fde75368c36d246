/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-int8-private.h"

#include <math.h>

#include "trafo-element-private.h"

#define GREATEST_INTEGER 127.0f

static void
encode_row (const TrafoOperand *weight,
            gint64              at,
            gint64              stride,
            gint64              n_in,
            gint8              *integers,
            float              *scale)
{
  gconstpointer data = (const char *) weight->data + weight->offset_bytes;
  float         greatest = 0, inverse;

  for (gint64 k = 0; k < n_in; k++)
    {
      float magnitude = fabsf ((float) trafo_element_get (weight->dtype, data, at + k * stride));

      /* what is no number makes the scale none, too */
      if (magnitude > greatest || isnan (magnitude))
        greatest = magnitude;
    }
  inverse = greatest > 0 ? GREATEST_INTEGER / greatest : 0;
  for (gint64 k = 0; k < n_in; k++)
    {
      float scaled = (float) trafo_element_get (weight->dtype, data, at + k * stride) * inverse;

      integers[k] = isfinite (scaled) ? (gint8) lrintf (scaled) : 0;
    }
  *scale = greatest / GREATEST_INTEGER;
}

void
trafo_int8_encode_rows (TrafoInt8EncodeRow  encode,
                        const TrafoOperand *weight,
                        gboolean            is_in_out,
                        gint64              first_row,
                        gint64              n_rows,
                        gint8              *integers,
                        float              *scales)
{
  guint  out_axis = is_in_out ? 1 : 0;
  gint64 n_in = weight->shape[1 - out_axis];

  for (gint64 i = 0; i < n_rows; i++)
    encode (weight,
            (first_row + i) * weight->strides[out_axis],
            weight->strides[1 - out_axis],
            n_in,
            integers + i * n_in,
            scales + i);
}

void
trafo_int8_encode (const TrafoOperand *weight,
                   gboolean            is_in_out,
                   gint64              first_row,
                   gint64              n_rows,
                   gint8              *integers,
                   float              *scales)
{
  trafo_int8_encode_rows (encode_row, weight, is_in_out, first_row, n_rows, integers, scales);
}
