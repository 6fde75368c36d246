/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../operand.h"
#include "vector.h"

/* Memory to bring nearer while a tile computes: @n_lines cache lines each V_TILE_STEP terms. */
typedef struct
{
  const char *next;
  guint       n_lines;
} VPrefetch;

#define V_TILE_STEP 8
#define V_CACHE_LINE 64

/* Vector @j of @b, whose elements are float32, float16, bfloat16 or int8. */
static inline __attribute__ ((always_inline)) VFloat
v_tile_column (guint8 dtype, gconstpointer b, guint j)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    return v_load_float16 ((const guint16 *) b + j * V_LANES);
  if (dtype == TRAFO_DTYPE_BFLOAT16)
    return v_load_bfloat16 ((const guint16 *) b + j * V_LANES);
  if (dtype == TRAFO_DTYPE_INT8)
    return v_load_int8 ((const gint8 *) b + j * V_LANES);
  return v_load ((const float *) b + j * V_LANES);
}

/* sums[i][j] = sum over k < n_k of rows[i][k] b[k][j]: the inner loop of every matrix product. The
 * sums stay in registers, so n_rows * n_vectors must leave n_vectors + 1 of V_REGISTERS free; all
 * but n_k are constants where this is inlined. Each sum takes its terms in the order of k, one after the
 * other, though a short tile then waits for its own additions: a row's result must not depend on how many
 * rows are computed with it. What @dtype b has changes no bit of what is made of the same values. */
static inline __attribute__ ((always_inline)) void
v_tile_of (guint8              dtype,
           guint               n_rows,
           guint               n_vectors,
           const float *const *rows,
           gconstpointer       b,
           gsize               b_stride,
           gsize               n_k,
           VPrefetch           prefetch,
           float              *sums,
           gsize               sums_stride)
{
  gsize        b_step = b_stride * trafo_cpu_dtype_size (dtype);
  VFloat       sum[32];
  const float *row[8];
  gsize        k = 0;

#pragma GCC unroll 32
  for (guint i = 0; i < n_rows * n_vectors; i++)
    sum[i] = v_zero ();
#pragma GCC unroll 8
  for (guint i = 0; i < n_rows; i++)
    row[i] = rows[i];

  for (; k + V_TILE_STEP <= n_k; k += V_TILE_STEP)
    {
#pragma GCC unroll 8
      for (guint step = 0; step < V_TILE_STEP; step++)
        {
          VFloat column[4];

#pragma GCC unroll 4
          for (guint j = 0; j < n_vectors; j++)
            column[j] = v_tile_column (dtype, b, j);
          b = (const char *) b + b_step;
#pragma GCC unroll 8
          for (guint i = 0; i < n_rows; i++)
            {
              VFloat x = v_set (row[i][k + step]);

#pragma GCC unroll 4
              for (guint j = 0; j < n_vectors; j++)
                sum[i * n_vectors + j] = v_fma (x, column[j], sum[i * n_vectors + j]);
            }
        }
      for (guint i = 0; i < prefetch.n_lines; i++)
        {
          _mm_prefetch (prefetch.next, _MM_HINT_T1);
          prefetch.next += V_CACHE_LINE;
        }
    }
  for (; k < n_k; k++)
    {
      VFloat column[4];

#pragma GCC unroll 4
      for (guint j = 0; j < n_vectors; j++)
        column[j] = v_tile_column (dtype, b, j);
      b = (const char *) b + b_step;
#pragma GCC unroll 8
      for (guint i = 0; i < n_rows; i++)
        {
          VFloat x = v_set (row[i][k]);

#pragma GCC unroll 4
          for (guint j = 0; j < n_vectors; j++)
            sum[i * n_vectors + j] = v_fma (x, column[j], sum[i * n_vectors + j]);
        }
    }

#pragma GCC unroll 8
  for (guint i = 0; i < n_rows; i++)
#pragma GCC unroll 4
    for (guint j = 0; j < n_vectors; j++)
      v_store (sums + i * sums_stride + j * V_LANES, sum[i * n_vectors + j]);
}

static inline __attribute__ ((always_inline)) void
v_tile (guint               n_rows,
        guint               n_vectors,
        const float *const *rows,
        const float        *b,
        gsize               b_stride,
        gsize               n_k,
        VPrefetch           prefetch,
        float              *sums,
        gsize               sums_stride)
{
  v_tile_of (TRAFO_DTYPE_FLOAT32,
             n_rows,
             n_vectors,
             rows,
             b,
             b_stride,
             n_k,
             prefetch,
             sums,
             sums_stride);
}
