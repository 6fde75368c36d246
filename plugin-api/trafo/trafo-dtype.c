/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-dtype.h>

static const struct
{
  const char *name;
  gsize       size_bytes;
} dtypes[TRAFO_N_DTYPES] = {
  [TRAFO_DTYPE_NONE] = { "none", 0 },       [TRAFO_DTYPE_FLOAT32] = { "float32", 4 },
  [TRAFO_DTYPE_FLOAT16] = { "float16", 2 }, [TRAFO_DTYPE_BFLOAT16] = { "bfloat16", 2 },
  [TRAFO_DTYPE_INT8] = { "int8", 1 },       [TRAFO_DTYPE_INT32] = { "int32", 4 },
  [TRAFO_DTYPE_INT64] = { "int64", 8 },     [TRAFO_DTYPE_BOOL] = { "bool", 1 },
  [TRAFO_DTYPE_UINT8] = { "uint8", 1 },
};

/**
 * trafo_dtype_get_size:
 * @dtype: a data type
 *
 * The size of one element.
 *
 * Returns: bytes, 0 for a value that names no type
 */
gsize
trafo_dtype_get_size (TrafoDType dtype)
{
  return (guint) dtype < TRAFO_N_DTYPES ? dtypes[dtype].size_bytes : 0;
}

/**
 * trafo_dtype_get_name:
 * @dtype: a data type
 *
 * The name that numpy and PyTorch use, such as "float32".
 *
 * Returns: (transfer none): the name, "none" for a value that names no type
 */
const char *
trafo_dtype_get_name (TrafoDType dtype)
{
  return (guint) dtype < TRAFO_N_DTYPES ? dtypes[dtype].name : dtypes[0].name;
}

/**
 * trafo_dtype_from_name:
 * @name: a name such as "float32"
 *
 * The inverse of [func@Trafo.DType.get_name].
 *
 * Returns: the type, %TRAFO_DTYPE_NONE for an unknown name
 */
TrafoDType
trafo_dtype_from_name (const char *name)
{
  for (guint i = 1; i < TRAFO_N_DTYPES; i++)
    if (g_strcmp0 (name, dtypes[i].name) == 0)
      return i;
  return TRAFO_DTYPE_NONE;
}

/**
 * trafo_dtype_is_float:
 * @dtype: a data type
 *
 * Whether the elements are floating-point numbers.
 *
 * Returns: %TRUE for float32, float16 and bfloat16
 */
gboolean
trafo_dtype_is_float (TrafoDType dtype)
{
  return dtype == TRAFO_DTYPE_FLOAT32 || dtype == TRAFO_DTYPE_FLOAT16 ||
         dtype == TRAFO_DTYPE_BFLOAT16;
}

/**
 * trafo_float16_to_float:
 * @bits: an IEEE 754 binary16
 *
 * Widens exactly.
 *
 * Returns: the same value
 */
float
trafo_float16_to_float (guint16 bits)
{
  guint32 sign = (guint32) (bits & 0x8000) << 16;
  guint32 exponent = (bits >> 10) & 0x1f;
  guint32 mantissa = bits & 0x3ff;
  guint32 out;
  float   value;

  if (exponent == 0x1f)
    out = sign | 0x7f800000 | (mantissa << 13);
  else if (exponent != 0)
    out = sign | ((exponent + 112) << 23) | (mantissa << 13);
  else
    {
      /* zero or subnormal: mantissa * 2^-24 is exact in binary32 */
      value = (float) mantissa * 0x1p-24f;
      return sign ? -value : value;
    }
  memcpy (&value, &out, sizeof value);
  return value;
}

/**
 * trafo_float16_from_float:
 * @value: any float
 *
 * Narrows, rounding to nearest with ties to even; too large a value becomes infinite.
 *
 * Returns: the bits of a binary16
 */
guint16
trafo_float16_from_float (float value)
{
  guint32 bits, magnitude, sign;

  memcpy (&bits, &value, sizeof bits);
  sign = (bits >> 16) & 0x8000;
  magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x47800000)
    return sign | 0x7c00;
  if (magnitude < 0x38800000)
    {
      /* subnormal: adding 0.5 makes the FPU round at bit 2^-24 */
      float shifted;

      memcpy (&shifted, &magnitude, sizeof shifted);
      shifted += 0.5f;
      memcpy (&bits, &shifted, sizeof bits);
      return sign | (bits - 0x3f000000);
    }
  magnitude += 0xc8000fff + ((magnitude >> 13) & 1);
  return sign | (magnitude >> 13);
}

/**
 * trafo_bfloat16_to_float:
 * @bits: a bfloat16
 *
 * Widens exactly.
 *
 * Returns: the same value
 */
float
trafo_bfloat16_to_float (guint16 bits)
{
  guint32 out = (guint32) bits << 16;
  float   value;

  memcpy (&value, &out, sizeof value);
  return value;
}

/**
 * trafo_bfloat16_from_float:
 * @value: any float
 *
 * Narrows, rounding to nearest with ties to even; a NaN stays a NaN.
 *
 * Returns: the bits of a bfloat16
 */
guint16
trafo_bfloat16_from_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
