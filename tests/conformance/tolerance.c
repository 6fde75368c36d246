/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "tolerance.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The distance from 1 to the next number. */
static double
unit_of (TrafoDType dtype)
{
  switch (dtype)
    {
    case TRAFO_DTYPE_FLOAT32:
      return FLT_EPSILON;
    case TRAFO_DTYPE_FLOAT16:
      return 0x1p-10;
    case TRAFO_DTYPE_BFLOAT16:
      return 0x1p-7;
    default:
      return 0;
    }
}

/* Below it a float type may flush to zero or loses digits. */
static double
least_of (TrafoDType dtype)
{
  if (dtype == TRAFO_DTYPE_FLOAT16)
    return 0x1p-24;
  return trafo_dtype_is_float (dtype) ? 2 * FLT_MIN : 0;
}

static double
greatest_of (TrafoTensor *x)
{
  double greatest = 0;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    {
      double value = fabs (trafo_tensor_get_value (x, i));

      if (isfinite (value))
        greatest = MAX (greatest, value);
    }
  return greatest;
}

/* Of @n terms of size @term, added in float32 in any order: the error grows as sqrt (n), as does
 * their sum when signs are mixed. */
static double
sum_error (gint64 n, double term)
{
  return FLT_EPSILON * (4 + 2 * sqrt (n)) * (1 + sqrt (n)) * term;
}

/* What it costs a product to make both of its operands narrower, of their greatest magnitudes: half a
 * unit in the last place of each, as parts of the magnitude. Beside weights of float16 x stays as it is. */
static double
narrowing_error (TrafoDType dtype)
{
  double half = dtype == TRAFO_DTYPE_BFLOAT16 ? 0x1p-9 : dtype == TRAFO_DTYPE_INT8 ? 0.5 / 127 : 0;

  return dtype == TRAFO_DTYPE_FLOAT16 ? 0x1p-11 : half * (2 + half);
}

static double
product_error (const Case *op_case, TrafoTensor *const *operands)
{
  const CaseOperand *a = &op_case->inputs[0];
  gboolean           is_transposed = FALSE;
  double             error, greatest, others = 0;
  gint64             n_terms;

  if (op_case->op == TRAFO_OP_MATMUL)
    is_transposed = op_case->attrs.matmul.transpose_a;
  n_terms = a->shape[a->n_dims - 1 - is_transposed];
  greatest = greatest_of (operands[0]) * greatest_of (operands[1]);
  error = sum_error (n_terms, greatest) +
          (double) n_terms * greatest * narrowing_error (op_case->packed_dtype);
  for (guint i = 2; i < op_case->n_inputs; i++)
    others += greatest_of (operands[i]);
  /* an activation's slope is at most 1.13, and it computes with a few roundings of its own */
  return 1.13 * error + 4 * FLT_EPSILON * others + 1e-6;
}

/* Rounding x moves the result by the number of standard deviations that x is away from 0. */
static double
layer_norm_error (const Case *op_case, TrafoTensor *const *operands)
{
  gboolean     has_residual = op_case->attrs.layer_norm.has_residual;
  gint64       n = op_case->inputs[1].shape[0];
  gint64       n_elements = trafo_tensor_get_n_elements (operands[0]);
  const float *x = trafo_tensor_get_data (operands[0]);
  const float *residual = has_residual ? trafo_tensor_get_data (operands[3]) : NULL;
  double       greatest = 1;

  for (gint64 row = 0; n > 0 && row < n_elements; row += n)
    {
      double mean = 0, variance = 0, size = 0;

      for (gint64 i = row; i < row + n; i++)
        {
          double h = (double) x[i] + (residual != NULL ? residual[i] : 0);

          mean += h / (double) n;
          size = MAX (size, fabs (h));
        }
      for (gint64 i = row; i < row + n; i++)
        {
          double h = (double) x[i] + (residual != NULL ? residual[i] : 0) - mean;

          variance += h * h / (double) n;
        }
      greatest = MAX (greatest, size / sqrt (variance + op_case->attrs.layer_norm.epsilon));
    }
  /* equal elements have their own value as mean: no rounding is excused */
  if (op_case->inputs[0].values == VALUES_CONSTANT)
    greatest = 1;
  return 8 * FLT_EPSILON * greatest * greatest_of (operands[1]) +
         4 * FLT_EPSILON * greatest_of (operands[2]);
}

/* By how much rounding to bfloat16 moves an element times @scale at most, as a part of @scale. */
static double
greatest_rounding (TrafoTensor *x, double scale)
{
  double greatest = 0;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    {
      float value = (float) (trafo_tensor_get_value (x, i) * scale);
      float rounded = trafo_bfloat16_to_float (trafo_bfloat16_from_float (value));

      if (isfinite (rounded))
        greatest = MAX (greatest, fabs (value - rounded) / fabs (scale));
    }
  return greatest;
}

