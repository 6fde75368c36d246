/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "../../../../plugins/backends/cpu/cpu-cache.h"
#include "kernel-case.h"

#include <math.h>
#include <string.h>

typedef struct
{
  gint64 M, K, N;
} Size;

static const Size sizes[] = {
  { 1, 1, 1 },     { 1, 3, 5 },    { 1, 64, 48 },    { 1, 129, 65 }, { 2, 31, 97 },
  { 3, 17, 33 },   { 4, 40, 24 },  { 5, 63, 49 },    { 6, 65, 12 },  { 7, 8, 100 },
  { 8, 33, 17 },   { 9, 129, 31 }, { 17, 64, 145 },  { 33, 31, 63 }, { 65, 40, 48 },
  { 129, 17, 96 }, { 31, 1, 3 },   { 1, 0, 4 },      { 0, 4, 4 },    { 9, 0, 5 },
  { 3, 2100, 50 }, { 9, 2100, 7 }, { 250, 1030, 5 },
};

static const guint8 packed_dtypes[] = { TRAFO_DTYPE_FLOAT32,
                                        TRAFO_DTYPE_FLOAT16,
                                        TRAFO_DTYPE_BFLOAT16,
                                        TRAFO_DTYPE_INT8 };

static TrafoLinearAttrs
linear_attrs (guint activation, gboolean has_bias, gboolean has_residual)
{
  return (TrafoLinearAttrs){
    .struct_size = sizeof (TrafoLinearAttrs),
    .activation = activation,
    .has_bias = has_bias != FALSE,
    .has_residual = has_residual != FALSE,
  };
}

/* Packs as core would; the packed operand has the shape that the parts have together. */
static TrafoOperand
pack_weight (KernelCase *c, const TrafoCpuKernels *tier, TrafoWeight *weight)
{
  guint        out_axis = weight->is_in_out ? 1 : 0;
  TrafoOperand packed = { .dtype = weight->dtype, .n_dims = 2, .layout = TRAFO_LAYOUT_PACKED };
  gsize        size;
  guint        n_tasks;
  char        *memory;

  weight->n_in = weight->parts[0].shape[1 - out_axis];
  for (guint i = 0; i < weight->n_parts; i++)
    weight->n_out += weight->parts[i].shape[out_axis];
  packed.shape[out_axis] = weight->n_out;
  packed.shape[1 - out_axis] = weight->n_in;
  size = tier->packed_size (weight);
  if (weight->n_in == 0)
    return packed;
  g_assert_cmpuint (size,
                    >=,
                    (gsize) (weight->n_out * weight->n_in) * trafo_dtype_get_size (weight->dtype));
  memory = kernel_case_alloc (c, (size + 63) / 64 * 64);
  memset (memory, 0x7f, size);
  n_tasks = tier->pack_n_tasks (weight);
  for (guint task = n_tasks; task-- > 0;)
    tier->pack (weight, memory, task);
  packed.data = memory;
  return packed;
}

static TrafoOperand
pack (KernelCase            *c,
      const TrafoCpuKernels *tier,
      guint8                 dtype,
      const TrafoOperand    *parts,
      guint                  n_parts,
      gboolean               is_in_out)
{
  TrafoWeight weight = { .struct_size = sizeof weight,
                         .n_parts = n_parts,
                         .parts = parts,
                         .is_in_out = is_in_out != FALSE,
                         .dtype = dtype };

  return pack_weight (c, tier, &weight);
}

static double
activate (guint activation, double x)
{
  switch (activation)
    {
    case TRAFO_ACTIVATION_GELU:
      return x * 0.5 * (1 + erf (x / sqrt (2)));
    case TRAFO_ACTIVATION_GELU_TANH:
      return x * 0.5 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
    case TRAFO_ACTIVATION_RELU:
      return MAX (x, 0);
    case TRAFO_ACTIVATION_SILU:
      return x / (1 + exp (-x));
    case TRAFO_ACTIVATION_QUICK_GELU:
      return x / (1 + exp (-1.702 * x));
    case TRAFO_ACTIVATION_TANH:
      return tanh (x);
    case TRAFO_ACTIVATION_SIGMOID:
      return 1 / (1 + exp (-x));
    default:
      return x;
    }
}

