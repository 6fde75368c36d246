/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef enum
{
  MASK_NONE,
  MASK_RANDOM,
  MASK_LEFT_PADDING, /* with a causal mask its first queries see no key */
  MASK_ALL,
} Mask;

typedef struct
{
  gint64   B, T, S;
  guint32  n_heads, n_kv_heads, head_size;
  gboolean is_causal;
  Mask     mask;
  guint8   mask_dtype;
} Case;

static const Case cases[] = {
  { 1, 1, 1, 1, 1, 1, FALSE, MASK_NONE, 0 },
  { 2, 5, 5, 2, 2, 64, FALSE, MASK_NONE, 0 },
  { 1, 128, 128, 3, 3, 64, FALSE, MASK_NONE, 0 },
  { 2, 129, 129, 1, 1, 64, FALSE, MASK_RANDOM, TRAFO_DTYPE_INT64 },
  { 2, 33, 65, 2, 1, 80, FALSE, MASK_RANDOM, TRAFO_DTYPE_BOOL },
  { 1, 63, 63, 2, 2, 17, TRUE, MASK_NONE, 0 },
  { 1, 200, 200, 1, 1, 31, TRUE, MASK_NONE, 0 },
  { 3, 31, 31, 4, 2, 5, TRUE, MASK_LEFT_PADDING, TRAFO_DTYPE_INT32 },
  { 2, 140, 140, 1, 1, 16, TRUE, MASK_LEFT_PADDING, TRAFO_DTYPE_INT64 },
  { 2, 7, 150, 2, 2, 96, FALSE, MASK_ALL, TRAFO_DTYPE_UINT8 },
  { 2, 1, 300, 4, 2, 64, TRUE, MASK_LEFT_PADDING, TRAFO_DTYPE_INT64 },
  { 2, 3, 70, 2, 2, 33, TRUE, MASK_RANDOM, TRAFO_DTYPE_INT8 },
  { 1, 5, 100, 3, 1, 128, TRUE, MASK_NONE, 0 },
  { 1, 6, 3, 1, 1, 8, TRUE, MASK_NONE, 0 }, /* more queries than keys: the first see none */
  { 1, 150, 40, 2, 2, 33, TRUE, MASK_NONE, 0 },
  { 1, 530, 530, 1, 1, 40, TRUE, MASK_LEFT_PADDING, TRAFO_DTYPE_INT64 },
  { 1, 40, 300, 2, 1, 100, FALSE, MASK_RANDOM, TRAFO_DTYPE_INT32 },
  { 1, 0, 3, 1, 1, 8, FALSE, MASK_NONE, 0 },
};

static gboolean
is_masked (Mask mask, gint64 b, gint64 s, gint64 S)
{
  switch (mask)
    {
    case MASK_RANDOM:
      return (b * 31 + s * 17) % 5 == 0;
    case MASK_LEFT_PADDING:
      return s < (b + 1) * S / 4;
    case MASK_ALL:
      return b == 0;
    default:
      return FALSE;
    }
}

static TrafoOperand
make_mask (KernelCase *c, const Case *t)
{
  TrafoOperand mask = kernel_case_operand (c, t->mask_dtype, SHAPE (t->B, t->S), 0);

  for (gint64 i = 0; i < t->B * t->S; i++)
    {
      gboolean is_on = !is_masked (t->mask, i / t->S, i % t->S, t->S);

      if (trafo_dtype_get_size (t->mask_dtype) == 8)
        ((gint64 *) mask.data)[i] = is_on;
      else if (trafo_dtype_get_size (t->mask_dtype) == 4)
        ((gint32 *) mask.data)[i] = is_on;
      else
        ((gint8 *) mask.data)[i] = is_on != FALSE;
    }
  return mask;
}

