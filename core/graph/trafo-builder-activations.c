/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

/* The activation functions of transformers' activations.py (ACT2FN). Those that models use most are
 * one op, which backends fuse; the others are composed of primitives, here. */

#define LEAKY_RELU_SLOPE 0.01
#define GELU_10_LIMIT 10
/* Of MEGA (Ma et al. 2022, "Moving Average Equipped Gated Attention"), as transformers rounds it. */
#define LAPLACE_MEAN 0.707107
#define LAPLACE_DEVIATION 0.282095
/* e^20 + 2 is e^20 in float32, and its square is finite. */
#define MISH_LIMIT 20

static TrafoSym
number (TrafoBuilder *b, TrafoSym x, double value)
{
  return trafo_builder_scalar (b, value, trafo_builder_get_dtype (b, x));
}

static TrafoSym
clip (TrafoBuilder *b, TrafoSym x, double low, double high)
{
  return trafo_builder_minimum (b,
                                trafo_builder_maximum (b, x, number (b, x, low)),
                                number (b, x, high));
}

static TrafoSym
build_gelu_10 (TrafoBuilder *b, TrafoSym x)
{
  return clip (b, trafo_builder_activation (b, x, "gelu"), -GELU_10_LIMIT, GELU_10_LIMIT);
}

/* x relu6 (x + 3) / 6 */
static TrafoSym
build_hardswish (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym gate = clip (b, trafo_builder_add (b, x, number (b, x, 3)), 0, 6);

  return trafo_builder_mul (b, trafo_builder_mul (b, x, gate), number (b, x, 1.0 / 6));
}

/* (1 + erf ((x - mean) / (deviation sqrt 2))) / 2 */
static TrafoSym
build_laplace (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym distance = trafo_builder_sub (b, x, number (b, x, LAPLACE_MEAN));
  TrafoSym erf =
      trafo_builder_erf (b,
                         trafo_builder_mul (b,
                                            distance,
                                            number (b, x, 1 / (LAPLACE_DEVIATION * G_SQRT2))));

  return trafo_builder_mul (b, trafo_builder_add (b, erf, number (b, x, 1)), number (b, x, 0.5));
}

static TrafoSym
build_leaky_relu (TrafoBuilder *b, TrafoSym x)
{
  return trafo_builder_maximum (b, x, trafo_builder_mul (b, x, number (b, x, LEAKY_RELU_SLOPE)));
}

/* x tanh (log (1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2), which no digits cancel in. */
static TrafoSym
build_mish (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym two = number (b, x, 2);
  TrafoSym exp = trafo_builder_exp (b, trafo_builder_minimum (b, x, number (b, x, MISH_LIMIT)));
  TrafoSym n = trafo_builder_mul (b, exp, trafo_builder_add (b, exp, two));

  return trafo_builder_mul (b, x, trafo_builder_div (b, n, trafo_builder_add (b, n, two)));
}

/* The slope of the left half, (1), is a parameter of the scope. */
static TrafoSym
build_prelu (TrafoBuilder *b, TrafoSym x)
{
  static const gint64 dims[] = { 1 };
  TrafoSym            slope = trafo_builder_param (b, "weight", dims, 1, TRAFO_INITIALIZER_ZEROS);
  TrafoSym            zero = number (b, x, 0);

  return trafo_builder_add (b,
                            trafo_builder_maximum (b, x, zero),
                            trafo_builder_mul (b, slope, trafo_builder_minimum (b, x, zero)));
}

static TrafoSym
build_relu2 (TrafoBuilder *b, TrafoSym x)
{
  x = trafo_builder_activation (b, x, "relu");
  return trafo_builder_mul (b, x, x);
}

static TrafoSym
build_relu6 (TrafoBuilder *b, TrafoSym x)
{
  return clip (b, x, 0, 6);
}

/* log (1 + e^x) = max (x, 0) + log (1 + d), d = e^-|x|. Of 1 + d = u only u is rounded in
 * log (u) d / (u - 1), so small d keep their digits (Goldberg 1991, theorem 4). */
static TrafoSym
build_softplus (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym zero = number (b, x, 0), one = number (b, x, 1);
  TrafoSym d = trafo_builder_exp (b, trafo_builder_minimum (b, x, trafo_builder_neg (b, x)));
  TrafoSym u = trafo_builder_add (b, d, one);
  TrafoSym rounded = trafo_builder_sub (b, u, one);
  TrafoSym ratio =
      trafo_builder_div (b, trafo_builder_mul (b, trafo_builder_log (b, u), d), rounded);
  TrafoSym is_tiny = trafo_builder_compare (b, TRAFO_COMPARE_EQUAL, rounded, zero);

  return trafo_builder_add (b,
                            trafo_builder_maximum (b, x, zero),
                            trafo_builder_where (b, is_tiny, d, ratio));
}

static TrafoSym
build_sqrtsoftplus (TrafoBuilder *b, TrafoSym x)
{
  return trafo_builder_sqrt (b, build_softplus (b, x));
}

static TrafoSym
round_to_bfloat16 (TrafoBuilder *b, TrafoSym x)
{
  TrafoDType dtype = trafo_builder_get_dtype (b, x);

  return trafo_builder_cast (b, trafo_builder_cast (b, x, TRAFO_DTYPE_BFLOAT16), dtype);
}

/* Huang and Schlag 2024, "Deriving Activation Functions Using Integration", equation 9. The four
 * numbers are parameters of the scope; transformers keeps and computes their functions in bfloat16,
 * whatever type the model has. */
