/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "activation-private.h"
#include "linear-llm-int8-private.h"
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* linear(x [..., K], weight [N, K], bias [N]?, residual [..., N]?) [..., N]
 *   = f (x weight^T + bias) + residual
 * torch.nn.Linear with the activation f and the residual sum that follow it. With is_in_out the
 * weight is [K, N] and not transposed, as transformers' Conv1D keeps it. x is float32 or bfloat16, the
 * residual float32, the result what the attributes say; weight and bias any float type, widened. The
 * reference adds in double. A weight may be encoded (TrafoWeightEncoding), which no decomposition knows;
 * the reference gets LLM.int8() as it is, and others as floats. */

static guint
count_inputs (const TrafoLinearAttrs *attrs)
{
  return 2 + (attrs->has_bias != 0) + (attrs->has_residual != 0);
}

static gboolean
check_dtypes (const TrafoLinearAttrs *attrs, const TrafoValueType *inputs, GError **error)
{
  guint float32 = TRAFO_RULE_DTYPE (FLOAT32);

  return trafo_rule_check_dtype ("linear",
                                 "x",
                                 &inputs[0],
                                 float32 | TRAFO_RULE_DTYPE (BFLOAT16),
                                 error) &&
         trafo_rule_check_dtype ("linear", "weight", &inputs[1], TRAFO_RULE_FLOATS, error) &&
         (!attrs->has_bias ||
          trafo_rule_check_dtype ("linear", "bias", &inputs[2], TRAFO_RULE_FLOATS, error)) &&
         (!attrs->has_residual || trafo_rule_check_dtype ("linear",
                                                          "residual",
                                                          &inputs[count_inputs (attrs) - 1],
                                                          float32,
                                                          error));
}

static gboolean
check_features (TrafoDims            *dims,
                const TrafoValueType *x,
                const TrafoValueType *weight,
                gint64                n_in,
                GError              **error)
{
  g_autofree char *found = NULL;
  g_autofree char *shape = NULL;
  g_autofree char *expected = NULL;

  if (x->dims[x->n_dims - 1] == n_in)
    return TRUE;
  found = trafo_dims_dim_to_string (dims, x->dims[x->n_dims - 1]);
  shape = trafo_dims_to_string (dims, weight->dims, weight->n_dims);
  expected = trafo_dims_dim_to_string (dims, n_in);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "linear: x has %s features, weight %s takes %s",
               found,
               shape,
               expected);
  return FALSE;
}

static gboolean
check_result (const TrafoLinearAttrs *attrs, TrafoDType *ret_dtype, GError **error)
{
  *ret_dtype = attrs->dtype != TRAFO_DTYPE_NONE ? (TrafoDType) attrs->dtype : TRAFO_DTYPE_FLOAT32;
  if (*ret_dtype == TRAFO_DTYPE_FLOAT32 || *ret_dtype == TRAFO_DTYPE_BFLOAT16)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_DTYPE,
               "linear: the result is to be %s, expected float32 or bfloat16",
               trafo_dtype_get_name (*ret_dtype));
  return FALSE;
}

static gboolean
check_encoding (guint encoding, GError **error)
{
  if (encoding < TRAFO_N_WEIGHT_ENCODINGS)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "linear: there is no encoding %u",
               encoding);
  return FALSE;
}

static gboolean
linear_infer (TrafoDims            *dims,
              gpointer              attrs,
              const TrafoValueType *inputs,
              guint                 n_inputs,
              TrafoValueType       *output,
              GError              **error)
{
  const TrafoLinearAttrs *linear = attrs;
  const TrafoValueType   *x = &inputs[0];
  const TrafoValueType   *weight = &inputs[1];
  const TrafoValueType   *residual = &inputs[count_inputs (linear) - 1];
  TrafoValueType          result = *x;
  TrafoValueType          bias = { .n_dims = 1 };

  if (!trafo_activation_check ("linear", linear->activation, error) ||
      !check_encoding (linear->encoding, error) ||
      !trafo_rule_check_n_inputs ("linear", n_inputs, count_inputs (linear), error) ||
      !check_dtypes (linear, inputs, error) || !check_result (linear, &result.dtype, error) ||
      !trafo_rule_check_n_dims ("linear", "x", dims, x, 1, TRAFO_MAX_DIMS, error) ||
      !trafo_rule_check_n_dims ("linear", "weight", dims, weight, 2, 2, error) ||
      !check_features (dims, x, weight, weight->dims[!linear->is_in_out], error))
    return FALSE;
  bias.dims[0] = weight->dims[linear->is_in_out != 0];
  result.dims[result.n_dims - 1] = bias.dims[0];
  if (linear->has_bias &&
      !trafo_rule_check_same_dims ("linear", "bias", "weight", dims, &inputs[2], &bias, error))
    return FALSE;
  if (linear->has_residual && !trafo_rule_check_same_dims ("linear",
                                                           "residual",
                                                           "the result",
                                                           dims,
                                                           residual,
                                                           &result,
                                                           error))
    return FALSE;
  *output = result;
  return TRUE;
}

