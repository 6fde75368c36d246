/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

#include "fake-device.h"
#include "trafo-builder-private.h"
#include "trafo-file-table-private.h"
#include "trafo-mapped-file-private.h"
#include "trafo-reference-device-private.h"

enum
{
  N_ROWS = 9000,
  WIDTH = 260,
  SKIPPED_BYTES = 64 /* of the file, before the table */
};

/* A file with a table in it, and a source that has it mapped. */
typedef struct
{
  char            *folder;
  char            *path;
  TrafoMappedFile *file;
  TrafoTensorDict *tensors;
  guint            n_reads;
  guint            n_failures; /* reads to come that fail */
  gboolean         is_nowhere; /* it lies in no file */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  TrafoDType dtype = GPOINTER_TO_UINT (data);
  gsize      size_bytes = SKIPPED_BYTES + (gsize) N_ROWS * WIDTH * trafo_dtype_get_size (dtype);
  guint8    *bytes = g_malloc (size_bytes);
  g_autoptr (TrafoTensor) table = NULL;
  g_autoptr (GError) error = NULL;

  /* floats of any sign, and no NaN: the high byte of each, in either type, is 0x?8 */
  for (gsize i = 0; i < size_bytes; i++)
    bytes[i] = i % 2 == 0 ? i * 7 % 251 : (i / 2 % 7 * 16) | 8;
  fixture->folder = g_dir_make_tmp ("trafo-file-table-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "table", NULL);
  g_assert_true (g_file_set_contents (fixture->path, (char *) bytes, size_bytes, NULL));
  g_free (bytes);
  fixture->file = trafo_mapped_file_open (fixture->path, "table", &error);
  g_assert_no_error (error);
  table = trafo_tensor_new_from_data (dtype,
                                      (gint64[]){ N_ROWS, WIDTH },
                                      NULL,
                                      2,
                                      (gpointer) (fixture->file->data + SKIPPED_BYTES),
                                      TRUE,
                                      NULL,
                                      NULL,
                                      &error);
  g_assert_no_error (error);
  fixture->tensors = trafo_tensor_dict_new ();
  trafo_tensor_dict_set (fixture->tensors, "table", table);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  trafo_tensor_dict_unref (fixture->tensors);
  trafo_mapped_file_free (fixture->file);
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static gboolean
lookup (gpointer               data,
        const TrafoGraphParam *param,
        guint                  part,
        TrafoOperand          *ret_operand,
        GError               **error)
{
  Fixture *fixture = data;

  trafo_tensor_get_operand (trafo_tensor_dict_get (fixture->tensors, "table"), ret_operand);
  return TRUE;
}

static gboolean
locate (gpointer data, const TrafoOperand *operand, guint *ret_file, gsize *ret_offset_bytes)
{
  if (((Fixture *) data)->is_nowhere)
    return FALSE;
  *ret_file = 3;
  *ret_offset_bytes = (const guint8 *) operand->data - ((Fixture *) data)->file->data;
  return TRUE;
}

static gboolean
read_file (gpointer data,
           guint    file,
           gsize    offset_bytes,
           gpointer destination,
           gsize    size_bytes,
           GError **error)
{
  Fixture *fixture = data;

  g_assert_cmpuint (file, ==, 3);
  g_atomic_int_inc (&fixture->n_reads);
  if (fixture->n_failures > 0)
    {
      fixture->n_failures--;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the disk is away");
      return FALSE;
    }
  return trafo_mapped_file_read (fixture->file, offset_bytes, destination, size_bytes, error);
}

/* Rows of the table and, if @has_view, of some of its columns. */
static TrafoProgram *
make_program_of (Fixture *fixture, TrafoDType ids_dtype, gboolean is_read, gboolean has_view)
{
  TrafoWeightSource source = { .data = fixture, .lookup = lookup };
  gint64            dims[] = { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  TrafoProgram *program;
  TrafoSym      table, ids;

  if (is_read)
    {
      source.locate = locate;
      source.read = read_file;
    }
  weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
  ids = trafo_builder_input (b, "ids", ids_dtype, dims, 2, TRAFO_FILL_RULE_REQUIRED);
  table = trafo_builder_param (b, "table", (gint64[]){ N_ROWS, WIDTH }, 2, TRAFO_INITIALIZER_ONES);
  trafo_builder_output (b, "rows", trafo_builder_gather (b, table, ids));
  if (has_view)
    {
      table = trafo_builder_slice (b, table, -1, 0, WIDTH / 2, 1);
      trafo_builder_output (b, "columns", trafo_builder_gather (b, table, ids));
    }
  program = trafo_program_compile (trafo_builder_finish (b, &error), weights, &error);
  g_assert_no_error (error);
  return program;
}

static TrafoProgram *
make_program (Fixture *fixture, TrafoDType ids_dtype, gboolean is_read)
{
  return make_program_of (fixture, ids_dtype, is_read, FALSE);
}

static TrafoTensor *
make_ids (TrafoDType dtype, gint64 n, gint64 first)
{
  gint64       shape[] = { 2, n };
  TrafoTensor *ids = trafo_tensor_new (dtype, shape, 2, NULL);

  for (gint64 i = 0; i < 2 * n; i++)
    {
      gint64 id = (first + i * i * 37) % N_ROWS;

      if (dtype == TRAFO_DTYPE_INT64)
        ((gint64 *) trafo_tensor_get_data (ids))[i] = id;
      else
        ((gint32 *) trafo_tensor_get_data (ids))[i] = (gint32) id;
    }
  return ids;
}

static TrafoTensor *
run (TrafoProgram *program, TrafoTensor *ids, GError **error)
{
  TrafoExecution *execution = trafo_program_acquire (program);
  TrafoTensor    *rows = NULL;

  if (trafo_execution_run (execution, &ids, NULL, error))
    rows = trafo_execution_read_output (execution, 0, NULL);
  trafo_program_release (program, execution);
  return rows;
}

/* What is read from the file is what the reference finds in the mapping, in one task and in several. */
static void
test_rows (Fixture *fixture, gconstpointer data)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT64 };
  static const gint64     lengths[] = { 1, 7, 100, 7, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autoptr (TrafoProgram) mapped = make_program (fixture, dtypes[i], FALSE);
      g_autoptr (TrafoProgram) program = make_program (fixture, dtypes[i], TRUE);

      for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
        {
          g_autoptr (TrafoTensor) ids = make_ids (dtypes[i], lengths[j], N_ROWS - 1);
          g_autoptr (TrafoTensor) expected = run (mapped, ids, NULL);
          g_autoptr (TrafoTensor) found = NULL;

          fixture->n_reads = 0;
          found = run (program, ids, NULL);
          g_assert_cmpmem (trafo_tensor_get_data (found),
                           trafo_tensor_get_size_bytes (found),
                           trafo_tensor_get_data (expected),
                           trafo_tensor_get_size_bytes (expected));
          g_assert_cmpuint (fixture->n_reads, ==, 2 * lengths[j]);
        }
    }
}

/* A file that was cut off is an error of each run that needs what is missing, and no SIGBUS. */
static void
test_cut_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TrafoProgram) program = make_program (fixture, TRAFO_DTYPE_INT64, TRUE);
  g_autoptr (TrafoTensor) ids = make_ids (TRAFO_DTYPE_INT64, 1, N_ROWS - 38);
  g_autoptr (TrafoTensor) first =
      trafo_tensor_new_from_int64s ((gint64[]){ 1, 1 }, 2, (gint64[]){ 0 }, 1, NULL);
  g_autoptr (TrafoTensor) before = run (program, ids, NULL);
  g_autoptr (TrafoTensor) there = NULL;

  g_assert_nonnull (before);
  g_assert_cmpint (truncate (fixture->path, SKIPPED_BYTES + WIDTH * sizeof (float)), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (program, ids, &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_TRUNCATED);
      g_assert_true (g_str_has_prefix (error->message, "table: "));
    }
  there = run (program, first, NULL);
  g_assert_nonnull (there);
}

