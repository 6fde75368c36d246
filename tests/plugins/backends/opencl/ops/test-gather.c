/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

#define RELATIVE 1e-6

static const TrafoDType id_dtypes[] = { TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64 };

static void
test_gather_takes_rows_in_every_dtype (void)
{
  static const gint64 table_shape[] = { 11, 3, 23 };
  static const gint64 ids_shape[] = { 2, 5 };
  static const gint64 output_shape[] = { 2, 5, 3, 23 };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[2 * 5 * 3 * 23];

  for (TrafoDType dtype = 1; fixture != NULL && dtype < TRAFO_N_DTYPES; dtype++)
    for (Layout layout = DENSE; layout <= SPACED; layout++)
      for (gsize d = 0; d < G_N_ELEMENTS (id_dtypes); d++)
        {
          g_autoptr (Tensor) table =
              tensor_new_random (fixture, dtype, layout, 3, table_shape, 0, 100);
          g_autoptr (Tensor) ids =
              tensor_new_random (fixture, id_dtypes[d], layout, 2, ids_shape, 0, 11);
          TrafoDType widened = trafo_dtype_is_float (dtype) ? TRAFO_DTYPE_FLOAT32 : dtype;
          g_autoptr (Tensor) y = tensor_new (fixture, widened, SPACED, 4, output_shape);

          for (gsize i = 0; i < y->n_elements; i++)
            expected[i] = table->values[(gsize) ids->values[i / 69] * 69 + i % 69];
          fixture_run (fixture, TRAFO_OP_GATHER, NULL, y, 2, (Tensor *const[]){ table, ids });
          assert_close (y, expected, 0, 0);
        }
}

static void
test_gather_clamps_ids_out_of_range (void)
{
  static const double wild_ids[] = { -1, 3, 2147483647, -2147483648.0 };
  static const gint64 table_shape[] = { 3, 2 };
  static const gint64 ids_shape[] = { G_N_ELEMENTS (wild_ids) };
  static const gint64 output_shape[] = { G_N_ELEMENTS (wild_ids), 2 };
  static const double expected[] = { 0, 1, 4, 5, 4, 5, 0, 1 };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (gsize d = 0; fixture != NULL && d < G_N_ELEMENTS (id_dtypes); d++)
    {
      g_autoptr (Tensor) table = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, table_shape);
      g_autoptr (Tensor) ids = tensor_new (fixture, id_dtypes[d], DENSE, 1, ids_shape);
      g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, output_shape);

      for (gsize i = 0; i < table->n_elements; i++)
        table->values[i] = i;
      memcpy (ids->values, wild_ids, sizeof wild_ids);
      tensor_upload (table);
      tensor_upload (ids);
      fixture_run (fixture, TRAFO_OP_GATHER, NULL, y, 2, (Tensor *const[]){ table, ids });
      assert_close (y, expected, 0, 0);
    }
}

static void
test_gather_refuses_an_empty_table (void)
{
  static const gint64 table_shape[] = { 0, 2 };
  static const gint64 ids_shape[] = { 1 };
  static const gint64 output_shape[] = { 1, 2 };
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (Tensor) table = NULL;
  g_autoptr (Tensor) ids = NULL;
  g_autoptr (Tensor) y = NULL;
  TrafoKernelArgs args;

  if (fixture == NULL)
    return;
  table = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, table_shape);
  ids = tensor_new (fixture, TRAFO_DTYPE_INT32, DENSE, 1, ids_shape);
  y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, output_shape);
  fixture_fill_args (fixture, TRAFO_OP_GATHER, NULL, y, 2, (Tensor *const[]){ table, ids }, &args);
  g_assert_false (fixture_get_kernel (fixture, TRAFO_OP_GATHER)->supports (&args));
}

static void
test_scatter_add_sums_repeated_rows (void)
{
  static const gint64 table_shape[] = { 4, 3, 5 };
  static const gint64 ids_shape[] = { 2, 9 };
  static const gint64 rows_shape[] = { 2, 9, 3, 5 };
  g_autoptr (Fixture) fixture = fixture_new ();
  double expected[4 * 15];

  for (Layout layout = DENSE; fixture != NULL && layout <= SPACED; layout++)
    for (gsize d = 0; d < G_N_ELEMENTS (id_dtypes); d++)
      {
        g_autoptr (Tensor) x =
            tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 3, table_shape, 0, 1);
        g_autoptr (Tensor) ids =
            tensor_new_random (fixture, id_dtypes[d], layout, 2, ids_shape, 0, 4);
        g_autoptr (Tensor) rows =
            tensor_new_random (fixture, TRAFO_DTYPE_FLOAT32, layout, 4, rows_shape, 0, 1);
        g_autoptr (Tensor) y = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, SPACED, 3, table_shape);
        Tensor *const inputs[] = { x, ids, rows };

        memcpy (expected, x->values, sizeof expected);
        for (gsize i = 0; i < rows->n_elements; i++)
          expected[(gsize) ids->values[i / 15] * 15 + i % 15] += rows->values[i];
        fixture_run (fixture, TRAFO_OP_SCATTER_ADD, NULL, y, 3, inputs);
        assert_close (y, expected, RELATIVE, 0);
        fixture_run (fixture, TRAFO_OP_SCATTER_ADD, NULL, x, 3, inputs);
        assert_close (x, expected, RELATIVE, 0);
      }
}

static void
test_scatter_add_ignores_ids_out_of_range (void)
{
  static const double wild_ids[] = { -1, 3, 2147483647, 1 };
  static const gint64 table_shape[] = { 3, 2 };
  static const gint64 ids_shape[] = { G_N_ELEMENTS (wild_ids) };
  static const gint64 rows_shape[] = { G_N_ELEMENTS (wild_ids), 2 };
  static const double expected[] = { 0, 0, 6, 7, 0, 0 };
  g_autoptr (Fixture) fixture = fixture_new ();

  for (gsize d = 0; fixture != NULL && d < G_N_ELEMENTS (id_dtypes); d++)
    {
      g_autoptr (Tensor) x = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, table_shape);
      g_autoptr (Tensor) ids = tensor_new (fixture, id_dtypes[d], DENSE, 1, ids_shape);
      g_autoptr (Tensor) rows = tensor_new (fixture, TRAFO_DTYPE_FLOAT32, DENSE, 2, rows_shape);

      for (gsize i = 0; i < rows->n_elements; i++)
        rows->values[i] = i;
      memcpy (ids->values, wild_ids, sizeof wild_ids);
      tensor_upload (rows);
      tensor_upload (ids);
      fixture_run (fixture, TRAFO_OP_SCATTER_ADD, NULL, x, 3, (Tensor *const[]){ x, ids, rows });
      assert_close (x, expected, 0, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/gather/every-dtype", test_gather_takes_rows_in_every_dtype);
  g_test_add_func ("/opencl/gather/out-of-range", test_gather_clamps_ids_out_of_range);
  g_test_add_func ("/opencl/gather/empty-table", test_gather_refuses_an_empty_table);
  g_test_add_func ("/opencl/scatter-add/repeated-rows", test_scatter_add_sums_repeated_rows);
  g_test_add_func ("/opencl/scatter-add/out-of-range", test_scatter_add_ignores_ids_out_of_range);
  return g_test_run ();
}
