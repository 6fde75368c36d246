/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

/* Element-wise ops, reductions and products. */

/**
 * trafo_builder_add:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a + b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_add (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_ADD, NULL, a, b);
}

/**
 * trafo_builder_sub:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a - b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_sub (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_SUB, NULL, a, b);
}

/**
 * trafo_builder_mul:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a * b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_mul (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_MUL, NULL, a, b);
}

/**
 * trafo_builder_div:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a / b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_div (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_DIV, NULL, a, b);
}

/**
 * trafo_builder_pow:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * a to the power of b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_pow (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_POW, NULL, a, b);
}

/**
 * trafo_builder_maximum:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * The larger of a and b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_maximum (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_MAXIMUM, NULL, a, b);
}

/**
 * trafo_builder_minimum:
 * @self: a builder
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * The smaller of a and b, element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_minimum (TrafoBuilder *self, TrafoSym a, TrafoSym b)
{
  return trafo_builder_append_binary (self, TRAFO_OP_MINIMUM, NULL, a, b);
}

/**
 * trafo_builder_neg:
 * @self: a builder
 * @x: a float type, any shape
 *
 * -x, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_neg (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_NEG, NULL, x);
}

/**
 * trafo_builder_sqrt:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The square root, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_sqrt (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_SQRT, NULL, x);
}

/**
 * trafo_builder_rsqrt:
 * @self: a builder
 * @x: a float type, any shape
 *
 * 1 / sqrt (x), element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_rsqrt (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_RSQRT, NULL, x);
}

/**
 * trafo_builder_exp:
 * @self: a builder
 * @x: a float type, any shape
 *
 * e to the power of x, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_exp (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_EXP, NULL, x);
}

/**
 * trafo_builder_log:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The natural logarithm, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_log (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_LOG, NULL, x);
}

/**
 * trafo_builder_tanh:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The hyperbolic tangent, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_tanh (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_TANH, NULL, x);
}

/**
 * trafo_builder_erf:
 * @self: a builder
 * @x: a float type, any shape
 *
 * The error function, element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_erf (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_ERF, NULL, x);
}

/**
 * trafo_builder_sigmoid:
 * @self: a builder
 * @x: a float type, any shape
 *
 * 1 / (1 + exp (-x)), element by element.
 *
 * Returns: of @x's shape and dtype
 */
TrafoSym
trafo_builder_sigmoid (TrafoBuilder *self, TrafoSym x)
{
  return trafo_builder_append_unary (self, TRAFO_OP_SIGMOID, NULL, x);
}

/**
 * trafo_builder_compare:
 * @self: a builder
 * @comparison: the relation
 * @a: a tensor
 * @b: another of the same dtype; both broadcast as in numpy
 *
 * Compares element by element.
 *
 * Returns: bool
 */
TrafoSym
trafo_builder_compare (TrafoBuilder *self, TrafoComparison comparison, TrafoSym a, TrafoSym b)
{
  TrafoCompareAttrs attrs = { .struct_size = sizeof attrs, .comparison = comparison };

  return trafo_builder_append_binary (self, TRAFO_OP_COMPARE, &attrs, a, b);
}

/**
 * trafo_builder_where:
 * @self: a builder
 * @condition: bool
 * @a: what is taken where it is true
 * @b: what is taken elsewhere, of the same dtype; all broadcast as in numpy
 *
 * Chooses element by element.
 *
 * Returns: a tensor of the operands' dtype
 */
TrafoSym
trafo_builder_where (TrafoBuilder *self, TrafoSym condition, TrafoSym a, TrafoSym b)
{
  TrafoSym inputs[] = { condition, a, b };

  return trafo_builder_append (self, TRAFO_OP_WHERE, NULL, inputs, 3, NULL);
}

/**
 * trafo_builder_cast:
 * @self: a builder
 * @x: any shape and dtype
 * @dtype: the type wanted
 *
 * Converts each element: floats round to nearest even, towards zero when they become integers.
 *
 * Returns: of @x's shape
 */
TrafoSym
trafo_builder_cast (TrafoBuilder *self, TrafoSym x, TrafoDType dtype)
{
  TrafoValueType type = { .dtype = dtype };

  if (!trafo_builder_has_failed (self) && trafo_builder_get_dtype (self, x) == dtype)
    return x;
  return trafo_builder_append (self, TRAFO_OP_CAST, NULL, &x, 1, &type);
}

static TrafoSym
reduce (TrafoBuilder *self, guint op, TrafoSym x, gint axis)
{
  TrafoAxisAttrs attrs = { .struct_size = sizeof attrs,
                           .axis = trafo_builder_resolve_axis (self, x, axis) };

  return trafo_builder_append_unary (self, op, &attrs, x);
}

/**
 * trafo_builder_sum:
 * @self: a builder
 * @x: any shape
 * @axis: the axis to reduce, which stays with length 1; -1 is the last
 *
 * The sum over one axis.
 *
 * Returns: of @x's dtype
 */
TrafoSym
trafo_builder_sum (TrafoBuilder *self, TrafoSym x, gint axis)
{
  return reduce (self, TRAFO_OP_SUM, x, axis);
}

/**
 * trafo_builder_mean:
 * @self: a builder
 * @x: any shape
 * @axis: the axis to reduce, which stays with length 1; -1 is the last
 *
 * The mean over one axis.
 *
 * Returns: of @x's dtype
 */
TrafoSym
trafo_builder_mean (TrafoBuilder *self, TrafoSym x, gint axis)
{
  return reduce (self, TRAFO_OP_MEAN, x, axis);
}

/**
 * trafo_builder_max:
 * @self: a builder
 * @x: any shape
 * @axis: the axis to reduce, which stays with length 1; -1 is the last
 *
 * The largest element over one axis.
 *
 * Returns: of @x's dtype
 */
TrafoSym
trafo_builder_max (TrafoBuilder *self, TrafoSym x, gint axis)
{
  return reduce (self, TRAFO_OP_MAX, x, axis);
}

/**
 * trafo_builder_matmul:
 * @self: a builder
 * @a: float32, (..., M, K)
 * @b: float32, (..., K, N); leading axes broadcast as in numpy
 * @transpose_a: @a is (..., K, M)
 * @transpose_b: @b is (..., N, K)
 *
 * Matrix product over the last two axes.
 *
 * Returns: float32, (..., M, N)
 */
TrafoSym
trafo_builder_matmul (TrafoBuilder *self,
                      TrafoSym      a,
                      TrafoSym      b,
                      gboolean      transpose_a,
                      gboolean      transpose_b)
{
  TrafoMatmulAttrs attrs = { .struct_size = sizeof attrs };

  attrs.transpose_a = transpose_a;
  attrs.transpose_b = transpose_b;
  return trafo_builder_append_binary (self, TRAFO_OP_MATMUL, &attrs, a, b);
}
