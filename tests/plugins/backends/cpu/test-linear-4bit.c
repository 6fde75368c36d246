/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>
#include <trafo/trafo.h>

/* What the codes stand for, as bitsandbytes says: tests/tools/make-4bit-cases.py. */
static TrafoTensorDict *
load_cases (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "4bit.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *cases = trafo_tensor_dict_load (path, &error);

  g_assert_no_error (error);
  return cases;
}

static TrafoTensor *
find (TrafoTensorDict *cases, const char *prefix, const char *name)
{
  g_autofree char *key = g_strconcat (prefix, ".", name, NULL);

  return trafo_tensor_dict_get (cases, key);
}

/* Codes, and scales of their blocks, of @shape. */
typedef struct
{
  TrafoOperand codes, scales;
  guint32      block_size;
  guint8       encoding;
} Part;

static Part
part_new (KernelCase *c, gint64 n_out, gint64 n_in, guint32 block_size)
{
  gint64 n_blocks = (n_out * n_in + block_size - 1) / block_size;
  Part   part = { .codes = { .dtype = TRAFO_DTYPE_UINT8,
                             .n_dims = 2,
                             .shape = { n_out, n_in },
                             .strides = { n_in, 1 } },
                  .block_size = block_size,
                  .encoding = TRAFO_WEIGHT_ENCODING_NF4 };

  part.codes.data = kernel_case_alloc (c, (gsize) (n_out * n_in + 1) / 2);
  for (gint64 i = 0; i < (n_out * n_in + 1) / 2; i++)
    ((guint8 *) part.codes.data)[i] = (guint8) g_test_rand_int_range (0, 256);
  part.scales = kernel_case_operand (c, TRAFO_DTYPE_FLOAT32, SHAPE (n_blocks), 0);
  return part;
}

/* To what float16 holds. */
static void
round_scales (Part *part)
{
  float *scales = part->scales.data;

  for (gint64 i = 0; i < part->scales.shape[0]; i++)
    scales[i] = trafo_float16_to_float (trafo_float16_from_float (scales[i]));
}

static void
init_weight (TrafoWeight *weight, const Part *parts, guint n_parts, TrafoOperand operands[2][2])
{
  *weight = (TrafoWeight){ .struct_size = sizeof *weight,
                           .n_parts = n_parts,
                           .parts = operands[0],
                           .dtype = TRAFO_DTYPE_UINT8,
                           .encoding = parts[0].encoding,
                           .block_size = parts[0].block_size,
                           .n_in = parts[0].codes.shape[1],
                           .scales = operands[1] };
  for (guint i = 0; i < n_parts; i++)
    {
      operands[0][i] = parts[i].codes;
      operands[1][i] = parts[i].scales;
      weight->n_out += parts[i].codes.shape[0];
    }
}

static TrafoOperand
pack (KernelCase *c, const TrafoCpuKernels *tier, const Part *parts, guint n_parts)
{
  TrafoOperand operands[2][2];
  TrafoOperand packed = { .dtype = TRAFO_DTYPE_UINT8, .n_dims = 2, .layout = TRAFO_LAYOUT_PACKED };
  TrafoWeight  weight;
  gsize        size;

  init_weight (&weight, parts, n_parts, operands);
  packed.shape[0] = weight.n_out;
  packed.shape[1] = weight.n_in;
  size = tier->packed_size (&weight);
  g_assert_cmpuint (size, >, 0);
  packed.data = kernel_case_alloc (c, (size + 63) / 64 * 64);
  memset (packed.data, 0x7f, size);
  for (guint task = tier->pack_n_tasks (&weight); task-- > 0;)
    tier->pack (&weight, packed.data, task);
  return packed;
}

static double
decode (const Part *part, const float *values, gint64 n, gint64 k)
{
  gint64 i = n * part->codes.shape[1] + k;
  guint8 byte = ((const guint8 *) part->codes.data)[i / 2];

  return (double) values[i % 2 == 0 ? byte >> 4 : byte & 0xf] *
         ((const float *) part->scales.data)[i / part->block_size];
}