static TrafoSym
widen (TrafoBuilder *b, TrafoSym x)
{
  return trafo_builder_get_dtype (b, x) == TRAFO_DTYPE_FLOAT32
             ? x
             : trafo_builder_cast (b, x, TRAFO_DTYPE_FLOAT32);
}

/* x times the weight; matmul takes no vector, so that one becomes a matrix of one row. */
static TrafoSym
multiply (TrafoBuilder *b, TrafoSym x, TrafoSym weight, gboolean is_in_out)
{
  gint64   n_in = trafo_builder_get_dim (b, x, -1);
  gint64   n_out = trafo_builder_get_dim (b, weight, is_in_out ? 1 : 0);
  TrafoSym y;

  if (trafo_builder_get_n_dims (b, x) > 1)
    return trafo_builder_matmul (b, x, weight, FALSE, !is_in_out);
  x = trafo_builder_reshape (b, x, (gint64[]){ 1, n_in }, 2);
  y = trafo_builder_matmul (b, x, weight, FALSE, !is_in_out);
  return trafo_builder_reshape (b, y, &n_out, 1);
}

static TrafoSym
linear_decompose (TrafoBuilder *b, const void *attrs, const TrafoSym *inputs, guint n_inputs)
{
  const TrafoLinearAttrs *linear = attrs;
  const char             *activation = trafo_activation_get_name (linear->activation);
  TrafoSym                x = widen (b, inputs[0]);
  TrafoSym                y = multiply (b, x, widen (b, inputs[1]), linear->is_in_out != 0);

  if (linear->has_bias)
    y = trafo_builder_add (b, y, widen (b, inputs[2]));
  if (activation != NULL)
    y = trafo_builder_activation (b, y, activation);
  if (linear->has_residual)
    y = trafo_builder_add (b, y, inputs[n_inputs - 1]);
  return linear->dtype == TRAFO_DTYPE_BFLOAT16 ? trafo_builder_cast (b, y, TRAFO_DTYPE_BFLOAT16)
                                               : y;
}

/* The weight as [N, K]. */
static TrafoOperand
orient_weight (const TrafoOperand *weight, gboolean is_in_out)
{
  TrafoOperand oriented = *weight;

  if (is_in_out)
    for (guint axis = 0; axis < 2; axis++)
      {
        oriented.shape[axis] = weight->shape[1 - axis];
        oriented.strides[axis] = weight->strides[1 - axis];
      }
  return oriented;
}

static double
dot (const TrafoOperand *x, gint64 x_at, const TrafoOperand *weight, gint64 weight_at)
{
  gint64 x_stride = x->strides[x->n_dims - 1];
  double sum = 0;

  for (gint64 k = 0; k < weight->shape[1]; k++)
    sum += trafo_strided_get (x, x_at + k * x_stride) *
           trafo_strided_get (weight, weight_at + k * weight->strides[1]);
  return sum;
}

/* What the layer does to a product; @walk has bias and residual behind x. */
static double
finish (const TrafoKernelArgs *args, const TrafoStrided *walk, double y)
{
  const TrafoLinearAttrs *attrs = args->attrs;

  if (attrs->has_bias)
    y += trafo_strided_get (&args->inputs[2], walk->at[2]);
  y = trafo_activation_apply (attrs->activation, y);
  if (attrs->has_residual)
    y += trafo_strided_get (&args->inputs[args->n_inputs - 1], walk->at[args->n_inputs - 1]);
  return y;
}

