/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <math.h>

/* Scores are sums of D products of up to 9, rounded in float. */
#define RELATIVE 2e-5
#define ABSOLUTE(D) (2e-6 * sqrt (D))

#define MAX_ROWS 3

typedef struct
{
  gint64  n_rows;
  gint64  n_tokens[MAX_ROWS], past[MAX_ROWS];
  guint32 n_heads, n_kv_heads, head_size;
  gint64  page_tokens;
  Layout  layout;
} Case;

static const Case cases[] = {
  { 1, { 1 }, { 0 }, 1, 1, 1, 16, DENSE },
  { 1, { 1 }, { 64 }, 2, 2, 64, 16, DENSE },
  { 1, { 40 }, { 30 }, 4, 2, 20, 7, SPACED },
  { 3, { 1, 5, 2 }, { 100, 0, 15 }, 2, 1, 256, 16, DENSE },
  { 3, { 0, 3, 1 }, { 8, 63, 0 }, 3, 3, 80, 1, SPACED },
};

/* The place of a token's key (part 0) or value (1) among the cache's values. */
static gsize
locate (const Case *c, const Tensor *table, gint64 row, gint64 part, gint64 kv_head, gint64 place)
{
  gint64 width = table->operand.shape[1];
  gint64 page = (gint64) table->values[row * width + place / c->page_tokens];

  return (((page * 2 + part) * c->n_kv_heads + kv_head) * c->page_tokens + place % c->page_tokens) *
         c->head_size;
}

static void
append (const Case *c, Tensor *const *inputs, gint64 row, gint64 first)
{
  gint64 n_features = (gint64) c->n_kv_heads * c->head_size;

  for (gint64 t = 0; t < c->n_tokens[row]; t++)
    for (gint64 part = 0; part < 2; part++)
      for (gint64 i = 0; i < n_features; i++)
        inputs[3]->values[locate (c, inputs[4], row, part, i / c->head_size, c->past[row] + t) +
                          i % c->head_size] =
            inputs[1 + part]->values[(first + t) * n_features + i];
}

static void
attend (const Case    *c,
        Tensor *const *inputs,
        gint64         row,
        gint64         first,
        gint64         t,
        guint          head,
        double        *expected)
{
  gint64             n_keys = c->past[row] + t + 1;
  gint64             kv_head = head / (c->n_heads / c->n_kv_heads);
  gint64             at = ((first + t) * c->n_heads + head) * c->head_size;
  g_autofree double *scores = g_new0 (double, n_keys);
  double             largest = -INFINITY, sum = 0;

  for (gint64 s = 0; s < n_keys; s++)
    {
      const double *key = inputs[3]->values + locate (c, inputs[4], row, 0, kv_head, s);

      for (guint d = 0; d < c->head_size; d++)
        scores[s] += inputs[0]->values[at + d] * key[d] / sqrt (c->head_size);
      largest = fmax (largest, scores[s]);
    }
  for (gint64 s = 0; s < n_keys; s++)
    sum += scores[s] = exp (scores[s] - largest);
  for (guint d = 0; d < c->head_size; d++)
    {
      expected[at + d] = 0;
      for (gint64 s = 0; s < n_keys; s++)
        expected[at + d] +=
            scores[s] / sum * inputs[3]->values[locate (c, inputs[4], row, 1, kv_head, s) + d];
    }
}

static Tensor *
numbers_new (const Fixture *fixture, guint n_dims, const gint64 *shape)
{
  return tensor_new (fixture, TRAFO_DTYPE_INT32, DENSE, n_dims, shape);
}

static void
check (const Fixture *fixture, const Case *c)
{
  const TrafoAttentionAttrs attrs = {
    .struct_size = sizeof attrs,
    .n_heads = c->n_heads,
    .n_kv_heads = c->n_kv_heads,
    .head_size = c->head_size,
    .is_causal = TRUE,
    .scale = 1.0 / sqrt (c->head_size),
  };
  gint64 n_tokens = 0, n_row_pages = 0, first = 0, n_starts = c->n_rows + 1;

  for (gint64 i = 0; i < c->n_rows; i++)
    {
      gint64 length = c->past[i] + c->n_tokens[i];

      n_tokens += c->n_tokens[i];
      n_row_pages = MAX (n_row_pages, (length + c->page_tokens - 1) / c->page_tokens);
    }
  {
    const gint64 q_shape[] = { 1, n_tokens, (gint64) c->n_heads * c->head_size };
    const gint64 k_shape[] = { 1, n_tokens, (gint64) c->n_kv_heads * c->head_size };
    const gint64 cache_shape[] = { c->n_rows * n_row_pages + 1,
                                   2,
                                   c->n_kv_heads,
                                   c->page_tokens,
                                   c->head_size };
    const gint64 table_shape[] = { c->n_rows, n_row_pages };
    g_autoptr (Tensor) q =
        tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, c->layout, 3, q_shape, -3, 3);
    g_autoptr (Tensor) k =
        tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, c->layout, 3, k_shape, -3, 3);
    g_autoptr (Tensor) v =
        tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, c->layout, 3, k_shape, -1, 1);
    g_autoptr (Tensor) cache =
        tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 5, cache_shape, -1, 1);
    g_autoptr (Tensor) table = numbers_new (fixture, 2, table_shape);
    g_autoptr (Tensor) starts = numbers_new (fixture, 1, &n_starts);
    g_autoptr (Tensor) past = numbers_new (fixture, 1, &c->n_rows);
    g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, q_shape);
    Tensor *const      inputs[] = { q, k, v, cache, table, starts, past };
    g_autofree double *expected = g_new0 (double, y->n_elements);
    g_autofree double *appended = NULL;

    for (gsize i = 0; i < table->n_elements; i++)
      table->values[i] = (double) (table->n_elements - i);
    for (gint64 row = 0; row < c->n_rows; row++)
      {
        past->values[row] = (double) c->past[row];
        starts->values[row + 1] = starts->values[row] + (double) c->n_tokens[row];
      }
    tensor_upload (table);
    tensor_upload (starts);
    tensor_upload (past);
    for (gint64 row = 0; row < c->n_rows; first += c->n_tokens[row++])
      {
        append (c, inputs, row, first);
        for (gint64 t = 0; t < c->n_tokens[row]; t++)
          for (guint head = 0; head < c->n_heads; head++)
            attend (c, inputs, row, first, t, head, expected);
      }
    appended = g_memdup2 (cache->values, cache->n_elements * sizeof *cache->values);
    fixture_run (fixture, TRAFO_OP_CACHED_ATTENTION, &attrs, y, G_N_ELEMENTS (inputs), inputs);
    assert_close (y, expected, RELATIVE, ABSOLUTE (c->head_size));
    tensor_download (cache);
    assert_close (cache, appended, 0, 0);
  }
}

static void
test_cached_attention (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  for (gsize i = 0; fixture != NULL && i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      check (fixture, &cases[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/cached-attention/cases", test_cached_attention);
  return g_test_run ();
}
