/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* ATTENTION: softmax (scale q k^T) v for each head, in one pass over the keys with a running
 * maximum (Milakov and Gimelshein 2018, "Online normalizer calculation for softmax"), so that
 * scores are never in global memory. A work-group has ROWS queries of one head and takes the keys
 * KEYS at a time: first a work-item is a key, then it is some features of the values.
 *
 * A masked score is -FLT_MAX, not -infinity: in a row with every key masked all keys weigh the
 * same. Keys after the causal limit are therefore looked at only while a row has seen none. */

#define KEYS 64
#define ROWS 8
#define MAX_HEAD_SIZE 256
#define PARTS (MAX_HEAD_SIZE / KEYS)

#define IS_CAUSAL 1
#define HAS_MASK 2

static int
is_hidden (global const uchar *mask, uint element_bytes, long i)
{
  switch (element_bytes)
    {
    case 1:
      return mask[i] == 0;
    case 4:
      return ((global const int *) mask)[i] == 0;
    default:
      return ((global const long *) mask)[i] == 0;
    }
}

#define ATTENTION_PARAMETERS                                                                       \
  uint T, uint S, uint head_size, uint heads_per_kv_head, uint flags, float scale,                 \
      uint mask_element_bytes, long y_batch, long y_row, long q_batch, long q_row, long k_batch,   \
      long k_row, long v_batch, long v_row, long mask_batch, long mask_key, global float *y,       \
      ulong y_offset, global const float *q, ulong q_offset, global const float *k,                \
      ulong k_offset, global const float *v, ulong v_offset, global const uchar *mask,             \
      ulong mask_offset

#define GO_TO_HEAD(batch, head)                                                                    \
  q += q_offset + (batch) *q_batch + (head) *head_size;                                            \
  k += k_offset + (batch) *k_batch + (head) / heads_per_kv_head * head_size;                       \
  v += v_offset + (batch) *v_batch + (head) / heads_per_kv_head * head_size;                       \
  y += y_offset + (batch) *y_batch + (head) *head_size;

kernel __attribute__ ((reqd_work_group_size (KEYS, 1, 1))) void
attention (ATTENTION_PARAMETERS)
{
  local float queries[ROWS][MAX_HEAD_SIZE];
  local float weights[ROWS][KEYS];
  uint        lane = get_local_id (0);
  uint        first = get_group_id (0) * ROWS;
  long        batch = get_group_id (2);
  uint        rows = min ((uint) ROWS, T - first);
  float       values[ROWS][PARTS];
  float       largest[ROWS], sums[ROWS];
  long        limit = S;
  int         is_pending = 1;

  GO_TO_HEAD (batch, get_group_id (1))
  if (flags & IS_CAUSAL)
    limit = min ((long) S, (long) first + rows + S - T);

  for (uint i = lane; i < rows * head_size; i += KEYS)
    queries[i / head_size][i % head_size] =
        q[(first + i / head_size) * q_row + i % head_size];
  UNROLL for (uint r = 0; r < ROWS; r++)
    {
      largest[r] = -INFINITY;
      sums[r] = 0.0f;
      UNROLL for (uint p = 0; p < PARTS; p++)
        values[r][p] = 0.0f;
    }
  barrier (CLK_LOCAL_MEM_FENCE);

  for (uint start = 0; start < S && (start < limit || is_pending); start += KEYS)
    {
      uint  n_keys = min ((uint) KEYS, S - start);
      uint  key = start + min (lane, n_keys - 1);
      int   masked = 0;
      float scores[ROWS];

      UNROLL for (uint r = 0; r < ROWS; r++)
        scores[r] = 0.0f;
      for (uint d = 0; d < head_size; d++)
        {
          float k_d = k[key * k_row + d];

          UNROLL for (uint r = 0; r < ROWS; r++)
            scores[r] = mad (queries[r][d], k_d, scores[r]);
        }
      if (flags & HAS_MASK)
        masked = is_hidden (mask,
                            mask_element_bytes,
                            mask_offset + batch * mask_batch + key * mask_key);
      UNROLL for (uint r = 0; r < ROWS; r++)
        {
          int is_future = (flags & IS_CAUSAL) && (long) key > (long) first + r + S - T;

          weights[r][lane] = masked || is_future ? -FLT_MAX : scores[r] * scale;
        }
      barrier (CLK_LOCAL_MEM_FENCE);

      is_pending = 0;
      UNROLL for (uint r = 0; r < ROWS; r++)
        {
          float before = largest[r];
          float factor;

          for (uint i = 0; i < n_keys; i++)
            largest[r] = fmax (largest[r], weights[r][i]);
          factor = exp (before - largest[r]);
          sums[r] *= factor;
          UNROLL for (uint p = 0; p < PARTS; p++)
            values[r][p] *= factor;
          is_pending |= r < rows && largest[r] <= -FLT_MAX;
        }
      barrier (CLK_LOCAL_MEM_FENCE);
      UNROLL for (uint r = 0; r < ROWS; r++)
        weights[r][lane] = exp (weights[r][lane] - largest[r]);
      barrier (CLK_LOCAL_MEM_FENCE);

      for (uint i = 0; i < n_keys; i++)
        {
          float v_part[PARTS];

          UNROLL for (uint p = 0; p < PARTS; p++)
            {
              uint d = lane + p * KEYS;

              v_part[p] = d < head_size ? v[(start + i) * v_row + d] : 0.0f;
            }
          UNROLL for (uint r = 0; r < ROWS; r++)
            {
              float weight = weights[r][i];

              sums[r] += weight;
              UNROLL for (uint p = 0; p < PARTS; p++)
                values[r][p] = mad (weight, v_part[p], values[r][p]);
            }
        }
      barrier (CLK_LOCAL_MEM_FENCE);
    }

  UNROLL for (uint r = 0; r < ROWS; r++)
    UNROLL for (uint p = 0; p < PARTS; p++)
      {
        uint d = lane + p * KEYS;

        if (r < rows && d < head_size)
          y[(first + r) * y_row + d] = values[r][p] / sums[r];
      }
}

