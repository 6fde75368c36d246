/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>

#define MAX_ROWS 4

typedef struct
{
  gsize   n_rows;
  gint32  n_tokens[MAX_ROWS];
  gint32  past[MAX_ROWS];
  guint32 n_heads, n_kv_heads, head_size;
  gint64  page_tokens;
} Case;

/* Rows of few tokens and of many, alone and together; parts of 256 keys, of which there are one, two,
 * a whole number, and one key more. */
static const Case cases[] = {
  { 1, { 1 }, { 0 }, 1, 1, 1, 16 },
  { 1, { 1 }, { 15 }, 2, 2, 64, 16 },
  { 1, { 3 }, { 254 }, 2, 1, 17, 16 },
  { 1, { 1 }, { 2000 }, 3, 3, 64, 16 },
  { 1, { 2 }, { 511 }, 4, 2, 33, 7 },
  { 1, { 70 }, { 0 }, 2, 2, 80, 16 },
  { 1, { 200 }, { 300 }, 1, 1, 16, 64 },
  { 4, { 1, 40, 1, 3 }, { 700, 3, 0, 256 }, 2, 2, 32, 16 },
  { 3, { 0, 1, 4 }, { 20, 31, 0 }, 6, 2, 8, 1 },
};

static gint64
n_tokens_of (const Case *t)
{
  gint64 n = 0;

  for (gsize i = 0; i < t->n_rows; i++)
    n += t->n_tokens[i];
  return n;
}

/* Enough for the longest row. */
static gint64
n_row_pages_of (const Case *t)
{
  gint64 n = 0;

  for (gsize i = 0; i < t->n_rows; i++)
    n = MAX (n, (t->past[i] + t->n_tokens[i] + t->page_tokens - 1) / t->page_tokens);
  return n;
}

static TrafoOperand
make_numbers (KernelCase *c, const gint64 *shape, const gint32 *numbers)
{
  TrafoOperand operand = kernel_case_operand (c, TRAFO_DTYPE_INT32, shape, 0);
  gsize        n = 1;

  for (guint i = 0; i < operand.n_dims; i++)
    n *= (gsize) shape[i];
  memcpy (operand.data, numbers, n * sizeof *numbers);
  return operand;
}

/* q, k and v side by side; the rows' pages from the last down, and one that nobody has. */
static void
add_operands (KernelCase *c, const Case *t)
{
  gint64       N = n_tokens_of (t), W = n_row_pages_of (t), R = (gint64) t->n_rows;
  gint64       q_features = (gint64) t->n_heads * t->head_size;
  gint64       kv_features = (gint64) t->n_kv_heads * t->head_size;
  TrafoOperand all =
      kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (1, N, q_features + 2 * kv_features), 0);
  TrafoOperand       part = all;
  gint32             starts[MAX_ROWS + 1] = { 0 };
  g_autofree gint32 *pages = g_new0 (gint32, R * W);

  part.shape[2] = q_features;
  kernel_case_add_input (c, part);
  part.shape[2] = kv_features;
  part.data = (float *) all.data + q_features;
  kernel_case_add_input (c, part);
  part.data = (float *) part.data + kv_features;
  kernel_case_add_input (c, part);
  kernel_case_add_input (c,
                         kernel_case_operand (c,
                                              TRAFO_DTYPE_FLOAT32,
                                              SHAPE (R * W + 1,
                                                     2,
                                                     t->n_kv_heads,
                                                     t->page_tokens,
                                                     t->head_size),
                                              0));
  for (gint32 i = 0; i < R * W; i++)
    pages[i] = (gint32) (R * W) - i;
  for (gsize i = 0; i < t->n_rows; i++)
    starts[i + 1] = starts[i] + t->n_tokens[i];
  kernel_case_add_input (c, make_numbers (c, SHAPE (R, W), pages));
  kernel_case_add_input (c, make_numbers (c, SHAPE (R + 1), starts));
  kernel_case_add_input (c, make_numbers (c, SHAPE (R), t->past));
}

/* Feature @d of the key (part 0) or value (1) at a place of a row. */
static double
get_cached (const KernelCase *c,
            const Case       *t,
            gsize             row,
            gint64            part,
            gint64            kv_head,
            gint64            at,
            gint64            d)
{
  const gint32 *pages = c->args.inputs[4].data;
  gint64        page = pages[(gint64) row * c->args.inputs[4].shape[1] + at / t->page_tokens];

  return kernel_case_get (&c->args.inputs[3],
                          (gint64[]){ page, part, kv_head, at % t->page_tokens, d });
}

static void
check_appended (const KernelCase *c, const Case *t, gsize row, gint64 first)
{
  for (gint64 i = 0; i < t->n_tokens[row]; i++)
    for (gint64 kv_head = 0; kv_head < t->n_kv_heads; kv_head++)
      for (gint64 d = 0; d < t->head_size; d++)
        for (gint64 part = 0; part < 2; part++)
          g_assert_cmpfloat (get_cached (c, t, row, part, kv_head, t->past[row] + i, d),
                             ==,
                             kernel_case_get (&c->args.inputs[1 + part],
                                              (gint64[]){ 0,
                                                          first + i,
                                                          kv_head * t->head_size + d }));
}

