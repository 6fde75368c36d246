/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "char-tokenizer.h"

#define PAIRS                                                                                      \
  "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\","   \
  "\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{"         \
  "\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":{}}"

static void
assert_tensor (TrafoTensorDict *tensors, const char *name, const gint64 *expected)
{
  TrafoTensor *found = trafo_tensor_dict_get (tensors, name);

  g_assert_nonnull (found);
  g_assert_cmpint (trafo_tensor_get_dtype (found), ==, TRAFO_DTYPE_INT64);
  g_assert_cmpuint (trafo_tensor_get_n_dims (found), ==, 2);
  g_assert_cmpint (trafo_tensor_get_dim (found, 0), ==, 2);
  g_assert_cmpint (trafo_tensor_get_dim (found, 1), ==, 3);
  g_assert_cmpmem (trafo_tensor_get_data (found),
                   6 * sizeof *expected,
                   expected,
                   6 * sizeof *expected);
}

/* Without a second text there are no token types that a model would not assume. */
static void
test_padded (void)
{
  const char *const texts[] = { "abc", "d", NULL };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", "{\"pad_token\":\"!\"}");
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (TrafoBatchEncoding) batch = NULL;
  g_autoptr (TrafoTensorDict) tensors = NULL;
  g_autoptr (GError) error = NULL;

  trafo_encode_options_set_padding (options, TRAFO_PADDING_LONGEST);
  batch = trafo_tokenizer_encode_batch (tokenizer, texts, NULL, options, &error);
  g_assert_no_error (error);
  tensors = trafo_batch_encoding_to_tensors (batch, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trafo_tensor_dict_get_size (tensors), ==, 2);
  assert_tensor (tensors, "input_ids", (const gint64[]){ 'a', 'b', 'c', 'd', '!', '!' });
  assert_tensor (tensors, "attention_mask", (const gint64[]){ 1, 1, 1, 1, 0, 0 });
}

static void
test_pairs (void)
{
  const char *const texts[] = { "ab", "d", NULL };
  const char *const pairs[] = { "c", "ef", NULL };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (PAIRS, NULL);
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_batch (tokenizer, texts, pairs, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) tensors = trafo_batch_encoding_to_tensors (batch, &error);

  g_assert_no_error (error);
  assert_tensor (tensors, "input_ids", (const gint64[]){ 'a', 'b', 'c', 'd', 'e', 'f' });
  assert_tensor (tensors, "token_type_ids", (const gint64[]){ 0, 0, 1, 0, 1, 1 });
}

/* Rows of any length, some of a batch, padded on either side; token types on request. */
static void
test_sides (void)
{
  static const gint64 ids[][6] = {
    { 'a', 'b', 'c', 'd', '!', '!' },
    { 'a', 'b', 'c', '!', '!', 'd' },
  };
  static const gint64 masks[][6] = { { 1, 1, 1, 1, 0, 0 }, { 1, 1, 1, 0, 0, 1 } };
  static const gint64 types[] = { 0, 0, 1, 0, 0, 0 };
  const char *const   texts[] = { "longer", "ab", "d", NULL };
  const char *const   pairs[] = { "", "c", "", NULL };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new (PAIRS, NULL);
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_batch (tokenizer, texts, pairs, NULL, NULL);
  TrafoEncoding *rows[] = { trafo_batch_encoding_get_row (batch, 1),
                            trafo_batch_encoding_get_row (batch, 2) };

  for (guint i = 0; i < 4; i++)
    {
      gboolean  is_left = i % 2 == 1, has_types = i >= 2;
      TrafoSide side = is_left ? TRAFO_SIDE_LEFT : TRAFO_SIDE_RIGHT;
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensorDict) tensors =
          trafo_tensor_dict_new_from_encodings (rows, 2, side, '!', has_types, &error);

      g_assert_no_error (error);
      assert_tensor (tensors, "input_ids", ids[is_left]);
      assert_tensor (tensors, "attention_mask", masks[is_left]);
      if (has_types)
        assert_tensor (tensors, "token_type_ids", types);
      else
        g_assert_null (trafo_tensor_dict_get (tensors, "token_type_ids"));
    }
}

static void
test_ragged (void)
{
  const char *const texts[] = { "abc", "d", NULL };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (TrafoBatchEncoding) batch =
      trafo_tokenizer_encode_batch (tokenizer, texts, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_batch_encoding_to_tensors (batch, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_SHAPE);
  g_assert_cmpstr (error->message,
                   ==,
                   "row 1 has 1 tokens, expected 3 as in row 0: rows of one length come from "
                   "padding");
}

/* No rows, and rows without a token, are batches too. */
static void
test_empty (void)
{
  const char *const none[] = { NULL }, *const blank[] = { "", "", NULL };
  g_autoptr (TrafoTokenizer) tokenizer = char_tokenizer_new ("", NULL);
  g_autoptr (TrafoBatchEncoding) no_rows =
      trafo_tokenizer_encode_batch (tokenizer, none, NULL, NULL, NULL);
  g_autoptr (TrafoBatchEncoding) no_tokens =
      trafo_tokenizer_encode_batch (tokenizer, blank, NULL, NULL, NULL);
  g_autoptr (TrafoTensorDict) first = trafo_batch_encoding_to_tensors (no_rows, NULL);
  g_autoptr (TrafoTensorDict) second = trafo_batch_encoding_to_tensors (no_tokens, NULL);

  g_assert_cmpint (trafo_tensor_get_dim (trafo_tensor_dict_get (first, "input_ids"), 0), ==, 0);
  g_assert_cmpint (trafo_tensor_get_dim (trafo_tensor_dict_get (second, "input_ids"), 0), ==, 2);
  g_assert_cmpint (trafo_tensor_get_dim (trafo_tensor_dict_get (second, "input_ids"), 1), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch-tensors/padded", test_padded);
  g_test_add_func ("/batch-tensors/pairs", test_pairs);
  g_test_add_func ("/batch-tensors/sides", test_sides);
  g_test_add_func ("/batch-tensors/ragged", test_ragged);
  g_test_add_func ("/batch-tensors/empty", test_empty);
  return g_test_run ();
}