#if WIDTH
/* The same on a processor: a work-item has ROWS queries of one head, without barriers, and takes
 * LANES keys at a time, turned so that a lane is a key. head_size is at least LANES; the last
 * vector of a row of values begins early rather than ending late. */
kernel void
attention_lanes (ATTENTION_PARAMETERS)
{
  uint   first = get_global_id (0) * ROWS;
  long   batch = get_global_id (2);
  uint   n_parts = (head_size + LANES - 1) / LANES;
  uint   rows = min ((uint) ROWS, T - first);
  float  keys[MAX_HEAD_SIZE][16];
  float  weights[ROWS][16];
  VECTOR values[MAX_HEAD_SIZE / 8][ROWS];
  VECTOR sums[ROWS];
  float  largest[ROWS];
  long   limit = S;
  int    is_pending = 1;

  GO_TO_HEAD (batch, get_global_id (1))
  if (flags & IS_CAUSAL)
    limit = min ((long) S, (long) first + rows + S - T);
  for (uint r = 0; r < ROWS; r++)
    {
      largest[r] = -INFINITY;
      sums[r] = 0.0f;
      for (uint p = 0; p < n_parts; p++)
        values[p][r] = 0.0f;
    }

  for (uint start = 0; start < S && (start < limit || is_pending); start += LANES)
    {
      uint     n_keys = min (LANES, S - start);
      INTEGERS is_masked = 0;
      VECTOR   scores[ROWS];
      int      hidden[16];

      for (uint i = 0; i < LANES; i++)
        {
          uint key = start + min (i, n_keys - 1);

          for (uint d = 0; d < head_size; d++)
            keys[d][i] = k[key * k_row + d];
          hidden[i] = (flags & HAS_MASK) && is_hidden (mask,
                                                       mask_element_bytes,
                                                       mask_offset + batch * mask_batch +
                                                           key * mask_key);
        }
      is_masked = LOAD (0, hidden) != 0;

      UNROLL for (uint r = 0; r < ROWS; r++)
        scores[r] = 0.0f;
      for (uint d = 0; d < head_size; d++)
        {
          VECTOR keys_d = LOAD (0, keys[d]);

          UNROLL for (uint r = 0; r < ROWS; r++)
            {
              VECTOR q_d = q[(first + min (r, rows - 1)) * q_row + d];

              scores[r] = mad (q_d, keys_d, scores[r]);
            }
        }

      is_pending = 0;
      for (uint r = 0; r < ROWS; r++)
        {
          INTEGERS key = (int) start + COUNT;
          int      last = (flags & IS_CAUSAL) ? (int) (first + r) + (int) S - (int) T : (int) S;
          float    before = largest[r];
          float    factor;
          VECTOR   score = select (
              scores[r] * scale, (VECTOR) (-FLT_MAX), is_masked | (INTEGERS) (key > last));

          score = select (score, (VECTOR) (-INFINITY), (INTEGERS) (key >= (int) S));
          largest[r] = fmax (before, largest_lane (score));
          factor = exp (before - largest[r]);
          score = exp (score - largest[r]);
          sums[r] = sums[r] * factor + score;
          STORE_VECTOR (score, 0, weights[r]);
          for (uint p = 0; p < n_parts; p++)
            values[p][r] *= factor;
          is_pending |= r < rows && largest[r] <= -FLT_MAX;
        }

      for (uint p = 0; p < n_parts; p++)
        {
          uint   d = min (p * LANES, head_size - LANES);
          VECTOR part[ROWS];

          UNROLL for (uint r = 0; r < ROWS; r++)
            part[r] = values[p][r];
          for (uint i = 0; i < n_keys; i++)
            {
              VECTOR v_part = LOAD (0, v + (start + i) * v_row + d);

              UNROLL for (uint r = 0; r < ROWS; r++)
                part[r] = mad ((VECTOR) (weights[r][i]), v_part, part[r]);
            }
          UNROLL for (uint r = 0; r < ROWS; r++)
            values[p][r] = part[r];
        }
    }

  for (uint r = 0; r < rows; r++)
    for (uint p = 0; p < n_parts; p++)
      STORE_VECTOR (values[p][r] / sum_lanes (sums[r]),
                    0,
                    y + (first + r) * y_row + min (p * LANES, head_size - LANES));
}
#endif
