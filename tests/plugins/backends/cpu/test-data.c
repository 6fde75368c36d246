/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>

/* The ops that move data: COPY, CAST, GATHER. */
static void
test_copy (gconstpointer tier)
{
  static const guint8 dtypes[] = { TRAFO_DTYPE_BOOL,
                                   TRAFO_DTYPE_FLOAT16,
                                   TRAFO_DTYPE_FLOAT32,
                                   TRAFO_DTYPE_INT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    for (guint last = 0; last < 4; last++)
      {
        gsize        size = trafo_dtype_get_size (dtypes[i]);
        gint64       axes[4] = { (last + 1) % 4, (last + 2) % 4, (last + 3) % 4, last };
        KernelCase   c;
        TrafoOperand x, y;
        const char  *from;
        const char  *to;

        kernel_case_init (&c, TRAFO_OP_COPY, NULL);
        x = y = kernel_case_operand (&c, dtypes[i], SHAPE (2, 3, 17, 33), 0);
        for (gsize j = 0; j < 2 * 3 * 17 * 33 * size; j++)
          ((guint8 *) x.data)[j] = (guint8) (j * 31 >> 3);
        for (guint j = 0; j < 4; j++)
          {
            y.shape[j] = x.shape[axes[j]];
            y.strides[j] = x.strides[axes[j]];
          }
        kernel_case_add_input (&c, y);
        c.args.output = kernel_case_operand (&c,
                                             dtypes[i],
                                             SHAPE (y.shape[0], y.shape[1], y.shape[2], y.shape[3]),
                                             0);
        kernel_case_run_all (&c, tier);
        to = c.args.output.data;
        for (gint64 j = 0; j < 2 * 3 * 17 * 33; j++, to += size)
          {
            gint64 rest = j, offset = 0;

            for (guint k = 4; k-- > 0;)
              {
                offset += rest % y.shape[k] * y.strides[k];
                rest /= y.shape[k];
              }
            from = (const char *) x.data + offset * (gint64) size;
            g_assert_cmpmem (to, size, from, size);
          }
        kernel_case_clear (&c);
      }
}

static void
set_float (const TrafoOperand *operand, gsize i, float value)
{
  if (operand->dtype == TRAFO_DTYPE_FLOAT32)
    ((float *) operand->data)[i] = value;
  else if (operand->dtype == TRAFO_DTYPE_FLOAT16)
    ((guint16 *) operand->data)[i] = trafo_float16_from_float (value);
  else
    ((guint16 *) operand->data)[i] = trafo_bfloat16_from_float (value);
}

/* All casts between float types of ordinary, subnormal, huge and special values: the very bits of
 * the scalar conversions of the contract. */
static void
test_cast_floats (gconstpointer tier)
{
  static const guint8 dtypes[][2] = { { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_FLOAT16 },
                                      { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_BFLOAT16 },
                                      { TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_FLOAT32 },
                                      { TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_FLOAT32 } };
  static const float  special[] = { 0.0f,     -0.0f,   1e-7f,     6e-8f,    1e-40f,      65504.0f,
                                    65519.9f, 65520.f, -INFINITY, INFINITY, 1.00049f,    3.3e38f,
                                    2049.0f,  2051.0f, 0.1f,      257.0f,   -1.00390625f };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    for (gint64 n = 1; n < 40; n += 2)
      {
        KernelCase    c;
        TrafoOperand *x = &c.args.inputs[0];
        TrafoOperand  expected;

        kernel_case_init (&c, TRAFO_OP_CAST, NULL);
        kernel_case_add_input (&c, kernel_case_operand (&c, dtypes[i][0], SHAPE (n), 0));
        for (gsize j = 0; j < MIN ((gsize) n, G_N_ELEMENTS (special)); j++)
          set_float (x, j, special[j]);
        c.args.output = kernel_case_operand (&c, dtypes[i][1], SHAPE (n), 0);
        expected = kernel_case_operand (&c, dtypes[i][1], SHAPE (n), 0);
        for (gint64 j = 0; j < n; j++)
          set_float (&expected, (gsize) j, (float) kernel_case_get (x, &j));
        kernel_case_run_all (&c, tier);
        g_assert_cmpmem (c.args.output.data,
                         (gsize) n * trafo_dtype_get_size (dtypes[i][1]),
                         expected.data,
                         (gsize) n * trafo_dtype_get_size (dtypes[i][1]));
        set_float (x, 0, NAN);
        kernel_case_run (&c, tier, 1);
        g_assert_true (isnan (kernel_case_get (&c.args.output, (gint64[]){ 0 })));
        kernel_case_clear (&c);
      }
}

static void
test_cast_integers (gconstpointer tier)
{
  static const gint64 values[] = { 0, 1, -1, 30521, 2147483647, -2147483647 - 1, 16777216 };
  KernelCase          c;

  for (guint8 to = TRAFO_DTYPE_FLOAT32; to <= TRAFO_DTYPE_INT32; to += 4)
    {
      kernel_case_init (&c, TRAFO_OP_CAST, NULL);
      kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_INT64, SHAPE (7), 0));
      memcpy (c.args.inputs[0].data, values, sizeof values);
      c.args.output = kernel_case_operand (&c, to, SHAPE (7), 0);
      kernel_case_run_all (&c, tier);
      for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
        if (to == TRAFO_DTYPE_INT32)
          g_assert_cmpint (((gint32 *) c.args.output.data)[i], ==, values[i]);
        else
          g_assert_cmpfloat (((float *) c.args.output.data)[i], ==, (float) values[i]);
      kernel_case_clear (&c);
    }
}

