/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "parameters.h"

TrafoValue *
parameters_get (const TextCall *call, const char *name)
{
  TrafoValue *value = trafo_value_get_member (call->parameters, name);

  return value != NULL && trafo_value_get_kind (value) != TRAFO_VALUE_KIND_NULL ? value : NULL;
}

gboolean
parameters_fail (const TextCall *call, const char *name, const char *expected, GError **error)
{
  TrafoValue      *value = trafo_value_get_member (call->parameters, name);
  g_autofree char *json = value != NULL ? trafo_value_to_json (value) : NULL;
  g_autofree char *found = trafo_error_excerpt (json != NULL ? json : "not given");

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "parameter '%s' is %s, expected %s",
               name,
               found,
               expected);
  return FALSE;
}

gboolean
parameters_get_boolean (const TextCall *call, const char *name, gboolean *value, GError **error)
{
  TrafoValue *given = parameters_get (call, name);

  if (given == NULL)
    return TRUE;
  if (trafo_value_get_kind (given) != TRAFO_VALUE_KIND_BOOLEAN)
    return parameters_fail (call, name, "true or false", error);
  *value = trafo_value_get_boolean (given);
  return TRUE;
}

gboolean
parameters_get_integer (const TextCall *call,
                        const char     *name,
                        gint64          min,
                        gint64          max,
                        gint64         *value,
                        GError        **error)
{
  TrafoValue      *given = parameters_get (call, name);
  gint64           integer = given != NULL ? trafo_value_get_integer (given) : 0;
  g_autofree char *expected = NULL;

  if (given == NULL)
    return TRUE;
  if (trafo_value_get_kind (given) == TRAFO_VALUE_KIND_INTEGER && integer >= min && integer <= max)
    {
      *value = integer;
      return TRUE;
    }
  expected =
      g_strdup_printf ("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
  return parameters_fail (call, name, expected, error);
}

gboolean
parameters_get_string (const TextCall *call, const char *name, const char **value, GError **error)
{
  TrafoValue *given = parameters_get (call, name);

  if (given == NULL)
    return TRUE;
  if (trafo_value_get_kind (given) != TRAFO_VALUE_KIND_STRING)
    return parameters_fail (call, name, "a string", error);
  *value = trafo_value_get_string (given);
  return TRUE;
}

char **
text_value_dup_strings (TrafoValue *list)
{
  guint n_items = trafo_value_get_n_items (list);
  g_auto (GStrv) strings = g_new0 (char *, (gsize) n_items + 1);

  if (trafo_value_get_kind (list) != TRAFO_VALUE_KIND_LIST)
    return NULL;
  for (guint i = 0; i < n_items; i++)
    {
      TrafoValue *item = trafo_value_get_item (list, i);

      if (trafo_value_get_kind (item) != TRAFO_VALUE_KIND_STRING)
        return NULL;
      strings[i] = g_strdup (trafo_value_get_string (item));
    }
  return g_steal_pointer (&strings);
}

char **
text_value_dup_texts (TrafoValue *value)
{
  const char *const one[] = { trafo_value_get_string (value), NULL };

  return one[0] != NULL ? g_strdupv ((char **) one) : text_value_dup_strings (value);
}

gboolean
parameters_get_strings (const TextCall *call, const char *name, char ***value, GError **error)
{
  TrafoValue *given = parameters_get (call, name);
  g_auto (GStrv) strings = NULL;

  if (given == NULL)
    return TRUE;
  strings = text_value_dup_texts (given);
  if (strings == NULL)
    return parameters_fail (call, name, "a string or a list of strings", error);
  g_strfreev (*value);
  *value = g_steal_pointer (&strings);
  return TRUE;
}

TrafoEncodeOptions *
parameters_get_encode_options (const TextCall    *call,
                               const char *const *names,
                               const char        *kwargs_name,
                               GError           **error)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (GVariant) kwargs = NULL;
  g_autoptr (GVariant) chosen = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (call->given, names[i], NULL);

      if (value != NULL)
        g_variant_dict_insert_value (&dict, names[i], value);
    }
  chosen = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!trafo_encode_options_update (options, chosen, error))
    return NULL;
  if (kwargs_name == NULL || parameters_get (call, kwargs_name) == NULL)
    return g_steal_pointer (&options);
  kwargs = g_variant_lookup_value (call->given, kwargs_name, NULL);
  if (!g_variant_is_of_type (kwargs, G_VARIANT_TYPE_VARDICT))
    {
      parameters_fail (call, kwargs_name, "parameters by name", error);
      return NULL;
    }
  return trafo_encode_options_update (options, kwargs, error) ? g_steal_pointer (&options) : NULL;
}
