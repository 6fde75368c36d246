/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-float16-range-private.h"

#include <string.h>

/* As float32: half-way from the largest float16 to what would be the next, and infinity. */
#define LEAST_BITS 0x477ff000u
#define INFINITE_BITS 0x7f800000u

static inline guint32
is_beyond (guint32 bits)
{
  return (bits & 0x7fffffff) - LEAST_BITS < INFINITE_BITS - LEAST_BITS;
}

/* Without a branch in the loops, which compilers then make vectors of. */
static gboolean
is_row_beyond (guint8 dtype, gconstpointer row, gint64 n)
{
  guint32 found = 0;

  if (dtype == TRAFO_DTYPE_FLOAT32)
    for (gint64 i = 0; i < n; i++)
      found |= is_beyond (((const guint32 *) row)[i]);
  else
    for (gint64 i = 0; i < n; i++)
      found |= is_beyond ((guint32) ((const guint16 *) row)[i] << 16);
  return found != 0;
}

static guint32
bits_at (guint8 dtype, gconstpointer row, gint64 i)
{
  return dtype == TRAFO_DTYPE_FLOAT32 ? ((const guint32 *) row)[i]
                                      : (guint32) ((const guint16 *) row)[i] << 16;
}

gboolean
trafo_float16_range_find (const TrafoOperand *matrix,
                          gint64              first_row,
                          gint64              end_row,
                          gint64             *ret_row,
                          gint64             *ret_column,
                          float              *ret_value)
{
  gint64 row_bytes = matrix->strides[0] * (gint64) trafo_dtype_get_size (matrix->dtype);

  for (gint64 i = first_row; i < end_row && matrix->dtype != TRAFO_DTYPE_FLOAT16; i++)
    {
      const char *row = (const char *) matrix->data + i * row_bytes;
      guint32     bits = 0;
      gint64      column = 0;

      if (!is_row_beyond (matrix->dtype, row, matrix->shape[1]))
        continue;
      while (!is_beyond (bits = bits_at (matrix->dtype, row, column)))
        column++;
      *ret_row = i;
      *ret_column = column;
      memcpy (ret_value, &bits, sizeof *ret_value);
      return TRUE;
    }
  return FALSE;
}
