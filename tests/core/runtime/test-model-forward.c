/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "../../await.h"
#include "tiny-model.h"
#include "trafo-device-choice.h"

static TrafoModel *
load_base (const char *device)
{
  g_autofree char *folder =
      g_test_build_filename (G_TEST_DIST, "data", "models", "tiny-bert", NULL);
  g_autoptr (GError) error = NULL;
  TrafoModel *model = tiny_model_load (folder, "base", device, &error);

  g_assert_no_error (error);
  return model;
}

static void
add_input (TrafoTensorDict *inputs, const char *name, TrafoTensor *tensor)
{
  trafo_tensor_dict_set (inputs, name, tensor);
  trafo_tensor_unref (tensor);
}

/* A mask of ones but for the last @n_hidden tokens of each row. */
static TrafoTensor *
mask_new (gint64 batch, gint64 sequence, gint64 n_hidden)
{
  TrafoTensor *mask = trafo_tensor_new (TRAFO_DTYPE_INT64, (gint64[]){ batch, sequence }, 2, NULL);

  for (gint64 i = 0; i < batch * sequence; i++)
    ((gint64 *) trafo_tensor_get_data (mask))[i] = i % sequence < sequence - n_hidden;
  return mask;
}

/* Whether element @index of a tensor of @like's shape is of a token that the mask hides: what stands
 * there means nothing. */
static gboolean
is_hidden (TrafoTensor *mask, TrafoTensor *like, gint64 index)
{
  gint64 n_tokens;

  if (mask == NULL || trafo_tensor_get_n_dims (like) != 3 ||
      trafo_tensor_get_dim (like, 1) != trafo_tensor_get_dim (mask, 1))
    return FALSE;
  n_tokens = trafo_tensor_get_n_elements (mask);
  return trafo_tensor_get_value (mask, index / (trafo_tensor_get_n_elements (like) / n_tokens)) ==
         0;
}

/* The greatest difference of what the mask shows, and the greatest magnitude. */
static double
compare (TrafoTensor *a, TrafoTensor *b, TrafoTensor *mask, double *ret_largest)
{
  double difference = 0;

  *ret_largest = 0;
  g_assert_cmpint (trafo_tensor_get_n_elements (a), ==, trafo_tensor_get_n_elements (b));
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (a); i++)
    {
      double value = trafo_tensor_get_value (a, i);

      g_assert_true (isfinite (value));
      *ret_largest = MAX (*ret_largest, fabs (value));
      if (!is_hidden (mask, a, i))
        difference = MAX (difference, fabs (value - trafo_tensor_get_value (b, i)));
    }
  return difference;
}

static void
assert_same (TrafoTensorDict *expected, TrafoTensorDict *found, TrafoTensor *mask, double tolerance)
{
  g_assert_cmpuint (trafo_tensor_dict_get_size (expected), ==, trafo_tensor_dict_get_size (found));
  for (guint i = 0; i < trafo_tensor_dict_get_size (expected); i++)
    {
      const char  *name = trafo_tensor_dict_get_name (expected, i);
      TrafoTensor *a = trafo_tensor_dict_get (expected, name);
      TrafoTensor *b = trafo_tensor_dict_get (found, name);
      double       largest, difference;

      g_assert_nonnull (b);
      difference = compare (a, b, mask, &largest);
      if (difference > tolerance * largest)
        g_error ("%s: %g apart, %g at most", name, difference, tolerance * largest);
    }
}

/* Compiled on each device that is there, and eager on it, against the references: within 2e-5 of
 * the largest element. Batch 0, 1 and 3; with and without a mask; some rows with every key hidden. */
