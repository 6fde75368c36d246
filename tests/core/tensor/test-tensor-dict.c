/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor-dict.h"

static TrafoTensor *
number (float value)
{
  return trafo_tensor_new_from_floats (NULL, 0, &value, 1, NULL);
}

static void
test_order (void)
{
  g_autoptr (TrafoTensorDict) dict = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) one = number (1);
  g_autoptr (TrafoTensor) two = number (2);
  g_auto (GStrv) names = NULL;

  trafo_tensor_dict_set (dict, "b", one);
  trafo_tensor_dict_set (dict, "a", two);
  trafo_tensor_dict_set (dict, "b", two);
  trafo_tensor_dict_set (dict, "b", two);
  g_assert_cmpuint (trafo_tensor_dict_get_size (dict), ==, 2);
  g_assert_true (trafo_tensor_dict_get (dict, "b") == two);
  g_assert_null (trafo_tensor_dict_get (dict, "c"));
  g_assert_cmpstr (trafo_tensor_dict_get_name (dict, 0), ==, "b");
  g_assert_cmpstr (trafo_tensor_dict_get_name (dict, 1), ==, "a");
  g_assert_null (trafo_tensor_dict_get_name (dict, 2));
  names = trafo_tensor_dict_list_names (dict);
  g_assert_cmpstrv (names, ((const char *const[]){ "b", "a", NULL }));
}

static void
test_references (void)
{
  TrafoTensorDict *dict = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) one = number (1);

  trafo_tensor_dict_set (dict, "x", one);
  g_assert_true (trafo_tensor_dict_ref (dict) == dict);
  trafo_tensor_dict_unref (dict);
  g_assert_true (trafo_tensor_dict_get (dict, "x") == one);
  trafo_tensor_dict_unref (dict);
  g_assert_cmpfloat (trafo_tensor_get_value (one, 0), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor-dict/order", test_order);
  g_test_add_func ("/tensor-dict/references", test_references);
  return g_test_run ();
}