static TrafoSym
build_xielu (TrafoBuilder *b, TrafoSym x)
{
  static const gint64 one[] = { 1 };
  TrafoSym            alpha_p = trafo_builder_param (b, "alpha_p", one, 1, TRAFO_INITIALIZER_ZEROS);
  TrafoSym            alpha_n = trafo_builder_param (b, "alpha_n", one, 1, TRAFO_INITIALIZER_ZEROS);
  TrafoSym            beta = trafo_builder_param (b, "beta", NULL, 0, TRAFO_INITIALIZER_ZEROS);
  TrafoSym            eps = trafo_builder_param (b, "eps", NULL, 0, TRAFO_INITIALIZER_ZEROS);
  TrafoSym            linear = trafo_builder_mul (b, beta, x);
  TrafoSym            exp = trafo_builder_exp (b, trafo_builder_minimum (b, x, eps));
  TrafoSym            left = trafo_builder_sub (b, trafo_builder_sub (b, exp, number (b, x, 1)), x);
  TrafoSym            is_right = trafo_builder_compare (b, TRAFO_COMPARE_LESS, number (b, x, 0), x);
  TrafoSym            right = trafo_builder_mul (b, x, x);

  alpha_p = round_to_bfloat16 (b, build_softplus (b, alpha_p));
  alpha_n = round_to_bfloat16 (b, build_softplus (b, alpha_n));
  alpha_n = round_to_bfloat16 (b, trafo_builder_add (b, beta, alpha_n));
  x = trafo_builder_where (b,
                           is_right,
                           trafo_builder_mul (b, alpha_p, right),
                           trafo_builder_mul (b, alpha_n, left));
  return trafo_builder_add (b, x, linear);
}

/* The names of ACT2FN: an op's function, or what composes it. */
static const struct
{
  const char     *name;
  TrafoActivation activation;
  TrafoSym (*build) (TrafoBuilder *b, TrafoSym x);
} activations[] = {
  { "gelu", TRAFO_ACTIVATION_GELU, NULL },
  { "gelu_10", TRAFO_ACTIVATION_NONE, build_gelu_10 },
  { "gelu_accurate", TRAFO_ACTIVATION_GELU_TANH, NULL },
  { "gelu_fast", TRAFO_ACTIVATION_GELU_TANH, NULL },
  { "gelu_new", TRAFO_ACTIVATION_GELU_TANH, NULL },
  { "gelu_python", TRAFO_ACTIVATION_GELU, NULL },
  { "gelu_python_tanh", TRAFO_ACTIVATION_GELU_TANH, NULL },
  { "gelu_pytorch_tanh", TRAFO_ACTIVATION_GELU_TANH, NULL },
  { "hardswish", TRAFO_ACTIVATION_NONE, build_hardswish },
  { "laplace", TRAFO_ACTIVATION_NONE, build_laplace },
  { "leaky_relu", TRAFO_ACTIVATION_NONE, build_leaky_relu },
  { "linear", TRAFO_ACTIVATION_NONE, NULL },
  { "mish", TRAFO_ACTIVATION_NONE, build_mish },
  { "prelu", TRAFO_ACTIVATION_NONE, build_prelu },
  { "quick_gelu", TRAFO_ACTIVATION_QUICK_GELU, NULL },
  { "relu", TRAFO_ACTIVATION_RELU, NULL },
  { "relu2", TRAFO_ACTIVATION_NONE, build_relu2 },
  { "relu6", TRAFO_ACTIVATION_NONE, build_relu6 },
  { "sigmoid", TRAFO_ACTIVATION_SIGMOID, NULL },
  { "silu", TRAFO_ACTIVATION_SILU, NULL },
  { "sqrtsoftplus", TRAFO_ACTIVATION_NONE, build_sqrtsoftplus },
  { "swish", TRAFO_ACTIVATION_SILU, NULL },
  { "tanh", TRAFO_ACTIVATION_TANH, NULL },
  { "xielu", TRAFO_ACTIVATION_NONE, build_xielu },
};

static TrafoSym
fail_unknown (TrafoBuilder *self, const char *name)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", activations[i].name);
  return trafo_builder_failf (self,
                              TRAFO_ERROR_UNSUPPORTED,
                              "activation function '%s' is unknown; expected one of %s",
                              name != NULL ? name : "(null)",
                              known->str);
}

/**
 * trafo_builder_activation:
 * @self: a builder
 * @x: float32, any shape
 * @name: as in config.json: "gelu", "gelu_new", "relu", ...
 *
 * Applies an activation function of transformers' ACT2FN to each element.
 *
 * "prelu" and "xielu" have parameters, such as the scope's "weight"; so the scope is to be that of
 * the function itself, as "intermediate.intermediate_act_fn".
 *
 * Returns: float32, of @x's shape
 */
TrafoSym
trafo_builder_activation (TrafoBuilder *self, TrafoSym x, const char *name)
{
  TrafoActivationAttrs attrs = { .struct_size = sizeof attrs };

  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    {
      if (g_strcmp0 (name, activations[i].name) != 0)
        continue;
      if (activations[i].build != NULL)
        return activations[i].build (self, x);
      attrs.activation = activations[i].activation;
      if (attrs.activation == TRAFO_ACTIVATION_NONE)
        return x;
      return trafo_builder_append_unary (self, TRAFO_OP_ACTIVATION, &attrs, x);
    }
  return fail_unknown (self, name);
}
