/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "trafo-eager-private.h"
#include "trafo-reference-device-private.h"
#include "trafo-tensor-dict.h"

static TrafoTensor *
find_input (gpointer              data,
            const char           *name,
            TrafoFillRule         rule,
            const TrafoValueType *type,
            GError              **error)
{
  return trafo_tensor_ref (trafo_tensor_dict_get (data, name));
}

static TrafoTensor *
new_ids (const gint64 *values, gint64 n_rows, gint64 n_columns)
{
  gint64       shape[] = { n_rows, n_columns };
  TrafoTensor *ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, NULL);

  memcpy (trafo_tensor_get_data (ids), values, n_rows * n_columns * sizeof *values);
  return ids;
}

/* Three features of each of the tokens: 0, 1, 2, ... */
static TrafoTensor *
new_features (gint64 n_rows, gint64 n_columns)
{
  gint64       shape[] = { n_rows, n_columns, 3 };
  TrafoTensor *x = trafo_tensor_new (TRAFO_DTYPE_FLOAT32, shape, 3, NULL);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    ((float *) trafo_tensor_get_data (x))[i] = (float) i;
  return x;
}

/* Two rows of four tokens; the places that (arange * (ids != padding)).argmax () gives. */
static const struct
{
  const char *name;
  gint64      ids[8];
  gint64      padding_id;
  gint64      expected[2];
} last_cases[] = {
  { "none", { 5, 0, 6, 7, 1, 2, 3, 4 }, -1, { 3, 3 } },
  { "right", { 5, 6, 0, 0, 1, 2, 3, 0 }, 0, { 1, 2 } },
  { "left", { 0, 0, 5, 6, 0, 1, 2, 3 }, 0, { 3, 3 } },
  { "inside", { 5, 0, 6, 0, 1, 0, 0, 0 }, 0, { 2, 0 } },
  { "nothing-but", { 0, 0, 0, 0, 0, 0, 0, 9 }, 0, { 0, 3 } },
};

static void
test_last_token (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (last_cases); i++)
    {
      g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
      g_autoptr (TrafoTensor) ids = new_ids (last_cases[i].ids, 2, 4);
      g_autoptr (TrafoTensor) x = new_features (2, 4);
      TrafoEagerLeaves leaves = { inputs, find_input, NULL };
      g_autoptr (TrafoBuilder) b = trafo_builder_new_eager_with (device, NULL, &leaves);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) found = NULL;
      TrafoSym last;

      trafo_tensor_dict_set (inputs, "input_ids", ids);
      last = trafo_builder_last_token (b, trafo_builder_constant (b, x), last_cases[i].padding_id);
      found = trafo_builder_get_value (b, last, &error);
      g_assert_no_error (error);
      g_test_message ("%s", last_cases[i].name);
      g_assert_cmpuint (trafo_tensor_get_n_dims (found), ==, 2);
      for (gint64 row = 0; row < 2; row++)
        for (gint64 j = 0; j < 3; j++)
          g_assert_cmpfloat (trafo_tensor_get_value (found, row * 3 + j),
                             ==,
                             (row * 4 + last_cases[i].expected[row]) * 3 + j);
    }
}

/* The loss of one text whose logits are 0, 1, ...: three classes, each a step of 1 apart, so that
 * the loss of a class is log (1 + e + e^2) - class, whatever the token. */
static const struct
{
  const char *name;
  gint64      n_tokens;
  gint64      labels[4];
  double      mean_class; /* of those that count; NaN: none does */
  const char *message;    /* or NULL */
} next_cases[] = {
  { "first-does-not-count", 3, { 2, 0, 1 }, 0.5, NULL },
  { "ignored", 4, { 0, -100, 2, -100 }, 2, NULL },
  { "one-token", 1, { 1 }, NAN, NULL },
  { "none", 2, { 1, -100 }, NAN, NULL },
  { "too-large", 2, { 0, 3 }, 0, "input 'labels' holds 3, expected a number from 0 to 2" },
};

static void
test_next_tokens (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (next_cases); i++)
    {
      gint64       n = next_cases[i].n_tokens;
      TrafoVariant variant = { .labels_dtype = TRAFO_DTYPE_INT64 };
      g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
      g_autoptr (TrafoTensor) labels = new_ids (next_cases[i].labels, 1, n);
      g_autoptr (TrafoTensor) logits = new_features (1, n);
      TrafoEagerLeaves leaves = { inputs, find_input, NULL };
      g_autoptr (TrafoBuilder) b = trafo_builder_new_eager_with (device, &variant, &leaves);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoTensor) loss = NULL;
      const TrafoGraphOutput *output;

      trafo_tensor_dict_set (inputs, "labels", labels);
      trafo_builder_output_next_tokens (b, trafo_builder_constant (b, logits));
      g_test_message ("%s", next_cases[i].name);
      if (next_cases[i].message != NULL)
        {
          g_assert_false (trafo_builder_check (b, &error));
          g_assert_nonnull (strstr (error->message, next_cases[i].message));
          continue;
        }
      g_assert_true (trafo_builder_check (b, &error));
      output = g_ptr_array_index (trafo_builder_get_graph (b)->outputs, 0);
      g_assert_cmpstr (output->name, ==, "loss");
      loss = trafo_builder_get_value (b, output->sym, &error);
      g_assert_no_error (error);
      if (isnan (next_cases[i].mean_class))
        g_assert_true (isnan (trafo_tensor_get_value (loss, 0)));
      else
        g_assert_cmpfloat_with_epsilon (trafo_tensor_get_value (loss, 0),
                                        log (1 + G_E + G_E * G_E) - next_cases[i].mean_class,
                                        1e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder-heads/last-token", test_last_token);
  g_test_add_func ("/builder-heads/next-tokens", test_next_tokens);
  return g_test_run ();
}