static void
start_walk (const TrafoKernelArgs *args, TrafoStrided *walk)
{
  trafo_strided_init (walk, &args->output);
  trafo_strided_add_rows (walk, &args->inputs[0], args->inputs[0].n_dims - 1);
  for (guint i = 2; i < args->n_inputs; i++)
    trafo_strided_add (walk, &args->inputs[i]);
}

/* Without memory the result is no number, rather than a wrong one. */
static void
llm_int8_reference (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  g_auto (TrafoLlmInt8Input) input = { 0 };
  gboolean     is_ready = trafo_llm_int8_input_init (&input, &args->inputs[0], attrs->threshold);
  TrafoStrided walk;

  start_walk (args, &walk);
  while (trafo_strided_next (&walk))
    {
      gint64 n = walk.index[walk.n_dims - 1];
      double y = NAN;

      if (is_ready && n == 0)
        trafo_llm_int8_input_set_row (&input, walk.at[1]);
      if (is_ready)
        y = trafo_llm_int8_input_dot (&input, &args->inputs[1], n);
      trafo_strided_set (&args->output, walk.at[0], finish (args, &walk, y));
    }
}

static void
linear_reference (const TrafoKernelArgs *args)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const TrafoOperand     *x = &args->inputs[0];
  TrafoOperand            weight = orient_weight (&args->inputs[1], attrs->is_in_out);
  TrafoStrided            walk;

  /* floats that nobody encoded are what they are */
  if (attrs->encoding == TRAFO_WEIGHT_ENCODING_LLM_INT8 &&
      args->inputs[1].dtype == TRAFO_DTYPE_INT8)
    {
      llm_int8_reference (args);
      return;
    }
  start_walk (args, &walk);
  while (trafo_strided_next (&walk))
    {
      gint64 n = walk.index[walk.n_dims - 1];
      double y = dot (x, walk.at[1], &weight, n * weight.strides[0]);

      trafo_strided_set (&args->output, walk.at[0], finish (args, &walk, y));
    }
}

/* What a weight takes: codes of 4 bits, two in a byte with four bytes of scales for each 64, have the shape of
 * what they stand for, and behind integers of 8 bits there is a float32 scale for each output. */
static double
count_weight_bytes (const TrafoOperand *weight, gboolean is_in_out)
{
  double n = trafo_operand_count_stored (weight);

  if (weight->dtype == TRAFO_DTYPE_UINT8)
    return n / 2 + n / 64 * sizeof (float);
  n *= (double) trafo_dtype_get_size (weight->dtype);
  if (weight->dtype == TRAFO_DTYPE_INT8)
    n += (double) weight->shape[is_in_out ? 1 : 0] * sizeof (float);
  return n;
}

/* 2 M N K; the bias and what follows it are not counted. */
static void
linear_count_work (const TrafoKernelArgs *args, TrafoOpWork *work)
{
  const TrafoLinearAttrs *attrs = args->attrs;
  const TrafoOperand     *x = &args->inputs[0];
  const TrafoOperand     *weight = &args->inputs[1];
  gboolean                is_kept = attrs->encoding != TRAFO_WEIGHT_ENCODING_NONE &&
                     attrs->encoding != TRAFO_WEIGHT_ENCODING_LLM_INT8;

  work->flops = 2 * trafo_operand_count_stored (&args->output) * (double) x->shape[x->n_dims - 1];
  /* such codes are multiplied as floats */
  work->dtype = is_kept ? TRAFO_DTYPE_FLOAT32 : weight->dtype;
  /* instead of an element's size each */
  work->bytes +=
      count_weight_bytes (weight, attrs->is_in_out) -
      trafo_operand_count_stored (weight) * (double) trafo_dtype_get_size (weight->dtype);
}

const TrafoOp trafo_op_linear = {
  .id = TRAFO_OP_LINEAR,
  .name = "linear",
  .min_inputs = 2,
  .max_inputs = 4,
  .attrs_size_bytes = sizeof (TrafoLinearAttrs),
  .infer = linear_infer,
  .is_row_wise = trafo_rule_row_wise,
  .decompose = linear_decompose,
  .count_work = linear_count_work,
  .reference = linear_reference,
};
