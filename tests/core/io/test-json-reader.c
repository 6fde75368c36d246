/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>
#include <time.h>
#include <trafo/trafo.h>

/* Not only a text but also its size, for some texts hold NULs. */
#define TEXT(literal) literal, sizeof (literal) - 1

typedef struct
{
  const char *text;
  gsize       size_bytes;
} Accepted;

static const Accepted accepted[] = {
  { TEXT ("{}") },
  { TEXT ("[]") },
  { TEXT (" \t\r\n[ \t\r\n] \t\r\n") },
  { TEXT ("null") },
  { TEXT ("true") },
  { TEXT ("false") },
  { TEXT ("\"\"") },
  { TEXT ("0") },
  { TEXT ("-0") },
  { TEXT ("[0,-1,10,1.5,-0.0,0.25e+3,1E9,1e-9,0e0,0E+0]") },
  { TEXT ("123456789012345678901234567890") },
  { TEXT ("[1,[2,[3,{}],[]],{\"a\":[]}]") },
  { TEXT ("{\"\":0}") },
  { TEXT ("{\"a\":1,\"A\":2,\"a \":3,\"a\\u0000\":4}") },
  { TEXT ("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}") },
  { TEXT ("[{\"a\":1},{\"a\":1}]") },
  { TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD834\\uDd1e\\u0000\"") },
  { TEXT ("\"\x7f\xc2\x80\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\"") },
  { TEXT ("\"\\uFFFF\\uFDD0\\uDBFF\\uDFFF\"") },
  { TEXT ("\"a plain string that is longer than one machine word, twice\"") },
};

typedef struct
{
  const char *text;
  gsize       size_bytes;
  gint        code;
  gsize       offset;
} Refused;

#define SYNTAX TRAFO_FORMAT_ERROR_SYNTAX
#define TRUNCATED TRAFO_FORMAT_ERROR_TRUNCATED
#define VALUE TRAFO_FORMAT_ERROR_VALUE

