/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-4bit-private.h"

#include <math.h>
#include <string.h>

#include "trafo-tensor-dict-file.h"
#include "trafo-tensor-private.h"

#define BLOCK 64 /* of what bitsandbytes makes */

/* What bitsandbytes makes: tests/tools/make-4bit-cases.py. */
static const struct
{
  const char         *name;
  TrafoWeightEncoding encoding;
} types[] = {
  { "nf4", TRAFO_WEIGHT_ENCODING_NF4 },
  { "fp4", TRAFO_WEIGHT_ENCODING_FP4 },
};

static TrafoTensorDict *
load_file (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *cases = trafo_tensor_dict_load (path, &error);

  g_assert_no_error (error);
  return cases;
}

static TrafoTensorDict *
load_cases (void)
{
  return load_file ("4bit.safetensors");
}

G_GNUC_PRINTF (2, 3)
static TrafoTensor *
find (TrafoTensorDict *cases, const char *format, ...)
{
  g_autofree char *key = NULL;
  va_list          args;

  va_start (args, format);
  key = g_strdup_vprintf (format, args);
  va_end (args);
  return trafo_tensor_dict_get (cases, key);
}

static void
assert_same (gconstpointer found, TrafoTensor *expected)
{
  g_assert_cmpmem (found,
                   trafo_tensor_get_size_bytes (expected),
                   trafo_tensor_get_data (expected),
                   trafo_tensor_get_size_bytes (expected));
}

/* [K, N] of [N, K], of elements of 16 or 32 bits. */
static void
transpose (const TrafoOperand *from, gpointer values, TrafoOperand *ret_to)
{
  gsize size = trafo_dtype_get_size (from->dtype);

  *ret_to = *from;
  ret_to->data = values;
  for (guint i = 0; i < 2; i++)
    ret_to->shape[i] = from->shape[1 - i];
  trafo_shape_to_strides (ret_to->shape, 2, ret_to->strides);
  for (gint64 n = 0; n < from->shape[0]; n++)
    for (gint64 k = 0; k < from->shape[1]; k++)
      memcpy ((char *) values + (k * from->shape[0] + n) * size,
              (const char *) from->data + (n * from->shape[1] + k) * size,
              size);
}

/* In two pieces, the later one first. */
static void
assert_encodes (const TrafoOperand *weight,
                gboolean            is_in_out,
                TrafoWeightEncoding encoding,
                TrafoTensor        *codes,
                TrafoTensor        *absmax)
{
  gsize              n_blocks = (gsize) trafo_tensor_get_n_elements (absmax);
  g_autofree guint8 *found = g_malloc (trafo_tensor_get_size_bytes (codes));
  g_autofree float  *scales = g_new (float, n_blocks);
  gsize              half = n_blocks / 2;

  trafo_4bit_encode (encoding, weight, is_in_out, half, n_blocks - half, found, scales);
  trafo_4bit_encode (encoding, weight, is_in_out, 0, half, found, scales);
  assert_same (found, codes);
  assert_same (scales, absmax);
}

static void
test_encode (void)
{
  g_autoptr (TrafoTensorDict) cases = load_cases ();
  guint n_cases = 0;

  for (; find (cases, "%u.w", n_cases) != NULL; n_cases++)
    for (guint t = 0; t < G_N_ELEMENTS (types); t++)
      {
        TrafoTensor       *w = find (cases, "%u.w", n_cases);
        TrafoTensor       *codes = find (cases, "%u.%s.codes", n_cases, types[t].name);
        TrafoTensor       *absmax = find (cases, "%u.%s.absmax", n_cases, types[t].name);
        g_autofree guint8 *values = g_malloc (trafo_tensor_get_size_bytes (w));
        TrafoOperand       weight, transposed;

        trafo_tensor_get_operand (w, &weight);
        transpose (&weight, values, &transposed);
        assert_encodes (&weight, FALSE, types[t].encoding, codes, absmax);
        assert_encodes (&transposed, TRUE, types[t].encoding, codes, absmax);
      }
  g_assert_cmpuint (n_cases, ==, 6);
}