/* What could not be read once may be there the next time. */
static void
test_away (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TrafoProgram) program = make_program (fixture, TRAFO_DTYPE_INT64, TRUE);
  g_autoptr (TrafoTensor) ids = make_ids (TRAFO_DTYPE_INT64, 3, 5);
  g_autoptr (TrafoTensor) before = run (program, ids, NULL);
  g_autoptr (TrafoTensor) after = NULL;
  g_autoptr (GError) error = NULL;

  fixture->n_failures = 2;
  g_assert_null (run (program, ids, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  after = run (program, ids, NULL);
  g_assert_cmpmem (trafo_tensor_get_data (after),
                   trafo_tensor_get_size_bytes (after),
                   trafo_tensor_get_data (before),
                   trafo_tensor_get_size_bytes (before));
}

/* Another view of the table is looked up in the mapping, beside the table itself. */
static void
test_views (Fixture *fixture, gconstpointer data)
{
  TrafoTensor *expected[2], *found[2];
  g_autoptr (TrafoTensor) ids = make_ids (TRAFO_DTYPE_INT64, 4, 9);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TrafoProgram) program = make_program_of (fixture, TRAFO_DTYPE_INT64, i == 1, TRUE);
      TrafoExecution *execution = trafo_program_acquire (program);

      g_assert_true (trafo_execution_run (execution, &ids, NULL, NULL));
      for (guint j = 0; j < 2; j++)
        (i == 0 ? expected : found)[j] = trafo_execution_read_output (execution, j, NULL);
      trafo_program_release (program, execution);
    }
  for (guint j = 0; j < 2; j++)
    {
      g_assert_cmpmem (trafo_tensor_get_data (found[j]),
                       trafo_tensor_get_size_bytes (found[j]),
                       trafo_tensor_get_data (expected[j]),
                       trafo_tensor_get_size_bytes (expected[j]));
      trafo_tensor_unref (found[j]);
      trafo_tensor_unref (expected[j]);
    }
}