/* What q, k and v, the last two with what a cache holds of them, are at most, and are off by. */
typedef struct
{
  double q, k, v;
} Magnitudes;

static Magnitudes
magnitudes_of (const Case         *op_case,
               TrafoTensor *const *operands,
               double (*measure) (TrafoTensor *x, double scale),
               double scale)
{
  gboolean has_cache = op_case->op == TRAFO_OP_CACHED_ATTENTION;
  double   cache = has_cache ? measure (operands[3], 1) : 0;

  return (Magnitudes){ MAX (measure (operands[0], 1), measure (operands[0], scale)),
                       MAX (measure (operands[1], 1), cache),
                       MAX (measure (operands[2], 1), cache) };
}

static double
measure_greatest (TrafoTensor *x, double scale)
{
  return greatest_of (x);
}

/* In bfloat16 a weight is off by 2^-9 besides, and so is what it is divided by. A weighted mean is not
 * off by more than the values are apart. */
static double
attention_error (const Case *op_case, TrafoTensor *const *operands)
{
  const gint64              *cache = op_case->inputs[3].shape;
  const TrafoAttentionAttrs *attrs = &op_case->attrs.attention;
  double                     scale = attrs->scale != 0 ? attrs->scale : 1 / sqrt (attrs->head_size);
  Magnitudes x = magnitudes_of (op_case, operands, measure_greatest, scale), off = { 0 };
  gint64     n_keys = op_case->inputs[1].shape[1];
  double     score = sum_error (attrs->head_size, x.q * x.k * fabs (scale)), weight = 0;

  if (op_case->op == TRAFO_OP_CACHED_ATTENTION)
    n_keys = cache[0] * cache[3];
  if (attrs->dtype == TRAFO_DTYPE_BFLOAT16)
    {
      off = magnitudes_of (op_case, operands, greatest_rounding, scale);
      weight = 2 * 0x1p-9;
    }
  score += attrs->head_size * fabs (scale) * (off.q * x.k + x.q * off.k + off.q * off.k);
  return MIN (2 * x.v, x.v * (2 * score + weight + FLT_EPSILON * (8 + 2 * sqrt (n_keys))) + off.v);
}

/* In units of the last place, as OpenCL 1.2 allows (section 7.4) and the CPU keeps to. */
static double
n_units_of (guint op)
{
  switch (op)
    {
    case TRAFO_OP_ADD:
    case TRAFO_OP_SUB:
    case TRAFO_OP_MUL:
    case TRAFO_OP_RSQRT:
      return 2;
    case TRAFO_OP_DIV:
    case TRAFO_OP_SQRT:
    case TRAFO_OP_EXP:
    case TRAFO_OP_LOG:
      return 3;
    case TRAFO_OP_TANH:
    case TRAFO_OP_SIGMOID:
      return 6;
    case TRAFO_OP_POW:
    case TRAFO_OP_ERF:
      return 16;
    default:
      return 0;
    }
}

/* Of one row of the operand; equal terms all have one sign. */
static double
reduction_error (const Case *op_case, TrafoTensor *x)
{
  const CaseOperand *operand = &op_case->inputs[0];
  guint              axis = op_case->attrs.axis.axis;
  double             error = sum_error (operand->shape[axis], greatest_of (x));

  return axis == 0 && operand->layout == LAYOUT_REPEATED ? error * sqrt (operand->shape[0]) : error;
}

static gboolean
is_movement (guint op)
{
  return op == TRAFO_OP_COPY || op == TRAFO_OP_CONCAT || op == TRAFO_OP_WHERE ||
         op == TRAFO_OP_FILL || op == TRAFO_OP_IOTA || (op >= TRAFO_OP_RESHAPE && op <= 19);
}

static double
absolute_error (const Case *op_case, TrafoTensor *const *operands)
{
  guint              axis = op_case->attrs.axis.axis;
  const CaseOperand *x = &op_case->inputs[0];

  switch (op_case->op)
    {
    case TRAFO_OP_SUM:
      return reduction_error (op_case, operands[0]);
    case TRAFO_OP_MEAN:
      return reduction_error (op_case, operands[0]) / (double) MAX (x->shape[axis], 1);
    case TRAFO_OP_SCATTER_ADD:
      return sum_error (1 + trafo_tensor_get_n_elements (operands[1]),
                        greatest_of (operands[0]) + greatest_of (operands[2]));
    case TRAFO_OP_MATMUL:
    case TRAFO_OP_LINEAR:
      return product_error (op_case, operands);
    case TRAFO_OP_LAYER_NORM:
      return layer_norm_error (op_case, operands);
    case TRAFO_OP_ACTIVATION:
      return 4 * FLT_EPSILON * greatest_of (operands[0]);
    case TRAFO_OP_ATTENTION:
    case TRAFO_OP_CACHED_ATTENTION:
      return attention_error (op_case, operands);
    default:
      return 0;
    }
}