static double
weight_at (const TrafoOperand *parts, gboolean is_in_out, gint64 n, gint64 k)
{
  for (;; parts++)
    {
      gint64 n_out = parts->shape[is_in_out ? 1 : 0];

      if (n < n_out)
        return kernel_case_get (parts, is_in_out ? (gint64[]){ k, n } : (gint64[]){ n, k });
      n -= n_out;
    }
}

/* What stands for a value in the product, and how far it may be from it, relative to its size. */
typedef struct
{
  double scale; /* of the integers of a row */
  float  inverse;
} Rounding;

static double
round_value (guint8 dtype, const Rounding *rounding, double value)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    return trafo_float16_to_float (trafo_float16_from_float ((float) value));
  if (dtype == TRAFO_DTYPE_BFLOAT16)
    return trafo_bfloat16_to_float (trafo_bfloat16_from_float ((float) value));
  if (dtype == TRAFO_DTYPE_INT8)
    return rint ((double) ((float) value * rounding->inverse)) * rounding->scale;
  return value;
}

static Rounding
find_rounding (double greatest)
{
  return (Rounding){ (double) ((float) greatest / 127), greatest > 0 ? 127 / (float) greatest : 0 };
}

static void
find_row (const TrafoOperand *x, gint64 m, gint64 *index)
{
  for (guint i = x->n_dims - 1u; i-- > 0;)
    {
      index[i] = m % x->shape[i];
      m /= x->shape[i];
    }
}

/* Whether the kernel makes x as narrow as the weight. */
static gboolean
rounds_rows (const TrafoKernel *kernel)
{
  return g_str_has_prefix (kernel->name, "linear-narrow-");
}

/* One element against a sum in double precision of what the dtype makes of x, if it is rounded, and of the
 * weight: each of K + 3 roundings may cost half a unit in the last place of the terms' size, and activations
 * (Lipschitz constant below 1.2) 4 ulp. Products of bfloat16 are exact in float32. */
static void
check_element (KernelCase *c, const TrafoOperand *parts, gboolean is_in_out, gint64 m, gint64 n)
{
  const TrafoLinearAttrs *attrs = c->args.attrs;
  const TrafoOperand     *x = &c->args.inputs[0];
  guint8                  dtype = c->args.inputs[1].dtype;
  guint8                  x_dtype = rounds_rows (c->kernel) ? dtype : TRAFO_DTYPE_FLOAT32;
  guint                   last = x->n_dims - 1u;
  gint64                  index[TRAFO_MAX_DIMS] = { 0 };
  double                  sum = 0, size = 1, x_greatest = 0, weight_greatest = 0;
  Rounding                x_rounding, weight_rounding;

  find_row (x, m, index);
  for (index[last] = 0; index[last] < x->shape[last]; index[last]++)
    {
      x_greatest = MAX (x_greatest, fabs (kernel_case_get (x, index)));
      weight_greatest = MAX (weight_greatest, fabs (weight_at (parts, is_in_out, n, index[last])));
    }
  x_rounding = find_rounding (x_greatest);
  weight_rounding = find_rounding (weight_greatest);
  for (index[last] = 0; index[last] < x->shape[last]; index[last]++)
    {
      double weight = weight_at (parts, is_in_out, n, index[last]);
      double term = round_value (x_dtype, &x_rounding, kernel_case_get (x, index)) *
                    round_value (dtype, &weight_rounding, weight);

      sum += term;
      size += fabs (term);
    }
  if (attrs->has_bias)
    sum += kernel_case_get (&c->args.inputs[2], &n);
  sum = activate (attrs->activation, sum);
  index[last] = n;
  if (attrs->has_residual)
    sum += kernel_case_get (&c->args.inputs[attrs->has_bias ? 3 : 2], index);
  g_assert_cmpfloat_with_epsilon (kernel_case_get (&c->args.output, index), sum, 6e-7 * size);
}

static void
check (KernelCase *c, const TrafoOperand *parts, gboolean is_in_out)
{
  const TrafoOperand *x = &c->args.inputs[0];
  gint64              n_rows = 1;

  for (guint i = 0; i + 1 < x->n_dims; i++)
    n_rows *= x->shape[i];
  for (gint64 m = 0; m < n_rows; m++)
    for (gint64 n = 0; n < c->args.output.shape[x->n_dims - 1u]; n++)
      check_element (c, parts, is_in_out, m, n);
}