/* q, k and v as slices of one [B, T, (H + 2 Hkv) D] buffer where the lengths agree. */
static void
add_operands (KernelCase *c, const Case *t)
{
  gint64 q_features = (gint64) t->n_heads * t->head_size;
  gint64 kv_features = (gint64) t->n_kv_heads * t->head_size;
  gint64 row = q_features + 2 * kv_features;

  if (t->T == t->S)
    {
      TrafoOperand all = kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (t->B, t->T, row), 0);
      TrafoOperand part = all;

      part.shape[2] = q_features;
      kernel_case_add_input (c, part);
      part.shape[2] = kv_features;
      part.data = (float *) all.data + q_features;
      kernel_case_add_input (c, part);
      part.data = (float *) all.data + q_features + kv_features;
      kernel_case_add_input (c, part);
      return;
    }
  kernel_case_add_input (c,
                         kernel_case_operand (c,
                                              TRAFO_DTYPE_FLOAT32,
                                              SHAPE (t->B, t->T, q_features),
                                              0));
  for (guint i = 0; i < 2; i++)
    kernel_case_add_input (c,
                           kernel_case_operand (c,
                                                TRAFO_DTYPE_FLOAT32,
                                                SHAPE (t->B, t->S, kv_features),
                                                kv_features + i));
}

/* What is known of a score. */
typedef struct
{
  double value;
  double magnitude; /* the sum of its terms' */
} Score;

static Score
score (const KernelCase *c, const Case *t, gint64 b, gint64 h, gint64 i, gint64 s)
{
  const TrafoAttentionAttrs *attrs = c->args.attrs;
  gint64                     kv_head = h / (t->n_heads / t->n_kv_heads);
  Score                      sum = { 0, 0 };

  if (is_masked (t->mask, b, s, t->S) || (t->is_causal && s > i + t->S - t->T))
    return (Score){ -FLT_MAX, 0 };
  for (gint64 d = 0; d < t->head_size; d++)
    {
      double term =
          kernel_case_get (&c->args.inputs[0], (gint64[]){ b, i, h * t->head_size + d }) *
          kernel_case_get (&c->args.inputs[1], (gint64[]){ b, s, kv_head * t->head_size + d }) *
          attrs->scale;

      sum.value += term;
      sum.magnitude += fabs (term);
    }
  return sum;
}

/* Weighted means of values within [-1, 1]; a score of about D terms below 1 each, times the scale,
 * errs by some 1e-7 sqrt D, and so does its exponential. In bfloat16 comes what the op allows, and a
 * 64th of it for products of roundings. */
static void
check_element (const KernelCase *c,
               const Case       *t,
               const Score      *scores,
               const double     *weights,
               const gint64      at[3],
               gint64            column)
{
  const TrafoAttentionAttrs *attrs = c->args.attrs;
  double                     sum = 0, tolerance = 2e-6;

  for (gint64 s = 0; s < t->S; s++)
    sum += weights[s] * kernel_case_get (&c->args.inputs[2], (gint64[]){ at[0], s, column });
  for (gint64 s = 0; s < t->S && attrs->dtype == TRAFO_DTYPE_BFLOAT16; s++)
    {
      double value = kernel_case_get (&c->args.inputs[2], (gint64[]){ at[0], s, column });

      tolerance +=
          0x1.04p-8 * weights[s] * (fabs (value - sum) * scores[s].magnitude + fabs (value));
    }
  g_assert_cmpfloat_with_epsilon (kernel_case_get (&c->args.output, at), sum, tolerance);
}

static void
check_row (const KernelCase *c, const Case *t, gint64 b, gint64 h, gint64 i)
{
  g_autofree Score  *scores = g_new (Score, t->S);
  g_autofree double *weights = g_new (double, t->S);
  double             greatest = -INFINITY, total = 0;
  gint64             kv_head = h / (t->n_heads / t->n_kv_heads);

  for (gint64 s = 0; s < t->S; s++)
    {
      scores[s] = score (c, t, b, h, i, s);
      greatest = MAX (greatest, scores[s].value);
    }
  for (gint64 s = 0; s < t->S; s++)
    {
      weights[s] = exp (scores[s].value - greatest);
      total += weights[s];
    }
  for (gint64 s = 0; s < t->S; s++)
    weights[s] /= total;
  for (gint64 d = 0; d < t->head_size; d++)
    check_element (c,
                   t,
                   scores,
                   weights,
                   (gint64[]){ b, i, h * t->head_size + d },
                   kv_head * t->head_size + d);
}

