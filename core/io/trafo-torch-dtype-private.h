/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>

G_BEGIN_DECLS

/* A type that PyTorch's tensors have. */
typedef struct
{
  const char *name; /* "F32", as safetensors call it, or would */
  guint       size_bytes;
  guint       component_size_bytes; /* of what is swapped in a big-endian file */
} TrafoTorchDType;

/* Places in the list. */
enum
{
  TRAFO_TORCH_DTYPE_UINT8,
  TRAFO_TORCH_DTYPE_INT8,
  TRAFO_TORCH_DTYPE_BOOL,
  TRAFO_TORCH_DTYPE_INT16,
  TRAFO_TORCH_DTYPE_INT32,
  TRAFO_TORCH_DTYPE_INT64,
  TRAFO_TORCH_DTYPE_FLOAT16,
  TRAFO_TORCH_DTYPE_BFLOAT16,
  TRAFO_TORCH_DTYPE_FLOAT32,
  TRAFO_TORCH_DTYPE_FLOAT64,
  TRAFO_TORCH_DTYPE_COMPLEX64,
  TRAFO_TORCH_DTYPE_COMPLEX128,
  TRAFO_TORCH_DTYPE_UINT16,
  TRAFO_TORCH_DTYPE_UINT32,
  TRAFO_TORCH_DTYPE_UINT64,
  TRAFO_TORCH_DTYPE_FLOAT8_E5M2,
  TRAFO_TORCH_DTYPE_FLOAT8_E4M3FN,
  TRAFO_TORCH_DTYPE_FLOAT8_E8M0FNU,
  TRAFO_TORCH_DTYPE_FLOAT8_E4M3FNUZ,
  TRAFO_TORCH_DTYPE_FLOAT8_E5M2FNUZ,
  TRAFO_TORCH_N_DTYPES
};

extern const TrafoTorchDType trafo_torch_dtypes[TRAFO_TORCH_N_DTYPES];

G_END_DECLS
