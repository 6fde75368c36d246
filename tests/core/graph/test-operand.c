/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-operand-private.h"

typedef struct
{
  const char  *name;
  TrafoOperand operand;
  gsize        span_bytes;
  gboolean     is_row_major;
  gsize        n_rows;
  double       n_stored;
} OperandCase;

#define OPERAND(n, ...) .operand = { .dtype = TRAFO_DTYPE_FLOAT32, .n_dims = n, __VA_ARGS__ }

static const OperandCase cases[] = {
  { "scalar", OPERAND (0), 4, TRUE, 1, 1 },
  { "vector", OPERAND (1, .shape = { 5 }, .strides = { 1 }), 20, TRUE, 1, 5 },
  { "matrix", OPERAND (2, .shape = { 2, 3 }, .strides = { 3, 1 }), 24, TRUE, 2, 6 },
  { "turned", OPERAND (2, .shape = { 2, 3 }, .strides = { 1, 2 }), 24, FALSE, 2, 6 },
  { "padded", OPERAND (2, .shape = { 2, 3 }, .strides = { 8, 1 }), 44, FALSE, 2, 6 },
  { "repeated", OPERAND (2, .shape = { 9, 3 }, .strides = { 0, 1 }), 12, FALSE, 9, 3 },
  { "three", OPERAND (3, .shape = { 2, 3, 4 }, .strides = { 12, 4, 1 }), 96, TRUE, 6, 24 },
  { "empty", OPERAND (2, .shape = { 0, 3 }, .strides = { 3, 1 }), 0, TRUE, 0, 0 },
};

static void
test_case (gconstpointer data)
{
  const OperandCase *c = data;

  g_assert_cmpuint (trafo_operand_span_bytes (&c->operand), ==, c->span_bytes);
  g_assert_cmpint (trafo_operand_is_row_major (&c->operand), ==, c->is_row_major);
  g_assert_cmpuint (trafo_operand_count_rows (&c->operand), ==, c->n_rows);
  g_assert_cmpfloat (trafo_operand_count_stored (&c->operand), ==, c->n_stored);
}

static void
test_broadcast (void)
{
  TrafoOperand output = { .n_dims = 3, .shape = { 4, 1, 5 } };
  TrafoOperand operand = { .n_dims = 2, .shape = { 1, 1 }, .strides = { 7, 9 } };

  trafo_operand_broadcast (&operand, &output);
  g_assert_cmpint (operand.n_dims, ==, 3);
  g_assert_cmpmem (operand.shape, 24, output.shape, 24);
  g_assert_cmpmem (operand.strides, 24, ((const gint64[]){ 0, 7, 0 }), 24);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/operand/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/operand/broadcast", test_broadcast);
  return g_test_run ();
}