/* One product of every kind of operands that its variant's bits ask for. */
static void
test_shape (const TrafoCpuKernels *tier, guint8 dtype, const Size *size, guint variant)
{
  gint64           M = size->M, K = size->K, N = size->N;
  gint64           stride = variant & 1 ? K + 3 : 0;
  TrafoLinearAttrs attrs = linear_attrs (0, variant & 1, variant & 2);
  KernelCase       c;
  TrafoOperand     weight;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), stride));
  weight = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N, K), 0);
  kernel_case_add_input (&c, pack (&c, tier, dtype, &weight, 1, FALSE));
  if (attrs.has_bias)
    kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N), 0));
  if (attrs.has_residual)
    kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), N + 1));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), 0);
  kernel_case_run_all (&c, tier);
  check (&c, &weight, FALSE);
  kernel_case_clear (&c);
}

static void
test_shapes (gconstpointer tier)
{
  for (gsize d = 0; d < G_N_ELEMENTS (packed_dtypes); d++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint variant = 0; variant < 4; variant++)
        if (sizes[i].K > 0 || packed_dtypes[d] == TRAFO_DTYPE_FLOAT32) /* nothing is packed */
          test_shape (tier, packed_dtypes[d], &sizes[i], variant);
}

/* More than a group of rows, whose sums are finished while the next is computed, or a few. */
static void
test_activation (const TrafoCpuKernels *tier, guint8 dtype, guint activation, gint64 M)
{
  TrafoLinearAttrs attrs = linear_attrs (activation, TRUE, TRUE);
  KernelCase       c;
  TrafoOperand     weight;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, 65), 0));
  weight = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (53, 65), 0);
  kernel_case_add_input (&c, pack (&c, tier, dtype, &weight, 1, FALSE));
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (53), 0));
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, 53), 0));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, 53), 0);
  kernel_case_run_all (&c, tier);
  check (&c, &weight, FALSE);
  kernel_case_clear (&c);
}

static void
test_activations (gconstpointer tier)
{
  for (gsize d = 0; d < G_N_ELEMENTS (packed_dtypes); d++)
    for (guint activation = 0; activation <= TRAFO_ACTIVATION_SIGMOID; activation++)
      {
        test_activation (tier, packed_dtypes[d], activation, 9);
        test_activation (tier, packed_dtypes[d], activation, 150);
      }
}

/* Each dtype and order of axes, in three parts that no panel border meets, rows further apart than
 * they are long. */
static void
test_parts (gconstpointer tier)
{
  static const gint64 part_sizes[] = { 17, 50, 3 };
  static const guint8 dtypes[] = { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_BFLOAT16 };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (packed_dtypes) * G_N_ELEMENTS (dtypes); i++)
    {
      TrafoLinearAttrs attrs = linear_attrs (0, FALSE, FALSE);
      gboolean         is_in_out = i / G_N_ELEMENTS (packed_dtypes) % 2 != 0;
      guint8           dtype = dtypes[i / 2 / G_N_ELEMENTS (packed_dtypes)];
      KernelCase       c;
      TrafoOperand     parts[3];

      attrs.is_in_out = is_in_out != FALSE;
      kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
      for (guint p = 0; p < 3; p++)
        parts[p] = is_in_out ? kernel_case_operand (&c, dtype, SHAPE (37, part_sizes[p]), 55)
                             : kernel_case_operand (&c, dtype, SHAPE (part_sizes[p], 37), 41);
      kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 37), 0));
      kernel_case_add_input (&c,
                             pack (&c,
                                   tier,
                                   packed_dtypes[i % G_N_ELEMENTS (packed_dtypes)],
                                   parts,
                                   3,
                                   is_in_out));
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 70), 0);
      kernel_case_run_all (&c, tier);
      check (&c, parts, is_in_out);
      kernel_case_clear (&c);
    }
}

