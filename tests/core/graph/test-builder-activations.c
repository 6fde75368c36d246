/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-eager-private.h"
#include "trafo-reference-device-private.h"

#define N_NUMBERS 22
/* Of a value, and of numbers near 1: some float32 roundings. */
#define TOLERANCE 2e-6

/* What a function of transformers makes of the numbers. */
typedef struct
{
  const char *name;
  double      expected[N_NUMBERS];
} ActivationCase;

typedef struct
{
  const char *name;
  guint       n_dims; /* 0 or 1 */
  double      value;
} ActivationParam;

#include "cases/activations.h"

static TrafoTensor *
find_param (gpointer data, const char *name, GError **error)
{
  static const gint64 shape[] = { 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    {
      g_autofree char *path = g_strconcat ("act_fn.", params[i].name, NULL);
      float            value = params[i].value;

      if (g_str_equal (name, path))
        return trafo_tensor_new_from_floats (shape, params[i].n_dims, &value, 1, error);
    }
  g_set_error (error, TRAFO_ERROR, TRAFO_ERROR_NOT_FOUND, "no parameter '%s'", name);
  return NULL;
}

static TrafoTensor *
apply (const char *name, GError **error)
{
  static const gint64 shape[] = { G_N_ELEMENTS (numbers) };
  TrafoEagerLeaves    leaves = { .find_param = find_param };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager_with (device, NULL, &leaves);
  g_autoptr (TrafoTensor) x =
      trafo_tensor_new_from_floats (shape, 1, numbers, G_N_ELEMENTS (numbers), NULL);
  TrafoSym y;

  trafo_builder_push_scope (b, "act_fn", -1);
  y = trafo_builder_activation (b, trafo_builder_constant (b, x), name);
  trafo_builder_pop_scope (b);
  return trafo_builder_get_value (b, y, error);
}

static void
test_activation (gconstpointer data)
{
  const ActivationCase *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) found = apply (c->name, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (found, i),
                                    c->expected[i],
                                    TOLERANCE * fmax (1, fabs (c->expected[i])));
}

static void
test_unknown (void)
{
  static const char *const names[] = { "gelu_4", "", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) found = apply (names[i], &error);

      g_assert_null (found);
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/builder-activations/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_activation);
    }
  g_test_add_func ("/builder-activations/unknown", test_unknown);
  return g_test_run ();
}
