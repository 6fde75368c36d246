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

kernel __attribute__ ((reqd_work_group_size (KEYS, 1, 1))) void
attention (uint                T,
           uint                S,
           uint                head_size,
           uint                heads_per_kv_head,
           uint                flags,
           float               scale,
           uint                mask_element_bytes,
           long                y_batch,
           long                y_row,
           long                q_batch,
           long                q_row,
           long                k_batch,
           long                k_row,
           long                v_batch,
           long                v_row,
           long                mask_batch,
           long                mask_key,
           global float       *y,
           ulong               y_offset,
           global const float *q,
           ulong               q_offset,
           global const float *k,
           ulong               k_offset,
           global const float *v,
           ulong               v_offset,
           global const uchar *mask,
           ulong               mask_offset)
{
  local float queries[ROWS][MAX_HEAD_SIZE];
  local float weights[ROWS][KEYS];
  uint        lane = get_local_id (0);
  uint        first = get_group_id (0) * ROWS;
  uint        head = get_group_id (1);
  uint        kv_head = head / heads_per_kv_head;
  long        batch = get_group_id (2);
  uint        rows = min ((uint) ROWS, T - first);
  float       values[ROWS][PARTS];
  float       largest[ROWS], sums[ROWS];
  long        limit = S;
  int         is_pending = 1;

  q += q_offset + batch * q_batch + head * head_size;
  k += k_offset + batch * k_batch + kv_head * head_size;
  v += v_offset + batch * v_batch + kv_head * head_size;
  y += y_offset + batch * y_batch + head * head_size;
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