static const Refused refused[] = {
  { TEXT (""), TRUNCATED, 0 },
  { TEXT ("  \n"), TRUNCATED, 3 },
  { TEXT ("\xef\xbb\xbf{}"), SYNTAX, 0 },
  { TEXT ("\xff\xfe{"), SYNTAX, 0 },
  { TEXT ("{}\0"), SYNTAX, 2 },
  { TEXT ("{}x"), SYNTAX, 2 },
  { TEXT ("[][]"), SYNTAX, 2 },
  { TEXT ("1 2"), SYNTAX, 2 },
  { TEXT ("\f[]"), SYNTAX, 0 },
  { TEXT ("\xc2\xa0[]"), SYNTAX, 0 },
  { TEXT ("// note\n1"), SYNTAX, 0 },
  { TEXT ("[1/**/]"), SYNTAX, 2 },
  { TEXT ("["), TRUNCATED, 1 },
  { TEXT ("]"), SYNTAX, 0 },
  { TEXT ("[1,]"), SYNTAX, 3 },
  { TEXT ("1e999"), VALUE, 0 },
  { TEXT ("[,1]"), SYNTAX, 1 },
  { TEXT ("[1,,2]"), SYNTAX, 3 },
  { TEXT ("[1 2]"), SYNTAX, 3 },
  { TEXT ("[1:2]"), SYNTAX, 2 },
  { TEXT ("[1}"), SYNTAX, 2 },
  { TEXT ("[\"a\""), TRUNCATED, 4 },
  { TEXT ("[1,"), TRUNCATED, 3 },
  { TEXT ("{"), TRUNCATED, 1 },
  { TEXT ("{]"), SYNTAX, 1 },
  { TEXT ("{1:2}"), SYNTAX, 1 },
  { TEXT ("{a:2}"), SYNTAX, 1 },
  { TEXT ("{'a':2}"), SYNTAX, 1 },
  { TEXT ("{\"a\"}"), SYNTAX, 4 },
  { TEXT ("{\"a\":}"), SYNTAX, 5 },
  { TEXT ("{\"a\" 1}"), SYNTAX, 5 },
  { TEXT ("{\"a\"::1}"), SYNTAX, 5 },
  { TEXT ("{\"a\":1,}"), SYNTAX, 7 },
  { TEXT ("{,\"a\":1}"), SYNTAX, 1 },
  { TEXT ("{\"a\":1 \"b\":2}"), SYNTAX, 7 },
  { TEXT ("{\"a\":1]"), SYNTAX, 6 },
  { TEXT ("{\"a\":1"), TRUNCATED, 6 },
  { TEXT ("{\"a\":"), TRUNCATED, 5 },
  { TEXT ("{\"a\""), TRUNCATED, 4 },
  { TEXT ("tru"), TRUNCATED, 3 },
  { TEXT ("True"), SYNTAX, 0 },
  { TEXT ("truE"), SYNTAX, 3 },
  { TEXT ("truex"), SYNTAX, 4 },
  { TEXT ("nul"), TRUNCATED, 3 },
  { TEXT ("nan"), SYNTAX, 1 },
  { TEXT ("NaN"), SYNTAX, 0 },
  { TEXT ("Infinity"), SYNTAX, 0 },
  { TEXT ("-Infinity"), SYNTAX, 1 },
  { TEXT ("-"), TRUNCATED, 1 },
  { TEXT ("+1"), SYNTAX, 0 },
  { TEXT ("01"), SYNTAX, 1 },
  { TEXT ("-01"), SYNTAX, 2 },
  { TEXT ("00"), SYNTAX, 1 },
  { TEXT ("0x1F"), SYNTAX, 1 },
  { TEXT (".5"), SYNTAX, 0 },
  { TEXT ("1."), TRUNCATED, 2 },
  { TEXT ("[1.]"), SYNTAX, 3 },
  { TEXT ("-.5"), SYNTAX, 1 },
  { TEXT ("1e"), TRUNCATED, 2 },
  { TEXT ("[1e+]"), SYNTAX, 4 },
  { TEXT ("1e1.5"), SYNTAX, 3 },
  { TEXT ("1_000"), SYNTAX, 1 },
  { TEXT ("1\xe2\x82\xac"), SYNTAX, 1 },
  { TEXT ("\""), TRUNCATED, 1 },
  { TEXT ("\"abc"), TRUNCATED, 4 },
  { TEXT ("'abc'"), SYNTAX, 0 },
  { TEXT ("\"\\"), TRUNCATED, 2 },
  { TEXT ("\"\\u00"), TRUNCATED, 5 },
  { TEXT ("\"\\\""), TRUNCATED, 3 },
  { TEXT ("\"a\\x41\""), SYNTAX, 2 },
  { TEXT ("\"\\'\""), SYNTAX, 1 },
  { TEXT ("\"\\\0\""), SYNTAX, 1 },
  { TEXT ("\"\\U0041\""), SYNTAX, 1 },
  { TEXT ("\"\\u004\""), SYNTAX, 1 },
  { TEXT ("\"\\u00g1\""), SYNTAX, 1 },
  { TEXT ("\"\\u+041\""), SYNTAX, 1 },
  { TEXT ("\"\\ud800\""), SYNTAX, 1 },
  { TEXT ("\"\\udc00\""), SYNTAX, 1 },
  { TEXT ("\"\\ud800\\u0041\""), SYNTAX, 1 },
  { TEXT ("\"\\ud800\\ud800\""), SYNTAX, 1 },
  { TEXT ("\"\\udc00\\ud800\""), SYNTAX, 1 },
  { TEXT ("\"\\ud800x\""), SYNTAX, 1 },
  { TEXT ("\"a\nb\""), SYNTAX, 2 },
  { TEXT ("\"a\tb\""), SYNTAX, 2 },
  { TEXT ("\"a\0b\""), SYNTAX, 2 },
  { TEXT ("\"a\x1f\""), SYNTAX, 2 },
  { TEXT ("\"longer than a word \x01\""), SYNTAX, 20 },
  { TEXT ("\"a\x80\""), SYNTAX, 2 },
  { TEXT ("\"a\xc3\""), SYNTAX, 2 },
  { TEXT ("\"\xc0\xaf\""), SYNTAX, 1 },
  { TEXT ("\"\xe0\x80\xaf\""), SYNTAX, 1 },
  { TEXT ("\"\xed\xa0\x80\""), SYNTAX, 1 },
  { TEXT ("\"\xf4\x90\x80\x80\""), SYNTAX, 1 },
  { TEXT ("\"\xf8\x88\x80\x80\x80\""), SYNTAX, 1 },
  { TEXT ("\"longer than a word \xff\""), SYNTAX, 20 },
  { TEXT ("{\"a\xff\":1}"), SYNTAX, 3 },
  { TEXT ("{\"a\":1,\"a\":1}"), VALUE, 7 },
  { TEXT ("{\"a\":1,\"b\":{\"a\":2},\"a\":3}"), VALUE, 19 },
  { TEXT ("{\"a\":1,\"\\u0061\":2}"), VALUE, 7 },
  { TEXT ("{\"\\u0061\":1,\"a\":2}"), VALUE, 12 },
  { TEXT ("{\"\\u0000\":1,\"\\u0000\":2}"), VALUE, 12 },
  { TEXT ("{\"\":1,\"\":2}"), VALUE, 6 },
  { TEXT ("[[{\"x\":[{\"k\":0,\"k\":0}]}]]"), VALUE, 15 },
};

