/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* MATMUL and LINEAR, the program being built for one type WEIGHT of b: c = activation (a b + bias) + residual for each matrix of a batch, with
 * a [m, k], b [k, n], c and residual [m, n], bias [n], all strided, so that a transposed operand is
 * one with its strides exchanged. */

#define HAS_BIAS 1
#define HAS_RESIDUAL 2

/* Tiles of a and b in local memory, as in Volkov and Demmel 2008, "Benchmarking GPUs to tune dense
 * linear algebra": each of 16 x 16 work-items keeps 4 x 4 results in registers. */
#define ITEMS 16
#define EACH 4
#define TILE (ITEMS * EACH)
#define DEPTH 16

#if WEIGHT == FLOAT16
#define B_TYPE half
#define B_AT(b, i) vload_half (i, b)
#elif WEIGHT == BFLOAT16
#define B_TYPE ushort
#define B_AT(b, i) as_float ((uint) (b)[i] << 16)
#else
#define B_TYPE float
#define B_AT(b, i) (b)[i]
#endif

#define GEMM_PARAMETERS                                                                            \
  uint m, uint n, uint k, uint flags, uint activation, uint bias_dtype, long a_row,                \
      long a_column, long b_row, long b_column, long c_row, long c_column, long residual_row, long residual_column,           \
      long bias_stride, global float *c, ulong c_offset, global const float *a, ulong a_offset,    \
      global const B_TYPE *b, ulong b_offset, global const uchar *bias, ulong bias_offset,         \
      global const float *residual, ulong residual_offset, uint n_batches, uint n_dims,            \
      uint8 shape, long8 c_batch, long8 a_batch, long8 b_batch, long8 residual_batch

#define GO_TO_BATCH(batch)                                                                         \
  a += a_offset + walk_offset (batch, n_dims, shape, a_batch);                                     \
  b += b_offset + walk_offset (batch, n_dims, shape, b_batch);                                     \
  c += c_offset + walk_offset (batch, n_dims, shape, c_batch);                                     \
  residual += residual_offset + walk_offset (batch, n_dims, shape, residual_batch);

#define STORE(row, column, sum)                                                                    \
  {                                                                                                \
    float value = sum;                                                                             \
                                                                                                   \
    if (flags & HAS_BIAS)                                                                          \
      value += load_float (bias, bias_dtype, bias_offset + (column) *bias_stride);                 \
    value = activate (activation, value);                                                          \
    if (flags & HAS_RESIDUAL)                                                                      \
      value += residual[(row) *residual_row + (column) *residual_column];                          \
    c[(row) *c_row + (column) *c_column] = value;                                                  \
  }

/* Loads a TILE x DEPTH part of a matrix, zeros outside it, along the direction that is dense. */
#define LOAD_TILE(tile, at, matrix, line_stride, depth_stride, first_line, n_lines, first_depth)   \
  for (uint i = get_local_id (1) * ITEMS + get_local_id (0); i < TILE * DEPTH; i += ITEMS * ITEMS) \
    {                                                                                              \
      uint line = depth_stride == 1 ? i / DEPTH : i % TILE;                                        \
      uint e = depth_stride == 1 ? i % DEPTH : i / TILE;                                           \
                                                                                                   \
      tile[e][line] = 0.0f;                                                                        \
      if (first_line + line < n_lines && first_depth + e < k)                                      \
        tile[e][line] = at (matrix,                                                                \
                            (first_line + line) * line_stride + (first_depth + e) * depth_stride); \
    }
#define A_AT(a, i) (a)[i]

