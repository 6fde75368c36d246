/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"
#include "trafo-dims-private.h"
#include "trafo-joined-batch-private.h"

static void
add (TrafoTensorDict *inputs, const char *name, gint64 n_rows, gint64 length, const gint64 *values)
{
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new_from_int64s ((gint64[]){ n_rows, length }, 2, values, n_rows * length, NULL);

  trafo_tensor_dict_set (inputs, name, tensor);
}

/* Two texts of three tokens, whose types are one row for both, or one of two. */
static TrafoTensorDict *
inputs_new (gboolean is_long)
{
  TrafoTensorDict *inputs = trafo_tensor_dict_new ();

  if (is_long)
    {
      add (inputs, "input_ids", 2, 3, (gint64[]){ 11, 12, 13, 21, 22, 23 });
      add (inputs, "attention_mask", 2, 3, (gint64[]){ 1, 1, 1, 1, 0, 1 });
      add (inputs, "token_type_ids", 1, 3, (gint64[]){ 0, 1, 1 });
      return inputs;
    }
  add (inputs, "input_ids", 1, 2, (gint64[]){ 31, 32 });
  add (inputs, "attention_mask", 1, 2, (gint64[]){ 1, 1 });
  add (inputs, "token_type_ids", 1, 2, (gint64[]){ 0, 1 });
  return inputs;
}

static void
test_takes (void)
{
  g_autoptr (TrafoTensorDict) inputs = inputs_new (TRUE);
  g_autoptr (TrafoTensorDict) none = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) floats =
      trafo_tensor_new_from_floats ((gint64[]){ 2, 3 }, 2, (float[6]){ 0 }, 6, NULL);
  TrafoBatchPart part;

  g_assert_true (trafo_joined_batch_takes (inputs, &part));
  g_assert_cmpint (part.n_texts, ==, 2);
  g_assert_cmpint (part.length, ==, 3);
  g_assert_false (trafo_joined_batch_takes (none, &part));
  add (inputs, "token_type_ids", 2, 2, (gint64[4]){ 0 });
  g_assert_false (trafo_joined_batch_takes (inputs, &part));
  add (inputs, "token_type_ids", 3, 3, (gint64[9]){ 0 });
  g_assert_false (trafo_joined_batch_takes (inputs, &part));
  trafo_tensor_dict_set (inputs, "token_type_ids", floats);
  g_assert_false (trafo_joined_batch_takes (inputs, &part));
}

static void
assert_int64s (TrafoTensorDict *inputs, const char *name, const gint64 *expected, gsize n)
{
  TrafoTensor *found = trafo_tensor_dict_get (inputs, name);

  g_assert_cmpint (trafo_tensor_get_dtype (found), ==, TRAFO_DTYPE_INT64);
  g_assert_cmpmem (trafo_tensor_get_data (found),
                   trafo_tensor_get_size_bytes (found),
                   expected,
                   n * sizeof *expected);
}

static void
assert_int32s (TrafoTensorDict *inputs, const char *name, const gint32 *expected, gsize n)
{
  TrafoTensor *found = trafo_tensor_dict_get (inputs, name);

  g_assert_cmpmem (trafo_tensor_get_data (found),
                   trafo_tensor_get_size_bytes (found),
                   expected,
                   n * sizeof *expected);
}

