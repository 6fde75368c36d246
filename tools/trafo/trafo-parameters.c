/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-parameters.h"

#include <string.h>

#include "trafo-command.h"

static gboolean
is_own_option (const char *const *own_options, const char *argument)
{
  static const char *const names[] = { "--model",
                                       "--device",
                                       "--dtype",
                                       "--int8-weight-only",
                                       "--int4-weight-only",
                                       "--load-in-8bit",
                                       "--llm-int8-threshold",
                                       "--load-in-4bit",
                                       "--bnb-4bit-quant-type",
                                       "--bnb-4bit-use-double-quant",
                                       "--threads",
                                       "--param",
                                       "--help",
                                       NULL };
  g_autofree char         *name = g_strndup (argument, strcspn (argument, "="));

  return !g_str_has_prefix (argument, "--") || g_strv_contains (names, name) ||
         g_strv_contains (own_options, name);
}

char **
trafo_parameters_expand (const char *const *own_options, int argc, char **argv)
{
  g_autoptr (GStrvBuilder) expanded = g_strv_builder_new ();
  int i = 0;

  for (; i < argc && !g_str_equal (argv[i], "--"); i++)
    {
      const char      *equals = strchr (argv[i], '=');
      g_autofree char *name = NULL;
      g_autofree char *parameter = NULL;

      if (is_own_option (own_options, argv[i]) || (equals == NULL && i + 1 == argc))
        {
          g_strv_builder_add (expanded, argv[i]);
          continue;
        }
      name = g_strndup (argv[i] + 2, strcspn (argv[i] + 2, "="));
      parameter = g_strconcat (g_strdelimit (name, "-", '_'),
                               "=",
                               equals != NULL ? equals + 1 : argv[i + 1],
                               NULL);
      g_strv_builder_add_many (expanded, "--param", parameter, NULL);
      i += equals == NULL;
    }
  for (; i < argc; i++)
    g_strv_builder_add (expanded, argv[i]);
  return g_strv_builder_end (expanded);
}

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

TrafoGenerationConfig *
trafo_parameters_parse_generation (char **parameters, GError **error)
{
  g_autoptr (GVariant) values = trafo_parameters_parse (parameters, error);
  TrafoGenerationConfig *config;
  GError                *local = NULL;

  if (values == NULL)
    return NULL;
  config = trafo_generation_config_new_from_variant (values, &local);
  if (config == NULL)
    trafo_usage_error_propagate (error, local);
  return config;
}
