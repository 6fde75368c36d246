/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-packed-inputs-private.h"

/* input_ids and a mask of 2 x 4, or of @shape. */
static TrafoTensorDict *
inputs_new (TrafoDType dtype, const gint64 *shape, const gint64 *mask)
{
  static const gint64 ids_shape[] = { 2, 4 }, ids[8] = { 0 };
  TrafoTensorDict    *inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) id_tensor = trafo_tensor_new_from_int64s (ids_shape, 2, ids, 8, NULL);
  g_autoptr (TrafoTensor) wide =
      trafo_tensor_new_from_int64s (shape, 2, mask, shape[0] * shape[1], NULL);
  g_autoptr (TrafoTensor) tensor = trafo_tensor_cast (wide, dtype, NULL);

  trafo_tensor_dict_set (inputs, "input_ids", id_tensor);
  trafo_tensor_dict_set (inputs, "attention_mask", tensor);
  return inputs;
}

static TrafoTensorDict *
pack (TrafoDType dtype, const gint64 *mask)
{
  g_autoptr (TrafoTensorDict) inputs = inputs_new (dtype, (gint64[]){ 2, 4 }, mask);

  return trafo_packed_inputs_new (inputs, NULL);
}

static void
assert_index (TrafoTensorDict *packed, const char *name, const gint32 *expected, gsize n)
{
  TrafoTensor *index = trafo_tensor_dict_get (packed, name);

  g_assert_true (trafo_packed_inputs_have (name));
  g_assert_cmpint (trafo_tensor_get_dtype (index), ==, TRAFO_DTYPE_INT32);
  g_assert_cmpmem (trafo_tensor_get_data (index),
                   trafo_tensor_get_size_bytes (index),
                   expected,
                   n * sizeof *expected);
}

/* Holes as padding; what is hidden stands for the first token of its own text. */
static void
test_indices (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_INT64, TRAFO_DTYPE_INT32, TRAFO_DTYPE_BOOL };
  static const gint64     mask[] = { 1, 0, 1, 0, 1, 1, 0, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autoptr (TrafoTensorDict) packed = pack (dtypes[i], mask);

      g_assert_nonnull (packed);
      assert_index (packed, "packed_tokens", (gint32[]){ 0, 2, 4, 5 }, 4);
      assert_index (packed, "packed_places", (gint32[]){ 0, 0, 1, 0, 2, 3, 2, 2 }, 8);
      assert_index (packed, "packed_starts", (gint32[]){ 0, 2, 4 }, 3);
    }
}

/* Rows for what each caller gave, shorter than the batch, and also where nothing is hidden. */
static void
test_lengths (void)
{
  static const gint64 mask[] = { 1, 0, 1, 0, 1, 1, 0, 0 }, full[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  g_autoptr (TrafoTensorDict) inputs = inputs_new (TRAFO_DTYPE_INT64, (gint64[]){ 2, 4 }, mask);
  g_autoptr (TrafoTensorDict) shown = inputs_new (TRAFO_DTYPE_INT64, (gint64[]){ 2, 4 }, full);
  g_autoptr (TrafoTensorDict) packed = trafo_packed_inputs_new (inputs, (gint64[]){ 4, 3 });
  g_autoptr (TrafoTensorDict) whole = trafo_packed_inputs_new (shown, (gint64[]){ 4, 4 });
  gint64 n_tokens = 0;

  assert_index (packed, "packed_tokens", (gint32[]){ 0, 2, 4, 5 }, 4);
  assert_index (packed, "packed_places", (gint32[]){ 0, 0, 1, 0, 2, 3, 2 }, 7);
  assert_index (packed, "packed_starts", (gint32[]){ 0, 2, 4 }, 3);
  assert_index (whole, "packed_places", (gint32[]){ 0, 1, 2, 3, 4, 5, 6, 7 }, 8);
  g_assert_true (trafo_packed_inputs_count (inputs, &n_tokens));
  g_assert_cmpint (n_tokens, ==, 4);
}

/* Nothing hidden, a first token hidden, all of a text, floats, and a mask of another shape. */
static void
test_no_use (void)
{
  static const gint64 full[] = { 1, 1, 1, 1, 1, 1, 1, 1 }, left[] = { 0, 1, 1, 1, 1, 1, 1, 1 };
  static const gint64 empty[] = { 1, 1, 1, 1, 0, 0, 0, 0 }, right[] = { 1, 1, 1, 0, 1, 1, 1, 1 };
  g_autoptr (TrafoTensorDict) narrow =
      inputs_new (TRAFO_DTYPE_INT64, (gint64[]){ 2, 3 }, (gint64[]){ 1, 1, 0, 1, 1, 1 });
  g_autoptr (TrafoTensorDict) single = inputs_new (TRAFO_DTYPE_INT64, (gint64[]){ 1, 4 }, right);
  g_autoptr (TrafoTensorDict) none = trafo_tensor_dict_new ();

  g_assert_null (pack (TRAFO_DTYPE_INT64, full));
  g_assert_null (pack (TRAFO_DTYPE_INT64, left));
  g_assert_null (pack (TRAFO_DTYPE_INT64, empty));
  g_assert_null (pack (TRAFO_DTYPE_FLOAT32, right));
  g_assert_null (trafo_packed_inputs_new (narrow, NULL));
  g_assert_null (trafo_packed_inputs_new (single, NULL));
  g_assert_null (trafo_packed_inputs_new (none, NULL));
  g_assert_false (trafo_packed_inputs_have ("attention_mask"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packed-inputs/indices", test_indices);
  g_test_add_func ("/packed-inputs/lengths", test_lengths);
  g_test_add_func ("/packed-inputs/no-use", test_no_use);
  return g_test_run ();
}
