/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoded-parts-private.h"

#include <stdlib.h>

#include "trafo-int8-private.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoded-parts/empty", test_empty);
  g_test_add_func ("/encoded-parts/pieces", test_pieces);
  return g_test_run ();
}
