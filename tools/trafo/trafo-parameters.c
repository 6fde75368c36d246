/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-parameters.h"

#include <string.h>

#include "trafo-command.h"

static gboolean
is_own_option (const char *const *own_options, const char *argument)
{
  static const char *const names[] = { "--model", "--device", "--dtype", "--threads",
                                       "--param", "--help",   NULL };
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

/* Hugging Face's true and false for choices: the first one after the default, and none. */
static const struct
{
  const char *name;
  gint        when_true;
  gint        when_false;
} switches[] = {
  { "truncation", TRAFO_TRUNCATION_LONGEST_FIRST, TRAFO_TRUNCATION_DO_NOT_TRUNCATE },
  { "padding", TRAFO_PADDING_LONGEST, TRAFO_PADDING_DO_NOT_PAD },
};

static gboolean
set_enum (GValue *value, GParamSpec *pspec, GVariant *given)
{
  g_autofree char *nick = NULL;
  GEnumValue      *found;

  if (g_variant_is_of_type (given, G_VARIANT_TYPE_BOOLEAN))
    for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
      if (g_str_equal (switches[i].name, pspec->name))
        {
          g_value_set_enum (value,
                            g_variant_get_boolean (given) ? switches[i].when_true
                                                          : switches[i].when_false);
          return TRUE;
        }
  if (!g_variant_is_of_type (given, G_VARIANT_TYPE_STRING))
    return FALSE;
  nick = g_strdelimit (g_variant_dup_string (given, NULL), "_", '-');
  found = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, nick);
  if (found != NULL)
    g_value_set_enum (value, found->value);
  return found != NULL;
}

static gboolean
set_value (GValue *value, GParamSpec *pspec, GVariant *given)
{
  gint64 integer;

  if (G_IS_PARAM_SPEC_ENUM (pspec))
    return set_enum (value, pspec, given);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec) && g_variant_is_of_type (given, G_VARIANT_TYPE_BOOLEAN))
    g_value_set_boolean (value, g_variant_get_boolean (given));
  else if (G_IS_PARAM_SPEC_UINT (pspec) && g_variant_is_of_type (given, G_VARIANT_TYPE_INT64))
    {
      integer = g_variant_get_int64 (given);
      if (integer < 0 || integer > G_MAXUINT)
        return FALSE;
      g_value_set_uint (value, integer);
    }
  else
    return FALSE;
  return !g_param_value_validate (pspec, value);
}

gboolean
trafo_parameters_apply (GVariant *parameters, GObject *object, GError **error)
{
  GVariantIter iter;
  const char  *name;
  GVariant    *given;

  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &given))
    {
      g_autoptr (GVariant) owned = given;
      g_auto (GValue) value = G_VALUE_INIT;
      GParamSpec      *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);
      g_autofree char *shown = NULL;

      if (pspec != NULL)
        g_value_init (&value, pspec->value_type);
      if (pspec != NULL && set_value (&value, pspec, given))
        {
          g_object_set_property (object, name, &value);
          continue;
        }
      shown = g_variant_print (given, FALSE);
      g_set_error (error,
                   TRAFO_USAGE_ERROR,
                   0,
                   pspec != NULL ? "--param %s: found %s, expected %s"
                                 : "--param %s: found %s, but there is no such parameter",
                   name,
                   shown,
                   pspec != NULL ? g_type_name (pspec->value_type) : "");
      return FALSE;
    }
  return TRUE;
}