/* A shorter text ends with zeros; a row that stands for all is written for each. */
static void
test_new (void)
{
  g_autoptr (TrafoTensorDict) small = inputs_new (FALSE);
  g_autoptr (TrafoTensorDict) large = inputs_new (TRUE);
  g_autoptr (TrafoTensorDict) inputs = NULL;
  g_autoptr (TrafoTensorDict) packed = NULL;
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *members[] = { small, large };
  TrafoBatchPart   parts[] = { { .n_texts = 1, .length = 2 }, { .n_texts = 2, .length = 3 } };
  TrafoBatchPart  *part_list[] = { &parts[0], &parts[1] };

  g_assert_true (trafo_joined_batch_new (members, part_list, 2, &inputs, &packed, &error));
  g_assert_no_error (error);
  assert_int64s (inputs, "input_ids", (gint64[]){ 31, 32, 0, 11, 12, 13, 21, 22, 23 }, 9);
  assert_int64s (inputs, "attention_mask", (gint64[]){ 1, 1, 0, 1, 1, 1, 1, 0, 1 }, 9);
  assert_int64s (inputs, "token_type_ids", (gint64[]){ 0, 1, 0, 0, 1, 1, 0, 1, 1 }, 9);
  assert_int32s (packed, "packed_tokens", (gint32[]){ 0, 1, 3, 4, 5, 6, 8 }, 7);
  assert_int32s (packed, "packed_starts", (gint32[]){ 0, 2, 5, 7 }, 4);
  assert_int32s (packed, "packed_places", (gint32[]){ 0, 1, 2, 3, 4, 5, 5, 6 }, 8);
  g_assert_cmpint (parts[0].first_text, ==, 0);
  g_assert_cmpint (parts[0].first_place, ==, 0);
  g_assert_cmpint (parts[1].first_text, ==, 1);
  g_assert_cmpint (parts[1].first_place, ==, 2);
}

static TrafoGraph *
graph_new (void)
{
  static const gint64 dims[][2] = { { TRAFO_DIM_PLACES, 2 }, { TRAFO_DIM_BATCH, 1 }, { 1, 1 } };
  static const char *const names[] = { "states", "logits", "scale" };
  g_autoptr (TrafoBuilder) b = g_object_new (TRAFO_TYPE_BUILDER, NULL);
  g_autoptr (GError) error = NULL;
  TrafoGraph *graph;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *input = g_strconcat ("of ", names[i], NULL);
      TrafoSym         x =
          trafo_builder_input (b, input, TRAFO_DTYPE_FLOAT32, dims[i], 2, TRAFO_FILL_RULE_ZEROS);

      trafo_builder_output (b, names[i], x);
    }
  graph = trafo_builder_finish (b, &error);
  g_assert_no_error (error);
  return graph;
}

static void
add_output (TrafoTensorDict *outputs, const char *name, gint64 n_rows, gint64 n_columns)
{
  g_autoptr (TrafoTensor) tensor =
      trafo_tensor_new (TRAFO_DTYPE_FLOAT32, (gint64[]){ n_rows, n_columns }, 2, NULL);

  for (gint64 i = 0; i < n_rows * n_columns; i++)
    ((float *) trafo_tensor_get_data (tensor))[i] = (float) i;
  trafo_tensor_dict_set (outputs, name, tensor);
}

static void
assert_part (TrafoTensorDict *cut, const char *name, const gint64 *shape, guint n_dims, float first)
{
  TrafoTensor *found = trafo_tensor_dict_get (cut, name);

  g_assert_cmpuint (trafo_tensor_get_n_dims (found), ==, n_dims);
  for (guint i = 0; i < n_dims; i++)
    g_assert_cmpint (trafo_tensor_get_dim (found, i), ==, shape[i]);
  g_assert_cmpfloat (trafo_tensor_get_value (found, 0), ==, first);
}

/* The second of the two callers above: its rows of places as texts and tokens, its texts, and what is no
 * text's, whole. */
static void
test_cut (void)
{
  static const TrafoBatchPart part = { .first_text = 1,
                                       .n_texts = 2,
                                       .length = 3,
                                       .first_place = 2 };
  g_autoptr (TrafoGraph) graph = graph_new ();
  g_autoptr (TrafoTensorDict) outputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) cut = NULL;
  g_autoptr (GError) error = NULL;

  add_output (outputs, "states", 8, 2);
  add_output (outputs, "logits", 3, 1);
  add_output (outputs, "scale", 1, 1);
  cut = trafo_joined_batch_cut (graph, outputs, &part, &error);
  g_assert_no_error (error);
  assert_part (cut, "states", (gint64[]){ 2, 3, 2 }, 3, 4);
  assert_part (cut, "logits", (gint64[]){ 2, 1 }, 2, 1);
  assert_part (cut, "scale", (gint64[]){ 1, 1 }, 2, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/joined-batch/takes", test_takes);
  g_test_add_func ("/joined-batch/new", test_new);
  g_test_add_func ("/joined-batch/cut", test_cut);
  return g_test_run ();
}
