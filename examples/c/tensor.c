/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Makes a tensor, takes a view of it and prints both:
 *   cc tensor.c $(pkg-config --cflags --libs trafo-1.0) && ./a.out */
#include <trafo/trafo.h>

int
main (void)
{
  const gint64 shape[] = { 2, 3 };
  const float  values[] = { 0, 1, 2, 3, 4, 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_floats (shape, 2, values, 6, &error);
  g_autoptr (TrafoTensor) row = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *second = NULL;

  if (tensor == NULL || (row = trafo_tensor_select (tensor, 0, 1, &error)) == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  whole = trafo_tensor_to_string (tensor);
  second = trafo_tensor_to_string (row);
  g_print ("%s\nits second row: %s\n", whole, second);
  return 0;
}
