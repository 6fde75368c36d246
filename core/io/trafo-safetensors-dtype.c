/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-safetensors-private.h"

/* In the order of the enum of the format's reference implementation (safetensors/src/tensor.rs,
 * 0.8.0), which a writer follows backwards. */
static const TrafoSafetensorsDType dtypes[] = {
  { "BOOL", 8, TRAFO_DTYPE_BOOL },        { "F4", 4, TRAFO_DTYPE_NONE },
  { "F6_E2M3", 6, TRAFO_DTYPE_NONE },     { "F6_E3M2", 6, TRAFO_DTYPE_NONE },
  { "U8", 8, TRAFO_DTYPE_UINT8 },         { "I8", 8, TRAFO_DTYPE_INT8 },
  { "F8_E5M2", 8, TRAFO_DTYPE_NONE },     { "F8_E4M3", 8, TRAFO_DTYPE_NONE },
  { "F8_E8M0", 8, TRAFO_DTYPE_NONE },     { "F8_E4M3FNUZ", 8, TRAFO_DTYPE_NONE },
  { "F8_E5M2FNUZ", 8, TRAFO_DTYPE_NONE }, { "I16", 16, TRAFO_DTYPE_NONE },
  { "U16", 16, TRAFO_DTYPE_NONE },        { "F16", 16, TRAFO_DTYPE_FLOAT16 },
  { "BF16", 16, TRAFO_DTYPE_BFLOAT16 },   { "I32", 32, TRAFO_DTYPE_INT32 },
  { "U32", 32, TRAFO_DTYPE_NONE },        { "F32", 32, TRAFO_DTYPE_FLOAT32 },
  { "C64", 64, TRAFO_DTYPE_NONE },        { "F64", 64, TRAFO_DTYPE_NONE },
  { "I64", 64, TRAFO_DTYPE_INT64 },       { "U64", 64, TRAFO_DTYPE_NONE },
};

const TrafoSafetensorsDType *
trafo_safetensors_dtype_from_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (g_str_equal (dtypes[i].name, name))
      return &dtypes[i];
  return NULL;
}

const char *
trafo_safetensors_dtype_get_name (TrafoDType dtype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (dtypes[i].dtype == dtype && dtype != TRAFO_DTYPE_NONE)
      return dtypes[i].name;
  return NULL;
}
