/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor.h"

/* A float32 tensor whose elements are 0, 1, ... in row-major order. */
static inline TrafoTensor *
some_tensor_new (const gint64 *shape, gsize n_dims)
{
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, n_dims, NULL);
  float       *values = trafo_tensor_get_data (x);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    values[i] = i;
  return x;
}

static inline void
some_tensor_assert_values (TrafoTensor *x, const double *expected, gsize n)
{
  g_assert_cmpint (trafo_tensor_get_n_elements (x), ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (x, i), ==, expected[i]);
}
