/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "random-graph.h"

enum
{
  WIDTH = 4, /* of the last axis of every value */
  MAX_VALUES = 64,
};

typedef struct
{
  TrafoBuilder *b;
  GRand        *random;
  TrafoSym      values[MAX_VALUES]; /* (batch, sequence, WIDTH) each */
  guint         n_values;
} Maker;

/* Mostly recent values, so that chains form and old memory is used again. */
static TrafoSym
pick (Maker *self)
{
  guint back = MIN (self->n_values, 4);

  if (g_rand_int_range (self->random, 0, 5) == 0)
    back = self->n_values;
  return self->values[self->n_values - 1 - g_rand_int_range (self->random, 0, back)];
}

static TrafoSym
make_element_wise (Maker *self)
{
  TrafoBuilder *b = self->b;
  TrafoSym      x = pick (self), y = pick (self);

  switch (g_rand_int_range (self->random, 0, 7))
    {
    case 0:
      return trafo_builder_add (b, x, y);
    case 1:
      return trafo_builder_sub (b, x, y);
    case 2:
      return trafo_builder_mul (b, trafo_builder_tanh (b, x), y);
    case 3:
      return trafo_builder_maximum (b, x, y);
    case 4:
      return trafo_builder_sigmoid (b, x);
    case 5:
      return trafo_builder_where (b,
                                  trafo_builder_compare (b, TRAFO_COMPARE_LESS, x, y),
                                  y,
                                  trafo_builder_neg (b, x));
    default:
      return trafo_builder_add (b, x, trafo_builder_scalar (b, 0.25, TRAFO_DTYPE_FLOAT32));
    }
}

/* (B, T, W) to (B, T, W) by way of reductions. */
static TrafoSym
make_reduction (Maker *self)
{
  TrafoBuilder *b = self->b;
  TrafoSym      x = pick (self);

  switch (g_rand_int_range (self->random, 0, 3))
    {
    case 0:
      return trafo_builder_sub (b, x, trafo_builder_max (b, x, -1));
    case 1:
      return trafo_builder_mul (b, pick (self), trafo_builder_sum (b, x, -1));
    default:
      return trafo_builder_softmax (b, x, -1);
    }
}

/* (x x^T) x, with the middle (B, T, T). */
static TrafoSym
make_product (Maker *self)
{
  TrafoBuilder *b = self->b;
  TrafoSym      x = trafo_builder_tanh (b, pick (self));
  TrafoSym      scores = trafo_builder_softmax (b, trafo_builder_matmul (b, x, x, FALSE, TRUE), -1);

  return trafo_builder_matmul (b, scores, pick (self), FALSE, FALSE);
}

static TrafoSym
make_layer (Maker *self)
{
  TrafoBuilder    *b = self->b;
  g_autofree char *name = g_strdup_printf ("layer.%u", self->n_values);
  TrafoSym         x = pick (self), h;

  switch (g_rand_int_range (self->random, 0, 5))
    {
    case 0:
      return trafo_builder_layer_norm (b, name, trafo_builder_add (b, x, pick (self)), 1e-5);
    case 1:
      return trafo_builder_add (b, trafo_builder_linear (b, name, x, WIDTH), x);
    case 2:
      return trafo_builder_activation (b, trafo_builder_linear_in_out (b, name, x, WIDTH), "gelu");
    case 3:
      {
        g_autofree char *norm = g_strconcat (name, "n", NULL);

        h = trafo_builder_add (b, trafo_builder_linear (b, name, x, WIDTH), pick (self));
        return trafo_builder_layer_norm (b, norm, h, 1e-5);
      }
    default:
      {
        g_autofree char *other = g_strconcat (name, "b", NULL);

        h = trafo_builder_linear (b, name, x, WIDTH);
        return trafo_builder_sub (b, h, trafo_builder_linear (b, other, x, WIDTH));
      }
    }
}

/* Views, some of which need their operand copied. */
static TrafoSym
make_view (Maker *self)
{
  TrafoBuilder *b = self->b;
  TrafoSym      x = pick (self), parts[2];
  gint64        batch = trafo_builder_get_dim (b, x, 0), sequence = trafo_builder_get_dim (b, x, 1);
  gint64        flat[] = { trafo_builder_dim_mul (b, batch, sequence), WIDTH };
  gint64        turned[] = { trafo_builder_dim_mul (b, batch, WIDTH), sequence };
  gint64        whole[] = { batch, sequence, WIDTH };

  switch (g_rand_int_range (self->random, 0, 3))
    {
    case 0:
      return trafo_builder_reshape (b, trafo_builder_reshape (b, x, flat, 2), whole, 3);
    case 1:
      x = trafo_builder_permute (b, x, (guint[]){ 0, 2, 1 }, 3);
      x = trafo_builder_tanh (b, trafo_builder_reshape (b, x, turned, 2));
      return trafo_builder_reshape (b, x, whole, 3);
    default:
      parts[0] = trafo_builder_slice (b, x, -1, 1, WIDTH - 1, 1);
      parts[1] = trafo_builder_slice (b, x, -1, 0, 1, 1);
      return trafo_builder_concat (b, parts, 2, -1);
    }
}

void
random_graph_build (TrafoBuilder *b, guint32 seed, guint n_ops)
{
  static TrafoSym (*const makers[]) (Maker *) = { make_element_wise, make_element_wise,
                                                  make_reduction,    make_product,
                                                  make_layer,        make_view };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gint64 dims[] = { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, WIDTH };
  Maker  self = { .b = b, .random = random };

  g_assert_cmpuint (n_ops, <, MAX_VALUES);
  self.values[self.n_values++] =
      trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 3, TRAFO_FILL_RULE_REQUIRED);
  for (guint i = 0; i < n_ops; i++)
    {
      TrafoSym y = makers[g_rand_int_range (random, 0, G_N_ELEMENTS (makers))](&self);

      self.values[self.n_values++] = y;
    }
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("y%u", i);

      trafo_builder_output (b, name, i == 0 ? self.values[self.n_values - 1] : pick (&self));
    }
}
