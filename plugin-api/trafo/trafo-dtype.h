/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-macros.h>

G_BEGIN_DECLS

/**
 * TrafoDType:
 * @TRAFO_DTYPE_NONE: no type
 * @TRAFO_DTYPE_FLOAT32: IEEE 754 binary32
 * @TRAFO_DTYPE_FLOAT16: IEEE 754 binary16
 * @TRAFO_DTYPE_BFLOAT16: the upper half of a binary32
 * @TRAFO_DTYPE_INT8: signed, 8 bits
 * @TRAFO_DTYPE_INT32: signed, 32 bits
 * @TRAFO_DTYPE_INT64: signed, 64 bits
 * @TRAFO_DTYPE_BOOL: one byte, 0 or 1
 * @TRAFO_DTYPE_UINT8: unsigned, 8 bits
 *
 * The type of a tensor's elements. The numbers are part of the plugin ABI.
 */
typedef enum
{
  TRAFO_DTYPE_NONE = 0,
  TRAFO_DTYPE_FLOAT32 = 1,
  TRAFO_DTYPE_FLOAT16 = 2,
  TRAFO_DTYPE_BFLOAT16 = 3,
  TRAFO_DTYPE_INT8 = 4,
  TRAFO_DTYPE_INT32 = 5,
  TRAFO_DTYPE_INT64 = 6,
  TRAFO_DTYPE_BOOL = 7,
  TRAFO_DTYPE_UINT8 = 8,
} TrafoDType;

#define TRAFO_N_DTYPES 9

TRAFO_API gsize       trafo_dtype_get_size (TrafoDType dtype);
TRAFO_API const char *trafo_dtype_get_name (TrafoDType dtype);
TRAFO_API TrafoDType  trafo_dtype_from_name (const char *name);
TRAFO_API gboolean    trafo_dtype_is_float (TrafoDType dtype);

/* Scalar conversions; float to 16 bits rounds to nearest, ties to even. */
TRAFO_API float   trafo_float16_to_float (guint16 bits);
TRAFO_API guint16 trafo_float16_from_float (float value);
TRAFO_API float   trafo_bfloat16_to_float (guint16 bits);
TRAFO_API guint16 trafo_bfloat16_from_float (float value);

G_END_DECLS