static void
run_case (const TrafoCpuKernels *tier, const Case *t, TrafoDType dtype)
{
  TrafoAttentionAttrs attrs = {
    .struct_size = sizeof attrs,
    .n_heads = t->n_heads,
    .n_kv_heads = t->n_kv_heads,
    .head_size = t->head_size,
    .is_causal = t->is_causal != FALSE,
    .has_mask = t->mask != MASK_NONE,
    .dtype = (guint8) dtype,
    .scale = 3 / sqrt (t->head_size),
  };
  KernelCase c;

  kernel_case_init (&c, TRAFO_OP_ATTENTION, &attrs);
  add_operands (&c, t);
  if (attrs.has_mask)
    kernel_case_add_input (&c, make_mask (&c, t));
  c.args.output = kernel_case_operand (&c,
                                       TRAFO_DTYPE_FLOAT32,
                                       SHAPE (t->B, t->T, (gint64) t->n_heads * t->head_size),
                                       0);
  kernel_case_run_all (&c, tier);
  for (gint64 b = 0; b < t->B; b++)
    for (gint64 h = 0; h < t->n_heads; h++)
      for (gint64 i = 0; i < t->T; i++)
        check_row (&c, t, b, h, i);
  kernel_case_clear (&c);
}

static void
test_cases (gconstpointer tier)
{
  for (gsize n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_test_message ("case %" G_GSIZE_FORMAT, n);
      run_case (tier, &cases[n], TRAFO_DTYPE_NONE);
      run_case (tier, &cases[n], TRAFO_DTYPE_BFLOAT16);
    }
}

/* Queries of a sequence have the same bits as in one that goes on behind them: how blocks of keys and
 * groups of queries are filled is nothing to them. */
static void
test_prefix (gconstpointer tier)
{
  static const gint64 lengths[] = { 17, 32, 45, 128, 129, 200, 290 };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (lengths); i++)
    {
      TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                    .n_heads = 2,
                                    .n_kv_heads = 1,
                                    .head_size = 24,
                                    .is_causal = TRUE,
                                    .dtype = i % 2 != 0 ? TRAFO_DTYPE_BFLOAT16 : TRAFO_DTYPE_NONE,
                                    .scale = 1 };
      gsize               n_bytes = (gsize) lengths[i / 2] * 48 * sizeof (float);
      g_autofree gpointer whole = NULL;
      KernelCase          c;

      kernel_case_init (&c, TRAFO_OP_ATTENTION, &attrs);
      kernel_case_add_input (&c,
                             kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 300, 48), 0));
      for (guint j = 0; j < 2; j++)
        kernel_case_add_input (&c,
                               kernel_case_operand (&c,
                                                    TRAFO_DTYPE_FLOAT32,
                                                    SHAPE (1, 300, 24),
                                                    0));
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 300, 48), 0);
      kernel_case_run (&c, tier, 1);
      whole = g_memdup2 (c.args.output.data, n_bytes);
      for (guint j = 0; j < 3; j++)
        c.args.inputs[j].shape[1] = lengths[i / 2];
      c.args.output.shape[1] = lengths[i / 2];
      kernel_case_run (&c, tier, 1);
      g_assert_cmpmem (c.args.output.data, n_bytes, whole, n_bytes);
      kernel_case_clear (&c);
    }
}

/* Scores of some thousands: exp() of a difference must neither overflow nor lose the greatest. */
static void
test_large_scores (gconstpointer tier)
{
  TrafoAttentionAttrs attrs = { .struct_size = sizeof attrs,
                                .n_heads = 1,
                                .n_kv_heads = 1,
                                .head_size = 16,
                                .scale = 1e4 };

  for (guint i = 0; i < 2; i++)
    {
      KernelCase c;

      attrs.dtype = i != 0 ? TRAFO_DTYPE_BFLOAT16 : TRAFO_DTYPE_NONE;
      kernel_case_init (&c, TRAFO_OP_ATTENTION, &attrs);
      for (guint j = 0; j < 3; j++)
        kernel_case_add_input (&c,
                               kernel_case_operand (&c,
                                                    TRAFO_DTYPE_FLOAT32,
                                                    SHAPE (1, 100, 16),
                                                    0));
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 100, 16), 0);
      kernel_case_run_all (&c, tier);
      for (gint64 j = 0; j < 1600; j++)
        g_assert_true (fabsf (((float *) c.args.output.data)[j]) <= 1.0f + 0x1p-8f);
      kernel_case_clear (&c);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("attention/cases", test_cases);
  kernel_case_add_tests ("attention/prefix", test_prefix);
  kernel_case_add_tests ("attention/large-scores", test_large_scores);
  return g_test_run ();
}