/* In memory of just that size, so that a read past the end shows. */
static GBytes *
exact_bytes (const char *text, gsize size_bytes)
{
  return g_bytes_new_take (g_memdup2 (text, size_bytes), size_bytes);
}

static TrafoJsonReader *
new_reader (const char *text)
{
  g_autoptr (GBytes) bytes = exact_bytes (text, strlen (text));

  return trafo_json_reader_new (bytes, "x.json");
}

static void
assert_error (const GError *error, gint code, gsize offset)
{
  g_autofree char *place = g_strdup_printf ("x.json: byte %" G_GSIZE_FORMAT ": ", offset);

  g_assert_nonnull (error);
  g_assert_true (error->domain == TRAFO_FORMAT_ERROR);
  g_assert_true (g_str_has_prefix (error->message, place));
  g_assert_cmpint (error->code, ==, code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* Reads everything through next and read calls, as skip does not. */
static void
read_any (TrafoJsonReader *reader)
{
  gsize size_bytes;
  guint depth = 0;
  char  kinds[128];

  do
    {
      gboolean goes_on = TRUE;

      switch (trafo_json_reader_peek (reader))
        {
        case TRAFO_JSON_OBJECT:
          if (trafo_json_reader_begin_object (reader))
            kinds[depth++] = '{';
          break;
        case TRAFO_JSON_ARRAY:
          if (trafo_json_reader_begin_array (reader))
            kinds[depth++] = '[';
          break;
        case TRAFO_JSON_STRING:
          trafo_json_reader_read_string (reader, &size_bytes);
          break;
        case TRAFO_JSON_BOOLEAN:
          trafo_json_reader_read_boolean (reader);
          break;
        case TRAFO_JSON_NULL:
          g_assert_true (trafo_json_reader_read_null (reader));
          break;
        default:
          trafo_json_reader_skip (reader);
        }
      do
        {
          if (depth == 0)
            return;
          goes_on = kinds[depth - 1] == '{'
                        ? trafo_json_reader_next_member (reader, &size_bytes) != NULL
                        : trafo_json_reader_next_element (reader);
          depth -= !goes_on;
        }
      while (!goes_on && !trafo_json_reader_has_failed (reader));
    }
  while (!trafo_json_reader_has_failed (reader));
}

static void
show_case (const char *text)
{
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%s", shown);
}

static void
test_accepts (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (accepted); i++)
    for (guint pass = 0; pass < 2; pass++)
      {
        g_autoptr (GBytes) bytes = exact_bytes (accepted[i].text, accepted[i].size_bytes);
        g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "x.json");
        g_autoptr (GError) error = NULL;

        show_case (accepted[i].text);
        if (pass == 1)
          read_any (reader);
        trafo_json_reader_finish (reader, &error);
        g_assert_no_error (error);
      }
}

static void
test_refuses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    for (guint pass = 0; pass < 2; pass++)
      {
        g_autoptr (GBytes) bytes = exact_bytes (refused[i].text, refused[i].size_bytes);
        g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "x.json");
        g_autoptr (GError) error = NULL;

        show_case (refused[i].text);
        if (pass == 1)
          read_any (reader);
        g_assert_false (trafo_json_reader_finish (reader, &error));
        assert_error (error, refused[i].code, refused[i].offset);
      }
}

static void
test_every_cut (void)
{
  static const char text[] =
      "{\"a\":[1,-2.5e3,true,null],\"b\\u00e9\":{\"\xc3\xa9\":\"x\\ud83d\\ude00\"}}";

  for (gsize size_bytes = 0; size_bytes < sizeof text - 1; size_bytes++)
    {
      g_autoptr (GBytes) bytes = exact_bytes (text, size_bytes);
      g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "x.json");

      g_assert_false (trafo_json_reader_finish (reader, NULL));
    }
}