/* Every output is within some units of the last place of its terms' magnitudes. */
static void
assert_products (const KernelCase *c, const Part *part, const float *values)
{
  const TrafoOperand *x = &c->args.inputs[0];
  const TrafoOperand *y = &c->args.output;

  for (gint64 m = 0; m < y->shape[0]; m++)
    for (gint64 n = 0; n < y->shape[1]; n++)
      {
        double sum = kernel_case_get (&c->args.inputs[2], &n), magnitude = fabs (sum);

        for (gint64 k = 0; k < x->shape[1]; k++)
          {
            double term = kernel_case_get (x, (gint64[]){ m, k }) * decode (part, values, n, k);

            sum += term;
            magnitude += fabs (term);
          }
        g_assert_cmpfloat_with_epsilon (kernel_case_get (y, (gint64[]){ m, n }),
                                        sum,
                                        1e-6 * magnitude);
      }
}

/* Rows up to several blocks of tiles, blocks longer and shorter than a row and than a group. */
static void
test_products (gconstpointer tier)
{
  static const float integers[16] = { -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7 };
  static const struct
  {
    TrafoWeightEncoding encoding;
    const char         *name; /* of the values in the cases */
  } types[] = {
    { TRAFO_WEIGHT_ENCODING_NF4, "values.nf4" },
    { TRAFO_WEIGHT_ENCODING_FP4, "values.fp4" },
    { TRAFO_WEIGHT_ENCODING_INT4, NULL },
  };
  static const struct
  {
    gint64  M, K, N;
    guint32 block_size;
  } sizes[] = {
    { 1, 64, 48, 64 },    { 1, 32, 1, 64 },    { 1, 768, 100, 64 },   { 2, 128, 50, 64 },
    { 5, 96, 47, 64 },    { 9, 64, 33, 32 },   { 17, 160, 20, 4096 }, { 66, 256, 49, 128 },
    { 131, 192, 97, 64 }, { 70, 192, 51, 32 },
  };
  g_autoptr (TrafoTensorDict) cases = load_cases ();

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize type = 0; type < G_N_ELEMENTS (types); type++)
      {
        TrafoLinearAttrs attrs = { .struct_size = sizeof attrs,
                                   .has_bias = TRUE,
                                   .encoding = types[type].encoding };
        const float     *values =
            types[type].name == NULL
                    ? integers
                    : trafo_tensor_get_data (trafo_tensor_dict_get (cases, types[type].name));
        gint64     M = sizes[i].M, K = sizes[i].K, N = sizes[i].N;
        KernelCase c;
        Part       part;

        kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
        part = part_new (&c, N, K, sizes[i].block_size);
        part.encoding = types[type].encoding;
        if (part.encoding == TRAFO_WEIGHT_ENCODING_INT4)
          round_scales (&part);
        kernel_case_add_input (&c,
                               kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), K + 3));
        kernel_case_add_input (&c, pack (&c, tier, &part, 1));
        kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (N), 0));
        c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, N), N + 1);
        kernel_case_run_all (&c, tier);
        assert_products (&c, &part, values);
        kernel_case_clear (&c);
      }
}

/* What bitsandbytes made of a matrix, times the unit matrix, is what it makes of it again. */
static void
test_bitsandbytes (gconstpointer tier)
{
  static const struct
  {
    const char *prefix;
    guint32     block_size;
    guint8      encoding;
  } weights[] = {
    { "3.nf4", 64, TRAFO_WEIGHT_ENCODING_NF4 },
    { "3.fp4", 64, TRAFO_WEIGHT_ENCODING_FP4 },
    { "4.nf4", 64, TRAFO_WEIGHT_ENCODING_NF4 },
    { "4.nf4.32", 32, TRAFO_WEIGHT_ENCODING_NF4 },
    { "4.fp4.128", 128, TRAFO_WEIGHT_ENCODING_FP4 },
    { "4.nf4.256", 256, TRAFO_WEIGHT_ENCODING_NF4 },
    { "4.fp4.4096", 4096, TRAFO_WEIGHT_ENCODING_FP4 },
  };
  g_autoptr (TrafoTensorDict) cases = load_cases ();

  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      TrafoLinearAttrs attrs = { .struct_size = sizeof attrs, .encoding = weights[i].encoding };
      TrafoTensor     *values = find (cases, weights[i].prefix, "values");
      gint64           N = trafo_tensor_get_dim (values, 0), K = trafo_tensor_get_dim (values, 1);
      KernelCase       c;
      Part             part;

      kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
      part = part_new (&c, N, K, weights[i].block_size);
      part.codes.data = trafo_tensor_get_data (find (cases, weights[i].prefix, "codes"));
      part.scales.data = trafo_tensor_get_data (find (cases, weights[i].prefix, "absmax"));
      kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (K, K), 0));
      for (gint64 k = 0; k < K * K; k++)
        ((float *) c.args.inputs[0].data)[k] = k % (K + 1) == 0;
      kernel_case_add_input (&c, pack (&c, tier, &part, 1));
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (K, N), 0);
      kernel_case_run_all (&c, tier);
      for (gint64 j = 0; j < N * K; j++)
        g_assert_cmpfloat (((const float *) c.args.output.data)[j % K * N + j / K],
                           ==,
                           trafo_tensor_get_value (values, j));
      kernel_case_clear (&c);
    }
}

