/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "kernel-case.h"

#include <math.h>
#include <string.h>

/* Shapes ended by 0; -1 would be a length. */
typedef struct
{
  gint64 output[5], a[5], b[5];
  gint64 row_stride; /* of a; 0 for contiguous */
} Shapes;

static const Shapes binary_shapes[] = {
  { { 1 }, { 1 }, { 1 }, 0 },
  { { 5000 }, { 5000 }, { 5000 }, 0 },
  { { 3, 129 }, { 3, 129 }, { 3, 129 }, 0 },
  { { 3, 129 }, { 3, 129 }, { 3, 129 }, 140 },
  { { 2, 31, 33 }, { 2, 31, 33 }, { 33 }, 0 },
  { { 2, 31, 33 }, { 33 }, { 2, 31, 33 }, 0 },
  { { 2, 5, 17 }, { 2, 5, 17 }, { 2, 1, 17 }, 0 },
  { { 2, 5, 17 }, { 2, 5, 17 }, { 2, 5, 1 }, 0 },
  { { 2, 5, 17 }, { 5, 1 }, { 2, 1, 17 }, 0 },
  { { 4, 65 }, { 4, 65 }, { 1 }, 65 },
  { { 4, 2, 3, 5 }, { 4, 1, 3, 1 }, { 2, 1, 5 }, 0 },
};

static const gint64 *
ended (const gint64 *shape, gint64 *ret_shape)
{
  guint i = 0;

  for (; i < 5 && shape[i] != 0; i++)
    ret_shape[i] = shape[i];
  ret_shape[i] = -1;
  return ret_shape;
}

/* The element of @operand that stands at @index of the larger @like. */
static double
broadcast_get (const TrafoOperand *operand, const TrafoOperand *like, const gint64 *index)
{
  gint64 own[TRAFO_MAX_DIMS] = { 0 };
  guint  missing = (guint) like->n_dims - operand->n_dims;

  for (guint i = 0; i < operand->n_dims; i++)
    own[i] = operand->shape[i] == 1 ? 0 : index[missing + i];
  return kernel_case_get (operand, own);
}

static gboolean
next_index (const TrafoOperand *operand, gint64 *index)
{
  for (guint i = operand->n_dims; i-- > 0;)
    {
      if (++index[i] < operand->shape[i])
        return TRUE;
      index[i] = 0;
    }
  return FALSE;
}

static float
binary_reference (guint16 op, float a, float b)
{
  switch (op)
    {
    case TRAFO_OP_ADD:
      return a + b;
    case TRAFO_OP_SUB:
      return a - b;
    case TRAFO_OP_MUL:
      return a * b;
    default:
      return a / b;
    }
}

/* One rounding: the result is the float that C computes. */
static void
test_binary (gconstpointer tier)
{
  static const guint16 ops[] = { TRAFO_OP_ADD, TRAFO_OP_SUB, TRAFO_OP_MUL, TRAFO_OP_DIV };

  for (gsize n = 0; n < G_N_ELEMENTS (binary_shapes) * G_N_ELEMENTS (ops); n++)
    {
      const Shapes *s = &binary_shapes[n / G_N_ELEMENTS (ops)];
      guint16       op = ops[n % G_N_ELEMENTS (ops)];
      gint64        shape[6], index[TRAFO_MAX_DIMS] = { 0 };
      KernelCase    c;

      kernel_case_init (&c, op, NULL);
      kernel_case_add_input (&c,
                             kernel_case_operand (&c,
                                                  TRAFO_DTYPE_FLOAT32,
                                                  ended (s->a, shape),
                                                  s->row_stride));
      kernel_case_add_input (&c,
                             kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, ended (s->b, shape), 0));
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, ended (s->output, shape), 0);
      kernel_case_run_all (&c, tier);
      do
        {
          float a = (float) broadcast_get (&c.args.inputs[0], &c.args.output, index);
          float b = (float) broadcast_get (&c.args.inputs[1], &c.args.output, index);

          g_assert_cmpfloat (kernel_case_get (&c.args.output, index),
                             ==,
                             binary_reference (op, a, b));
        }
      while (next_index (&c.args.output, index));
      kernel_case_clear (&c);
    }
}

/* A stride of 0 repeats as an axis of length 1 does. */
static void
test_zero_strides (gconstpointer tier)
{
  KernelCase   c;
  TrafoOperand b;

  kernel_case_init (&c, TRAFO_OP_ADD, NULL);
  kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (4, 21), 0));
  b = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (1, 1), 0);
  b.shape[0] = 4;
  b.shape[1] = 21;
  b.strides[0] = b.strides[1] = 0;
  kernel_case_add_input (&c, b);
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (4, 21), 0);
  kernel_case_run_all (&c, tier);
  for (gsize i = 0; i < 84; i++)
    g_assert_cmpfloat (((float *) c.args.output.data)[i],
                       ==,
                       ((float *) c.args.inputs[0].data)[i] + *(float *) b.data);
  kernel_case_clear (&c);
}

