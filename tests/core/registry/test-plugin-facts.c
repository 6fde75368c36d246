/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-facts-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#define N_MUTATIONS 20000

#define LINE "trafo-plugin 1 " TRAFO_PLUGIN_TEXT_ABI_ "\n"
#define HEAD LINE "{\"name\":\"a\",\"version\":\"1\",\"license\":\"MIT\",\"description\":\"\","
#define GOOD_FEATURE "{\"kind\":\"model\",\"name\":\"m\",\"type\":\"AbcDef\",\"rank\":1"

static const struct
{
  const char *name;
  const char *text;
  const char *part; /* of the message; NULL: accepted */
  int         code;
} cases[] = {
  { "good", HEAD "\"features\":[" GOOD_FEATURE "}]}", NULL, 0 },
  { "list", HEAD "\"features\":[" GOOD_FEATURE ",\"tasks\":[\"x\"]}]}", NULL, 0 },
  { "empty", "", "does not begin with", TRAFO_PLUGIN_ERROR_INVALID },
  { "no-line", "trafo-plugin 1 0.1", "does not begin with", TRAFO_PLUGIN_ERROR_INVALID },
  { "other-abi", "trafo-plugin 1 7.0\n{}", "plugin ABI 7.0", TRAFO_PLUGIN_ERROR_ABI },
  { "other-format", "trafo-plugin 2 0.1\nxml?", "description 2", TRAFO_PLUGIN_ERROR_ABI },
  { "behind-abi", "trafo-plugin 1 0.1z\n{}", "does not begin with", TRAFO_PLUGIN_ERROR_INVALID },
  { "not-an-object", LINE "[]", "not a JSON object", TRAFO_PLUGIN_ERROR_INVALID },
  { "not-json", LINE "{", "f.so: byte", TRAFO_PLUGIN_ERROR_INVALID },
  { "no-name", LINE "{\"version\":\"1\"}", "no string 'name'", TRAFO_PLUGIN_ERROR_INVALID },
  { "number-name", LINE "{\"name\":3}", "no string 'name'", TRAFO_PLUGIN_ERROR_INVALID },
  { "no-features", HEAD "\"features\":[]}", "0 features", TRAFO_PLUGIN_ERROR_INVALID },
  { "feature-number", HEAD "\"features\":[1]}", "not a JSON object", TRAFO_PLUGIN_ERROR_INVALID },
  { "unknown-kind",
    HEAD "\"features\":[{\"kind\":\"k\",\"name\":\"m\",\"type\":\"AbcDef\",\"rank\":1}]}",
    "unknown kind 'k'",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "short-type",
    HEAD "\"features\":[{\"kind\":\"model\",\"name\":\"m\",\"type\":\"A\",\"rank\":1}]}",
    "of type 'A' is not a name",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "path-name",
    HEAD "\"features\":[{\"kind\":\"model\",\"name\":\"../m\",\"type\":\"AbcDef\",\"rank\":1}]}",
    "'../m'",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "negative-rank",
    HEAD "\"features\":[{\"kind\":\"model\",\"name\":\"m\",\"type\":\"AbcDef\",\"rank\":-1}]}",
    "no rank",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "sum-as-rank",
    HEAD "\"features\":[{\"kind\":\"model\",\"name\":\"m\",\"type\":\"AbcDef\",\"rank\":256 + 1}]}",
    "byte",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "metadata-number",
    HEAD "\"features\":[" GOOD_FEATURE ",\"isa\":3}]}",
    "'isa' in its description",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "metadata-mixed",
    HEAD "\"features\":[" GOOD_FEATURE ",\"isa\":[\"avx\",3]}]}",
    "'isa' in its description",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "twice",
    HEAD "\"features\":[" GOOD_FEATURE "}," GOOD_FEATURE "}]}",
    "model 'm' is one too many",
    TRAFO_PLUGIN_ERROR_INVALID },
  { "two-backends",
    HEAD "\"features\":[{\"kind\":\"backend\",\"name\":\"m\",\"type\":\"AbcDef\",\"rank\":1},"
         "{\"kind\":\"backend\",\"name\":\"n\",\"type\":\"AbcDeg\",\"rank\":1}]}",
    "backend 'n' is one too many",
    TRAFO_PLUGIN_ERROR_INVALID },
};

static void
test_text (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GBytes) text = g_bytes_new_static (cases[i].text, strlen (cases[i].text));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = trafo_plugin_facts_from_text (text, "f.so", &error);

  if (cases[i].part == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (g_variant_is_of_type (facts, G_VARIANT_TYPE (TRAFO_PLUGIN_FACTS_TYPE)));
      return;
    }
  g_assert_null (facts);
  g_assert_error (error, TRAFO_PLUGIN_ERROR, cases[i].code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, "f.so: "));
  g_assert_nonnull (strstr (error->message, cases[i].part));
}

static void
test_mutations (void)
{
  const char *good = cases[1].text;
  gsize       size = strlen (good);

  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      char *bytes = g_memdup2 (good, size);
      g_autoptr (GBytes) text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) facts = NULL;

      for (gint n = g_test_rand_int_range (1, 4); n > 0; n--)
        bytes[g_test_rand_int_range (0, size)] = g_test_rand_int_range (0, 256);
      text = g_bytes_new_take (bytes, size);
      facts = trafo_plugin_facts_from_text (text, "f.so", &error);
      g_assert_true ((facts != NULL) == (error == NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/plugin-facts/%s", cases[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_text);
    }
  g_test_add_func ("/plugin-facts/mutations", test_mutations);
  return g_test_run ();
}