/* As in the test of attention: weighted means of values within [-1, 1]. */
static void
check_token (const KernelCase *c, const Case *t, gsize row, gint64 first, gint64 i, gint64 head)
{
  const TrafoAttentionAttrs *attrs = c->args.attrs;
  gint64                     n_keys = t->past[row] + i + 1;
  gint64                     kv_head = head / (t->n_heads / t->n_kv_heads);
  g_autofree double         *scores = g_new0 (double, n_keys);
  double                     greatest = -INFINITY, weight = 0;

  for (gint64 s = 0; s < n_keys; s++)
    {
      for (gint64 d = 0; d < t->head_size; d++)
        scores[s] += kernel_case_get (&c->args.inputs[0],
                                      (gint64[]){ 0, first + i, head * t->head_size + d }) *
                     get_cached (c, t, row, 0, kv_head, s, d) * attrs->scale;
      greatest = MAX (greatest, scores[s]);
    }
  for (gint64 s = 0; s < n_keys; s++)
    weight += exp (scores[s] - greatest);
  for (gint64 d = 0; d < t->head_size; d++)
    {
      double sum = 0;

      for (gint64 s = 0; s < n_keys; s++)
        sum += exp (scores[s] - greatest) / weight * get_cached (c, t, row, 1, kv_head, s, d);
      g_assert_cmpfloat_with_epsilon (kernel_case_get (&c->args.output,
                                                       (gint64[]){ 0,
                                                                   first + i,
                                                                   head * t->head_size + d }),
                                      sum,
                                      2e-6);
    }
}

static void
test_cases (gconstpointer tier)
{
  for (gsize n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const Case         *t = &cases[n];
      TrafoAttentionAttrs attrs = {
        .struct_size = sizeof attrs,
        .n_heads = t->n_heads,
        .n_kv_heads = t->n_kv_heads,
        .head_size = t->head_size,
        .is_causal = TRUE,
        .scale = 3 / sqrt (t->head_size),
      };
      gint64     first = 0;
      KernelCase c;

      g_test_message ("case %" G_GSIZE_FORMAT, n);
      kernel_case_init (&c, TRAFO_OP_CACHED_ATTENTION, &attrs);
      add_operands (&c, t);
      c.args.output =
          kernel_case_operand (&c,
                               TRAFO_DTYPE_FLOAT32,
                               SHAPE (1, n_tokens_of (t), (gint64) t->n_heads * t->head_size),
                               0);
      kernel_case_run_all (&c, tier);
      for (gsize row = 0; row < t->n_rows; row++)
        {
          check_appended (&c, t, row, first);
          for (gint64 i = 0; i < t->n_tokens[row]; i++)
            for (gint64 head = 0; head < t->n_heads; head++)
              check_token (&c, t, row, first, i, head);
          first += t->n_tokens[row];
        }
      kernel_case_clear (&c);
    }
}

/* The end of a prompt has the same bits after its beginning was computed before as in one piece. */
static void
test_pieces (gconstpointer tier)
{
  static const gint64 cuts[] = { 17, 40, 64, 128, 171 };
  const Case          t = { 1, { 200 }, { 0 }, 2, 1, 40, 16 };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (cuts); i++)
    {
      gint64              cut = cuts[i / 2];
      TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                    .n_heads = t.n_heads,
                                    .n_kv_heads = t.n_kv_heads,
                                    .head_size = t.head_size,
                                    .is_causal = TRUE,
                                    .dtype = i % 2 != 0 ? TRAFO_DTYPE_BFLOAT16 : TRAFO_DTYPE_NONE,
                                    .scale = 1 };
      g_autofree float   *whole = NULL;
      KernelCase          c;

      kernel_case_init (&c, TRAFO_OP_CACHED_ATTENTION, &attrs);
      add_operands (&c, &t);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 200, 80), 0);
      kernel_case_run (&c, tier, 1);
      whole = g_memdup2 (c.args.output.data, 200 * 80 * sizeof (float));
      for (guint j = 0; j < 3; j++)
        {
          c.args.inputs[j].data = (float *) c.args.inputs[j].data + cut * 160;
          c.args.inputs[j].shape[1] = 200 - cut;
        }
      c.args.output.shape[1] = 200 - cut;
      ((gint32 *) c.args.inputs[5].data)[1] = (gint32) (200 - cut);
      ((gint32 *) c.args.inputs[6].data)[0] = (gint32) cut;
      kernel_case_run (&c, tier, 1);
      g_assert_cmpmem (c.args.output.data,
                       (gsize) (200 - cut) * 80 * sizeof (float),
                       whole + cut * 80,
                       (gsize) (200 - cut) * 80 * sizeof (float));
      kernel_case_clear (&c);
    }
}

/* Numbers that do not fit stay within the memory that there is. */
static void
test_wild (gconstpointer tier)
{
  static const gint32 wild[] = { G_MININT32, -1, 5, 1000, G_MAXINT32 };
  const Case          t = { 2, { 2, 3 }, { 4, 5 }, 2, 1, 8, 4 };
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                .n_heads = 2,
                                .n_kv_heads = 1,
                                .head_size = 8,
                                .is_causal = TRUE,
                                .scale = 1 };

  for (guint input = 4; input < 7; input++)
    for (gsize i = 0; i < G_N_ELEMENTS (wild); i++)
      for (gint64 at = 0; at < 2; at++)
        {
          KernelCase c;

          kernel_case_init (&c, TRAFO_OP_CACHED_ATTENTION, &attrs);
          add_operands (&c, &t);
          ((gint32 *) c.args.inputs[input].data)[at] = wild[i];
          c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 5, 16), 0);
          kernel_case_run (&c, tier, 1);
          kernel_case_run (&c, tier, 7);
          kernel_case_clear (&c);
        }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("cached-attention/cases", test_cases);
  kernel_case_add_tests ("cached-attention/pieces", test_pieces);
  kernel_case_add_tests ("cached-attention/wild", test_wild);
  return g_test_run ();
}