Tolerance
tolerance_of (const Case *op_case, TrafoTensor *const *operands, TrafoDType result)
{
  Tolerance self = { 0 };
  double    n_units = n_units_of (op_case->op);

  self.is_bitwise = is_movement (op_case->op);
  if (self.is_bitwise || !trafo_dtype_is_float (result))
    return self;
  self.absolute = absolute_error (op_case, operands);
  /* a 16-bit result is rounded once from one computed in float32 */
  if (result != TRAFO_DTYPE_FLOAT32 && (n_units > 0 || self.absolute > 0))
    self.relative = unit_of (result);
  else
    self.relative = n_units * unit_of (result);
  if (op_case->op == TRAFO_OP_SOFTMAX)
    self.relative = 2e-5;
  if (self.relative > 0)
    self.absolute += least_of (result);
  return self;
}

Tolerance
tolerance_of_decomposition (const Case *op_case, TrafoTensor *const *operands, TrafoDType result)
{
  Tolerance self = tolerance_of (op_case, operands, result);
  double    factor = unit_of (result) / FLT_EPSILON;

  self.relative = MAX (self.relative, 16 * unit_of (result));
  self.absolute *= 4 * factor;
  if (op_case->op == TRAFO_OP_ACTIVATION)
    self.absolute = 8 * unit_of (result) * greatest_of (operands[0]);
  return self;
}

static gboolean
is_close (const Tolerance *self, double found, double expected)
{
  if (isnan (expected) || isnan (found))
    return isnan (expected) && isnan (found);
  if (found == expected)
    return TRUE;
  return fabs (found - expected) <= self->absolute + self->relative * fabs (expected);
}

static gint64
first_difference (TrafoTensor *found, TrafoTensor *expected)
{
  gsize         size_bytes = trafo_dtype_get_size (trafo_tensor_get_dtype (expected));
  const guint8 *a = trafo_tensor_get_data (found);
  const guint8 *b = trafo_tensor_get_data (expected);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (expected); i++)
    if (memcmp (a + i * size_bytes, b + i * size_bytes, size_bytes) != 0)
      return i;
  return -1;
}

/* Integers beyond 2^53 are one as doubles, so they and what was only moved are compared as bytes. */
static gint64
worst_element (const Tolerance *self, TrafoTensor *found, TrafoTensor *expected, guint *ret_n_wrong)
{
  gboolean is_float = trafo_dtype_is_float (trafo_tensor_get_dtype (expected));
  double   worst = -1;
  gint64   worst_at = -1;

  *ret_n_wrong = 0;
  if (self->is_bitwise || !is_float)
    {
      worst_at = first_difference (found, expected);
      *ret_n_wrong = worst_at >= 0;
      return worst_at;
    }
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (expected); i++)
    {
      double a = trafo_tensor_get_value (found, i);
      double b = trafo_tensor_get_value (expected, i);
      double distance = isfinite (a) && isfinite (b) ? fabs (a - b) : HUGE_VAL;

      if (is_close (self, a, b))
        continue;
      (*ret_n_wrong)++;
      if (distance > worst)
        {
          worst = distance;
          worst_at = i;
        }
    }
  return worst_at;
}

char *
tolerance_explain (const Tolerance *self, TrafoTensor *found, TrafoTensor *expected)
{
  guint  n_wrong;
  gint64 at;

  if (trafo_tensor_get_dtype (found) != trafo_tensor_get_dtype (expected) ||
      trafo_tensor_get_n_elements (found) != trafo_tensor_get_n_elements (expected))
    return g_strdup ("the result is of another type");
  at = worst_element (self, found, expected, &n_wrong);
  if (at < 0)
    return NULL;
  return g_strdup_printf ("element %" G_GINT64_FORMAT
                          " is %.9g, expected %.9g (%u of %" G_GINT64_FORMAT
                          " wrong; absolute %g, relative %g)",
                          at,
                          trafo_tensor_get_value (found, at),
                          trafo_tensor_get_value (expected, at),
                          n_wrong,
                          trafo_tensor_get_n_elements (expected),
                          self->absolute,
                          self->relative);
}
