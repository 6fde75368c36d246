/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "../../await.h"
#include "char-tokenizer.h"

static const char *const texts[] = { "ab", "cde", NULL };
static const char *const pairs[] = { "x", "yz", NULL };

static void
assert_encoded (TrafoBatchEncoding *found, TrafoBatchEncoding *expected)
{
  g_assert_cmpuint (trafo_batch_encoding_get_n_rows (found),
                    ==,
                    trafo_batch_encoding_get_n_rows (expected));
  for (gsize i = 0; i < trafo_batch_encoding_get_n_rows (expected); i++)
    {
      gsize          n_found, n_expected;
      const guint32 *found_ids =
          trafo_encoding_get_ids (trafo_batch_encoding_get_row (found, i), &n_found);
      const guint32 *expected_ids =
          trafo_encoding_get_ids (trafo_batch_encoding_get_row (expected, i), &n_expected);

      g_assert_cmpmem (found_ids,
                       n_found * sizeof *found_ids,
                       expected_ids,
                       n_expected * sizeof *expected_ids);
    }
}

static GPtrArray *
bytes_of (const char *const *strings)
{
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (gsize i = 0; strings[i] != NULL; i++)
    g_ptr_array_add (array, g_bytes_new (strings[i], strlen (strings[i])));
  return array;
}

static void
test_encode_batch (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (TrafoBatchEncoding) expected =
      trafo_tokenizer_encode_batch (tokenizer, texts, pairs, NULL, NULL);
  g_autoptr (TrafoBatchEncoding) found = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) failure = NULL;
  g_autoptr (GError) error = NULL;

  trafo_tokenizer_encode_batch_async (tokenizer, texts, pairs, NULL, NULL, await_keep, &result);
  found = trafo_tokenizer_encode_batch_finish (tokenizer, await_result (&result), &error);
  g_assert_no_error (error);
  assert_encoded (found, expected);
  /* one pair too few */
  trafo_tokenizer_encode_batch_async (tokenizer,
                                      texts,
                                      &pairs[1],
                                      NULL,
                                      NULL,
                                      await_keep,
                                      &failure);
  g_assert_null (trafo_tokenizer_encode_batch_finish (tokenizer, await_result (&failure), &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
}

/* The arrays may be emptied as soon as the call has begun. */
static void
test_encode_bytes_batch (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (TrafoBatchEncoding) expected =
      trafo_tokenizer_encode_batch (tokenizer, texts, pairs, NULL, NULL);
  g_autoptr (TrafoBatchEncoding) found = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) first = bytes_of (texts);
  g_autoptr (GPtrArray) second = bytes_of (pairs);

  trafo_tokenizer_encode_bytes_batch_async (tokenizer,
                                            first,
                                            second,
                                            NULL,
                                            NULL,
                                            await_keep,
                                            &result);
  g_ptr_array_set_size (first, 0);
  g_ptr_array_set_size (second, 0);
  found = trafo_tokenizer_encode_bytes_batch_finish (tokenizer, await_result (&result), &error);
  g_assert_no_error (error);
  assert_encoded (found, expected);
}

static gboolean
load_json (TrafoTokenizer *tokenizer, const char *text, GError **error)
{
  g_autoptr (GBytes) json = g_bytes_new_static (text, strlen (text));
  g_autoptr (GBytes) config = g_bytes_new_static ("{}", 2);
  g_autoptr (GAsyncResult) result = NULL;

  trafo_tokenizer_load_json_async (tokenizer, json, config, NULL, await_keep, &result);
  return trafo_tokenizer_load_json_finish (tokenizer, await_result (&result), error);
}

static void
test_load (void)
{
  g_autoptr (TrafoTokenizer) tokenizer = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (TrafoTokenizer) unloaded = g_object_new (CHAR_TYPE_TOKENIZER, NULL);
  g_autoptr (TrafoEncoding) encoding = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (load_json (tokenizer, "{\"model\":{\"type\":\"Char\"}}", &error));
  g_assert_no_error (error);
  encoding = trafo_tokenizer_encode (tokenizer, "ab", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_encoding_get_n_tokens (encoding), ==, 2);
  g_assert_false (load_json (unloaded, "{", &error));
  g_assert_cmpint (error->domain, ==, TRAFO_FORMAT_ERROR);
  g_clear_error (&error);
  trafo_tokenizer_load_async (unloaded, "/nonexistent", NULL, await_keep, &result);
  g_assert_false (trafo_tokenizer_load_finish (unloaded, await_result (&result), &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-async/encode-batch", test_encode_batch);
  g_test_add_func ("/text-async/encode-bytes-batch", test_encode_bytes_batch);
  g_test_add_func ("/text-async/load", test_load);
  return g_test_run ();
}
