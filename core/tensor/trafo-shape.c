/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-shape-private.h"

#include <trafo/trafo-error.h>
#include <trafo/trafo-kernel.h>

char *
trafo_shape_to_string (const gint64 *shape, guint n_dims)
{
  g_autoptr (GString) text = g_string_new ("(");

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, i == 0 ? "%" G_GINT64_FORMAT : ", %" G_GINT64_FORMAT, shape[i]);
  g_string_append (text, n_dims == 1 ? ",)" : ")");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
trafo_shape_to_strides (const gint64 *shape, guint n_dims, gint64 *strides)
{
  gint64 stride = 1;

  for (guint i = n_dims; i-- > 0;)
    {
      strides[i] = stride;
      stride *= MAX (shape[i], 1);
    }
}

gboolean
trafo_shape_check (TrafoDType    dtype,
                   const gint64 *shape,
                   gsize         n_dims,
                   gint64       *ret_n_elements,
                   gsize        *ret_size_bytes,
                   GError      **error)
{
  gsize n = 1;
  gsize padded = 1;
  gsize size_bytes;

  if (trafo_dtype_get_size (dtype) == 0 || n_dims > TRAFO_MAX_DIMS)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "found %" G_GSIZE_FORMAT " dimensions of type %s, expected at most %d of a "
                   "known type",
                   n_dims,
                   trafo_dtype_get_name (dtype),
                   TRAFO_MAX_DIMS);
      return FALSE;
    }
  for (gsize i = 0; i < n_dims; i++)
    {
      /* strides treat a 0 as 1, so the product without zeros must fit too */
      if (shape[i] < 0 || !g_size_checked_mul (&n, n, shape[i]) ||
          !g_size_checked_mul (&padded, padded, MAX (shape[i], 1)) || padded > G_MAXINT64 / 16)
        {
          g_autofree char *text = trafo_shape_to_string (shape, n_dims);

          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_SHAPE,
                       "shape %s is negative somewhere or too large",
                       text);
          return FALSE;
        }
    }
  size_bytes = n * trafo_dtype_get_size (dtype);
  *ret_n_elements = n;
  *ret_size_bytes = size_bytes;
  return TRUE;
}

gboolean
trafo_shape_is_contiguous (const gint64 *shape, const gint64 *strides, guint n_dims)
{
  gint64   expected = 1;
  gboolean has_gap = FALSE;

  for (guint i = n_dims; i-- > 0;)
    {
      if (shape[i] == 0)
        return TRUE;
      has_gap = has_gap || (shape[i] != 1 && strides[i] != expected);
      expected *= shape[i];
    }
  return !has_gap;
}
