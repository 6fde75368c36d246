/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#include <float.h>
#include <math.h>

/* Of values in [-1, 1]. A product of q and k has deviation 3, so a sum of d of them rounds by about
 * 2^-24 * 2.1 * d, which the scale makes 1.3e-7 * sqrt (d) of a score, and a weight's share of the
 * result moves by as much: five deviations of that are allowed. */
#define RELATIVE 1e-5
#define ABSOLUTE(head_size) (2e-6 + 6e-7 * sqrt (head_size))

typedef struct
{
  gint64     B, T, S;
  guint      n_heads, n_kv_heads, head_size;
  gboolean   is_causal;
  TrafoDType mask; /* NONE without one */
  Layout     layout;
} Case;

static const Case cases[] = {
  { 1, 1, 1, 1, 1, 1, FALSE, TRAFO_DTYPE_NONE, DENSE },
  { 2, 5, 5, 2, 2, 8, FALSE, TRAFO_DTYPE_INT64, DENSE },
  { 2, 9, 9, 3, 1, 64, TRUE, TRAFO_DTYPE_INT32, SPACED },
  { 2, 70, 70, 4, 2, 65, TRUE, TRAFO_DTYPE_NONE, SPACED },
  { 1, 130, 130, 2, 2, 32, TRUE, TRAFO_DTYPE_BOOL, DENSE },
  { 2, 3, 200, 2, 1, 64, TRUE, TRAFO_DTYPE_UINT8, SPACED },
  { 2, 1, 129, 4, 4, 80, TRUE, TRAFO_DTYPE_INT8, DENSE },
  { 1, 17, 65, 2, 2, 256, FALSE, TRAFO_DTYPE_BOOL, DENSE },
  /* more queries than keys: the first ones see no key, so that they average all */
  { 1, 20, 7, 2, 2, 16, TRUE, TRAFO_DTYPE_NONE, DENSE },
};

/* The score of query t with key s, -FLT_MAX if it is masked. */
static double
get_score (const Case *c, Tensor *const *inputs, gint64 b, gint64 t, gint64 s, guint head)
{
  guint         kv_head = head / (c->n_heads / c->n_kv_heads);
  const double *q = inputs[0]->values + ((b * c->T + t) * c->n_heads + head) * c->head_size;
  const double *k = inputs[1]->values + ((b * c->S + s) * c->n_kv_heads + kv_head) * c->head_size;
  double        score = 0;

  if (c->mask != TRAFO_DTYPE_NONE && inputs[3]->values[b * c->S + s] == 0)
    return -FLT_MAX;
  if (c->is_causal && s > t + c->S - c->T)
    return -FLT_MAX;
  for (guint d = 0; d < c->head_size; d++)
    score += q[d] * k[d];
  return score / sqrt (c->head_size);
}

static void
attend (const Case *c, Tensor *const *inputs, gint64 b, gint64 t, guint head, double *expected)
{
  guint              kv_head = head / (c->n_heads / c->n_kv_heads);
  g_autofree double *scores = g_new (double, c->S);
  double             largest = -INFINITY, sum = 0;

  for (gint64 s = 0; s < c->S; s++)
    {
      scores[s] = get_score (c, inputs, b, t, s, head);
      largest = fmax (largest, scores[s]);
    }
  for (gint64 s = 0; s < c->S; s++)
    sum += scores[s] = exp (scores[s] - largest);
  for (guint d = 0; d < c->head_size; d++)
    {
      double value = 0;

      for (gint64 s = 0; s < c->S; s++)
        value += scores[s] / sum *
                 inputs[2]->values[((b * c->S + s) * c->n_kv_heads + kv_head) * c->head_size + d];
      expected[((b * c->T + t) * c->n_heads + head) * c->head_size + d] = value;
    }
}

/* Every third key is hidden; the last batch row hides all of them. */
static Tensor *
make_mask (const Fixture *fixture, const Case *c)
{
  const gint64 shape[] = { c->B, c->S };
  Tensor      *mask = tensor_new (fixture,
                             c->mask == TRAFO_DTYPE_NONE ? TRAFO_DTYPE_BOOL : c->mask,
                             c->layout,
                             2,
                             shape);

  for (gint64 i = 0; i < c->B * c->S; i++)
    mask->values[i] = i % 3 != 1 && (c->B == 1 || i < (c->B - 1) * c->S);
  tensor_upload (mask);
  return mask;
}

static void
check (const Fixture *fixture, const Case *c)
{
  const TrafoAttentionAttrs attrs = {
    .struct_size = sizeof attrs,
    .n_heads = c->n_heads,
    .n_kv_heads = c->n_kv_heads,
    .head_size = c->head_size,
    .is_causal = c->is_causal,
    .has_mask = c->mask != TRAFO_DTYPE_NONE,
    .scale = 1.0 / sqrt (c->head_size),
  };
  const gint64 q_shape[] = { c->B, c->T, (gint64) c->n_heads * c->head_size };
  const gint64 k_shape[] = { c->B, c->S, (gint64) c->n_kv_heads * c->head_size };
  g_autoptr (Tensor) q =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, c->layout, 3, q_shape, -3, 3);
  g_autoptr (Tensor) k =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, c->layout, 3, k_shape, -3, 3);
  g_autoptr (Tensor) v =
      tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, c->layout, 3, k_shape, -1, 1);
  g_autoptr (Tensor) mask = make_mask (fixture, c);
  g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, q_shape);
  Tensor *const      inputs[] = { q, k, v, mask };
  g_autofree double *expected = g_new (double, y->n_elements);

  for (gint64 b = 0; b < c->B; b++)
    for (gint64 t = 0; t < c->T; t++)
      for (guint head = 0; head < c->n_heads; head++)
        attend (c, inputs, b, t, head, expected);
  fixture_run (fixture, TRAFO_OP_ATTENTION, &attrs, y, attrs.has_mask ? 4 : 3, inputs);
  assert_close (y, expected, RELATIVE, ABSOLUTE (c->head_size));
}

static void
test_attention_masks_and_shares_heads (gconstpointer data)
{
  guint width = GPOINTER_TO_UINT (data);
  g_autoptr (Fixture) fixture = fixture_new_for_width (width);

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
  /* for GPUs, for processors with vectors of 8 floats and of 16 */
  g_test_add_data_func ("/opencl/attention/masks/0",
                        GUINT_TO_POINTER (0),
                        test_attention_masks_and_shares_heads);
  g_test_add_data_func ("/opencl/attention/masks/8",
                        GUINT_TO_POINTER (8),
                        test_attention_masks_and_shares_heads);
  g_test_add_data_func ("/opencl/attention/masks/16",
                        GUINT_TO_POINTER (16),
                        test_attention_masks_and_shares_heads);
  return g_test_run ();
}