static void
test_depth (void)
{
  for (guint depth = 127; depth < 131; depth++)
    for (guint kind = 0; kind < 2; kind++)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (TrafoJsonReader) reader = NULL;
        g_autoptr (GError) error = NULL;

        for (guint i = 0; i < depth; i++)
          g_string_append (text, kind == 0 ? "[" : i + 1 < depth ? "{\"a\":" : "{");
        for (guint i = 0; i < depth; i++)
          g_string_append_c (text, kind == 0 ? ']' : '}');
        reader = new_reader (text->str);
        g_assert_cmpint (trafo_json_reader_finish (reader, &error), ==, depth <= 128);
        if (depth > 128)
          assert_error (error, TRAFO_FORMAT_ERROR_LIMIT, 128 * (kind == 0 ? 1 : 5));
      }
}

static void
test_deep_garbage (void)
{
  g_autofree char *text = g_strnfill (1000000, '[');
  g_autoptr (TrafoJsonReader) reader = new_reader (text);
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_json_reader_finish (reader, &error));
  assert_error (error, TRAFO_FORMAT_ERROR_LIMIT, 128);
}

static void
test_strings (void)
{
  static const char text[] =
      "[\"\",\"a\\u0000b\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u20ac\\ud83d\\ude00\xc3\xa9\","
      "\"plain and longer than what came before\"]";
  static const struct
  {
    const char *value;
    gsize       size_bytes;
  } expected[] = {
    { TEXT ("") },
    { TEXT ("a\0b") },
    { TEXT ("\"\\/\b\f\n\r\t") },
    { TEXT ("\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9") },
    { TEXT ("plain and longer than what came before") },
  };
  g_autoptr (TrafoJsonReader) reader = new_reader (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_json_reader_begin_array (reader));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      gsize       size_bytes = 0;
      const char *value;

      g_assert_true (trafo_json_reader_next_element (reader));
      value = trafo_json_reader_read_string (reader, &size_bytes);
      g_assert_cmpmem (value, size_bytes, expected[i].value, expected[i].size_bytes);
      g_assert_cmpint (value[size_bytes], ==, '\0');
    }
  g_assert_false (trafo_json_reader_next_element (reader));
  trafo_json_reader_finish (reader, &error);
  g_assert_no_error (error);
}

/* A caller that cannot see a NUL must not be given a string that holds one. */
static void
test_hidden_nul (void)
{
  g_autoptr (TrafoJsonReader) in_string = new_reader ("\"a\\u0000b\"");
  g_autoptr (TrafoJsonReader) in_key = new_reader ("{\"a\\u0000b\":1}");
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_json_reader_read_string (in_string, NULL));
  g_assert_false (trafo_json_reader_finish (in_string, &error));
  assert_error (error, TRAFO_FORMAT_ERROR_VALUE, 0);
  g_assert_true (trafo_json_reader_begin_object (in_key));
  g_assert_null (trafo_json_reader_next_member (in_key, NULL));
  g_assert_true (trafo_json_reader_has_failed (in_key));
}

