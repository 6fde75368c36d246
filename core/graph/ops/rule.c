/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

gboolean
trafo_rule_check_n_inputs (const char *op, guint found, guint expected, GError **error)
{
  if (found == expected)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "%s: %u operands given, its attributes take %u",
               op,
               found,
               expected);
  return FALSE;
}

/* Such as "float32, float16 or bfloat16". */
static char *
print_dtypes (guint dtypes)
{
  GString *text = g_string_new (NULL);

  for (guint dtype = 1; dtype < TRAFO_N_DTYPES; dtype++)
    if (dtypes & (1u << dtype))
      {
        gboolean is_last = dtypes >> (dtype + 1) == 0;

        if (text->len > 0)
          g_string_append (text, is_last ? " or " : ", ");
        g_string_append (text, trafo_dtype_get_name (dtype));
      }
  return g_string_free (text, FALSE);
}

gboolean
trafo_rule_check_dtype (const char           *op,
                        const char           *operand,
                        const TrafoValueType *type,
                        guint                 allowed,
                        GError              **error)
{
  g_autofree char *expected = NULL;

  if ((guint) type->dtype < TRAFO_N_DTYPES && allowed & (1u << type->dtype))
    return TRUE;
  expected = print_dtypes (allowed);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_DTYPE,
               "%s: %s is %s, expected %s",
               op,
               operand,
               trafo_dtype_get_name (type->dtype),
               expected);
  return FALSE;
}

gboolean
trafo_rule_check_same_dtype (const char           *op,
                             const TrafoValueType *a,
                             const TrafoValueType *b,
                             GError              **error)
{
  if (a->dtype == b->dtype)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_DTYPE,
               "%s: the operands are %s and %s, expected one dtype",
               op,
               trafo_dtype_get_name (a->dtype),
               trafo_dtype_get_name (b->dtype));
  return FALSE;
}

gboolean
trafo_rule_check_n_dims (const char           *op,
                         const char           *operand,
                         TrafoDims            *dims,
                         const TrafoValueType *type,
                         guint                 min,
                         guint                 max,
                         GError              **error)
{
  g_autofree char *shape = NULL;
  g_autofree char *expected = NULL;

  if (type->n_dims >= min && type->n_dims <= max)
    return TRUE;
  shape = trafo_dims_to_string (dims, type->dims, MIN (type->n_dims, TRAFO_MAX_DIMS));
  expected = g_strdup_printf ("%s%u",
                              min == max           ? ""
                              : type->n_dims < min ? "at least "
                                                   : "at most ",
                              type->n_dims < min ? min : max);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: %s %s has %u dimensions, expected %s",
               op,
               operand,
               shape,
               type->n_dims,
               expected);
  return FALSE;
}

gboolean
trafo_rule_check_axis (const char *op, guint axis, guint n_dims, GError **error)
{
  if (axis < n_dims)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: there is no axis %u, the operand has %u dimensions",
               op,
               axis,
               n_dims);
  return FALSE;
}

gboolean
trafo_rule_check_same_dims (const char           *op,
                            const char           *operand,
                            const char           *fits,
                            TrafoDims            *dims,
                            const TrafoValueType *type,
                            const TrafoValueType *expected,
                            GError              **error)
{
  g_autofree char *found_shape = NULL;
  g_autofree char *expected_shape = NULL;
  gboolean         is_same = type->n_dims == expected->n_dims;

  for (guint i = 0; is_same && i < type->n_dims; i++)
    is_same = type->dims[i] == expected->dims[i];
  if (is_same)
    return TRUE;
  found_shape = trafo_dims_to_string (dims, type->dims, type->n_dims);
  expected_shape = trafo_dims_to_string (dims, expected->dims, expected->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: %s has shape %s, expected %s to fit %s",
               op,
               operand,
               found_shape,
               expected_shape,
               fits);
  return FALSE;
}

gboolean
trafo_rule_check_asked (const char           *op,
                        TrafoDims            *dims,
                        const TrafoValueType *output,
                        GError              **error)
{
  g_autofree char *shape = NULL;
  gboolean         is_known;

  if (!trafo_rule_check_dtype (op, "the result", output, TRAFO_RULE_ALL, error) ||
      !trafo_rule_check_n_dims (op, "the result", dims, output, 0, TRAFO_MAX_DIMS, error))
    return FALSE;
  is_known = TRUE;
  for (guint i = 0; i < output->n_dims; i++)
    is_known = is_known && trafo_dims_contains (dims, output->dims[i]);
  if (is_known && trafo_dims_product (dims, output->dims, output->n_dims) != G_MAXINT64)
    return TRUE;
  shape = trafo_dims_to_string (dims, output->dims, output->n_dims);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: the result's shape %s is no shape of at most 2^63-1 elements",
               op,
               shape);
  return FALSE;
}

static gboolean
fail_broadcast (const char           *op,
                TrafoDims            *dims,
                const TrafoValueType *inputs,
                guint                 n_inputs,
                GError              **error)
{
  g_autoptr (GString) shapes = g_string_new (NULL);

  for (guint i = 0; i < n_inputs; i++)
    {
      g_autofree char *shape = trafo_dims_to_string (dims, inputs[i].dims, inputs[i].n_dims);

      g_string_append_printf (shapes,
                              "%s%s",
                              i == 0              ? ""
                              : i + 1 == n_inputs ? " and "
                                                  : ", ",
                              shape);
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: the shapes %s do not broadcast together",
               op,
               shapes->str);
  return FALSE;
}

gboolean
trafo_rule_broadcast (const char           *op,
                      TrafoDims            *dims,
                      const TrafoValueType *inputs,
                      guint                 n_inputs,
                      TrafoValueType       *output,
                      GError              **error)
{
  output->n_dims = 0;
  for (guint i = 0; i < n_inputs; i++)
    output->n_dims = MAX (output->n_dims, inputs[i].n_dims);
  for (guint axis = 0; axis < output->n_dims; axis++)
    output->dims[axis] = 1;
  for (guint i = 0; i < n_inputs; i++)
    for (guint axis = 0; axis < inputs[i].n_dims; axis++)
      {
        gint64 *dim = &output->dims[output->n_dims - inputs[i].n_dims + axis];

        if (!trafo_dims_broadcast (*dim, inputs[i].dims[axis], dim))
          return fail_broadcast (op, dims, inputs, n_inputs, error);
      }
  return TRUE;
}

gboolean
trafo_rule_row_wise (const void *attrs, guint axis)
{
  return TRUE;
}

gboolean
trafo_rule_row_wise_along (const void *attrs, guint axis)
{
  return ((const TrafoAxisAttrs *) attrs)->axis == axis;
}
