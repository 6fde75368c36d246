/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoded-parts-private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trafo-int8-private.h"

enum
{
  ROWS_N_OUT = 70,
  ROWS_N_IN = 1000
};

/* A layer without outputs has no blocks, and no scales to nest. */
static void
test_empty (void)
{
  const TrafoOperand weight = { .dtype = TRAFO_DTYPE_FLOAT32,
                                .n_dims = 2,
                                .shape = { 0, 4 },
                                .strides = { 4, 1 } };
  g_autoptr (GError) error = NULL;
  TrafoEncodedPart part;
  gpointer         memory =
      trafo_encoded_part_new (&part, TRAFO_WEIGHT_ENCODING_NF4, &weight, NULL, FALSE, TRUE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (memory);
  g_assert_cmpint (part.scales.shape[0], ==, 0);
  free (memory);
}

static void
count_release (gpointer data, const TrafoOperand *operand)
{
  *(guint *) data += 1;
}

/* What is read of a source goes back piece by piece, and what is made of it is the same. */
static void
test_pieces (void)
{
  enum
  {
    N_OUT = 2500,
    N_IN = 5000
  };
  g_autofree float  *floats = g_new (float, N_OUT *N_IN);
  g_autofree gint8  *integers = g_new (gint8, N_OUT * N_IN);
  g_autofree float  *scales = g_new (float, N_OUT);
  const TrafoOperand weight = { .data = floats,
                                .dtype = TRAFO_DTYPE_FLOAT32,
                                .n_dims = 2,
                                .shape = { N_OUT, N_IN },
                                .strides = { N_IN, 1 } };
  guint              n_releases = 0;
  TrafoWeightSource  source = { .data = &n_releases, .release = count_release };
  g_autoptr (GError) error = NULL;
  TrafoEncodedPart part;
  gpointer         memory;

  for (guint i = 0; i < N_OUT * N_IN; i++)
    floats[i] = (float) (i * 2654435761u >> 8) - (1 << 23);
  memory = trafo_encoded_part_new (&part,
                                   TRAFO_WEIGHT_ENCODING_INT8,
                                   &weight,
                                   &source,
                                   FALSE,
                                   FALSE,
                                   &error);
  g_assert_no_error (error);
  /* the last piece is its caller's */
  g_assert_cmpuint (n_releases, ==, N_OUT * N_IN * sizeof (float) / TRAFO_WEIGHT_PIECE_BYTES - 1);
  trafo_int8_encode (&weight, FALSE, 0, N_OUT, integers, scales);
  g_assert_cmpmem (part.codes.data, N_OUT * N_IN, integers, N_OUT * N_IN);
  g_assert_cmpmem (part.scales.data, N_OUT * sizeof (float), scales, N_OUT * sizeof (float));
  free (memory);
}

static gboolean
lookup_row (gpointer               data,
            const TrafoGraphParam *param,
            guint                  part,
            TrafoOperand          *ret_operand,
            GError               **error)
{
  *ret_operand = *(const TrafoOperand *) data;
  return TRUE;
}

/* Of a source that nests scales those of NF4 change, and no others. */
static void
test_nested (void)
{
  static const TrafoWeightEncoding encodings[] = { TRAFO_WEIGHT_ENCODING_INT8,
                                                   TRAFO_WEIGHT_ENCODING_INT4,
                                                   TRAFO_WEIGHT_ENCODING_NF4 };
  float                            floats[32 * 64];
  TrafoOperand                     weight = { .data = floats,
                                              .dtype = TRAFO_DTYPE_FLOAT32,
                                              .n_dims = 2,
                                              .shape = { 32, 64 },
                                              .strides = { 64, 1 } };
  const TrafoValueType             type = { TRAFO_DTYPE_FLOAT32, 2, { 32, 64 } };
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  TrafoGraphParam *param;

  for (guint i = 0; i < G_N_ELEMENTS (floats); i++)
    floats[i] = (float) (i * 2654435761u >> 8) * (i / 64 + 1);
  trafo_graph_append_param (graph, "w", &type, TRAFO_INITIALIZER_ZEROS);
  param = g_ptr_array_index (graph->params, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TrafoEncodedParts parts[2] = { { 0 } };
      g_autoptr (GError) error = NULL;
      gsize size_bytes;

      for (guint nests = 0; nests < 2; nests++)
        {
          TrafoWeightSource source = { .data = &weight,
                                       .lookup = lookup_row,
                                       .nests_scales = nests };

          g_assert_true (trafo_encoded_parts_init (&parts[nests],
                                                   encodings[i],
                                                   &source,
                                                   param,
                                                   &weight,
                                                   FALSE,
                                                   &error));
          g_assert_true (
              trafo_encoded_parts_fetch (&parts[nests], &source, param, &weight, &error));
          trafo_encoded_parts_make_all (&parts[nests]);
        }
      size_bytes = (gsize) parts[0].scales[0].shape[0] * sizeof (float);
      g_assert_cmpint (memcmp (parts[0].scales[0].data, parts[1].scales[0].data, size_bytes) != 0,
                       ==,
                       encodings[i] == TRAFO_WEIGHT_ENCODING_NF4);
      trafo_encoded_parts_clear (&parts[0]);
      trafo_encoded_parts_clear (&parts[1]);
    }
}

/* Those of rows [begin, end) of all parts that are in part @part, as the whole has them. */
static void
assert_rows (const TrafoEncodedParts *found,
             const TrafoEncodedPart  *whole,
             guint                    part,
             gint64                   begin,
             gint64                   end)
{
  gsize row_bytes = whole->block_size > 0 ? ROWS_N_IN / 2 : ROWS_N_IN;

  begin = CLAMP (begin - part * ROWS_N_OUT, 0, ROWS_N_OUT);
  end = CLAMP (end - part * ROWS_N_OUT, 0, ROWS_N_OUT);
  g_assert_cmpmem ((guint8 *) found->parts[part].data + begin * row_bytes,
                   (end - begin) * row_bytes,
                   (guint8 *) whole->codes.data + begin * row_bytes,
                   (end - begin) * row_bytes);
}

static void
assert_is_dropped (const TrafoOperand *codes)
{
  gsize         page = (gsize) sysconf (_SC_PAGESIZE);
  const guint8 *at = (const guint8 *) (((gsize) codes->data + page - 1) / page * page);

  for (gsize i = 0; i < page; i++)
    g_assert_cmpuint (at[i], ==, 0);
}

/* Rows of two parts that are made a few at a time, though blocks begin in one and end in another, and dropped
 * again, are those of the whole. */
static void
test_rows (void)
{
  static const TrafoWeightEncoding encodings[] = { TRAFO_WEIGHT_ENCODING_LLM_INT8,
                                                   TRAFO_WEIGHT_ENCODING_INT8,
                                                   TRAFO_WEIGHT_ENCODING_INT4,
                                                   TRAFO_WEIGHT_ENCODING_NF4 };
  g_autofree float                *floats = g_new (float, 2 * ROWS_N_OUT * ROWS_N_IN);
  TrafoOperand                     weights[2];
  const TrafoValueType             type = { TRAFO_DTYPE_FLOAT32, 2, { ROWS_N_OUT, ROWS_N_IN } };
  TrafoWeightSource                source = { .data = NULL };
  g_autoptr (TrafoGraph) graph = trafo_graph_new ();
  TrafoGraphParam *param;

  for (guint i = 0; i < 2 * ROWS_N_OUT * ROWS_N_IN; i++)
    floats[i] = (float) (i * 2654435761u >> 8) - (1 << 23);
  for (guint i = 0; i < 2; i++)
    weights[i] = (TrafoOperand){ .data = floats + i * ROWS_N_OUT * ROWS_N_IN,
                                 .dtype = TRAFO_DTYPE_FLOAT32,
                                 .n_dims = 2,
                                 .shape = { ROWS_N_OUT, ROWS_N_IN },
                                 .strides = { ROWS_N_IN, 1 } };
  trafo_graph_append_param (graph, "w", &type, TRAFO_INITIALIZER_ZEROS);
  param = g_ptr_array_index (graph->params, 0);
  g_ptr_array_add (param->names, g_strdup ("v"));
  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      TrafoEncodedParts parts = { 0 };
      TrafoEncodedPart  wholes[2];
      gpointer          memory[2];

      for (guint j = 0; j < 2; j++)
        memory[j] = trafo_encoded_part_new (&wholes[j],
                                            encodings[i],
                                            &weights[j],
                                            NULL,
                                            FALSE,
                                            FALSE,
                                            NULL);
      g_assert_true (
          trafo_encoded_parts_init (&parts, encodings[i], &source, param, weights, FALSE, NULL));
      g_assert_true (trafo_encoded_parts_fetch (&parts, &source, param, weights, NULL));
      for (gint64 row = 0; row < 2 * ROWS_N_OUT; row += 17)
        {
          trafo_encoded_parts_make_rows (&parts, row, row + 17);
          for (guint j = 0; j < 2; j++)
            assert_rows (&parts, &wholes[j], j, row, row + 17);
          trafo_encoded_parts_drop_rows (&parts, row + 17);
        }
      for (guint j = 0; j < 2; j++)
        {
          gsize size_bytes = (gsize) wholes[j].scales.shape[0] * sizeof (float);

          g_assert_cmpmem (parts.scales[j].data, size_bytes, wholes[j].scales.data, size_bytes);
          assert_is_dropped (&parts.parts[j]);
          free (memory[j]);
        }
      trafo_encoded_parts_clear (&parts);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoded-parts/empty", test_empty);
  g_test_add_func ("/encoded-parts/pieces", test_pieces);
  g_test_add_func ("/encoded-parts/rows", test_rows);
  g_test_add_func ("/encoded-parts/nested", test_nested);
  return g_test_run ();
}
