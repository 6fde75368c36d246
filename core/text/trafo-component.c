/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-component-private.h"

/* The value of a member, NULL if it is missing or null. */
GVariant *
trafo_component_get (GVariant *self, const char *key)
{
  GVariant *value = NULL;

  if (self != NULL && g_variant_is_of_type (self, G_VARIANT_TYPE_VARDICT))
    value = g_variant_lookup_value (self, key, NULL);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    g_clear_pointer (&value, g_variant_unref);
  return value;
}

void
trafo_component_set_wrong (GError **error, const char *where, const char *key, const char *expected)
{
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: '%s' is missing or no %s",
               where,
               key,
               expected);
}

void
trafo_component_set_unknown (GError **error, const char *where, const char *type)
{
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_UNKNOWN,
               "%s: type '%s' is not supported",
               where,
               type);
}

/* The string lives as long as @self. */
const char *
trafo_component_get_type (GVariant *self, const char *where, GError **error)
{
  const char *type = NULL;

  if (!g_variant_is_of_type (self, G_VARIANT_TYPE_VARDICT) ||
      !g_variant_lookup (self, "type", "&s", &type))
    trafo_component_set_wrong (error, where, "type", "string");
  return type;
}

/* @value keeps what it holds when the member is missing or null. */
gboolean
trafo_component_read_boolean (GVariant   *self,
                              const char *where,
                              const char *key,
                              gboolean   *value,
                              GError    **error)
{
  g_autoptr (GVariant) member = trafo_component_get (self, key);

  if (member == NULL)
    return TRUE;
  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_BOOLEAN))
    {
      trafo_component_set_wrong (error, where, key, "boolean");
      return FALSE;
    }
  *value = g_variant_get_boolean (member);
  return TRUE;
}

gboolean
trafo_component_read_string (GVariant   *self,
                             const char *where,
                             const char *key,
                             char      **value,
                             GError    **error)
{
  g_autoptr (GVariant) member = trafo_component_get (self, key);

  if (member == NULL || !g_variant_is_of_type (member, G_VARIANT_TYPE_STRING))
    {
      trafo_component_set_wrong (error, where, key, "string");
      return FALSE;
    }
  g_free (*value);
  *value = g_variant_dup_string (member, NULL);
  return TRUE;
}

gboolean
trafo_component_read_id (GVariant   *self,
                         const char *where,
                         const char *key,
                         guint32    *value,
                         GError    **error)
{
  g_autoptr (GVariant) member = trafo_component_get (self, key);

  if (member == NULL || !g_variant_is_of_type (member, G_VARIANT_TYPE_INT64) ||
      g_variant_get_int64 (member) < 0 || g_variant_get_int64 (member) > G_MAXUINT32)
    {
      trafo_component_set_wrong (error, where, key, "number from 0 to 4294967295");
      return FALSE;
    }
  *value = g_variant_get_int64 (member);
  return TRUE;
}

/* A string of one character. */
gboolean
trafo_component_read_char (GVariant   *self,
                           const char *where,
                           const char *key,
                           guint32    *value,
                           GError    **error)
{
  g_autofree char *text = NULL;

  if (!trafo_component_read_string (self, where, key, &text, error))
    return FALSE;
  if (*text == '\0' || *g_utf8_next_char (text) != '\0')
    {
      trafo_component_set_wrong (error, where, key, "string of one character");
      return FALSE;
    }
  *value = g_utf8_get_char (text);
  return TRUE;
}

static void
push_reversed (GPtrArray *stack, GVariant *list)
{
  for (gsize i = g_variant_n_children (list); i-- > 0;)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);

      g_ptr_array_add (stack, g_variant_get_variant (boxed));
    }
}

/* The components that a component of the type "Sequence" stands for, in order, however deep it
 * nests; a component of another type stands for itself, null for none. */
GPtrArray *
trafo_component_flatten (GVariant *self, const char *list_key, const char *where, GError **error)
{
  g_autoptr (GPtrArray) flat = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GPtrArray) stack = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  if (self != NULL)
    g_ptr_array_add (stack, g_variant_ref (self));
  while (stack->len > 0)
    {
      g_autoptr (GVariant) top = g_ptr_array_steal_index (stack, stack->len - 1);
      g_autoptr (GVariant) list = NULL;
      const char *type = trafo_component_get_type (top, where, error);

      if (type == NULL)
        return NULL;
      if (!g_str_equal (type, "Sequence"))
        {
          g_ptr_array_add (flat, g_steal_pointer (&top));
          continue;
        }
      list = trafo_component_get (top, list_key);
      if (list == NULL || !g_variant_is_of_type (list, G_VARIANT_TYPE ("av")))
        {
          trafo_component_set_wrong (error, where, list_key, "array");
          return NULL;
        }
      push_reversed (stack, list);
    }
  return g_steal_pointer (&flat);
}
