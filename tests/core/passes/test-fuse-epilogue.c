/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "graph-text.h"
#include "trafo-passes-private.h"
#include "trafo-rewrite-private.h"

/* The pass, and one that leaves behind what it made superfluous; both again, for what is fused already is
 * fused no further. */
static TrafoGraph *
fuse (TrafoGraph *graph, GError **error)
{
  for (guint i = 0; i < 2 && graph != NULL; i++)
    {
      graph = trafo_pass_fuse_epilogue (graph, error);
      graph = graph != NULL ? trafo_rewrite (graph, NULL, NULL, error) : NULL;
    }
  return graph;
}

typedef void (*Build) (TrafoBuilder *b, TrafoSym x, TrafoSym y);

static void
build_activation (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  trafo_builder_output (b,
                        "z",
                        trafo_builder_activation (b, trafo_builder_linear (b, "f", x, 3), "gelu"));
}

static void
build_residual (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  trafo_builder_output (b, "z", trafo_builder_add (b, y, trafo_builder_linear (b, "f", x, 3)));
}

static void
build_both (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_activation (b, trafo_builder_linear (b, "f", x, 3), "gelu");

  trafo_builder_output (b, "z", trafo_builder_add (b, h, y));
}

/* The activation comes after the sum: it cannot move in front of it. */
static void
build_sum_activation (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_add (b, trafo_builder_linear (b, "f", x, 3), y);

  trafo_builder_output (b, "z", trafo_builder_activation (b, h, "gelu"));
}

static void
build_two_activations (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_activation (b, trafo_builder_linear (b, "f", x, 3), "gelu");

  trafo_builder_output (b, "z", trafo_builder_activation (b, h, "relu"));
}

static void
build_two_sums (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_add (b, trafo_builder_linear (b, "f", x, 3), y);

  trafo_builder_output (b, "z", trafo_builder_add (b, h, y));
}

/* Someone else needs the layer's own result. */
static void
build_used_twice (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_linear (b, "f", x, 3);

  trafo_builder_output (b, "h", h);
  trafo_builder_output (b, "z", trafo_builder_activation (b, h, "gelu"));
}

static void
build_broadcast (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  gint64   dim = 3;
  TrafoSym row = trafo_builder_param (b, "row", &dim, 1, TRAFO_INITIALIZER_ZEROS);

  trafo_builder_output (b, "z", trafo_builder_add (b, trafo_builder_linear (b, "f", x, 3), row));
}

static void
build_doubled (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_linear (b, "f", x, 3);

  trafo_builder_output (b, "z", trafo_builder_add (b, h, h));
}

/* The other summand is made after the layer, whose operands come before it. */
static void
build_late_residual (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_linear (b, "f", x, 3);

  trafo_builder_output (b, "z", trafo_builder_add (b, h, trafo_builder_exp (b, y)));
}

static void
build_norm (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  trafo_builder_output (b,
                        "z",
                        trafo_builder_layer_norm (b,
                                                  "n",
                                                  trafo_builder_add (b,
                                                                     y,
                                                                     trafo_builder_exp (b, y)),
                                                  1e-5));
}

static void
build_norm_of_linear (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_add (b, trafo_builder_linear (b, "f", x, 3), y);

  trafo_builder_output (b, "z", trafo_builder_layer_norm (b, "n", h, 1e-5));
}

static void
build_norm_of_two_sums (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym e = trafo_builder_exp (b, y), h = trafo_builder_add (b, trafo_builder_add (b, y, e), e);

  trafo_builder_output (b, "z", trafo_builder_layer_norm (b, "n", h, 1e-5));
}

static void
build_norm_broadcast (TrafoBuilder *b, TrafoSym x, TrafoSym y)
{
  TrafoSym h = trafo_builder_add (b, y, trafo_builder_scalar (b, 1, TRAFO_DTYPE_FLOAT32));

  trafo_builder_output (b, "z", trafo_builder_layer_norm (b, "n", h, 1e-5));
}

static const struct
{
  const char *name;
  Build       build;
  const char *expected;
} cases[] = {
  { "activation", build_activation, "%5=linear/1(x, f.weight, f.bias)" },
  { "residual", build_residual, "%5=linear/residual(x, f.weight, f.bias, y)" },
  { "both", build_both, "%5=linear/1/residual(x, f.weight, f.bias, y)" },
  { "sum-then-activation",
    build_sum_activation,
    "%5=linear/residual(x, f.weight, f.bias, y) %6=activation(%5)" },
  { "two-activations",
    build_two_activations,
    "%5=linear/1(x, f.weight, f.bias) %6=activation(%5)" },
  { "two-sums", build_two_sums, "%5=linear/residual(x, f.weight, f.bias, y) %6=add(%5, y)" },
  { "used-twice", build_used_twice, "%5=linear(x, f.weight, f.bias) %6=activation(%5)" },
  { "broadcast", build_broadcast, "%6=linear(x, f.weight, f.bias) %7=add(%6, row)" },
  { "doubled", build_doubled, "%5=linear(x, f.weight, f.bias) %6=add(%5, %5)" },
  { "late-residual",
    build_late_residual,
    "%5=linear(x, f.weight, f.bias) %6=exp(y) %7=add(%5, %6)" },
  { "norm", build_norm, "%3=exp(y) %6=layer_norm/residual(y, n.weight, n.bias, %3)" },
  { "norm-of-linear",
    build_norm_of_linear,
    "%5=linear/residual(x, f.weight, f.bias, y) %8=layer_norm(%5, n.weight, n.bias)" },
  { "norm-of-two-sums",
    build_norm_of_two_sums,
    "%3=exp(y) %4=add(y, %3) %7=layer_norm/residual(%4, n.weight, n.bias, %3)" },
  { "norm-of-broadcast",
    build_norm_broadcast,
    "%3=fill() %4=add(y, %3) %7=layer_norm(%4, n.weight, n.bias)" },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  TrafoSym x = input_matrix (b, "x", 2), y = input_matrix (b, "y", 3);

  cases[i].build (b, x, y);
  assert_pass (b, fuse, cases[i].expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/fuse-epilogue/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  return g_test_run ();
}