/* x [B, T, K] as the first tokens of longer rows: no single stride walks its rows. */
static void
test_leading_axes (gconstpointer tier)
{
  TrafoLinearAttrs attrs = linear_attrs (TRAFO_ACTIVATION_RELU, FALSE, TRUE);
  KernelCase       c;
  TrafoOperand     weight, x;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  x = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 7, 20), 0);
  x.shape[1] = 5;
  kernel_case_add_input (&c, x);
  weight = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (30, 20), 0);
  kernel_case_add_input (&c, pack (&c, tier, TRAFO_DTYPE_FLOAT32, &weight, 1, FALSE));
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 5, 30), 31));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 5, 30), 0);
  kernel_case_run_all (&c, tier);
  check (&c, &weight, FALSE);
  kernel_case_clear (&c);
}

static void
test_company_of (const TrafoCpuKernels *tier, guint8 dtype)
{
  static const gint64 n_rows[] = { 1, 2, 3, 5, 8, 9, 40 };
  enum
  {
    K = 2100,
    N = 50,
    MAX_ROWS = 40,
  };
  TrafoLinearAttrs attrs = linear_attrs (TRAFO_ACTIVATION_GELU_TANH, FALSE, FALSE);
  KernelCase       c;
  TrafoOperand     x, y, weight, part;
  float            expected[N];

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  x = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (MAX_ROWS, K), 0);
  y = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (MAX_ROWS, N), 0);
  part = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N, K), 0);
  weight = pack (&c, tier, dtype, &part, 1, FALSE);
  kernel_case_add_input (&c, x);
  kernel_case_add_input (&c, weight);
  c.args.output = y;
  for (gsize i = 0; i < G_N_ELEMENTS (n_rows); i++)
    for (gint64 place = 0; place < n_rows[i]; place += 3)
      {
        g_autofree float *own = g_memdup2 ((float *) x.data + place * K, K * sizeof (float));

        /* the first row stands elsewhere */
        memcpy ((float *) x.data + place * K, x.data, K * sizeof (float));
        c.args.inputs[0].shape[0] = c.args.output.shape[0] = n_rows[i];
        kernel_case_run (&c, tier, 3);
        if (i == 0)
          memcpy (expected, y.data, sizeof expected);
        g_assert_cmpmem ((float *) y.data + place * N, sizeof expected, expected, sizeof expected);
        memcpy ((float *) x.data + place * K, own, K * sizeof (float));
      }
  kernel_case_clear (&c);
}

/* A row's bits are the same whatever rows are computed with it, and however many. */
static void
test_company (gconstpointer tier)
{
  for (gsize i = 0; i < G_N_ELEMENTS (packed_dtypes); i++)
    test_company_of (tier, packed_dtypes[i]);
}

/* Of so many rows that they are cut in blocks, and of so much work that threads get several tasks: the
 * first rows, some in the middle and the last are as they are alone. */
static void
test_blocks_of (const TrafoCpuKernels *tier, guint8 dtype)
{
  enum
  {
    K = 1088,
    N = 130,
  };
  const gint64      max_rows = (gint64) (trafo_cpu_get_block_bytes () / K * 3 / 2) | 1;
  TrafoLinearAttrs  attrs = linear_attrs (TRAFO_ACTIVATION_RELU, FALSE, FALSE);
  KernelCase        c;
  TrafoOperand      x, y, part;
  g_autofree float *all = NULL;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  x = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (max_rows, K), 0);
  y = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (max_rows, N), 0);
  part = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N, K), 0);
  kernel_case_add_input (&c, x);
  kernel_case_add_input (&c, pack (&c, tier, dtype, &part, 1, FALSE));
  c.args.output = y;
  kernel_case_run_all (&c, tier);
  all = g_memdup2 (y.data, (gsize) max_rows * N * sizeof (float));
  for (gint64 first = 0; first < max_rows; first += max_rows / 7)
    {
      gint64 n_rows = MIN (5, max_rows - first);

      c.args.inputs[0].data = (float *) x.data + first * K;
      c.args.inputs[0].shape[0] = c.args.output.shape[0] = n_rows;
      kernel_case_run (&c, tier, 1);
      g_assert_cmpmem (y.data,
                       (gsize) n_rows * N * sizeof (float),
                       all + first * N,
                       (gsize) n_rows * N * sizeof (float));
    }
  kernel_case_clear (&c);
}