static void
test_devices (gconstpointer data)
{
  static const gint64 shapes[][2] = { { 1, 1 }, { 3, 5 }, { 1, 32 }, { 0, 4 }, { 2, 17 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoDevice) device = trafo_device_open (data, NULL, &error);
  g_autoptr (TrafoModel) reference = NULL;
  g_autoptr (TrafoModel) model = NULL;

  if (device == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  reference = load_base ("reference");
  model = load_base (data);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (gint64 n_hidden = -1; n_hidden <= shapes[i][1]; n_hidden += (shapes[i][1] + 1) / 2 + 1)
      {
        g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
        g_autoptr (TrafoTensorDict) expected = NULL;
        g_autoptr (TrafoTensorDict) compiled = NULL;
        g_autoptr (TrafoTensorDict) eager = NULL;

        add_input (inputs, "input_ids", tiny_ids_new (shapes[i][0], shapes[i][1], 78));
        if (n_hidden >= 0)
          add_input (inputs, "attention_mask", mask_new (shapes[i][0], shapes[i][1], n_hidden));
        expected = trafo_model_forward (reference, inputs, TRUE, NULL, &error);
        g_assert_no_error (error);
        compiled = trafo_model_forward (model, inputs, TRUE, NULL, &error);
        g_assert_no_error (error);
        eager = trafo_model_forward_eager (model, inputs, TRUE, &error);
        g_assert_no_error (error);
        assert_same (expected, compiled, trafo_tensor_dict_get (inputs, "attention_mask"), 2e-5);
        assert_same (expected, eager, trafo_tensor_dict_get (inputs, "attention_mask"), 2e-5);
      }
}

static TrafoTensorDict *
forward (TrafoModel *model, TrafoTensor *ids, TrafoTensor *mask, GError **error)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  if (mask != NULL)
    trafo_tensor_dict_set (inputs, "attention_mask", mask);
  return trafo_model_forward (model, inputs, FALSE, NULL, error);
}

/* A row of a batch is what it is alone, whatever the length of the batch. */
static void
test_lengths (void)
{
  g_autoptr (TrafoModel) model = load_base (NULL);

  for (gint64 n = 1; n <= 32; n++)
    {
      g_autoptr (TrafoTensor) ids = tiny_ids_new (1, n, 78);
      g_autoptr (TrafoTensor) padded = tiny_ids_new (1, 32, 78);
      g_autoptr (TrafoTensor) mask = mask_new (1, 32, 32 - n);
      g_autoptr (TrafoTensorDict) alone = forward (model, ids, NULL, NULL);
      g_autoptr (TrafoTensorDict) wide = forward (model, padded, mask, NULL);
      g_autoptr (TrafoTensor) cut =
          trafo_tensor_slice (trafo_tensor_dict_get (wide, "last_hidden_state"), 1, 0, n, 1, NULL);

      g_assert_cmpfloat (trafo_tensor_max_difference (cut,
                                                      trafo_tensor_dict_get (alone,
                                                                             "last_hidden_state")),
                         <=,
                         2e-5 * 5);
    }
}

/* A mask of another shape is refused by its own name, though it hides something. */
static void
test_mask_shape (void)
{
  g_autoptr (TrafoModel) model = load_base (NULL);
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 3, 78);
  g_autoptr (TrafoTensor) narrow = mask_new (2, 2, 1);
  g_autoptr (TrafoTensor) single = mask_new (1, 3, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (forward (model, ids, narrow, &error));
  g_assert_nonnull (strstr (error->message, "'attention_mask' is "));
  g_clear_error (&error);
  g_assert_null (forward (model, ids, single, &error));
  g_assert_nonnull (strstr (error->message, "'attention_mask' is "));
}

typedef struct
{
  const char *name;
  const char *input;
  TrafoDType  dtype;
  guint       n_dims;
  gint64      shape[3];
  gint64      value;
  TrafoError  code;
  const char *message;
} ErrorCase;

/* Beside input_ids (2, 3), which @input may replace. */
static const ErrorCase error_cases[] = {
  { "unknown-name",
    "inputs_embeds",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    0,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "takes no input 'inputs_embeds'; it takes input_ids" },
  { "no-labels",
    "labels",
    TRAFO_DTYPE_INT64,
    1,
    { 2 },
    0,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "takes no input 'labels'" },
  { "float-ids",
    "input_ids",
    TRAFO_DTYPE_FLOAT32,
    2,
    { 2, 3 },
    0,
    TRAFO_ERROR_SHAPE,
    "'input_ids' is " },
  { "rank-1", "input_ids", TRAFO_DTYPE_INT64, 1, { 3 }, 0, TRAFO_ERROR_SHAPE, "'input_ids' is " },
  { "rank-3",
    "input_ids",
    TRAFO_DTYPE_INT64,
    3,
    { 1, 2, 3 },
    0,
    TRAFO_ERROR_SHAPE,
    "'input_ids' is " },
  { "too-large",
    "input_ids",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    78,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "holds 78" },
  { "too-large-int32",
    "input_ids",
    TRAFO_DTYPE_INT32,
    2,
    { 2, 3 },
    78,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "holds 78" },
  { "negative",
    "input_ids",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    -1,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "holds -1" },
  { "third-segment",
    "token_type_ids",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    2,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "holds 2" },
  { "too-long",
    "input_ids",
    TRAFO_DTYPE_INT64,
    2,
    { 1, 33 },
    0,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "33 tokens, expected at most 32" },
  { "position",
    "position_ids",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    32,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "'position_ids' holds 32" },
  { "mask-too-long",
    "attention_mask",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 4 },
    0,
    TRAFO_ERROR_SHAPE,
    "'attention_mask' is " },
  { "mask-other-batch",
    "attention_mask",
    TRAFO_DTYPE_INT64,
    2,
    { 1, 3 },
    0,
    TRAFO_ERROR_SHAPE,
    "'attention_mask' is " },
  { "mask-of-two",
    "attention_mask",
    TRAFO_DTYPE_INT64,
    2,
    { 2, 3 },
    2,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "'attention_mask' holds 2, expected 0 and 1" },
  { "mask-below-0",
    "attention_mask",
    TRAFO_DTYPE_INT32,
    2,
    { 2, 3 },
    -1,
    TRAFO_ERROR_INVALID_ARGUMENT,
    "'attention_mask' holds -1, expected 0 and 1" },
  { "no-tokens", "input_ids", TRAFO_DTYPE_INT64, 2, { 2, 0 }, 0, TRAFO_ERROR_SHAPE, "one token" },
};

