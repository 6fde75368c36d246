/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "activation-private.h"
#include "rule-private.h"
#include "strided-private.h"

#include <math.h>

/* activation(x [...]) [...] = f(x), of the same float type; the functions are those of TrafoActivation,
 * after transformers' activations.py:
 *   gelu       x (1 + erf (x / sqrt 2)) / 2                                    Hendrycks, Gimpel 2016
 *   gelu_tanh  x (1 + tanh (sqrt (2 / pi) (x + 0.044715 x^3))) / 2             its "gelu_new"
 *   silu       x sigmoid (x)
 *   quick_gelu x sigmoid (1.702 x)
 * The reference computes in double and rounds once. */

static const char *const activation_names[] = {
  [TRAFO_ACTIVATION_NONE] = NULL,
  [TRAFO_ACTIVATION_GELU] = "gelu",
  [TRAFO_ACTIVATION_GELU_TANH] = "gelu_new",
  [TRAFO_ACTIVATION_RELU] = "relu",
  [TRAFO_ACTIVATION_SILU] = "silu",
  [TRAFO_ACTIVATION_QUICK_GELU] = "quick_gelu",
  [TRAFO_ACTIVATION_TANH] = "tanh",
  [TRAFO_ACTIVATION_SIGMOID] = "sigmoid",
};

/* sqrt (2 / pi) */
#define GELU_TANH_SCALE 0.79788456080286535588
#define GELU_TANH_CUBE 0.044715
#define QUICK_GELU_SCALE 1.702

gboolean
trafo_activation_check (const char *op, guint activation, GError **error)
{
  if (activation < G_N_ELEMENTS (activation_names))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: there is no activation %u",
               op,
               activation);
  return FALSE;
}

const char *
trafo_activation_get_name (guint activation)
{
  return activation < G_N_ELEMENTS (activation_names) ? activation_names[activation] : NULL;
}

static gboolean
activation_infer (TrafoDims            *dims,
                  gpointer              attrs,
                  const TrafoValueType *inputs,
                  guint                 n_inputs,
                  TrafoValueType       *output,
                  GError              **error)
{
  const TrafoActivationAttrs *activation = attrs;

  if (!trafo_activation_check ("activation", activation->activation, error) ||
      !trafo_rule_check_dtype ("activation", "x", &inputs[0], TRAFO_RULE_FLOATS, error))
    return FALSE;
  *output = inputs[0];
  return TRUE;
}

static TrafoSym
scale (TrafoBuilder *b, TrafoSym x, double factor)
{
  TrafoDType dtype = trafo_builder_get_dtype (b, x);

  return trafo_builder_mul (b, x, trafo_builder_scalar (b, factor, dtype));
}

static TrafoSym
add_scalar (TrafoBuilder *b, TrafoSym x, double addend)
{
  TrafoDType dtype = trafo_builder_get_dtype (b, x);

  return trafo_builder_add (b, x, trafo_builder_scalar (b, addend, dtype));
}

static TrafoSym
decompose_gelu_tanh (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym square = trafo_builder_mul (b, x, x);
  TrafoSym inner = add_scalar (b, scale (b, square, GELU_TANH_CUBE), 1);
  TrafoSym tanh =
      trafo_builder_tanh (b, scale (b, trafo_builder_mul (b, x, inner), GELU_TANH_SCALE));

  return trafo_builder_mul (b, scale (b, x, 0.5), add_scalar (b, tanh, 1));
}

static TrafoSym
activation_decompose (TrafoBuilder *b, const void *attrs, const TrafoSym *inputs, guint n_inputs)
{
  TrafoSym x = inputs[0];
  TrafoSym erf;

  switch (((const TrafoActivationAttrs *) attrs)->activation)
    {
    case TRAFO_ACTIVATION_GELU:
      erf = trafo_builder_erf (b, scale (b, x, G_SQRT2 / 2));
      return trafo_builder_mul (b, scale (b, x, 0.5), add_scalar (b, erf, 1));
    case TRAFO_ACTIVATION_GELU_TANH:
      return decompose_gelu_tanh (b, x);
    case TRAFO_ACTIVATION_RELU:
      return trafo_builder_maximum (b,
                                    x,
                                    trafo_builder_scalar (b, 0, trafo_builder_get_dtype (b, x)));
    case TRAFO_ACTIVATION_SILU:
      return trafo_builder_mul (b, x, trafo_builder_sigmoid (b, x));
    case TRAFO_ACTIVATION_QUICK_GELU:
      return trafo_builder_mul (b, x, trafo_builder_sigmoid (b, scale (b, x, QUICK_GELU_SCALE)));
    case TRAFO_ACTIVATION_TANH:
      return trafo_builder_tanh (b, x);
    case TRAFO_ACTIVATION_SIGMOID:
      return trafo_builder_sigmoid (b, x);
    default:
      return x;
    }
}

double
trafo_activation_apply (guint activation, double x)
{
  switch (activation)
    {
    case TRAFO_ACTIVATION_GELU:
      /* erfc keeps the digits of the left tail, where 1 + erf cancels */
      return x * erfc (-x * (G_SQRT2 / 2)) / 2;
    case TRAFO_ACTIVATION_GELU_TANH:
      return x * (1 + tanh (GELU_TANH_SCALE * (x + GELU_TANH_CUBE * x * x * x))) / 2;
    case TRAFO_ACTIVATION_RELU:
      return x < 0 ? 0 : x;
    case TRAFO_ACTIVATION_SILU:
      return x / (1 + exp (-x));
    case TRAFO_ACTIVATION_QUICK_GELU:
      return x / (1 + exp (-QUICK_GELU_SCALE * x));
    case TRAFO_ACTIVATION_TANH:
      return tanh (x);
    case TRAFO_ACTIVATION_SIGMOID:
      return 1 / (1 + exp (-x));
    default:
      return x;
    }
}

static void
activation_reference (const TrafoKernelArgs *args)
{
  const TrafoActivationAttrs *attrs = args->attrs;
  const TrafoOperand         *x = &args->inputs[0];
  TrafoStrided                walk;

  trafo_strided_init (&walk, &args->output);
  trafo_strided_add (&walk, x);
  while (trafo_strided_next (&walk))
    trafo_strided_set (&args->output,
                       walk.at[0],
                       trafo_activation_apply (attrs->activation,
                                               trafo_strided_get (x, walk.at[1])));
}

const TrafoOp trafo_op_activation = {
  .id = TRAFO_OP_ACTIVATION,
  .name = "activation",
  .min_inputs = 1,
  .max_inputs = 1,
  .attrs_size_bytes = sizeof (TrafoActivationAttrs),
  .infer = activation_infer,
  .is_row_wise = trafo_rule_row_wise,
  .decompose = activation_decompose,
  .reference = activation_reference,
};