kernel __attribute__ ((reqd_work_group_size (ITEMS, ITEMS, 1))) void
gemm_tiled (GEMM_PARAMETERS)
{
  local float a_tile[DEPTH][TILE + 1];
  local float b_tile[DEPTH][TILE + 1];
  uint        first_row = get_group_id (1) * TILE;
  uint        first_column = get_group_id (0) * TILE;
  float       sums[EACH][EACH] = { { 0.0f } };

  GO_TO_BATCH (get_group_id (2))
  for (uint d = 0; d < k; d += DEPTH)
    {
      LOAD_TILE (a_tile, A_AT, a, a_row, a_column, first_row, m, d)
      LOAD_TILE (b_tile, B_AT, b, b_column, b_row, first_column, n, d)
      barrier (CLK_LOCAL_MEM_FENCE);
      for (uint e = 0; e < DEPTH; e++)
        {
          float a_part[EACH], b_part[EACH];

          UNROLL for (uint i = 0; i < EACH; i++)
            {
              a_part[i] = a_tile[e][get_local_id (1) + i * ITEMS];
              b_part[i] = b_tile[e][get_local_id (0) + i * ITEMS];
            }
          UNROLL for (uint i = 0; i < EACH; i++)
            UNROLL for (uint j = 0; j < EACH; j++)
              sums[i][j] = mad (a_part[i], b_part[j], sums[i][j]);
        }
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  UNROLL for (uint i = 0; i < EACH; i++)
    UNROLL for (uint j = 0; j < EACH; j++)
      {
        uint row = first_row + get_local_id (1) + i * ITEMS;
        uint column = first_column + get_local_id (0) + j * ITEMS;

        if (row < m && column < n)
          STORE (row, column, sums[i][j])
      }
}

/* Few rows, b dense along k: a work-group reads one column of b together for one row of a. */
#define GROUP 64

kernel __attribute__ ((reqd_work_group_size (GROUP, 1, 1))) void
gemm_dot (GEMM_PARAMETERS)
{
  local float partial[GROUP];
  uint        column = get_group_id (0);
  uint        row = get_group_id (1);
  uint        lane = get_local_id (0);
  float       sum = 0.0f;

  GO_TO_BATCH (get_group_id (2))
  for (uint d = lane; d < k; d += GROUP)
    sum = mad (a[row * a_row + d * a_column], B_AT (b, d * b_row + column * b_column), sum);
  partial[lane] = sum;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2)
    {
      if (lane < half_size)
        partial[lane] += partial[lane + half_size];
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  if (lane == 0)
    STORE (row, column, partial[0])
}

/* Few rows, b dense along n: a work-item a result, its neighbours reading what lies next to it. */
kernel void
gemm_axpy (GEMM_PARAMETERS)
{
  uint  column = get_global_id (0);
  uint  row = get_global_id (1);
  float sum = 0.0f;

  if (column >= n)
    return;
  GO_TO_BATCH (get_global_id (2))
  for (uint d = 0; d < k; d++)
    sum = mad (a[row * a_row + d * a_column], B_AT (b, d * b_row + column * b_column), sum);
  STORE (row, column, sum)
}

#if WIDTH
/* On a processor a work-item keeps BLOCK_ROWS x BLOCK_COLUMNS results in vector registers and there
 * is nothing to share; PoCL runs a loop over the work-items at each barrier, and the tiles above
 * at 2 GFLOP/s. */
#if WIDTH == 16
#define BLOCK_ROWS 6
#define BLOCK_COLUMNS 4
#define LINE_ROWS 12
#else
#define BLOCK_ROWS 4
#define BLOCK_COLUMNS 3
#define LINE_ROWS 6
#endif
#define LINE_VECTORS 2

#if WEIGHT == FLOAT16 && WIDTH == 16
#define LOAD_B(b) vload_half16 (0, b)
#elif WEIGHT == FLOAT16
#define LOAD_B(b) vload_half8 (0, b)
#elif WEIGHT == BFLOAT16 && WIDTH == 16
#define LOAD_B(b) as_float16 (convert_uint16 (LOAD (0, b)) << 16)
#elif WEIGHT == BFLOAT16
#define LOAD_B(b) as_float8 (convert_uint8 (LOAD (0, b)) << 16)
#else
#define LOAD_B(b) LOAD (0, b)
#endif

/* a and b dense along k: dot products by vectors. */
kernel void
gemm_dense_k (GEMM_PARAMETERS)
{
  uint                first_row = get_global_id (1) * BLOCK_ROWS;
  uint                first_column = get_global_id (0) * BLOCK_COLUMNS;
  VECTOR              sums[BLOCK_ROWS][BLOCK_COLUMNS];
  global const float *a_lines[BLOCK_ROWS];
  global const B_TYPE *b_lines[BLOCK_COLUMNS];
  uint                whole = k - k % LANES;

  if (first_row >= m || first_column >= n)
    return;
  GO_TO_BATCH (get_global_id (2))
  UNROLL for (uint i = 0; i < BLOCK_ROWS; i++)
    a_lines[i] = a + min (first_row + i, m - 1) * a_row;
  UNROLL for (uint j = 0; j < BLOCK_COLUMNS; j++)
    b_lines[j] = b + min (first_column + j, n - 1) * b_column;
  UNROLL for (uint i = 0; i < BLOCK_ROWS; i++)
    UNROLL for (uint j = 0; j < BLOCK_COLUMNS; j++)
      sums[i][j] = 0.0f;

  for (uint d = 0; d < whole; d += LANES)
    {
      VECTOR b_part[BLOCK_COLUMNS];

      UNROLL for (uint j = 0; j < BLOCK_COLUMNS; j++)
        b_part[j] = LOAD_B (b_lines[j] + d);
      UNROLL for (uint i = 0; i < BLOCK_ROWS; i++)
        {
          VECTOR a_part = LOAD (0, a_lines[i] + d);

          UNROLL for (uint j = 0; j < BLOCK_COLUMNS; j++)
            sums[i][j] = mad (a_part, b_part[j], sums[i][j]);
        }
    }
  UNROLL for (uint i = 0; i < BLOCK_ROWS; i++)
    UNROLL for (uint j = 0; j < BLOCK_COLUMNS; j++)
      {
        uint  row = first_row + i, column = first_column + j;
        float sum = sum_lanes (sums[i][j]);

        for (uint d = whole; d < k; d++)
          sum = mad (a_lines[i][d], B_AT (b_lines[j], d), sum);
        if (row < m && column < n)
          STORE (row, column, sum)
      }
}

/* b dense along n: rows of b by vectors, times one element of a. n is at least LINE_VECTORS vectors;
 * the last block begins early rather than ending late, and some results are stored twice. */
kernel void
gemm_dense_n (GEMM_PARAMETERS)
{
  uint                first_row = get_global_id (1) * LINE_ROWS;
  uint                first_column = get_global_id (0) * (LINE_VECTORS * LANES);
  VECTOR              sums[LINE_ROWS][LINE_VECTORS];
  global const float *a_lines[LINE_ROWS];

  if (first_row >= m || first_column >= n)
    return;
  first_column = min (first_column, (uint) (n - LINE_VECTORS * LANES));
  GO_TO_BATCH (get_global_id (2))
  UNROLL for (uint i = 0; i < LINE_ROWS; i++)
    {
      a_lines[i] = a + min (first_row + i, m - 1) * a_row;
      UNROLL for (uint j = 0; j < LINE_VECTORS; j++)
        sums[i][j] = 0.0f;
    }
  b += first_column;
  for (uint d = 0; d < k; d++)
    {
      VECTOR b_part[LINE_VECTORS];

      UNROLL for (uint j = 0; j < LINE_VECTORS; j++)
        b_part[j] = LOAD_B (b + d * b_row + j * LANES);
      UNROLL for (uint i = 0; i < LINE_ROWS; i++)
        {
          VECTOR a_part = a_lines[i][d * a_column];

          UNROLL for (uint j = 0; j < LINE_VECTORS; j++)
            sums[i][j] = mad (a_part, b_part[j], sums[i][j]);
        }
    }
  for (uint i = 0; i < LINE_ROWS && first_row + i < m; i++)
    {
      float line[LINE_VECTORS * LANES];

      UNROLL for (uint j = 0; j < LINE_VECTORS; j++)
        STORE_VECTOR (sums[i][j], j, line);
      for (uint j = 0; j < LINE_VECTORS * LANES; j++)
        STORE (first_row + i, first_column + j, line[j])
    }
}
#endif