static void
test_blocks (gconstpointer tier)
{
  for (gsize i = 0; i < G_N_ELEMENTS (packed_dtypes); i++)
    test_blocks_of (tier, packed_dtypes[i]);
}

/* In int8: a row with an element that is no number has none, nor has a column; others do not change. */
static void
test_nan (gconstpointer tier)
{
  enum
  {
    M = 20,
    K = 70,
    N = 40
  };
  static const float spoilt[] = { NAN, INFINITY, -INFINITY };
  TrafoLinearAttrs   attrs = linear_attrs (0, FALSE, FALSE);
  KernelCase         c;
  TrafoOperand       part;
  g_autofree float  *expected = NULL;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), 0));
  part = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N, K), 0);
  kernel_case_add_input (&c, pack (&c, tier, TRAFO_DTYPE_INT8, &part, 1, FALSE));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), 0);
  kernel_case_run (&c, tier, 1);
  expected = g_memdup2 (c.args.output.data, M * N * sizeof (float));
  for (gsize i = 0; i < G_N_ELEMENTS (spoilt); i++)
    {
      ((float *) part.data)[33 * K + 64] = spoilt[i];
      c.args.inputs[1] = pack (&c, tier, TRAFO_DTYPE_INT8, &part, 1, FALSE);
      ((float *) c.args.inputs[0].data)[17 * K + 69] = spoilt[i];
      kernel_case_run_all (&c, tier);
      for (gint64 j = 0; j < M * N; j++)
        if (j / N == 17 || j % N == 33)
          g_assert_true (isnan (((const float *) c.args.output.data)[j]));
        else
          g_assert_cmpfloat (((const float *) c.args.output.data)[j], ==, expected[j]);
    }
  kernel_case_clear (&c);
}

static const TrafoKernel *
first_kernel (const TrafoCpuKernels *tier, const KernelCase *c)
{
  gsize                     n_kernels;
  const TrafoKernel *const *kernels = tier->list_kernels (TRAFO_OP_LINEAR, &n_kernels);

  while (!(*kernels)->supports (&c->args))
    kernels++;
  return *kernels;
}

/* All tasks have all rows of a batch that decodes, so that weights come from memory once, though GPT-2's
 * vocabulary cannot be cut as evenly as it and the rows. */
static void
test_weights_once (gconstpointer tier)
{
  static const gint64 n_rows[] = { 8, 16, 24, 32 };
  TrafoLinearAttrs    attrs = linear_attrs (0, FALSE, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (n_rows); i++)
    {
      KernelCase         c;
      TrafoOperand       weight;
      const TrafoKernel *kernel;
      guint              n_tasks;

      kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
      kernel_case_add_input (&c,
                             kernel_case_operand (&c,
                                                  TRAFO_DTYPE_FLOAT32,
                                                  SHAPE (n_rows[i], 768),
                                                  0));
      weight = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 768), 0);
      weight.shape[0] = 50257;
      weight.layout = TRAFO_LAYOUT_PACKED;
      kernel_case_add_input (&c, weight);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (n_rows[i], 50257), 0);
      kernel = first_kernel (tier, &c);
      n_tasks = kernel->n_tasks (&c.args, 2);
      g_assert_cmpuint (n_tasks, >=, 2);
      for (guint task = 0; task < n_tasks; task++)
        {
          gsize end;

          g_assert_cmpuint (kernel->task_rows (&c.args, task, n_tasks, &end), ==, 0);
          g_assert_cmpuint (end, ==, n_rows[i]);
        }
      kernel_case_clear (&c);
    }
}

/* About in proportion to the work, into however many tasks it is cut. */
static void
test_cost (gconstpointer tier)
{
  static const gint64 n_rows[] = { 64, 256, 1024, 4096 };
  TrafoLinearAttrs    attrs = linear_attrs (0, FALSE, FALSE);
  KernelCase          c;
  TrafoOperand        part;
  const TrafoKernel  *kernel;
  double              before = 0;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (4096, 512), 0));
  part = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (960, 512), 0);
  kernel_case_add_input (&c, pack (&c, tier, TRAFO_DTYPE_FLOAT32, &part, 1, FALSE));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (4096, 960), 0);
  kernel = first_kernel (tier, &c);
  for (gsize i = 0; i < G_N_ELEMENTS (n_rows); i++)
    {
      double cost;

      c.args.inputs[0].shape[0] = c.args.output.shape[0] = n_rows[i];
      cost = kernel->cost (&c.args, 2);
      if (i > 0)
        g_assert_cmpfloat_with_epsilon (cost / before, 4, 1);
      before = cost;
    }
  kernel_case_clear (&c);
}

