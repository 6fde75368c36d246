/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-write-private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* GVariant itself goes no deeper. */
#define MAX_LEVEL 128

/* Of the control characters, those that have a letter get it, as serde and Python write them. */
void
trafo_json_write_text (GString *text, const char *string, gsize size_bytes)
{
  static const char escaped[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";

  g_string_append_c (text, '"');
  for (const char *end = string + size_bytes; string < end; string++)
    {
      const char *found = memchr (escaped, *string, strlen (escaped));

      if (found != NULL)
        {
          g_string_append_c (text, '\\');
          g_string_append_c (text, letters[found - escaped]);
        }
      else if ((guchar) *string < 0x20)
        g_string_append_printf (text, "\\u%04x", *string);
      else
        g_string_append_c (text, *string);
    }
  g_string_append_c (text, '"');
}

void
trafo_json_write_string (GString *text, const char *string)
{
  trafo_json_write_text (text, string, strlen (string));
}

/* JSON has no infinities and no NaN: they are written as null. */
void
trafo_json_write_double (GString *text, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (number))
    {
      g_string_append (text, "null");
      return;
    }
  for (guint n_digits = 15; n_digits <= 17; n_digits++)
    {
      char format[8];

      snprintf (format, sizeof format, "%%.%ug", n_digits);
      g_ascii_formatd (digits, sizeof digits, format, number);
      if (g_ascii_strtod (digits, NULL) == number)
        break;
    }
  g_string_append (text, digits);
  /* so that it is read as a double again */
  if (strpbrk (digits, ".e") == NULL)
    g_string_append (text, ".0");
}

static void
write_line (GString *text, guint level)
{
  g_string_append_c (text, '\n');
  for (guint i = 0; i < level; i++)
    g_string_append (text, "  ");
}

static void
write_container (GString *text, GVariant *value, guint level)
{
  gboolean is_object = g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}"));
  gsize    n_children = g_variant_n_children (value);

  g_string_append_c (text, is_object ? '{' : '[');
  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      g_string_append (text, i > 0 ? "," : "");
      write_line (text, level + 1);
      if (is_object)
        {
          g_autoptr (GVariant) key = g_variant_get_child_value (child, 0);
          g_autoptr (GVariant) member = g_variant_get_child_value (child, 1);

          trafo_json_write_string (text, g_variant_get_string (key, NULL));
          g_string_append (text, ": ");
          trafo_json_write_variant (text, member, level + 1);
        }
      else
        trafo_json_write_variant (text, child, level + 1);
    }
  if (n_children > 0)
    write_line (text, level);
  g_string_append_c (text, is_object ? '}' : ']');
}

/* A number, or a word. */
static void
write_scalar (GString *text, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    trafo_json_write_string (text, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    trafo_json_write_double (text, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    g_string_append_printf (text, "%" G_GUINT64_FORMAT, g_variant_get_uint64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    g_string_append_printf (text, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    g_string_append_printf (text, "%d", g_variant_get_int32 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    g_string_append_printf (text, "%u", g_variant_get_uint32 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_string_append (text, g_variant_get_boolean (value) ? "true" : "false");
  else
    g_string_append (text, "null");
}

void
trafo_json_write_variant (GString *text, GVariant *value, guint level)
{
  g_autoptr (GVariant) content = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    content = g_variant_get_variant (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    content = g_variant_get_maybe (value);

  if (level < MAX_LEVEL && content != NULL)
    trafo_json_write_variant (text, content, level);
  else if (level < MAX_LEVEL && g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    write_container (text, value, level);
  else
    write_scalar (text, value);
}
