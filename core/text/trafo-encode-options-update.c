/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>

#include "trafo-encode-options.h"

/* Hugging Face's true and false for choices. */
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
set_uint (GValue *value, GVariant *given)
{
  gint64 integer;

  if (g_variant_is_of_type (given, G_VARIANT_TYPE_INT64))
    integer = g_variant_get_int64 (given);
  else if (g_variant_is_of_type (given, G_VARIANT_TYPE_INT32))
    integer = g_variant_get_int32 (given);
  else
    return FALSE;
  if (integer < 0 || integer > G_MAXUINT)
    return FALSE;
  g_value_set_uint (value, integer);
  return TRUE;
}

/* A maximum length of 0 is the property's way to say that none is set; a parameter's is null, and 0
 * would be a length. */
static guint
get_minimum (GParamSpec *pspec)
{
  return g_str_equal (pspec->name, "max-length") ? 1 : G_PARAM_SPEC_UINT (pspec)->minimum;
}

static gboolean
set_value (GValue *value, GParamSpec *pspec, GVariant *given)
{
  if (G_IS_PARAM_SPEC_ENUM (pspec))
    return set_enum (value, pspec, given);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec) && g_variant_is_of_type (given, G_VARIANT_TYPE_BOOLEAN))
    g_value_set_boolean (value, g_variant_get_boolean (given));
  else if (!G_IS_PARAM_SPEC_UINT (pspec) || !set_uint (value, given) ||
           g_value_get_uint (value) < get_minimum (pspec))
    return FALSE;
  return !g_param_value_validate (pspec, value);
}

/* In the words of who writes parameters. */
static char *
describe (GParamSpec *pspec)
{
  g_autoptr (GString) names = g_string_new ("one of:");
  const GEnumClass *choices;

  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    return g_strdup ("true or false");
  if (G_IS_PARAM_SPEC_UINT (pspec))
    return g_strdup_printf ("an unsigned integer from %u to %u",
                            get_minimum (pspec),
                            G_PARAM_SPEC_UINT (pspec)->maximum);
  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    if (g_str_equal (switches[i].name, pspec->name))
      g_string_append (names, " true, false,");
  choices = G_PARAM_SPEC_ENUM (pspec)->enum_class;
  for (guint i = 0; i < choices->n_values; i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (choices->values[i].value_nick), "-", '_');

      g_string_append_printf (names, "%s %s", i > 0 ? "," : "", name);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static gboolean
set_option (TrafoEncodeOptions *self, const char *name, GVariant *given, GError **error)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), name);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *printed = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *expected = NULL;

  if (g_variant_is_of_type (given, G_VARIANT_TYPE_MAYBE) && pspec != NULL)
    return TRUE;
  if (pspec != NULL)
    g_value_init (&value, pspec->value_type);
  if (pspec != NULL && set_value (&value, pspec, given))
    {
      g_object_set_property (G_OBJECT (self), name, &value);
      return TRUE;
    }
  printed = g_variant_print (given, FALSE);
  shown = trafo_error_excerpt (printed);
  expected = pspec != NULL ? describe (pspec) : NULL;
  if (pspec != NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INVALID_ARGUMENT,
                 "parameter '%s' is %s, expected %s",
                 name,
                 shown,
                 expected);
  else
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INVALID_ARGUMENT,
                 "found parameter '%s', but tokenizing has none of this name",
                 name);
  return FALSE;
}

/**
 * trafo_encode_options_update:
 * @self: options
 * @parameters: an `a{sv}` with the names and values that a tokenizer of transformers takes, such as
 *   `truncation`, which may be true or "only_first"
 * @error: return location for an error
 *
 * Sets the options that are named; null leaves one as it is.
 *
 * Returns: %TRUE, or %FALSE with %TRAFO_ERROR_INVALID_ARGUMENT for a name or a value that there is
 *   not
 */
gboolean
trafo_encode_options_update (TrafoEncodeOptions *self, GVariant *parameters, GError **error)
{
  GVariantIter iter;
  const char  *name;
  GVariant    *given;

  g_return_val_if_fail (TRAFO_IS_ENCODE_OPTIONS (self), FALSE);
  g_return_val_if_fail (g_variant_is_of_type (parameters, G_VARIANT_TYPE_VARDICT), FALSE);
  g_variant_iter_init (&iter, parameters);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &given))
    {
      g_autoptr (GVariant) owned = given;

      if (!set_option (self, name, given, error))
        return FALSE;
    }
  return TRUE;
}
