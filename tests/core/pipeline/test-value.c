/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>
#include <time.h>
#include <trafo/trafo.h>

#include "../../slowdown.h"

static TrafoValue *
parse (const char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = trafo_json_to_variant (bytes, "test", &error);

  g_assert_no_error (error);
  return trafo_value_new_from_variant (variant);
}

/* What the strict reader takes is written as it was read. */
static void
test_json (void)
{
  static const char *const texts[] = {
    "null",
    "true",
    "-9223372036854775808",
    "0.1",
    "2.0",
    "1e+300",
    "\"\"",
    "\"a\\\"b\\\\c\\nd\\u0001 é 日本\"",
    "[]",
    "{}",
    "[1,[2,[]],{\"a\":null,\"b\":[false]}]",
    "{\"z\":1,\"a\":{\"m\":\"x\"},\"\":0}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TrafoValue) value = parse (texts[i]);
      g_autofree char *json = trafo_value_to_json (value);

      g_assert_cmpstr (json, ==, texts[i]);
    }
}

static void
test_no_number (void)
{
  const double numbers[] = { NAN, INFINITY, -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (TrafoValue) value = trafo_value_new_double (numbers[i]);
      g_autofree char *json = trafo_value_to_json (value);

      g_assert_cmpstr (json, ==, "null");
    }
}

static void
test_bad_utf8 (void)
{
  g_autoptr (TrafoValue) value = trafo_value_new_string ("a\xff"
                                                         "b");
  g_autofree char *json = trafo_value_to_json (value);

  g_assert_true (g_utf8_validate (json, -1, NULL));
}

/* A string shows a NUL; bytes and JSON have it. */
static void
test_nul (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0\xff\0b", 5);
  g_autoptr (TrafoValue) value = trafo_value_new_string_bytes (bytes);
  g_autoptr (GBytes) text = trafo_value_get_string_bytes (value);
  g_autofree char *json = trafo_value_to_json (value);

  g_assert_cmpstr (trafo_value_get_string (value), ==, "a\342\220\200\357\277\275\342\220\200b");
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "a\0\357\277\275\0b", 7);
  g_assert_cmpstr (json, ==, "\"a\\u0000\357\277\275\\u0000b\"");
}

/* Bytes without a NUL are a string as any other, and a string's bytes are its text. */
static void
test_no_nul (void)
{
  static const char *const texts[] = { "", "a\303\251" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr (TrafoValue) value = trafo_value_new_string_bytes (bytes);
      g_autoptr (GBytes) text = trafo_value_get_string_bytes (value);
      g_autoptr (TrafoValue) none = trafo_value_new_null ();

      g_assert_cmpstr (trafo_value_get_string (value), ==, texts[i]);
      g_assert_true (g_bytes_equal (text, bytes));
      g_assert_null (trafo_value_get_string_bytes (none));
    }
}

/* Each float32 is read back as itself. */
static void
test_floats (void)
{
  const float  values[] = { 0.1f, 1 / 3.0f, 16777217.0f, 3.4e38f, 1.17549435e-38f, 1e-45f, -0.0f };
  const gint64 shape[] = { G_N_ELEMENTS (values) };
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new_from_floats (shape, 1, values, G_N_ELEMENTS (values), NULL);
  g_autoptr (TrafoValue) value = trafo_value_new_tensor (tensor);
  g_autofree char *json = trafo_value_to_json (value);
  g_auto (GStrv) words = g_strsplit_set (json, "[],", -1);

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpfloat ((float) g_ascii_strtod (words[i + 1], NULL), ==, values[i]);
}

static void
test_tensors (void)
{
  const gint64 values[] = { 1, G_MAXINT64, 3, 4, 5, 6 };
  const gint64 shape[] = { 2, 3 }, empty_shape[] = { 2, 0, 3 };
  const guint  axes[] = { 1, 0 };
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s (shape, 2, values, 6, NULL);
  g_autoptr (TrafoTensor) turned = trafo_tensor_permute (tensor, axes, 2, NULL);
  g_autoptr (TrafoTensor) scalar = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, NULL, 0, NULL);
  g_autoptr (TrafoTensor) empty = trafo_tensor_new (TRAFO_DTYPE_INT8, empty_shape, 3, NULL);
  const struct
  {
    TrafoTensor *tensor;
    const char  *json;
  } cases[] = {
    { tensor, "[[1,9223372036854775807,3],[4,5,6]]" },
    { turned, "[[1,4],[9223372036854775807,5],[3,6]]" },
    { scalar, "0" },
    { empty, "[[],[]]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoValue) value = trafo_value_new_tensor (cases[i].tensor);
      g_autofree char *json = trafo_value_to_json (value);

      g_assert_cmpstr (json, ==, cases[i].json);
    }
}

