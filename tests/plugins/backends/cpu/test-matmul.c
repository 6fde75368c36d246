/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>

#include "slowdown.h"

/* M x K by K x N; batch axes are [2, 3], [3] or [2, 1] on a side, none on the other or the same. */
static const gint64 sizes[][3] = {
  { 1, 1, 1 },   { 3, 5, 7 },    { 8, 16, 48 },  { 17, 33, 65 }, { 31, 129, 3 },
  { 1, 64, 97 }, { 130, 9, 49 }, { 257, 3, 24 }, { 4, 0, 5 },    { 0, 4, 5 },
};

/* How a matrix of n x m elements lies. */
typedef enum
{
  LIES_BY_ROWS,
  LIES_TRANSPOSED, /* and the op is told so */
  LIES_BY_COLUMNS, /* strides alone say so */
  LIES_APART,      /* every other element */
  N_WAYS,
} Way;

static const gint64 batches[][2] = { { 0, 0 }, { 2, 3 }, { 0, 3 }, { 2, 1 } };

/* The operand as core would pass it; *@ret_plain has the axes of the product in their order. */
static TrafoOperand
make_side (KernelCase *c, const gint64 *batch, gint64 n, gint64 m, Way way, TrafoOperand *ret_plain)
{
  gboolean     is_swapped = way == LIES_TRANSPOSED || way == LIES_BY_COLUMNS;
  gint64       rows = is_swapped ? m : n;
  gint64       columns = is_swapped ? n : m;
  gint64       shape[5];
  guint        n_dims = 0;
  TrafoOperand operand, plain;

  for (guint i = 0; i < 2; i++)
    if (batch[i] != 0)
      shape[n_dims++] = batch[i];
  shape[n_dims++] = rows;
  shape[n_dims++] = way == LIES_APART ? 2 * columns : columns;
  shape[n_dims] = -1;
  operand = kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, shape, 0);
  if (way == LIES_APART)
    {
      operand.shape[n_dims - 1] = columns;
      operand.strides[n_dims - 1] = 2;
    }
  plain = operand;
  if (is_swapped)
    {
      plain.shape[n_dims - 2] = operand.shape[n_dims - 1];
      plain.shape[n_dims - 1] = operand.shape[n_dims - 2];
      plain.strides[n_dims - 2] = operand.strides[n_dims - 1];
      plain.strides[n_dims - 1] = operand.strides[n_dims - 2];
    }
  *ret_plain = plain;
  return way == LIES_BY_COLUMNS ? plain : operand;
}

static double
get (const TrafoOperand *operand, const gint64 *batch, gint64 i, gint64 j)
{
  gint64 index[4];
  guint  n = operand->n_dims - 2u;

  for (guint axis = 0; axis < n; axis++)
    index[axis] = operand->shape[axis] == 1 ? 0 : batch[2 - n + axis];
  index[n] = i;
  index[n + 1] = j;
  return kernel_case_get (operand, index);
}

/* K + 1 roundings of half a unit in the last place of the terms' size. */
static void
check (const KernelCase *c, const TrafoOperand *a, const TrafoOperand *b)
{
  const TrafoOperand *y = &c->args.output;
  gint64              last = a->shape[a->n_dims - 1];

  for (gint64 first = 0; first < y->shape[0]; first++)
    for (gint64 second = 0; second < y->shape[1]; second++)
      for (gint64 i = 0; i < y->shape[2]; i++)
        for (gint64 j = 0; j < y->shape[3]; j++)
          {
            gint64 batch[] = { first, second };
            double sum = 0, size = 1e-20;

            for (gint64 k = 0; k < last; k++)
              {
                double term = get (a, batch, i, k) * get (b, batch, k, j);

                sum += term;
                size += fabs (term);
              }
            g_assert_cmpfloat_with_epsilon (get (y, batch, i, j), sum, 6e-7 * size);
          }
}

static void
run_case (gconstpointer tier, const gint64 *size, guint variant)
{
  Way              a_way = variant % N_WAYS;
  Way              b_way = variant / N_WAYS % N_WAYS;
  const gint64    *b_batch = batches[variant / N_WAYS / N_WAYS];
  TrafoMatmulAttrs attrs = { .struct_size = sizeof attrs,
                             .transpose_a = a_way == LIES_TRANSPOSED,
                             .transpose_b = b_way == LIES_TRANSPOSED };
  TrafoOperand     a, b;
  KernelCase       c;

  kernel_case_init (&c, TRAFO_OP_MATMUL, &attrs);
  kernel_case_add_input (&c, make_side (&c, batches[1], size[0], size[1], a_way, &a));
  kernel_case_add_input (&c, make_side (&c, b_batch, size[1], size[2], b_way, &b));
  c.args.output =
      kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (2, 3, size[0], size[2]), size[2] + 1);
  kernel_case_run (&c, tier, 1);
  check (&c, &a, &b);
  if (variant == 0)
    {
      kernel_case_run_all (&c, tier);
      check (&c, &a, &b);
    }
  kernel_case_clear (&c);
}

static void
test_cases (gconstpointer tier)
{
  guint64 every = get_every (), n_cases = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint variant = 0; variant < N_WAYS * N_WAYS * G_N_ELEMENTS (batches); variant++)
      if (n_cases++ % every == 0)
        run_case (tier, sizes[i], variant);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("matmul/cases", test_cases);
  return g_test_run ();
}
