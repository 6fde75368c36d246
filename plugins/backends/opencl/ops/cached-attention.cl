/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* CACHED_ATTENTION: cached_append writes keys and values of new tokens into the pages of their
 * sequences; cached_attention, behind it in the queue, reads them all there. In it a work-group is one
 * head of one token and takes the keys KEYS at a time, as in attention.cl: first a work-item is a key,
 * then it is some features of the values. */

#define KEYS 64
#define MAX_HEAD_SIZE 256
#define PARTS (MAX_HEAD_SIZE / KEYS)

#define CACHE_PARAMETERS                                                                           \
  uint n_tokens, uint n_rows, uint n_pages, uint page_tokens, uint row_pages, uint n_kv_heads,     \
      uint head_size, long table_row, global float *cache, ulong cache_offset,                     \
      global const int *page_table, ulong page_table_offset, global const int *row_starts,         \
      ulong row_starts_offset, global const int *past_lengths, ulong past_lengths_offset

/* The row that has a token: the last that begins at it or before. */
static uint
find_row (global const int *row_starts, uint n_rows, int token)
{
  uint low = 0, high = n_rows;

  while (high - low > 1)
    {
      uint middle = (low + high) / 2;

      if (row_starts[middle] <= token)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* The place of a token in its sequence; clamped, so that it has a page. */
static uint
find_place (global const int *row_starts,
            global const int *past_lengths,
            uint              row,
            int               token,
            uint              capacity)
{
  long place = max (past_lengths[row], 0) + (long) max (token - row_starts[row], 0);

  return (uint) min (place, (long) capacity - 1);
}

/* Where the key of a place begins; the value lies n_kv_heads * page_tokens * head_size further. */
static long
find_key (global const int *pages,
          uint              n_pages,
          uint              page_tokens,
          uint              n_kv_heads,
          uint              head_size,
          uint              kv_head,
          uint              place)
{
  long page = clamp (pages[place / page_tokens], 0, (int) n_pages - 1);

  return ((page * 2 * n_kv_heads + kv_head) * page_tokens + place % page_tokens) * head_size;
}

/* One work-item a feature of a head of a token. */
kernel void
cached_append (CACHE_PARAMETERS,
               long                k_row,
               long                v_row,
               global const float *k,
               ulong               k_offset,
               global const float *v,
               ulong               v_offset)
{
  uint i = get_global_id (0);
  uint feature = i % head_size, kv_head = i / head_size % n_kv_heads;
  uint token = i / head_size / n_kv_heads;
  uint row, place;
  long at;

  if (token >= n_tokens)
    return;
  cache += cache_offset;
  row_starts += row_starts_offset;
  row = find_row (row_starts, n_rows, (int) token);
  place = find_place (row_starts,
                      past_lengths + past_lengths_offset,
                      row,
                      (int) token,
                      row_pages * page_tokens);
  at = find_key (page_table + page_table_offset + row * table_row,
                 n_pages,
                 page_tokens,
                 n_kv_heads,
                 head_size,
                 kv_head,
                 place) +
       feature;
  cache[at] = k[k_offset + token * k_row + kv_head * head_size + feature];
  cache[at + (long) n_kv_heads * page_tokens * head_size] =
      v[v_offset + token * v_row + kv_head * head_size + feature];
}

kernel __attribute__ ((reqd_work_group_size (KEYS, 1, 1))) void
cached_attention (CACHE_PARAMETERS,
                  uint                heads_per_kv_head,
                  float               scale,
                  long                y_row,
                  long                q_row,
                  global float       *y,
                  ulong               y_offset,
                  global const float *q,
                  ulong               q_offset)
{
  local float query[MAX_HEAD_SIZE];
  local float weights[KEYS];
  local long  at[KEYS];
  uint        lane = get_local_id (0);
  uint        token = get_group_id (0), head = get_group_id (1);
  uint        kv_head = head / heads_per_kv_head;
  long        value_offset = (long) n_kv_heads * page_tokens * head_size;
  float       values[PARTS];
  float       largest = -INFINITY, sum = 0.0f;
  uint        row, n_keys;

  cache += cache_offset;
  row_starts += row_starts_offset;
  row = find_row (row_starts, n_rows, (int) token);
  page_table += page_table_offset + row * table_row;
  n_keys = find_place (row_starts,
                       past_lengths + past_lengths_offset,
                       row,
                       (int) token,
                       row_pages * page_tokens) +
           1;
  for (uint d = lane; d < head_size; d += KEYS)
    query[d] = q[q_offset + token * q_row + head * head_size + d];
  UNROLL for (uint p = 0; p < PARTS; p++)
    values[p] = 0.0f;
  barrier (CLK_LOCAL_MEM_FENCE);

  for (uint start = 0; start < n_keys; start += KEYS)
    {
      uint  n = min ((uint) KEYS, n_keys - start);
      float before = largest, score = 0.0f, factor;

      at[lane] = find_key (page_table,
                           n_pages,
                           page_tokens,
                           n_kv_heads,
                           head_size,
                           kv_head,
                           start + min (lane, n - 1));
      for (uint d = 0; d < head_size; d++)
        score = mad (query[d], cache[at[lane] + d], score);
      weights[lane] = score * scale;
      barrier (CLK_LOCAL_MEM_FENCE);
      for (uint i = 0; i < n; i++)
        largest = fmax (largest, weights[i]);
      factor = exp (before - largest);
      score = exp (weights[lane] - largest);
      barrier (CLK_LOCAL_MEM_FENCE);
      weights[lane] = score;
      barrier (CLK_LOCAL_MEM_FENCE);
      sum *= factor;
      for (uint i = 0; i < n; i++)
        sum += weights[i];
      UNROLL for (uint p = 0; p < PARTS; p++)
        {
          uint d = p * KEYS + lane;

          values[p] *= factor;
          for (uint i = 0; i < n && d < head_size; i++)
            values[p] = mad (weights[i], cache[at[i] + value_offset + d], values[p]);
        }
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  UNROLL for (uint p = 0; p < PARTS; p++)
    if (p * KEYS + lane < head_size)
      y[y_offset + token * y_row + head * head_size + p * KEYS + lane] = values[p] / sum;
}
