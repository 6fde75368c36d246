/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-auto-tokenizer.h"

#include <glib/gstdio.h>
#include <string.h>

#include <trafo/trafo-error.h>

#include "../../await.h"
#include "trafo-text.h"

static const char *const files[] = { "tokenizer_config.json", "tokenizer.json", "config.json" };

/* A folder with some of the files. */
static char *
folder_new (const char *const *contents)
{
  char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      if (contents[i] != NULL)
        g_assert_true (g_file_set_contents (path, contents[i], -1, NULL));
    }
  return folder;
}

static void
folder_free (char *folder)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static void
test_found (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer =
      trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (tokenizer);
}

static void
test_async (void)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) failure = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTokenizer) tokenizer = NULL;

  trafo_auto_tokenizer_from_pretrained_async (folder, NULL, await_keep, &result);
  tokenizer = trafo_auto_tokenizer_from_pretrained_finish (await_result (&result), &error);
  g_assert_no_error (error);
  g_assert_nonnull (tokenizer);
  trafo_auto_tokenizer_from_pretrained_async ("/nonexistent", NULL, await_keep, &failure);
  g_assert_null (trafo_auto_tokenizer_from_pretrained_finish (await_result (&failure), &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
}

/* What names no tokenizer, or one that no plugin has: an error that says what was tried. */
static const struct
{
  const char *contents[3], *message;
} cases[] = {
  { { NULL, NULL, NULL }, "found none of tokenizer_config.json" },
  { { "{}", "{\"model\": {}}", "[]" }, "found none of tokenizer_config.json" },
  { { "{", "\"\"", "" }, "found none of tokenizer_config.json" },
  { { "{\"tokenizer_class\": 3}", "{\"model\": 3}", "{\"model_type\": null}" }, "found none of" },
  { { "{\"tokenizer_class\": \"RuneTokenizer\"}",
      "{\"model\": {\"type\": \"Runes\"}}",
      "{\"model_type\": \"rune\"}" },
    "'RuneTokenizer' (tokenizer_config.json), 'Runes' (tokenizer.json), 'rune' (config.json)" },
  { { "{\"tokenizer_class\": \"RuneTokenizer\"}", NULL, "{\"model_type\": \"bert\"}" },
    "answers to 'RuneTokenizer' (tokenizer_config.json)" },
};

static void
test_not_found (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *folder = folder_new (cases[i].contents);
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_auto_tokenizer_from_pretrained (folder, NULL, &error));
      if (strstr (error->message, cases[i].message) == NULL)
        g_error ("found '%s', expected '%s'", error->message, cases[i].message);
      folder_free (folder);
    }
}

/* A tokenizer needs its own plugin alone: none of a backend or a model is opened. */
static void
test_alone (void)
{
  static const char *const models[] = { "bert-json", "gpt2", "opt", "roberta" };
  g_autofree char         *maps = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *folder =
          g_test_build_filename (G_TEST_DIST, "data", "tokenizers", models[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTokenizer) tokenizer =
          trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
      g_autoptr (TrafoEncoding) encoding = NULL;

      g_assert_no_error (error);
      encoding = trafo_tokenizer_encode (tokenizer, "all alone", NULL, NULL, &error);
      g_assert_no_error (error);
    }
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  g_assert_nonnull (strstr (maps, "libtrafotokenizer-bpe.so"));
  g_assert_null (strstr (maps, "libtrafobackend"));
  g_assert_null (strstr (maps, "libtrafomodel"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auto-tokenizer/found", test_found);
  g_test_add_func ("/auto-tokenizer/async", test_async);
  g_test_add_func ("/auto-tokenizer/not-found", test_not_found);
  g_test_add_func ("/auto-tokenizer/alone", test_alone);
  return g_test_run ();
}
