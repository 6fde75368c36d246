/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"
#include "trafo-eager.h"
#include "trafo-reference-device-private.h"

/* The names and rules are what Hugging Face's models do about an input that is left out. */
static void
test_inputs (void)
{
  static const struct
  {
    TrafoSym (*function) (TrafoBuilder *self);
    const char   *name;
    TrafoFillRule rule;
  } cases[] = {
    { trafo_builder_input_ids, "input_ids", TRAFO_FILL_RULE_REQUIRED },
    { trafo_builder_token_type_ids, "token_type_ids", TRAFO_FILL_RULE_ZEROS },
    { trafo_builder_position_ids, "position_ids", TRAFO_FILL_RULE_POSITIONS },
  };
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoSym               x = cases[i].function (b);
      const TrafoGraphInput *input =
          trafo_graph_find_input (trafo_builder_get_graph (b), cases[i].name);

      g_assert_nonnull (input);
      g_assert_cmpuint (input->sym, ==, x);
      g_assert_cmpint (input->rule, ==, cases[i].rule);
      g_assert_cmpint (trafo_builder_get_dtype (b, x), ==, TRAFO_DTYPE_INT64);
      g_assert_cmpuint (trafo_builder_get_n_dims (b, x), ==, 2);
      g_assert_cmpint (trafo_builder_get_dim (b, x, 0), ==, TRAFO_DIM_BATCH);
      g_assert_cmpint (trafo_builder_get_dim (b, x, 1), ==, TRAFO_DIM_SEQUENCE);
      g_assert_cmpuint (cases[i].function (b), ==, x);
    }
}

static void
test_constants (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
  TrafoSym fill = trafo_builder_fill (b, -1.5, TRAFO_DTYPE_BFLOAT16, (gint64[]){ 2, 1 }, 2);
  TrafoSym scalar = trafo_builder_scalar (b, 7, TRAFO_DTYPE_INT8);
  TrafoSym iota = trafo_builder_iota (b, TRAFO_DTYPE_INT32, (gint64[]){ 2, 3 }, 2);
  g_autoptr (TrafoTensor) fill_value = trafo_builder_get_value (b, fill, NULL);
  g_autoptr (TrafoTensor) scalar_value = trafo_builder_get_value (b, scalar, NULL);
  g_autoptr (TrafoTensor) iota_value = trafo_builder_get_value (b, iota, NULL);

  g_assert_cmpint (trafo_tensor_get_dtype (fill_value), ==, TRAFO_DTYPE_BFLOAT16);
  for (gint64 i = 0; i < 2; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (fill_value, i), ==, -1.5);
  g_assert_cmpuint (trafo_tensor_get_n_dims (scalar_value), ==, 0);
  g_assert_cmpfloat (trafo_tensor_get_value (scalar_value, 0), ==, 7);
  /* counts along the last axis */
  for (gint64 i = 0; i < 6; i++)
    g_assert_cmpfloat (trafo_tensor_get_value (iota_value, i), ==, i % 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder-leaves/inputs", test_inputs);
  g_test_add_func ("/builder-leaves/constants", test_constants);
  return g_test_run ();
}