static void
test_int64 (void)
{
  static const struct
  {
    const char *text;
    gint64      value;
    gboolean    is_valid;
  } cases[] = {
    { "0", 0, TRUE },
    { "-0", 0, TRUE },
    { "-1", -1, TRUE },
    { "9007199254740993", 9007199254740993, TRUE },
    { "9223372036854775807", G_MAXINT64, TRUE },
    { "-9223372036854775808", G_MININT64, TRUE },
    { "9223372036854775808", 0, FALSE },
    { "-9223372036854775809", 0, FALSE },
    { "18446744073709551616", 0, FALSE },
    { "1.0", 0, FALSE },
    { "1e3", 0, FALSE },
    { "\"5\"", 0, FALSE },
    { "true", 0, FALSE },
    { "null", 0, FALSE },
    { "[1]", 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoJsonReader) reader = new_reader (cases[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (trafo_json_reader_read_int64 (reader), ==, cases[i].value);
      g_assert_cmpint (trafo_json_reader_finish (reader, &error), ==, cases[i].is_valid);
      if (!cases[i].is_valid)
        assert_error (error, TRAFO_FORMAT_ERROR_VALUE, 0);
    }
}

static void
test_uint64 (void)
{
  static const struct
  {
    const char *text;
    guint64     value;
    gboolean    is_valid;
  } cases[] = {
    { "0", 0, TRUE },
    { "18446744073709551615", G_MAXUINT64, TRUE },
    { "18446744073709551616", 0, FALSE },
    { "99999999999999999999999", 0, FALSE },
    { "-0", 0, FALSE },
    { "-1", 0, FALSE },
    { "1.0", 0, FALSE },
    { "1e0", 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoJsonReader) reader = new_reader (cases[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (trafo_json_reader_read_uint64 (reader), ==, cases[i].value);
      g_assert_cmpint (trafo_json_reader_finish (reader, &error), ==, cases[i].is_valid);
      if (!cases[i].is_valid)
        assert_error (error, TRAFO_FORMAT_ERROR_VALUE, 0);
    }
}

static void
test_double (void)
{
  static const struct
  {
    const char *text;
    double      value;
    gboolean    is_valid;
  } cases[] = {
    { "0", 0, TRUE },          { "12", 12, TRUE },
    { "1e-12", 1e-12, TRUE },  { "0.1", 0.1, TRUE },
    { "-2.5E+2", -250, TRUE }, { "1.7976931348623157e308", G_MAXDOUBLE, TRUE },
    { "1e-400", 0, TRUE },     { "100000000000000000000", 1e20, TRUE },
    { "1e999", 0, FALSE },     { "-1e309", 0, FALSE },
    { "\"1\"", 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoJsonReader) reader = new_reader (cases[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_true (trafo_json_reader_read_double (reader) == cases[i].value);
      g_assert_cmpint (trafo_json_reader_finish (reader, &error), ==, cases[i].is_valid);
      if (!cases[i].is_valid)
        assert_error (error, TRAFO_FORMAT_ERROR_VALUE, 0);
    }
}

static void
test_types (void)
{
  static const struct
  {
    const char   *text;
    TrafoJsonType type;
  } cases[] = {
    { " {}", TRAFO_JSON_OBJECT },   { " []", TRAFO_JSON_ARRAY },  { "\"\"", TRAFO_JSON_STRING },
    { "-12", TRAFO_JSON_INTEGER },  { "1.0", TRAFO_JSON_FLOAT },  { "1e2", TRAFO_JSON_FLOAT },
    { "true", TRAFO_JSON_BOOLEAN }, { " null", TRAFO_JSON_NULL }, { "", TRAFO_JSON_NONE },
    { "x", TRAFO_JSON_NONE },       { "-", TRAFO_JSON_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoJsonReader) reader = new_reader (cases[i].text);

      g_assert_cmpint (trafo_json_reader_peek (reader), ==, cases[i].type);
    }
}

/* The loop that the header shows, with a key that outlives the reading of its value. */
static void
test_members (void)
{
  g_autoptr (TrafoJsonReader) reader =
      new_reader ("{\"name\":\"q\", \"ids\" : [1, 2,3], \"none\":null, \"other\":[{\"x\":{}}]}");
  g_autoptr (GError) error = NULL;
  gint64      sum = 0;
  gboolean    is_null = FALSE;
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "name"))
      {
        g_assert_cmpstr (trafo_json_reader_read_string (reader, NULL), ==, "q");
        g_assert_cmpstr (key, ==, "name");
      }
    else if (g_str_equal (key, "ids"))
      {
        g_assert_false (trafo_json_reader_read_null (reader));
        trafo_json_reader_begin_array (reader);
        while (trafo_json_reader_next_element (reader))
          sum += trafo_json_reader_read_int64 (reader);
      }
    else if (g_str_equal (key, "none"))
      is_null = trafo_json_reader_read_null (reader);
    else
      {
        g_autoptr (GBytes) text = trafo_json_reader_skip_bytes (reader);

        g_assert_cmpmem (g_bytes_get_data (text, NULL),
                         g_bytes_get_size (text),
                         "[{\"x\":{}}]",
                         10);
      }
  trafo_json_reader_finish (reader, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, 6);
  g_assert_true (is_null);
}

static void
test_first_error_sticks (void)
{
  g_autoptr (TrafoJsonReader) reader = new_reader ("{\"size\": -3, \"x\": oops}");
  g_autoptr (GError) error = NULL;
  gint64 size;

  trafo_json_reader_begin_object (reader);
  trafo_json_reader_next_member (reader, NULL);
  size = trafo_json_reader_read_int64 (reader);
  trafo_json_reader_fail (reader, "size is %" G_GINT64_FORMAT ", expected 1 or more", size);
  trafo_json_reader_fail (reader, "another");
  g_assert_true (trafo_json_reader_has_failed (reader));
  g_assert_null (trafo_json_reader_next_member (reader, NULL));
  g_assert_false (trafo_json_reader_begin_array (reader));
  g_assert_false (trafo_json_reader_next_element (reader));
  g_assert_null (trafo_json_reader_read_string (reader, NULL));
  g_assert_cmpint (trafo_json_reader_read_int64 (reader), ==, 0);
  g_assert_cmpuint (trafo_json_reader_read_uint64 (reader), ==, 0);
  g_assert_true (trafo_json_reader_read_double (reader) == 0);
  g_assert_false (trafo_json_reader_read_boolean (reader));
  g_assert_false (trafo_json_reader_read_null (reader));
  g_assert_null (trafo_json_reader_skip_bytes (reader));
  g_assert_cmpint (trafo_json_reader_peek (reader), ==, TRAFO_JSON_NONE);
  g_assert_false (trafo_json_reader_finish (reader, &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  g_assert_cmpstr (error->message, ==, "x.json: byte 9: size is -3, expected 1 or more");
}

/* A caller that reads where nothing is left is told so, and finish() fails. */
static void
test_misuse (void)
{
  g_autoptr (TrafoJsonReader) reader = new_reader ("1");

  trafo_json_reader_read_int64 (reader);
  g_test_expect_message ("Trafo", G_LOG_LEVEL_CRITICAL, "*is_value_due*");
  trafo_json_reader_read_int64 (reader);
  g_test_assert_expected_messages ();
  g_assert_false (trafo_json_reader_finish (reader, NULL));
}

/* Objects around the size at which keys move into the hash table, nested, with one duplicate at
 * every place or none. */
static void
test_many_keys (void)
{
  for (gint n_keys = 1; n_keys < 40; n_keys++)
    for (gint duplicate = -1; duplicate < n_keys; duplicate++)
      {
        g_autoptr (GString) text = g_string_new ("{");
        g_autoptr (TrafoJsonReader) reader = NULL;

        for (gint i = 0; i < n_keys; i++)
          {
            g_string_append_printf (text, "\"k%d\":{", i);
            for (gint j = 0; j < i; j++)
              g_string_append_printf (text, "%s\"k%d\":%d", j > 0 ? "," : "", j, j);
            g_string_append (text, "},");
          }
        g_string_append_printf (text, "\"k%d\":0}", duplicate >= 0 ? duplicate : n_keys);
        reader = new_reader (text->str);
        g_assert_cmpint (trafo_json_reader_finish (reader, NULL), ==, duplicate < 0);
      }
}

/* A vocabulary of 50,000 entries; a quadratic search for duplicates would take seconds. */
static void
test_vocabulary (void)
{
  g_autoptr (GString) text = g_string_new ("{\"-\":0");
  g_autoptr (TrafoJsonReader) reader = NULL;
  const char *key;
  gint64      sum = 0;
  double      seconds;
  clock_t     start;

  for (guint i = 1; i < 50000; i++)
    g_string_append_printf (text, ",\"token%u\":%u", i, i);
  g_string_append_c (text, '}');
  reader = new_reader (text->str);
  start = clock ();
  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    sum += trafo_json_reader_read_int64 (reader);
  g_assert_true (trafo_json_reader_finish (reader, NULL));
  seconds = (double) (clock () - start) / CLOCKS_PER_SEC;
  g_test_message ("%.1f ms", seconds * 1e3);
  g_assert_cmpint (sum, ==, 49999 * 25000);
  g_assert_cmpfloat (seconds, <, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-reader/accepts", test_accepts);
  g_test_add_func ("/json-reader/refuses", test_refuses);
  g_test_add_func ("/json-reader/every-cut", test_every_cut);
  g_test_add_func ("/json-reader/depth", test_depth);
  g_test_add_func ("/json-reader/deep-garbage", test_deep_garbage);
  g_test_add_func ("/json-reader/strings", test_strings);
  g_test_add_func ("/json-reader/hidden-nul", test_hidden_nul);
  g_test_add_func ("/json-reader/int64", test_int64);
  g_test_add_func ("/json-reader/uint64", test_uint64);
  g_test_add_func ("/json-reader/double", test_double);
  g_test_add_func ("/json-reader/types", test_types);
  g_test_add_func ("/json-reader/members", test_members);
  g_test_add_func ("/json-reader/first-error-sticks", test_first_error_sticks);
  g_test_add_func ("/json-reader/misuse", test_misuse);
  g_test_add_func ("/json-reader/many-keys", test_many_keys);
  g_test_add_func ("/json-reader/vocabulary", test_vocabulary);
  return g_test_run ();
}