static void
test_in_place (gconstpointer tier)
{
  KernelCase c;
  float      before[77];

  kernel_case_init (&c, TRAFO_OP_MUL, NULL);
  for (guint i = 0; i < 2; i++)
    kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (7, 11), 0));
  c.args.output = c.args.inputs[0];
  memcpy (before, c.args.output.data, sizeof before);
  kernel_case_run (&c, tier, 1);
  for (gsize i = 0; i < 77; i++)
    g_assert_cmpfloat (((float *) c.args.output.data)[i],
                       ==,
                       before[i] * ((float *) c.args.inputs[1].data)[i]);
  kernel_case_clear (&c);
}

static void
test_binary_refuses (gconstpointer tier)
{
  KernelCase c;

  kernel_case_init (&c, TRAFO_OP_ADD, NULL);
  for (guint i = 0; i < 2; i++)
    kernel_case_add_input (&c, kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (4, 8), 0));
  c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (4, 8), 0);
  g_assert_true (kernel_case_is_supported (&c, tier));
  c.args.inputs[0].strides[1] = 4;
  g_assert_false (kernel_case_is_supported (&c, tier));
  c.args.inputs[0].strides[1] = 1;
  c.args.inputs[1].dtype = TRAFO_DTYPE_INT32;
  g_assert_false (kernel_case_is_supported (&c, tier));
  c.args.inputs[1].dtype = TRAFO_DTYPE_FLOAT32;
  c.args.inputs[1].shape[0] = 3;
  g_assert_false (kernel_case_is_supported (&c, tier));
  kernel_case_clear (&c);
}

/* Where f rounds a result that is exact before, or is one of the functions of test-math.c; here the
 * loops around them are tested: all lengths, tails, tasks. */
static double
unary_reference (guint16 op, double x)
{
  switch (op)
    {
    case TRAFO_OP_NEG:
      return -x;
    case TRAFO_OP_SQRT:
      return sqrt (x);
    case TRAFO_OP_RSQRT:
      return 1 / sqrt (x);
    case TRAFO_OP_EXP:
      return exp (x);
    case TRAFO_OP_TANH:
      return tanh (x);
    case TRAFO_OP_ERF:
      return erf (x);
    case TRAFO_OP_SIGMOID:
      return 1 / (1 + exp (-x));
    default:
      return MAX (x, 0);
    }
}

static void
test_unary (gconstpointer tier)
{
  static const guint16 ops[] = {
    TRAFO_OP_NEG,  TRAFO_OP_SQRT, TRAFO_OP_RSQRT,   TRAFO_OP_EXP,
    TRAFO_OP_TANH, TRAFO_OP_ERF,  TRAFO_OP_SIGMOID, TRAFO_OP_ACTIVATION
  };
  static const gint64 lengths[] = { 1, 3, 15, 16, 17, 33, 9001 };

  for (gsize n = 0; n < G_N_ELEMENTS (ops) * G_N_ELEMENTS (lengths); n++)
    {
      TrafoActivationAttrs attrs = { .struct_size = sizeof attrs,
                                     .activation = TRAFO_ACTIVATION_RELU };
      guint16              op = ops[n % G_N_ELEMENTS (ops)];
      gint64               length = lengths[n / G_N_ELEMENTS (ops)];
      gint64               index[2] = { 0 };
      KernelCase           c;

      kernel_case_init (&c, op, &attrs);
      kernel_case_add_input (&c,
                             kernel_case_operand (&c,
                                                  TRAFO_DTYPE_FLOAT32,
                                                  SHAPE (2, length),
                                                  n % 2 ? length + 2 : 0));
      if (op == TRAFO_OP_SQRT || op == TRAFO_OP_RSQRT)
        for (gint64 i = 0; i < c.args.inputs[0].strides[0] + length; i++)
          ((float *) c.args.inputs[0].data)[i] = fabsf (((float *) c.args.inputs[0].data)[i]);
      c.args.output = kernel_case_operand (&c, TRAFO_DTYPE_FLOAT32, SHAPE (2, length), 0);
      kernel_case_run_all (&c, tier);
      do
        {
          double x = kernel_case_get (&c.args.inputs[0], index);
          double expected = unary_reference (op, x);

          g_assert_cmpfloat_with_epsilon (kernel_case_get (&c.args.output, index),
                                          expected,
                                          3e-7 * MAX (fabs (expected), 1e-30));
        }
      while (next_index (&c.args.output, index));
      kernel_case_clear (&c);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  kernel_case_add_tests ("binary/shapes", test_binary);
  kernel_case_add_tests ("binary/zero-strides", test_zero_strides);
  kernel_case_add_tests ("binary/in-place", test_in_place);
  kernel_case_add_tests ("binary/refuses", test_binary_refuses);
  kernel_case_add_tests ("unary/lengths", test_unary);
  return g_test_run ();
}