/* Every bit pattern somewhere, but for those that make NaN or, of bfloat16, sums that are infinite. */
static void
fill_halves (TrafoOperand *weight)
{
  static const guint16 special[][7] = {
    { 0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400, 0x7bff },
    { 0x0000, 0x8000, 0x0001, 0x8001, 0x007f, 0x0080, 0x3f7f },
  };
  gboolean is_bfloat16 = weight->dtype == TRAFO_DTYPE_BFLOAT16;
  guint16  greatest = is_bfloat16 ? 0x4000 : 0x7c00;
  guint16 *halves = weight->data;

  for (gint64 i = 0; i < weight->shape[0] * weight->shape[1]; i++)
    {
      halves[i] = (guint16) g_test_rand_int ();
      if ((halves[i] & greatest) == greatest || i % 5 == 0)
        halves[i] = special[is_bfloat16][i % 7];
    }
}

/* Weights that are kept in 16 bits give the bits that they give in float32, whatever they are. */
static void
test_kept_of (const TrafoCpuKernels *tier, guint8 dtype, const Size *size, gboolean is_in_out)
{
  gint64              M = size->M, K = size->K, N = size->N;
  gsize               y_bytes = (gsize) (M * N) * sizeof (float);
  TrafoLinearAttrs    attrs = linear_attrs (TRAFO_ACTIVATION_RELU, TRUE, TRUE);
  KernelCase          c;
  TrafoOperand        part, x;
  g_autofree gpointer expected = NULL;

  attrs.is_in_out = is_in_out != FALSE;
  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  x = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), 0);
  part = is_in_out ? kernel_case_operand (&c, dtype, SHAPE (K, N), 0)
                   : kernel_case_operand (&c, dtype, SHAPE (N, K), 0);
  fill_halves (&part);
  kernel_case_add_input (&c, x);
  kernel_case_add_input (&c, pack (&c, tier, TRAFO_DTYPE_FLOAT32, &part, 1, is_in_out));
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N), 0));
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), 0));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), 0);
  kernel_case_run (&c, tier, 3);
  expected = g_memdup2 (c.args.output.data, y_bytes);
  memset (c.args.output.data, 0x7f, y_bytes);
  c.args.inputs[1] = pack (&c, tier, dtype, &part, 1, is_in_out);
  kernel_case_run (&c, tier, 3);
  if (!rounds_rows (c.kernel))
    g_assert_cmpmem (c.args.output.data, y_bytes, expected, y_bytes);
  kernel_case_clear (&c);
}

static void
test_kept (gconstpointer tier)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint is_in_out = 0; is_in_out < 2 && sizes[i].K > 0; is_in_out++)
      {
        test_kept_of (tier, TRAFO_DTYPE_FLOAT16, &sizes[i], is_in_out != 0);
        test_kept_of (tier, TRAFO_DTYPE_BFLOAT16, &sizes[i], is_in_out != 0);
      }
}

/* @n_parts of @n_out rows each, with scales, packed as integers beside which x stays what it is. */
static TrafoOperand
pack_integers (KernelCase            *c,
               const TrafoCpuKernels *tier,
               gint64                 n_out,
               gint64                 n_in,
               TrafoOperand          *parts,
               TrafoOperand          *scales,
               guint                  n_parts)
{
  TrafoWeight weight = { .struct_size = sizeof weight,
                         .n_parts = n_parts,
                         .parts = parts,
                         .dtype = TRAFO_DTYPE_INT8,
                         .encoding = TRAFO_WEIGHT_ENCODING_INT8,
                         .scales = scales };

  for (guint i = 0; i < n_parts; i++)
    {
      parts[i] = kernel_case_operand (c, TRAFO_DTYPE_INT8, SHAPE (n_out, n_in), 0);
      scales[i] = kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (n_out), 0);
      for (gint64 j = 0; j < n_out * n_in; j++)
        ((gint8 *) parts[i].data)[j] = (gint8) g_test_rand_int_range (-127, 128);
    }
  return pack_weight (c, tier, &weight);
}

