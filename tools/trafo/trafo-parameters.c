/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-parameters.h"

#include <string.h>

#include "trafo-command.h"

static GVariant *
parse_value (const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  GVariant *value = trafo_json_to_variant (bytes, name, NULL);

  return value != NULL ? value : g_variant_ref_sink (g_variant_new_string (text));
}

GVariant *
trafo_parameters_parse (char **parameters, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (gsize i = 0; parameters != NULL && parameters[i] != NULL; i++)
    {
      const char      *equals = strchr (parameters[i], '=');
      g_autofree char *name = NULL;
      g_autoptr (GVariant) value = NULL;

      if (equals == NULL || equals == parameters[i] || !g_utf8_validate (parameters[i], -1, NULL))
        {
          g_set_error (error,
                       TRAFO_USAGE_ERROR,
                       0,
                       "--param: found '%s', expected NAME=VALUE",
                       parameters[i]);
          return NULL;
        }
      name = g_strndup (parameters[i], equals - parameters[i]);
      value = parse_value (name, equals + 1);
      g_variant_dict_insert_value (&dict, name, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