static void
set_last (TrafoTensor *x, gint64 value)
{
  gint64 n = trafo_tensor_get_n_elements (x);

  if (value == 0)
    return;
  if (trafo_tensor_get_dtype (x) == TRAFO_DTYPE_INT32)
    ((gint32 *) trafo_tensor_get_data (x))[n - 1] = value;
  else
    ((gint64 *) trafo_tensor_get_data (x))[n - 1] = value;
}

/* An error that says what is wrong, compiled and eager; the model works afterwards. */
static void
test_errors (gconstpointer data)
{
  const ErrorCase *c = data;
  g_autoptr (TrafoModel) model = load_base ("cpu");
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 3, 78);
  g_autoptr (TrafoTensorDict) after = NULL;
  TrafoTensor *x = trafo_tensor_new (c->dtype, c->shape, c->n_dims, NULL);

  set_last (x, c->value);
  for (guint is_eager = 0; is_eager < 2; is_eager++)
    {
      g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
      g_autoptr (TrafoTensorDict) outputs = NULL;
      g_autoptr (GError) error = NULL;

      trafo_tensor_dict_set (inputs, "input_ids", ids);
      trafo_tensor_dict_set (inputs, c->input, x);
      outputs = is_eager ? trafo_model_forward_eager (model, inputs, FALSE, &error)
                         : trafo_model_forward (model, inputs, FALSE, NULL, &error);
      g_assert_null (outputs);
      g_assert_error (error, TRAFO_ERROR, (gint) c->code);
      if (!is_eager && strstr (error->message, c->message) == NULL)
        g_error ("found '%s', expected '%s'", error->message, c->message);
    }
  trafo_tensor_unref (x);
  after = forward (model, ids, NULL, NULL);
  g_assert_nonnull (after);
}

/* Positions and token types of one row are those of every text, whether or not padding is computed. */
static void
test_one_row (void)
{
  static const gint64 positions[] = { 3, 0, 9, 3, 0, 9 }, types[] = { 0, 1, 1, 0, 1, 1 };
  g_autoptr (TrafoModel) model = load_base ("cpu");

  for (gint64 n_hidden = 0; n_hidden < 2; n_hidden++)
    {
      g_autoptr (TrafoTensor) mask = mask_new (2, 3, n_hidden);
      TrafoTensorDict *results[3];

      for (guint i = 0; i < 3; i++)
        {
          g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
          gint64 shape[] = { i == 0 ? 2 : 1, 3 };

          add_input (inputs, "input_ids", tiny_ids_new (2, 3, 78));
          trafo_tensor_dict_set (inputs, "attention_mask", mask);
          add_input (inputs,
                     "position_ids",
                     trafo_tensor_new_from_int64s (shape, 2, positions, shape[0] * 3, NULL));
          add_input (inputs,
                     "token_type_ids",
                     trafo_tensor_new_from_int64s (shape, 2, types, shape[0] * 3, NULL));
          results[i] = i < 2 ? trafo_model_forward (model, inputs, FALSE, NULL, NULL)
                             : trafo_model_forward_eager (model, inputs, FALSE, NULL);
          g_assert_nonnull (results[i]);
        }
      assert_same (results[0], results[1], NULL, 0);
      assert_same (results[0], results[2], mask, 2e-5);
      for (guint i = 0; i < 3; i++)
        trafo_tensor_dict_unref (results[i]);
    }
}