static void
test_stream (void)
{
  const gint64 shape[] = { 100000 };
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new (TRAFO_DTYPE_INT32, shape, 1, NULL);
  g_autoptr (TrafoValue) value = trafo_value_new_tensor (tensor);
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *json = trafo_value_to_json (value);

  g_assert_true (trafo_value_write_json (value, stream, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)),
                   g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)),
                   json,
                   strlen (json));
  g_cancellable_cancel (cancellable);
  g_assert_false (trafo_value_write_json (value, stream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_getters (void)
{
  g_autoptr (TrafoValue) record = trafo_value_new_record ();

  trafo_value_set_string (record, "s", "text");
  trafo_value_set_integer (record, "i", 3);
  trafo_value_set_double (record, "d", 0.5);
  trafo_value_set_boolean (record, "b", TRUE);
  trafo_value_set_string (record, "s", NULL);
  g_assert_cmpuint (trafo_value_get_n_items (record), ==, 4);
  g_assert_cmpstr (trafo_value_get_key (record, 0), ==, "s");
  g_assert_null (trafo_value_get_key (record, 4));
  g_assert_cmpint (trafo_value_get_kind (trafo_value_get_item (record, 0)),
                   ==,
                   TRAFO_VALUE_KIND_NULL);
  g_assert_cmpfloat (trafo_value_get_double (trafo_value_get_member (record, "i")), ==, 3);
  g_assert_cmpfloat (trafo_value_get_double (trafo_value_get_member (record, "d")), ==, 0.5);
  g_assert_true (trafo_value_get_boolean (trafo_value_get_member (record, "b")));
  g_assert_null (trafo_value_get_member (record, "absent"));
  g_assert_null (trafo_value_get_string (record));
  g_assert_null (trafo_value_get_tensor (record));
  g_assert_cmpint (trafo_value_get_integer (record), ==, 0);
}

static void
set_numbered (TrafoValue *record, guint i, gint64 value)
{
  char key[16];

  g_snprintf (key, sizeof key, "key %u", i);
  trafo_value_set_integer (record, key, value);
}

/* Members are found by name and stay in order, however many they are; that they are many costs
 * hardly more for each. In seconds of the processor. */
static void
test_many_members (void)
{
  static const guint counts[] = { 1, 16, 17, 100000 };
  clock_t            begin = clock ();

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      guint n = counts[i];
      g_autoptr (TrafoValue) record = trafo_value_new_record ();

      for (guint k = 0; k < n; k++)
        set_numbered (record, k, -1);
      for (guint k = n; k-- > 0;)
        set_numbered (record, k, k);
      g_assert_cmpuint (trafo_value_get_n_items (record), ==, n);
      for (guint k = 0; k < n; k++)
        {
          TrafoValue *member = trafo_value_get_member (record, trafo_value_get_key (record, k));

          g_assert_true (member == trafo_value_get_item (record, k));
          g_assert_cmpint (trafo_value_get_integer (member), ==, k);
        }
      g_assert_null (trafo_value_get_member (record, "key"));
    }
  g_assert_cmpfloat ((double) (clock () - begin) / CLOCKS_PER_SEC, <, 5 * get_slowdown ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/json", test_json);
  g_test_add_func ("/value/nul", test_nul);
  g_test_add_func ("/value/no-nul", test_no_nul);
  g_test_add_func ("/value/no-number", test_no_number);
  g_test_add_func ("/value/bad-utf8", test_bad_utf8);
  g_test_add_func ("/value/floats", test_floats);
  g_test_add_func ("/value/tensors", test_tensors);
  g_test_add_func ("/value/stream", test_stream);
  g_test_add_func ("/value/getters", test_getters);
  g_test_add_func ("/value/many-members", test_many_members);
  return g_test_run ();
}