/* The integers as floats, packed, and all scales. */
static TrafoOperand
pack_floats (KernelCase            *c,
             const TrafoCpuKernels *tier,
             const TrafoOperand    *parts,
             const TrafoOperand    *scales,
             guint                  n_parts,
             float                 *all_scales)
{
  gint64       n_out = parts[0].shape[0], n_in = parts[0].shape[1];
  TrafoOperand floats =
      kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (n_parts * n_out, n_in), 0);

  for (guint i = 0; i < n_parts; i++)
    {
      memcpy (all_scales + i * n_out, scales[i].data, (gsize) n_out * sizeof (float));
      for (gint64 j = 0; j < n_out * n_in; j++)
        ((float *) floats.data)[i * n_out * n_in + j] = ((const gint8 *) parts[i].data)[j];
    }
  return pack (c, tier, TRAFO_DTYPE_FLOAT32, &floats, 1, FALSE);
}

/* Sums of products with integers are those with the same floats, and are scaled once; so that bits can be
 * compared all terms are of one chunk. */
static void
test_kept_integers_of (const TrafoCpuKernels *tier, const Size *size, guint n_parts)
{
  gint64            M = size->M, K = size->K, N = size->N;
  gsize             n_columns = n_parts * (gsize) N;
  TrafoLinearAttrs  plain = linear_attrs (0, FALSE, FALSE);
  TrafoLinearAttrs  attrs = linear_attrs (TRAFO_ACTIVATION_RELU, TRUE, TRUE);
  KernelCase        c;
  TrafoOperand      parts[3], scales[3], integers, bias, residual, y;
  g_autofree float *all_scales = g_new (float, n_columns);
  g_autofree float *sums = NULL;

  attrs.encoding = TRAFO_WEIGHT_ENCODING_INT8;
  kernel_case_init (&c, TRAFO_OP_LINEAR, &plain);
  integers = pack_integers (&c, tier, N, K, parts, scales, n_parts);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), 0));
  kernel_case_add_input (&c, pack_floats (&c, tier, parts, scales, n_parts, all_scales));
  y = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, (gint64) n_columns), 0);
  c.args.output = y;
  kernel_case_run_all (&c, tier);
  sums = g_memdup2 (y.data, (gsize) M * n_columns * sizeof (float));

  bias = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE ((gint64) n_columns), 0);
  residual = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, (gint64) n_columns), 0);
  c.args.attrs = &attrs;
  c.args.inputs[1] = integers;
  kernel_case_add_input (&c, bias);
  kernel_case_add_input (&c, residual);
  kernel_case_run_all (&c, tier);
  for (gsize i = 0; i < (gsize) M * n_columns; i++)
    {
      float scaled = sums[i] * all_scales[i % n_columns];
      float sum = scaled + ((const float *) bias.data)[i % n_columns];

      g_assert_cmpfloat (((const float *) y.data)[i],
                         ==,
                         MAX (sum, 0) + ((const float *) residual.data)[i]);
    }
  kernel_case_clear (&c);
}

static void
test_kept_integers (gconstpointer tier)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i].K > 0 && sizes[i].K <= 1024)
      {
        test_kept_integers_of (tier, &sizes[i], 1);
        test_kept_integers_of (tier, &sizes[i], 3);
      }
}

/* Of more terms than one chunk, against sums in double precision: 2 more roundings a chunk; each row alone
 * and among others. */