/* What a caller may leave out, and in which types ids may come. */
static void
test_conversions (void)
{
  static const TrafoDType dtypes[] = { TRAFO_DTYPE_INT32, TRAFO_DTYPE_INT8, TRAFO_DTYPE_UINT8 };
  g_autoptr (TrafoModel) model = load_base ("cpu");
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 3, 78);
  g_autoptr (TrafoTensorDict) expected = forward (model, ids, NULL, NULL);
  g_autoptr (TrafoTensorDict) nothing = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      g_autoptr (TrafoTensor) narrow = trafo_tensor_cast (ids, dtypes[i], NULL);
      g_autoptr (TrafoTensorDict) found = forward (model, narrow, NULL, NULL);

      assert_same (expected, found, NULL, 0);
    }
  g_assert_null (trafo_model_forward (model, nothing, FALSE, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "input 'input_ids' is missing");
}

typedef struct
{
  TrafoModel      *model;
  TrafoTensor     *ids[3];
  TrafoTensorDict *expected[3];
} Shared;

static gpointer
run_many (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (TrafoTensorDict) found = forward (shared->model, shared->ids[i % 3], NULL, NULL);

      assert_same (shared->expected[i % 3], found, NULL, 0);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TrafoModel) model = load_base ("cpu");
  Shared   shared = { .model = model };
  GThread *threads[16];

  for (guint i = 0; i < 3; i++)
    {
      shared.ids[i] = tiny_ids_new (i + 1, 7 - i, 78);
      shared.expected[i] = forward (model, shared.ids[i], NULL, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("forward", run_many, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 3; i++)
    {
      trafo_tensor_unref (shared.ids[i]);
      trafo_tensor_dict_unref (shared.expected[i]);
    }
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (2000);
  g_cancellable_cancel (data);
  return NULL;
}

/* From another thread, while runs follow one another; the model works afterwards. */
static void
test_cancel (void)
{
  g_autoptr (TrafoModel) model = load_base ("reference");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) expected = NULL;
  g_autoptr (TrafoTensorDict) after = NULL;
  g_autoptr (GError) error = NULL;
  GThread *thread;

  add_input (inputs, "input_ids", tiny_ids_new (4, 32, 78));
  expected = trafo_model_forward (model, inputs, FALSE, NULL, NULL);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  for (;;)
    {
      g_autoptr (TrafoTensorDict) found =
          trafo_model_forward (model, inputs, FALSE, cancellable, &error);

      if (found == NULL)
        break;
      assert_same (expected, found, NULL, 0);
    }
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  after = trafo_model_forward (model, inputs, FALSE, NULL, NULL);
  assert_same (expected, after, NULL, 0);
}

static void
test_async (void)
{
  g_autoptr (TrafoModel) model = load_base ("cpu");
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 3, 78);
  g_autoptr (TrafoTensorDict) expected = forward (model, ids, NULL, NULL);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) found = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  trafo_model_forward_async (model, inputs, FALSE, NULL, await_keep, &result);
  found = trafo_model_forward_finish (model, await_result (&result), &error);
  g_assert_no_error (error);
  assert_same (expected, found, NULL, 0);
}

int
main (int argc, char **argv)
{
  static const char *const devices[] = { "reference", "cpu", "opencl", "cuda" };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autofree char *path = g_strconcat ("/model-forward/devices/", devices[i], NULL);

      g_test_add_data_func (path, devices[i], test_devices);
    }
  g_test_add_func ("/model-forward/lengths", test_lengths);
  g_test_add_func ("/model-forward/mask-shape", test_mask_shape);
  for (gsize i = 0; i < G_N_ELEMENTS (error_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/model-forward/errors/", error_cases[i].name, NULL);

      g_test_add_data_func (path, &error_cases[i], test_errors);
    }
  g_test_add_func ("/model-forward/conversions", test_conversions);
  g_test_add_func ("/model-forward/one-row", test_one_row);
  g_test_add_func ("/model-forward/threads", test_threads);
  g_test_add_func ("/model-forward/cancel", test_cancel);
  g_test_add_func ("/model-forward/async", test_async);
  return g_test_run ();
}