/* What is small is copied, unless it lies in no file, and leaves no pages of the file behind. */
static void
test_small (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  TrafoTensor   *table = trafo_tensor_dict_get (fixture->tensors, "table");
  const guint8  *values = trafo_tensor_get_data (table);
  TrafoValueType type = { TRAFO_DTYPE_FLOAT32, 2, { 2, WIDTH } };
  g_autoptr (TrafoTensor) small = trafo_tensor_slice (table, 0, 5, 7, 1, NULL);

  g_assert_nonnull (small);
  trafo_tensor_dict_set (fixture->tensors, "table", small);
  for (guint i = 0; i < 2; i++)
    {
      TrafoWeightSource source = { .data = fixture,
                                   .lookup = lookup,
                                   .locate = i == 0 ? locate : NULL };
      g_autoptr (TrafoWeights) weights = trafo_weights_new (device, TRAFO_DTYPE_FLOAT32, &source);
      g_autoptr (TrafoGraph) graph = trafo_graph_new ();
      TrafoOperand operand;

      trafo_graph_append_param (graph, "table", &type, TRAFO_INITIALIZER_ZEROS);
      g_assert_true (trafo_weights_get (weights,
                                        g_ptr_array_index (graph->params, 0),
                                        &type,
                                        TRAFO_WEIGHT_USE_FLOAT,
                                        &operand,
                                        NULL));
      g_assert_true (trafo_mapped_file_contains (fixture->file, operand.data, 1) == (i == 1));
      g_assert_cmpmem (operand.data,
                       2 * WIDTH * sizeof (float),
                       values + 5 * WIDTH * sizeof (float),
                       2 * WIDTH * sizeof (float));
    }
}

/* What is small is no such table, nor what lies in no file. */
static void
test_mapped (Fixture *fixture, gconstpointer data)
{
  TrafoWeightSource source = { .data = fixture, .locate = locate, .read = read_file };
  TrafoOperand      operand;
  TrafoFileTable   *table;

  trafo_tensor_get_operand (trafo_tensor_dict_get (fixture->tensors, "table"), &operand);
  table = trafo_file_table_new (&source, &operand);
  g_assert_nonnull (table);
  trafo_file_table_free (table);
  operand.strides[0]++;
  g_assert_null (trafo_file_table_new (&source, &operand));
  operand.strides[0]--;
  operand.shape[0] /= 4;
  g_assert_null (trafo_file_table_new (&source, &operand));
  operand.shape[0] = N_ROWS;
  fixture->is_nowhere = TRUE;
  g_assert_null (trafo_file_table_new (&source, &operand));
  fixture->is_nowhere = FALSE;
  source.read = NULL;
  g_assert_null (trafo_file_table_new (&source, &operand));
}

int
main (int argc, char **argv)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_FLOAT32,
                                       TRAFO_DTYPE_FLOAT16,
                                       TRAFO_DTYPE_BFLOAT16 };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autofree char *path =
          g_strconcat ("/file-table/rows/", trafo_dtype_get_name (dtypes[i]), NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (dtypes[i]), set_up, test_rows, tear_down);
    }
#define ADD(name, function)                                                                        \
  g_test_add (name, Fixture, GUINT_TO_POINTER (TRAFO_DTYPE_FLOAT32), set_up, function, tear_down)
  ADD ("/file-table/cut-off", test_cut_off);
  ADD ("/file-table/away", test_away);
  ADD ("/file-table/views", test_views);
  ADD ("/file-table/small", test_small);
  ADD ("/file-table/mapped", test_mapped);
  return g_test_run ();
}