static void
test_many_kept_integers (gconstpointer tier)
{
  enum
  {
    M = 40,
    K = 2100,
    N = 50,
  };
  TrafoLinearAttrs attrs = linear_attrs (0, FALSE, FALSE);
  KernelCase       c;
  TrafoOperand     part, scales, x, y;
  float            alone[N];

  attrs.encoding = TRAFO_WEIGHT_ENCODING_INT8;
  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  x = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), 0);
  kernel_case_add_input (&c, x);
  kernel_case_add_input (&c, pack_integers (&c, tier, N, K, &part, &scales, 1));
  y = c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), 0);
  c.args.inputs[0].shape[0] = c.args.output.shape[0] = 1;
  kernel_case_run (&c, tier, 3);
  memcpy (alone, y.data, sizeof alone);
  for (gint64 n_rows = 2; n_rows <= M; n_rows += 19)
    {
      c.args.inputs[0].shape[0] = c.args.output.shape[0] = n_rows;
      kernel_case_run_all (&c, tier);
      g_assert_cmpmem (y.data, sizeof alone, alone, sizeof alone);
    }
  for (gint64 m = 0; m < M; m++)
    for (gint64 n = 0; n < N; n++)
      {
        double sum = 0, size = 1, scale = ((const float *) scales.data)[n];

        for (gint64 k = 0; k < K; k++)
          {
            double term = (double) ((const float *) x.data)[m * K + k] * scale *
                          ((const gint8 *) part.data)[n * K + k];

            sum += term;
            size += fabs (term);
          }
        g_assert_cmpfloat_with_epsilon (((const float *) y.data)[m * N + n], sum, 6e-7 * size);
      }
  kernel_case_clear (&c);
}

/* Sums of integers are exact, so that all tiers have the same bits. */
static void
test_integers (gconstpointer tier)
{
  const TrafoCpuKernels *tiers[TRAFO_CPU_N_TIERS];
  gsize                  n_tiers = trafo_cpu_list_tiers (tiers);
  TrafoLinearAttrs       attrs = linear_attrs (0, FALSE, FALSE);
  KernelCase             c;
  TrafoOperand           part;
  g_autofree gpointer    expected = NULL;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (37, 200), 0));
  part = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (70, 200), 0);
  kernel_case_add_input (&c, pack (&c, tier, TRAFO_DTYPE_INT8, &part, 1, FALSE));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (37, 70), 0);
  kernel_case_run (&c, tier, 1);
  expected = g_memdup2 (c.args.output.data, 37 * 70 * sizeof (float));
  c.args.inputs[1] = pack (&c, tiers[n_tiers - 1], TRAFO_DTYPE_INT8, &part, 1, FALSE);
  kernel_case_run (&c, tiers[n_tiers - 1], 1);
  g_assert_cmpmem (c.args.output.data,
                   37 * 70 * sizeof (float),
                   expected,
                   37 * 70 * sizeof (float));
  kernel_case_clear (&c);
}

static void
test_refuses (gconstpointer tier)
{
  TrafoLinearAttrs attrs = linear_attrs (0, FALSE, FALSE);
  KernelCase       c;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (2, 4), 0));
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (3, 4), 0));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (2, 3), 0);
  c.args.inputs[1].layout = TRAFO_LAYOUT_PACKED;
  g_assert_true (kernel_case_is_supported (&c, tier));
  attrs.activation = 1000;
  g_assert_false (kernel_case_is_supported (&c, tier));
  attrs.activation = 0;
  c.args.inputs[0].strides[1] = 2;
  g_assert_false (kernel_case_is_supported (&c, tier));
  c.args.inputs[0].strides[1] = 1;
  c.args.inputs[0].dtype = TRAFO_DTYPE_FLOAT16;
  g_assert_false (kernel_case_is_supported (&c, tier));
  kernel_case_clear (&c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("linear/shapes", test_shapes);
  kernel_case_add_tests ("linear/activations", test_activations);
  kernel_case_add_tests ("linear/parts", test_parts);
  kernel_case_add_tests ("linear/leading-axes", test_leading_axes);
  kernel_case_add_tests ("linear/company", test_company);
  kernel_case_add_tests ("linear/blocks", test_blocks);
  kernel_case_add_tests ("linear/nan", test_nan);
  kernel_case_add_tests ("linear/weights-once", test_weights_once);
  kernel_case_add_tests ("linear/cost", test_cost);
  kernel_case_add_tests ("linear/kept", test_kept);
  kernel_case_add_tests ("linear/kept-integers", test_kept_integers);
  kernel_case_add_tests ("linear/many-kept-integers", test_many_kept_integers);
  kernel_case_add_tests ("linear/integers", test_integers);
  kernel_case_add_tests ("linear/refuses", test_refuses);
  return g_test_run ();
}
