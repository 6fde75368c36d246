/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>
#include <trafo/trafo-dtype.h>

static void
test_names (void)
{
  static const struct
  {
    TrafoDType  dtype;
    const char *name;
    gsize       size_bytes;
    gboolean    is_float;
  } cases[] = {
    { TRAFO_DTYPE_FLOAT32, "float32", 4, TRUE },   { TRAFO_DTYPE_FLOAT16, "float16", 2, TRUE },
    { TRAFO_DTYPE_BFLOAT16, "bfloat16", 2, TRUE }, { TRAFO_DTYPE_INT8, "int8", 1, FALSE },
    { TRAFO_DTYPE_INT32, "int32", 4, FALSE },      { TRAFO_DTYPE_INT64, "int64", 8, FALSE },
    { TRAFO_DTYPE_BOOL, "bool", 1, FALSE },        { TRAFO_DTYPE_UINT8, "uint8", 1, FALSE },
  };

  g_assert_cmpuint (G_N_ELEMENTS (cases), ==, TRAFO_N_DTYPES - 1);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpstr (trafo_dtype_get_name (cases[i].dtype), ==, cases[i].name);
      g_assert_cmpuint (trafo_dtype_get_size (cases[i].dtype), ==, cases[i].size_bytes);
      g_assert_cmpint (trafo_dtype_is_float (cases[i].dtype), ==, cases[i].is_float);
      g_assert_cmpint (trafo_dtype_from_name (cases[i].name), ==, cases[i].dtype);
    }
  for (gint i = -1; i <= TRAFO_N_DTYPES; i += TRAFO_N_DTYPES + 1)
    {
      g_assert_cmpstr (trafo_dtype_get_name ((TrafoDType) i), ==, "none");
      g_assert_cmpuint (trafo_dtype_get_size ((TrafoDType) i), ==, 0);
    }
  g_assert_cmpint (trafo_dtype_from_name ("none"), ==, TRAFO_DTYPE_NONE);
  g_assert_cmpint (trafo_dtype_from_name ("float"), ==, TRAFO_DTYPE_NONE);
  g_assert_cmpint (trafo_dtype_from_name (NULL), ==, TRAFO_DTYPE_NONE);
}

/* A format of 16 bits: what each of its numbers is by definition. */
typedef struct
{
  const char *name;
  gint        n_mantissa_bits;
  gint        bias;
  float (*widen) (guint16 bits);
  guint16 (*narrow) (float value);
} Format;

static const Format formats[] = {
  { "float16", 10, 15, trafo_float16_to_float, trafo_float16_from_float },
  { "bfloat16", 7, 127, trafo_bfloat16_to_float, trafo_bfloat16_from_float },
};

static double
value_of (const Format *format, guint magnitude)
{
  gint exponent = magnitude >> format->n_mantissa_bits;
  gint mantissa = magnitude & ((1 << format->n_mantissa_bits) - 1);

  if (exponent > 0)
    mantissa += 1 << format->n_mantissa_bits;
  return ldexp (mantissa, MAX (exponent, 1) - format->bias - format->n_mantissa_bits);
}

/* All 65,536 numbers: each widens to what it is and narrows to itself. */
static void
test_every_number (gconstpointer data)
{
  const Format *format = data;
  guint         infinity = 0x7fff & ~((1u << format->n_mantissa_bits) - 1);

  for (guint bits = 0; bits <= G_MAXUINT16; bits++)
    {
      guint  magnitude = bits & 0x7fff;
      double sign = bits > 0x7fff ? -1 : 1;
      float  found = format->widen (bits);

      g_assert_cmpint (signbit (found) != 0, ==, sign < 0);
      if (magnitude > infinity)
        {
          guint narrowed = format->narrow (found) & 0x7fff;

          g_assert_true (isnan (found) && narrowed > infinity);
          continue;
        }
      g_assert_cmpfloat (found,
                         ==,
                         magnitude == infinity ? sign * INFINITY
                                               : sign * value_of (format, magnitude));
      g_assert_cmphex (format->narrow (found), ==, bits);
    }
}

/* Between each two neighbours: halfway goes to the even one, the next float to the nearer one. */
static void
test_rounding (gconstpointer data)
{
  const Format *format = data;
  guint         infinity = 0x7fff & ~((1u << format->n_mantissa_bits) - 1);

  for (guint low = 0; low < infinity; low++)
    {
      float halfway = (float) ((value_of (format, low) + value_of (format, low + 1)) / 2);
      guint even = low + (low & 1);

      g_assert_cmphex (format->narrow (halfway), ==, even);
      g_assert_cmphex (format->narrow (nextafterf (halfway, 0)), ==, low);
      g_assert_cmphex (format->narrow (nextafterf (halfway, INFINITY)), ==, low + 1);
      g_assert_cmphex (format->narrow (-halfway), ==, 0x8000 | even);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dtype/names", test_names);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *every = g_strdup_printf ("/dtype/%s/every-number", formats[i].name);
      g_autofree char *rounding = g_strdup_printf ("/dtype/%s/rounding", formats[i].name);

      g_test_add_data_func (every, &formats[i], test_every_number);
      g_test_add_data_func (rounding, &formats[i], test_rounding);
    }
  return g_test_run ();
}