/* Parts below one another give what they give alone, and a row alone what it gives among others. */
static void
check_parts (const TrafoCpuKernels *tier, guint8 encoding, guint32 block_size)
{
  enum
  {
    M = 37,
    K = 192,
    FIRST = 41,
    SECOND = 30
  };
  TrafoLinearAttrs attrs = { .struct_size = sizeof attrs, .encoding = encoding };
  KernelCase       c;
  Part             parts[2];
  TrafoOperand     whole;

  kernel_case_init (&c, TRAFO_OP_LINEAR, &attrs);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, K), 0));
  parts[0] = part_new (&c, FIRST, K, block_size);
  parts[1] = part_new (&c, SECOND, K, block_size);
  for (guint i = 0; i < 2; i++)
    {
      parts[i].encoding = encoding;
      round_scales (&parts[i]);
    }
  kernel_case_add_input (&c, pack (&c, tier, parts, 2));
  whole = c.args.output =
      kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (M, FIRST + SECOND), 0);
  kernel_case_run_all (&c, tier);
  c.args.inputs[0].shape[0] = 1;
  for (guint i = 0; i < 2; i++)
    {
      gint64 n = i == 0 ? FIRST : SECOND;

      c.args.inputs[1] = pack (&c, tier, &parts[i], 1);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, n), 0);
      for (gint64 m = 0; m < M; m++)
        {
          TrafoOperand x = c.args.inputs[0];

          c.args.inputs[0].data = (float *) x.data + m * K;
          kernel_case_run (&c, tier, 1);
          c.args.inputs[0].data = x.data;
          g_assert_cmpmem (c.args.output.data,
                           n * sizeof (float),
                           (const float *) whole.data + m * (FIRST + SECOND) + i * FIRST,
                           n * sizeof (float));
        }
    }
  kernel_case_clear (&c);
}

static void
test_parts (gconstpointer tier)
{
  check_parts (tier, TRAFO_WEIGHT_ENCODING_NF4, 64);
  check_parts (tier, TRAFO_WEIGHT_ENCODING_INT4, 32);
}

/* What has blocks that end elsewhere than all groups do stays as it is, and so does what is no codes. */
static void
test_refused (gconstpointer data)
{
  const TrafoCpuKernels *tier = data;
  TrafoOperand           operands[2][2];
  TrafoWeight            weight;
  KernelCase             c;
  Part                   part;

  kernel_case_init (&c, TRAFO_OP_LINEAR, NULL);
  part = part_new (&c, 7, 48, 64);
  init_weight (&weight, &part, 1, operands);
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  part = part_new (&c, 7, 64, 64);
  init_weight (&weight, &part, 1, operands);
  g_assert_cmpuint (tier->packed_size (&weight), >, 0);
  weight.block_size = 0;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  weight.block_size = 32;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  weight.block_size = 64;
  weight.encoding = TRAFO_WEIGHT_ENCODING_NONE;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  weight.encoding = TRAFO_WEIGHT_ENCODING_FP4;
  weight.dtype = TRAFO_DTYPE_INT8;
  g_assert_cmpuint (tier->packed_size (&weight), ==, 0);
  kernel_case_clear (&c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("linear-4bit/products", test_products);
  kernel_case_add_tests ("linear-4bit/bitsandbytes", test_bitsandbytes);
  kernel_case_add_tests ("linear-4bit/parts", test_parts);
  kernel_case_add_tests ("linear-4bit/refused", test_refused);
  return g_test_run ();
}
