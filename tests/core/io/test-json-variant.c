/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo.h>

static GVariant *
to_variant (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return trafo_json_to_variant (bytes, "x.json", error);
}

static void
test_values (void)
{
  static const struct
  {
    const char *text;
    const char *printed;
  } cases[] = {
    { "{}", "@a{sv} {}" },
    { "[]", "@av []" },
    { "\"\\u00e9\"", "'é'" },
    { "true", "true" },
    { "null", "@mv nothing" },
    { "-7", "int64 -7" },
    { "9223372036854775807", "int64 9223372036854775807" },
    { "9223372036854775808", "uint64 9223372036854775808" },
    { "18446744073709551616", "18446744073709551616.0" },
    { "1000000000000000019884624838656", "1.0000000000000000199e+30" },
    { "1.5", "1.5" },
    { "[1,[null]]", "[<int64 1>, <[<@mv nothing>]>]" },
    { "{\"a\":{\"b\":[true,{}]},\"c\":0.25}",
      "{'a': <{'b': <[<true>, <@a{sv} {}>]>}>, 'c': <0.25>}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = to_variant (cases[i].text, &error);
      g_autoptr (GVariant) expected = NULL;

      g_assert_no_error (error);
      g_assert_false (g_variant_is_floating (value));
      expected = g_variant_parse (NULL, cases[i].printed, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpvariant (value, expected);
    }
}

static void
test_refuses (void)
{
  static const char *const texts[] = {
    "", "[1", "{\"a\":1,\"a\":2}", "{\"a\":[{\"b\":[1,2,}]}", "[1e999]", "\"\\u0000\"", "[] []",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (to_variant (texts[i], &error));
      g_assert_true (error->domain == TRAFO_FORMAT_ERROR);
      g_assert_true (g_str_has_prefix (error->message, "x.json: byte "));
    }
}

static void
test_huge_integer (void)
{
  g_autofree char *digits = g_strnfill (5000, '7');

  for (gsize n_digits = 5000; n_digits > 300; n_digits -= 100)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = NULL;

      digits[n_digits] = '\0';
      value = to_variant (digits, &error);
      if (n_digits > 308)
        g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
      else
        g_assert_true (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE));
    }
}

/* The deepest text that is accepted must survive serialisation, where GVariant has a limit. */
static void
test_depth (void)
{
  for (guint depth = 38; depth < 44; depth++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = NULL;
      g_autoptr (GBytes) bytes = NULL;

      for (guint i = 0; i < depth - 1; i++)
        g_string_append (text, "{\"a\":");
      g_string_append (text, "{\"a\":7}");
      for (guint i = 0; i < depth - 1; i++)
        g_string_append_c (text, '}');
      value = to_variant (text->str, &error);
      if (depth > 40)
        {
          g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
          continue;
        }
      g_assert_no_error (error);
      bytes = g_variant_get_data_as_bytes (value);
      {
        g_autoptr (GVariant) loaded =
            g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));
        g_autofree char *printed = g_variant_print (loaded, FALSE);

        g_assert_true (g_variant_is_normal_form (loaded));
        g_assert_nonnull (strstr (printed, "<int64 7>"));
      }
    }
}

/* A text that would cost far more memory than its size. */
static void
test_many_values (void)
{
  g_autoptr (GString) text = g_string_new ("[0");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;

  for (guint i = 0; i < 140000; i++)
    g_string_append (text, ",0");
  g_string_append_c (text, ']');
  value = to_variant (text->str, &error);
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-variant/values", test_values);
  g_test_add_func ("/json-variant/refuses", test_refuses);
  g_test_add_func ("/json-variant/huge-integer", test_huge_integer);
  g_test_add_func ("/json-variant/depth", test_depth);
  g_test_add_func ("/json-variant/many-values", test_many_values);
  return g_test_run ();
}