static void
assert_decodes (TrafoTensorDict    *cases,
                const char         *prefix,
                TrafoWeightEncoding encoding,
                gsize               block)
{
  TrafoTensor      *values = find (cases, "%s.values", prefix);
  gsize             n = (gsize) trafo_tensor_get_n_elements (values);
  g_autofree float *found = g_new (float, n);
  Trafo4BitCodes    codes = { encoding,
                              trafo_tensor_get_data (find (cases, "%s.codes", prefix)),
                              trafo_tensor_get_data (find (cases, "%s.absmax", prefix)),
                              block };

  /* from an element on that is the second in its byte, too */
  trafo_4bit_decode (&codes, n / 3 | 1, n - MIN (n / 3 | 1, n), found + MIN (n / 3 | 1, n));
  trafo_4bit_decode (&codes, 0, MIN (n / 3 | 1, n), found);
  assert_same (found, values);
}

static void
test_decode (void)
{
  static const guint block_sizes[] = { 32, 128, 256, 4096 };
  g_autoptr (TrafoTensorDict) cases = load_cases ();

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    {
      for (guint i = 0; i < 6; i++)
        {
          g_autofree char *prefix = g_strdup_printf ("%u.%s", i, types[t].name);

          assert_decodes (cases, prefix, types[t].encoding, 64);
        }
      for (guint i = 0; i < G_N_ELEMENTS (block_sizes); i++)
        {
          g_autofree char *prefix = g_strdup_printf ("4.%s.%u", types[t].name, block_sizes[i]);

          assert_decodes (cases, prefix, types[t].encoding, block_sizes[i]);
        }
    }
}

static void
test_nested (void)
{
  g_autoptr (TrafoTensorDict) cases = load_cases ();
  float values[TRAFO_4BIT_N_NESTED_VALUES];
  guint n_cases = 0;

  trafo_4bit_get_nested_values (values);
  assert_same (values, find (cases, "nested_quant_map"));
  for (; find (cases, "scales%u.absmax", n_cases) != NULL; n_cases++)
    {
      TrafoTensor       *absmax = find (cases, "scales%u.absmax", n_cases);
      gsize              n = (gsize) trafo_tensor_get_n_elements (absmax);
      g_autofree guint8 *codes = g_malloc (n);
      g_autofree float  *scales = g_new (float, n);
      g_autofree float  *nested = g_new (float, n);
      float              offset;

      trafo_4bit_nest (trafo_tensor_get_data (absmax), n, codes, nested, &offset);
      assert_same (&offset, find (cases, "scales%u.offset", n_cases));
      assert_same (nested, find (cases, "scales%u.nested_absmax", n_cases));
      assert_same (codes, find (cases, "scales%u.codes", n_cases));
      trafo_4bit_unnest (codes, n, values, nested, offset, scales);
      assert_same (scales, find (cases, "scales%u.values", n_cases));
    }
  g_assert_cmpuint (n_cases, ==, 6);
}

/* What is no number, or too great, spoils its own block alone; of each type the code of the greatest. */
static void
test_nan (void)
{
  static const guint8 greatest[] = { 0xff, 0x33 };
  float               values[2 * BLOCK] = { 1, NAN, -3, 2 };
  const TrafoOperand  weight = { .data = values,
                                 .dtype = TRAFO_DTYPE_FLOAT32,
                                 .n_dims = 2,
                                 .shape = { 2, BLOCK },
                                 .strides = { BLOCK, 1 } };

  values[BLOCK] = INFINITY;
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    {
      guint8 codes[BLOCK];
      float  scales[2];
      guint8 zero = types[t].encoding == TRAFO_WEIGHT_ENCODING_NF4 ? 7 : 0;

      trafo_4bit_encode (types[t].encoding, &weight, FALSE, 0, 2, codes, scales);
      g_assert_true (isnan (scales[0]));
      g_assert_cmphex (codes[0], ==, greatest[t]);
      g_assert_cmphex (codes[BLOCK / 2 - 1], ==, greatest[t]);
      g_assert_true (isinf (scales[1]));
      g_assert_cmphex (codes[BLOCK / 2], ==, (greatest[t] & 0xf0) | zero);
      g_assert_cmphex (codes[BLOCK / 2 + 1], ==, zero << 4 | zero);
    }
}