static void
check_gather (gconstpointer tier, guint8 table_dtype, guint8 to, guint8 ids_dtype)
{
  static const gint64 ids[] = { 0, 10, 3, 3, -1, 11, G_MAXINT32, G_MININT32, 7, 1 };
  const gint64        n = 35;
  KernelCase          c;

  kernel_case_init (&c, TRAFO_OP_GATHER, NULL);
  kernel_case_add_input (&c, kernel_case_operand (&c, table_dtype, SHAPE (11, n), n + 1));
  kernel_case_add_input (&c, kernel_case_operand (&c, ids_dtype, SHAPE (2, 5), 6));
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    if (ids_dtype == TRAFO_DTYPE_INT64)
      ((gint64 *) c.args.inputs[1].data)[i / 5 * 6 + i % 5] = ids[i];
    else
      ((gint32 *) c.args.inputs[1].data)[i / 5 * 6 + i % 5] = (gint32) ids[i];
  c.args.output = kernel_case_operand (&c, to, SHAPE (2, 5, n), 0);
  kernel_case_run_all (&c, tier);
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    for (gint64 j = 0; j < n; j++)
      {
        gint64 id = CLAMP (ids[i], 0, 10);
        double expected = kernel_case_get (&c.args.inputs[0], (gint64[]){ id, j });

        g_assert_cmpfloat (kernel_case_get (&c.args.output,
                                            (gint64[]){ (gint64) i / 5, (gint64) i % 5, j }),
                           ==,
                           expected);
      }
  kernel_case_clear (&c);
}

static void
test_gather (gconstpointer tier)
{
  static const guint8 dtypes[][2] = { { TRAFO_DTYPE_FLOAT32, TRAFO_DTYPE_FLOAT32 },
                                      { TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_FLOAT32 },
                                      { TRAFO_DTYPE_BFLOAT16, TRAFO_DTYPE_FLOAT32 },
                                      { TRAFO_DTYPE_FLOAT16, TRAFO_DTYPE_FLOAT16 } };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      check_gather (tier, dtypes[i][0], dtypes[i][1], TRAFO_DTYPE_INT64);
      check_gather (tier, dtypes[i][0], dtypes[i][1], TRAFO_DTYPE_INT32);
    }
}

/* All bit patterns, some of them twice. */
static void
fill_table (TrafoOperand *table)
{
  for (gint64 i = 0; i < table->shape[0] * table->shape[1]; i++)
    if (table->dtype != TRAFO_DTYPE_FLOAT32)
      ((guint16 *) table->data)[i] = (guint16) i;
}

static gboolean
is_same (double a, double b)
{
  return (isnan (a) && isnan (b)) || (a == b && signbit (a) == signbit (b));
}

/* From a table that is packed as the weight of a layer: the same rows. A tier that has products of bfloat16
 * packs it in another way. */
static void
check_packed_table (const TrafoCpuKernels *tier, guint8 dtype, gint64 n, gint64 length)
{
  KernelCase   c;
  TrafoOperand table, packed;
  TrafoWeight  weight = { .struct_size = sizeof weight,
                          .n_parts = 1,
                          .parts = &table,
                          .dtype = dtype,
                          .n_out = n,
                          .n_in = length };

  kernel_case_init (&c, TRAFO_OP_GATHER, NULL);
  table = packed = kernel_case_operand (&c, dtype, SHAPE (n, length), 0);
  fill_table (&table);
  packed.layout = TRAFO_LAYOUT_PACKED;
  packed.data = kernel_case_alloc (&c, tier->packed_size (&weight));
  for (guint task = 0; task < tier->pack_n_tasks (&weight); task++)
    tier->pack (&weight, packed.data, task);
  kernel_case_add_input (&c, packed);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_INT64, SHAPE (n), 0));
  for (gint64 i = 0; i < n; i++)
    ((gint64 *) c.args.inputs[1].data)[i] = n - 1 - i;
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (n, length), 0);
  if (kernel_case_is_supported (&c, tier))
    kernel_case_run_all (&c, tier);
  else
    g_assert_cmpint (dtype, ==, TRAFO_DTYPE_BFLOAT16);
  for (gint64 i = 0; i < n && c.kernel != NULL; i++)
    for (gint64 j = 0; j < length; j++)
      g_assert_true (is_same (kernel_case_get (&c.args.output, (gint64[]){ i, j }),
                              kernel_case_get (&table, (gint64[]){ n - 1 - i, j })));
  packed.dtype = TRAFO_DTYPE_INT8;
  c.args.inputs[0] = packed;
  g_assert_false (kernel_case_is_supported (&c, tier));
  kernel_case_clear (&c);
}

static void
test_packed_table (gconstpointer tier)
{
  check_packed_table (tier, TRAFO_DTYPE_FLOAT32, 70, 35);
  check_packed_table (tier, TRAFO_DTYPE_FLOAT16, 70, 35);
  check_packed_table (tier, TRAFO_DTYPE_FLOAT16, 512, 129);
  check_packed_table (tier, TRAFO_DTYPE_BFLOAT16, 70, 35);
  check_packed_table (tier, TRAFO_DTYPE_BFLOAT16, 512, 129);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("data/copy", test_copy);
  kernel_case_add_tests ("data/cast-floats", test_cast_floats);
  kernel_case_add_tests ("data/cast-integers", test_cast_integers);
  kernel_case_add_tests ("data/gather", test_gather);
  kernel_case_add_tests ("data/packed-table", test_packed_table);
  return g_test_run ();
}
