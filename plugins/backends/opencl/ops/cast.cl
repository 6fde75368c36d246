/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* CAST among all data types. One operand is float or long in registers, so that no value of any
 * type is lost on the way; 16-bit floats exist in memory only. */

static long
load_long (global const uchar *x, uint dtype, long i)
{
  switch (dtype)
    {
    case INT8:
      return ((global const char *) x)[i];
    case INT32:
      return ((global const int *) x)[i];
    case INT64:
      return ((global const long *) x)[i];
    case BOOL:
      return x[i] != 0;
    default:
      return x[i];
    }
}

/* Rounds to nearest, ties to even; a NaN stays a NaN. */
static ushort
to_bfloat16 (float value)
{
  uint bits = as_uint (value);

  if (value != value)
    return (ushort) ((bits >> 16) | 0x40);
  return (ushort) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static void
store_float (global uchar *y, uint dtype, long i, float value)
{
  switch (dtype)
    {
    case FLOAT16:
      vstore_half_rte (value, i, (global half *) y);
      break;
    case BFLOAT16:
      ((global ushort *) y)[i] = to_bfloat16 (value);
      break;
    default:
      ((global float *) y)[i] = value;
      break;
    }
}

static void
store_long (global uchar *y, uint dtype, long i, long value)
{
  switch (dtype)
    {
    case INT8:
      ((global char *) y)[i] = (char) value;
      break;
    case INT32:
      ((global int *) y)[i] = (int) value;
      break;
    case INT64:
      ((global long *) y)[i] = value;
      break;
    case BOOL:
      y[i] = value != 0;
      break;
    default:
      y[i] = (uchar) value;
      break;
    }
}

/* Beyond the range the nearest value, of a NaN 0. */
static long
to_long (float value, uint dtype)
{
  switch (dtype)
    {
    case INT8:
      return convert_char_sat (value);
    case INT32:
      return convert_int_sat (value);
    case INT64:
      return convert_long_sat (value);
    case BOOL:
      return value != 0.0f;
    default:
      return convert_uchar_sat (value);
    }
}

#define IS_FLOAT(dtype) ((dtype) <= BFLOAT16)

kernel void
cast (uint                y_dtype,
      uint                x_dtype,
      global uchar       *y,
      ulong               y_offset,
      global const uchar *x,
      ulong               x_offset,
      uint                n,
      uint                n_dims,
      uint8               shape,
      long8               y_strides,
      long8               x_strides)
{
  uint i = get_global_id (0);
  long y_i, x_i;

  if (i >= n)
    return;
  y_i = y_offset + walk_offset (i, n_dims, shape, y_strides);
  x_i = x_offset + walk_offset (i, n_dims, shape, x_strides);
  if (IS_FLOAT (x_dtype))
    {
      float value = load_float (x, x_dtype, x_i);

      if (IS_FLOAT (y_dtype))
        store_float (y, y_dtype, y_i, value);
      else
        store_long (y, y_dtype, y_i, to_long (value, y_dtype));
    }
  else
    {
      long value = load_long (x, x_dtype, x_i);

      if (IS_FLOAT (y_dtype))
        store_float (y, y_dtype, y_i, (float) value);
      else
        store_long (y, y_dtype, y_i, value);
    }
}