/* Codes, scales and values of a case that gguf made: tests/tools/make-int4-cases.py. */
static void
assert_integers (TrafoTensorDict    *cases,
                 guint               index,
                 const TrafoOperand *weight,
                 gboolean            is_in_out)
{
  TrafoTensor       *scales = find (cases, "%u.scales", index);
  TrafoTensor       *values = find (cases, "%u.values", index);
  const guint8      *codes = trafo_tensor_get_data (find (cases, "%u.codes", index));
  gsize              n = (gsize) trafo_tensor_get_n_elements (values);
  g_autofree guint8 *found = g_malloc (n / 2);
  g_autofree float  *found_scales = g_new (float, n / 32);
  g_autofree float  *found_values = g_new (float, n);
  Trafo4BitCodes     decoded = { TRAFO_WEIGHT_ENCODING_INT4, found, found_scales, 32 };

  trafo_4bit_encode (TRAFO_WEIGHT_ENCODING_INT4, weight, is_in_out, 0, n / 32, found, found_scales);
  for (gsize i = 0; i < n; i++)
    g_assert_cmphex (i % 2 == 0 ? found[i / 2] >> 4 : found[i / 2] & 0xf, ==, codes[i]);
  assert_same (found_scales, scales);
  trafo_4bit_decode (&decoded, 0, n, found_values);
  assert_same (found_values, values);
}

static void
test_integers (void)
{
  g_autoptr (TrafoTensorDict) cases = load_file ("int4.safetensors");
  guint n_cases = 0;

  for (; find (cases, "%u.w", n_cases) != NULL; n_cases++)
    {
      TrafoTensor       *w = find (cases, "%u.w", n_cases);
      g_autofree guint8 *values = g_malloc (trafo_tensor_get_size_bytes (w));
      TrafoOperand       weight, transposed;

      trafo_tensor_get_operand (w, &weight);
      transpose (&weight, values, &transposed);
      assert_integers (cases, n_cases, &weight, FALSE);
      assert_integers (cases, n_cases, &transposed, TRUE);
    }
  g_assert_cmpuint (n_cases, ==, 4);
}

/* What is no number, or too great for float16, or too small for a float's inverse, spoils or loses its own
 * block alone; a last block may be shorter. */
static void
test_integers_beyond (void)
{
  float              values[4 * 32 + 3] = { 1, NAN, -3, 2 };
  const TrafoOperand weight = { .data = values,
                                .dtype = TRAFO_DTYPE_FLOAT32,
                                .n_dims = 2,
                                .shape = { 1, G_N_ELEMENTS (values) },
                                .strides = { G_N_ELEMENTS (values), 1 } };
  guint8             codes[(G_N_ELEMENTS (values) + 1) / 2];
  float              scales[5];

  values[32] = INFINITY;
  values[64] = -1e9f;
  values[96] = 1e-40f;
  values[128] = -8;
  values[130] = 3;
  trafo_4bit_encode (TRAFO_WEIGHT_ENCODING_INT4, &weight, FALSE, 0, 5, codes, scales);
  g_assert_true (isnan (scales[0]));
  g_assert_true (isinf (scales[1]));
  g_assert_true (isinf (scales[2]));
  g_assert_cmpfloat (scales[3], ==, 0);
  g_assert_cmpfloat (scales[4], ==, 1);
  for (guint i = 0; i < 16; i++)
    {
      g_assert_cmphex (codes[i], ==, 0x88);
      g_assert_cmphex (codes[16 + i], ==, 0x88);
      g_assert_cmphex (codes[48 + i], ==, 0x88);
    }
  g_assert_cmphex (codes[64], ==, 0x08);
  g_assert_cmphex (codes[65], ==, 0xb8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/4bit/encode", test_encode);
  g_test_add_func ("/4bit/decode", test_decode);
  g_test_add_func ("/4bit/nested", test_nested);
  g_test_add_func ("/4bit/nan", test_nan);
  g_test_add_func ("/4bit/integers", test_integers);
  g_test_add_func ("/4bit/integers/beyond", test_integers_beyond);
  return g_test_run ();
}
