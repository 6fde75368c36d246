/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-llm-int8-private.h"

#include <math.h>

#include "trafo-element-private.h"
#include "trafo-int8-private.h"
#include "trafo-tensor-private.h"

gint8
trafo_llm_int8_round (float value, float greatest)
{
  /* torch divides a number by a tensor so */
  float scaled = value * (1.0f / greatest * 127.0f);

  return isnan (scaled) ? 0 : (gint8) nearbyintf (scaled);
}

static float
round_to_float16 (double value)
{
  return trafo_float16_to_float (trafo_float16_from_float ((float) value));
}

static void
encode_row (const TrafoOperand *weight,
            gint64              at,
            gint64              stride,
            gint64              n_in,
            gint8              *integers,
            float              *scale)
{
  gconstpointer data = (const char *) weight->data + weight->offset_bytes;
  float         greatest = 0;

  for (gint64 k = 0; k < n_in; k++)
    {
      float magnitude =
          fabsf (round_to_float16 (trafo_element_get (weight->dtype, data, at + k * stride)));

      /* what is no number makes the scale none, too */
      if (magnitude > greatest || isnan (magnitude))
        greatest = magnitude;
    }
  for (gint64 k = 0; k < n_in; k++)
    integers[k] =
        trafo_llm_int8_round (round_to_float16 (
                                  trafo_element_get (weight->dtype, data, at + k * stride)),
                              greatest);
  *scale = greatest;
}

void
trafo_llm_int8_encode (const TrafoOperand *weight,
                       gboolean            is_in_out,
                       gint64              first_row,
                       gint64              n_rows,
                       gint8              *integers,
                       float              *scales)
{
  trafo_int8_encode_rows (encode_row, weight, is_in_out, first_row, n_rows, integers, scales);
}

gboolean
trafo_llm_int8_layout (gint64 n_out,
                       gint64 n_in,
                       gsize *ret_scales_offset_bytes,
                       gsize *ret_size_bytes)
{
  gsize offset, scales;

  if (!g_size_checked_mul (&offset, (gsize) n_out, (gsize) n_in) ||
      !g_size_checked_mul (&scales, (gsize) n_out, sizeof (float)) || offset > G_MAXSIZE - 64)
    return FALSE;
  *ret_scales_offset_bytes = trafo_align_up (offset);
  return g_size_checked_add (ret_size_bytes, *ret_scales_offset_bytes, scales);
}
