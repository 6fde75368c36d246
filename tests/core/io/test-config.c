/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <trafo/trafo.h>

static TrafoConfig *
new_config (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  TrafoConfig *config = trafo_config_new_from_bytes (bytes, "config.json", &error);

  g_assert_no_error (error);
  return config;
}

static void
assert_message (TrafoConfig *config, const char *expected)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_config_check (config, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_table (void)
{
  g_autoptr (TrafoConfig) config = new_config (
      "{\"model_type\":\"bert\",\"architectures\":[\"BertModel\",\"X\"],\"hidden_size\":48,"
      "\"layer_norm_eps\":1e-12,\"dropout\":0,\"use_cache\":true,\"flag\":1,\"dtype\":null,"
      "\"torch_dtype\":\"bfloat16\",\"unknown\":{\"kept\":[1]}}");
  const char *const *architectures = trafo_config_get_architectures (config);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (trafo_config_get_model_type (config), ==, "bert");
  g_assert_cmpstr (architectures[0], ==, "BertModel");
  g_assert_cmpstr (architectures[1], ==, "X");
  g_assert_null (architectures[2]);
  g_assert_cmpint (trafo_config_get_int (config, "hidden_size", 768, 1, G_MAXINT32), ==, 48);
  g_assert_cmpint (trafo_config_get_int (config, "absent", -1, 1, G_MAXINT32), ==, -1);
  g_assert_cmpint (trafo_config_get_int (config, "n_embd|hidden_size", 1, 1, 99), ==, 48);
  g_assert_cmpint (trafo_config_get_int (config, "dtype", 7, 1, 9), ==, 7);
  g_assert_true (trafo_config_get_double (config, "layer_norm_eps", 1, 0, 1) == 1e-12);
  g_assert_true (trafo_config_get_double (config, "dropout", 0.1, 0, 1) == 0);
  g_assert_true (trafo_config_get_double (config, "absent", 0.1, 0, 1) == 0.1);
  g_assert_true (trafo_config_get_boolean (config, "use_cache", FALSE));
  g_assert_true (trafo_config_get_boolean (config, "flag", FALSE));
  g_assert_true (trafo_config_get_boolean (config, "absent", TRUE));
  g_assert_cmpstr (trafo_config_get_string (config, "dtype|torch_dtype", NULL), ==, "bfloat16");
  g_assert_null (trafo_config_get_string (config, "absent", NULL));
  g_assert_true (trafo_config_has (config, "unknown"));
  g_assert_true (trafo_config_has (config, "dtype|torch_dtype"));
  g_assert_false (trafo_config_has (config, "dtype"));
  trafo_config_check (config, &error);
  g_assert_no_error (error);
}

typedef enum
{
  INT,
  DOUBLE,
  BOOLEAN,
  STRING,
} Getter;

static void
test_refuses (void)
{
  static const struct
  {
    Getter      getter;
    const char *text;
    const char *message;
  } cases[] = {
    { INT, "-3", "config.json: 'k' is -3, expected an integer from 1 to 100" },
    { INT, "0", "config.json: 'k' is 0, expected an integer from 1 to 100" },
    { INT, "101", "config.json: 'k' is 101, expected an integer from 1 to 100" },
    { INT, "48.0", "config.json: 'k' is 48.0, expected an integer from 1 to 100" },
    { INT, "1e1", "config.json: 'k' is 10.0, expected an integer from 1 to 100" },
    { INT, "true", "config.json: 'k' is true, expected an integer from 1 to 100" },
    { INT, "\"48\"", "config.json: 'k' is \"48\", expected an integer from 1 to 100" },
    { INT, "[48]", "config.json: 'k' is an array, expected an integer from 1 to 100" },
    { INT, "{}", "config.json: 'k' is an object, expected an integer from 1 to 100" },
    { INT,
      "18446744073709551615",
      "config.json: 'k' is 18446744073709551615, expected an integer from 1 to 100" },
    { INT,
      "1000000000000000019884624838656",
      "config.json: 'k' is 1e+30, expected an integer from 1 to 100" },
    { DOUBLE, "1.5", "config.json: 'k' is 1.5, expected a number from 0 to 1" },
    { DOUBLE, "-1e-9", "config.json: 'k' is -1e-09, expected a number from 0 to 1" },
    { DOUBLE, "2", "config.json: 'k' is 2, expected a number from 0 to 1" },
    { DOUBLE, "false", "config.json: 'k' is false, expected a number from 0 to 1" },
    { DOUBLE, "\"0.5\"", "config.json: 'k' is \"0.5\", expected a number from 0 to 1" },
    { BOOLEAN, "2", "config.json: 'k' is 2, expected true or false" },
    { BOOLEAN, "\"true\"", "config.json: 'k' is \"true\", expected true or false" },
    { STRING, "1", "config.json: 'k' is 1, expected a string" },
    { STRING, "[]", "config.json: 'k' is an array, expected a string" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"k\":%s}", cases[i].text);
      g_autoptr (TrafoConfig) config = new_config (text);

      switch (cases[i].getter)
        {
        case INT:
          g_assert_cmpint (trafo_config_get_int (config, "k", 7, 1, 100), ==, 7);
          break;
        case DOUBLE:
          g_assert_true (trafo_config_get_double (config, "k", 0.25, 0, 1) == 0.25);
          break;
        case BOOLEAN:
          g_assert_true (trafo_config_get_boolean (config, "k", TRUE));
          break;
        case STRING:
          g_assert_cmpstr (trafo_config_get_string (config, "k", "d"), ==, "d");
          break;
        }
      assert_message (config, cases[i].message);
    }
}

static void
test_refuses_text (void)
{
  static const struct
  {
    const char *text;
    const char *message;
  } cases[] = {
    { "[]", "config.json: found an array, expected an object" },
    { "null", "config.json: found null, expected an object" },
    { "\"x\"", "config.json: found \"x\", expected an object" },
    { "{\"eps\":NaN}", "config.json: byte 7: found 'N', expected a value, at 'eps'" },
    { "{\"eps\":1e999}",
      "config.json: byte 7: found 1e999, expected a number that fits a double, at 'eps'" },
    { "{\"a\":[1,{\"b\":-}]}", "config.json: byte 14: found '}', expected a digit, at 'b'" },
    { "{\"a\":[1,{\"b\":2}, -1e999]}",
      "config.json: byte 17: found -1e999, expected a number that fits a double, at 'a'" },
    { "{\"a\":1,\"a\":2}", "config.json: byte 7: found key 'a' a second time in its object" },
    { "", "config.json: byte 0: found the end of the text, expected a value" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (cases[i].text, strlen (cases[i].text));
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_config_new_from_bytes (bytes, "config.json", &error));
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_first_error_sticks (void)
{
  g_autoptr (TrafoConfig) config = new_config ("{\"a\":-1,\"b\":-2}");
  g_autoptr (GError) error = NULL;

  trafo_config_get_int (config, "b", 1, 1, 9);
  trafo_config_get_int (config, "a", 1, 1, 9);
  trafo_config_fail (config, "third");
  assert_message (config, "config.json: 'b' is -2, expected an integer from 1 to 9");
  trafo_config_check (config, &error);
  g_assert_no_error (error);
  trafo_config_fail (config, "%d heads do not divide %d", 5, 48);
  assert_message (config, "config.json: 5 heads do not divide 48");
}

static void
test_labels (void)
{
  static const struct
  {
    const char *text;
    const char *joined; /* or the message */
    gboolean    is_valid;
  } cases[] = {
    { "{}", "LABEL_0,LABEL_1", TRUE },
    { "{\"num_labels\":3}", "LABEL_0,LABEL_1,LABEL_2", TRUE },
    { "{\"num_labels\":1,\"id2label\":null}", "LABEL_0", TRUE },
    { "{\"num_labels\":5,\"id2label\":{\"1\":\"B\",\"0\":\"é\"}}", "é,B", TRUE },
    { "{\"id2label\":{}}", "", TRUE },
    { "{\"id2label\":{\"0\":\"a\",\"2\":\"b\"}}",
      "config.json: 'id2label' has no label for 1, expected one for each of 0 to 1",
      FALSE },
    { "{\"id2label\":{\"00\":\"a\"}}",
      "config.json: 'id2label' has no label for 0, expected one for each of 0 to 0",
      FALSE },
    { "{\"id2label\":{\"0\":[]}}",
      "config.json: 'id2label' is an array, expected strings as labels",
      FALSE },
    { "{\"id2label\":[]}", "config.json: 'id2label' is an array, expected an object", FALSE },
    { "{\"num_labels\":-1}",
      "config.json: 'num_labels' is -1, expected an integer from 0 to 1000000",
      FALSE },
    { "{\"num_labels\":2000000000}",
      "config.json: 'num_labels' is 2000000000, expected an integer from 0 to 1000000",
      FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoConfig) config = new_config (cases[i].text);
      g_autoptr (GError) error = NULL;
      gsize n_labels = 99;
      g_auto (GStrv) labels = trafo_config_get_labels (config, &n_labels);
      g_autofree char *joined = NULL;

      if (!cases[i].is_valid)
        {
          assert_message (config, cases[i].joined);
          continue;
        }
      trafo_config_check (config, &error);
      g_assert_no_error (error);
      joined = g_strjoinv (",", labels);
      g_assert_cmpstr (joined, ==, cases[i].joined);
      g_assert_cmpuint (n_labels, ==, g_strv_length (labels));
    }
}

static void
test_ints (void)
{
  g_autoptr (TrafoConfig) config =
      new_config ("{\"one\":7,\"two\":[7,8],\"none\":[],\"bad\":[1,\"x\"]}");
  g_autofree gint64 *one = NULL;
  g_autofree gint64 *two = NULL;
  gsize              n;

  one = trafo_config_get_ints (config, "one", 0, 9, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (one[0], ==, 7);
  two = trafo_config_get_ints (config, "two", 0, 9, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (two[1], ==, 8);
  g_assert_null (trafo_config_get_ints (config, "none", 0, 9, &n));
  g_assert_null (trafo_config_get_ints (config, "absent", 0, 9, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (trafo_config_check (config, NULL));
  g_assert_null (trafo_config_get_ints (config, "bad", 0, 9, &n));
  assert_message (config, "config.json: 'bad' is \"x\", expected an integer from 0 to 9");
}

/* What is written reads back as it was, and in the shortest form. */
static void
test_to_json (void)
{
  static const char text[] = "{\n"
                             "  \"model_type\": \"gpt2\",\n"
                             "  \"eps\": 1e-12,\n"
                             "  \"third\": 0.1,\n"
                             "  \"whole\": 1.0,\n"
                             "  \"empty\": {},\n"
                             "  \"none\": [],\n"
                             "  \"large\": 18446744073709551615,\n"
                             "  \"text\": \"a\\\"\\\\\\n\\u0001/é\",\n"
                             "  \"list\": [\n"
                             "    -1,\n"
                             "    null,\n"
                             "    {\n"
                             "      \"x\": false\n"
                             "    }\n"
                             "  ]\n"
                             "}\n";
  g_autoptr (TrafoConfig) config = new_config (text);
  g_autofree char *written = trafo_config_to_json (config);

  g_assert_cmpstr (written, ==, text);
}

static void
test_from_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autoptr (TrafoConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_config_new_from_folder (folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "{\"a\":-1}", -1, NULL));
  config = trafo_config_new_from_folder (folder, &error);
  g_assert_no_error (error);
  g_assert_null (trafo_config_get_model_type (config));
  g_assert_null (trafo_config_get_architectures (config));
  g_assert_cmpint (trafo_config_get_int (config, "a", 0, -1, 0), ==, -1);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A value that no file can hold. */
static void
test_from_variant (void)
{
  GVariantDict dict;
  g_autoptr (TrafoConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "eps", "d", NAN);
  config = trafo_config_new_from_variant (g_variant_dict_end (&dict), "config.json", &error);
  g_assert_no_error (error);
  g_assert_true (trafo_config_get_double (config, "eps", 0.5, 0, 1) == 0.5);
  assert_message (config, "config.json: 'eps' is nan, expected a number from 0 to 1");
  g_assert_null (trafo_config_new_from_variant (g_variant_new_int64 (1), "config.json", &error));
  g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/table", test_table);
  g_test_add_func ("/config/refuses", test_refuses);
  g_test_add_func ("/config/refuses-text", test_refuses_text);
  g_test_add_func ("/config/first-error-sticks", test_first_error_sticks);
  g_test_add_func ("/config/labels", test_labels);
  g_test_add_func ("/config/ints", test_ints);
  g_test_add_func ("/config/to-json", test_to_json);
  g_test_add_func ("/config/from-folder", test_from_folder);
  g_test_add_func ("/config/from-variant", test_from_variant);
  return g_test_run ();
}
