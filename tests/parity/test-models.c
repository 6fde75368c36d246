/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Models on every device against transformers, on the checkpoints and expected values that
 * tests/tools/make-tiny-models.py makes. Checkpoints of the same form in the folder TRAFO_MODELS, if
 * it is set, are compared too. With an argument, that device alone. */
#include <math.h>
#include <string.h>
#include <trafo/trafo.h>

#include "../remove-folder.h"

/* What linear layers compute with, where in a checkpoint's folder the expected values are, and how far a value may be from transformers' in float32, of the
 * largest expected one of its tensor. On these models, 32 features wide, torch's own bfloat16 is off
 * by up to 0.066 and its dynamic quantization to 8 bits by up to 0.25. */
typedef struct
{
  TrafoDType  dtype;
  double      tolerance;
  const char *expected;
  gboolean    int8_weight_only;
  gboolean    int4_weight_only;
} Precision;

static const Precision full = { TRAFO_DTYPE_FLOAT32, 1e-4, "expected", FALSE };
static const Precision narrow[] = {
  { TRAFO_DTYPE_FLOAT16,
    5e-3,
    "expected",
    FALSE }, /* an eighth of bfloat16's: it has three bits more */
  { TRAFO_DTYPE_BFLOAT16, 4e-2, "expected", FALSE },
  { TRAFO_DTYPE_INT8, 0.15, "expected", FALSE },
};

/* Of transformers with the weights that the integers stand for: tests/tools/make-int8-cases.py. */
static const Precision kept_int8 = { TRAFO_DTYPE_INT8, 1e-4, "expected-int8-weight-only", TRUE };
/* The same: tests/tools/make-int4-cases.py. */
static const Precision kept_int4 = { TRAFO_DTYPE_FLOAT32,
                                     1e-4,
                                     "expected-int4-weight-only",
                                     FALSE,
                                     TRUE };

typedef struct
{
  char     *device;
  char     *folder;
  Precision precision;
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->device);
  g_free (self->folder);
  g_free (self);
}

/* Whether @mask bars an element: the first two axes of such tensors are the mask's. */
static gboolean
is_barred (TrafoTensor *expected, TrafoTensor *mask, gint64 index)
{
  gint64 n_positions;

  if (mask == NULL || trafo_tensor_get_n_dims (expected) < 2 ||
      trafo_tensor_get_dim (expected, 0) != trafo_tensor_get_dim (mask, 0) ||
      trafo_tensor_get_dim (expected, 1) != trafo_tensor_get_dim (mask, 1))
    return FALSE;
  n_positions = trafo_tensor_get_n_elements (mask);
  return trafo_tensor_get_value (mask,
                                 index / (trafo_tensor_get_n_elements (expected) / n_positions)) ==
         0;
}

static void
assert_close (const char  *name,
              TrafoTensor *found,
              TrafoTensor *expected,
              TrafoTensor *mask,
              double       tolerance)
{
  double largest = 0, worst = 0;

  g_assert_nonnull (found);
  g_assert_cmpuint (trafo_tensor_get_n_dims (found), ==, trafo_tensor_get_n_dims (expected));
  for (guint i = 0; i < trafo_tensor_get_n_dims (expected); i++)
    g_assert_cmpint (trafo_tensor_get_dim (found, i), ==, trafo_tensor_get_dim (expected, i));
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (expected); i++)
    {
      double want = trafo_tensor_get_value (expected, i);
      double got = trafo_tensor_get_value (found, i);
      double difference = fabs (got - want);

      /* the loss of no label at all is NaN */
      if (is_barred (expected, mask, i) || (isnan (got) && isnan (want)))
        continue;
      largest = fmax (largest, fabs (want));
      worst = isnan (difference) ? INFINITY : fmax (worst, difference);
    }
  g_test_message ("%s: %.2g of %.2g", name, worst, largest);
  if (worst > tolerance * largest)
    g_test_fail_printf ("%s differs by %.2g of %.2g", name, worst, largest);
}

/* Runs the model on "inputs.*" of a file and compares with its "outputs.*". */
static void
check_file (TrafoModel *model, const char *filename, gboolean has_hidden_states, double tolerance)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) stored = trafo_tensor_dict_load (filename, &error);
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  guint n_compared = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < trafo_tensor_dict_get_size (stored); i++)
    {
      const char *name = trafo_tensor_dict_get_name (stored, i);

      if (g_str_has_prefix (name, "inputs."))
        trafo_tensor_dict_set (inputs,
                               name + strlen ("inputs."),
                               trafo_tensor_dict_get (stored, name));
    }
  outputs = trafo_model_forward (model, inputs, has_hidden_states, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < trafo_tensor_dict_get_size (stored); i++)
    {
      const char *name = trafo_tensor_dict_get_name (stored, i);

      if (!g_str_has_prefix (name, "outputs.") ||
          (!has_hidden_states && g_str_has_prefix (name, "outputs.hidden_states.")))
        continue;
      assert_close (name,
                    trafo_tensor_dict_get (outputs, name + strlen ("outputs.")),
                    trafo_tensor_dict_get (stored, name),
                    trafo_tensor_dict_get (inputs, "attention_mask"),
                    tolerance);
      n_compared++;
    }
  g_assert_cmpuint (n_compared, >, 0);
}

/* The task of the head that the checkpoint was saved with. */
static const char *
find_task (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (folder, &error);
  const char      *type, *head;
  g_autofree char *auto_class = NULL;

  g_assert_no_error (error);
  type = trafo_config_get_architectures (config)[0];
  if (g_str_has_suffix (type, "LMHeadModel"))
    return "causal-lm";
  head = strstr (type, "For");
  auto_class = g_strconcat ("AutoModel", head, NULL);
  return trafo_auto_model_get_task_of_class (auto_class);
}

static TrafoModel *
load (const char *folder, const char *device, const Precision *precision)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  TrafoModel *model;

  trafo_load_options_set_device (options, device);
  trafo_load_options_set_dtype (options, precision->dtype);
  trafo_load_options_set_int8_weight_only (options, precision->int8_weight_only);
  trafo_load_options_set_int4_weight_only (options, precision->int4_weight_only);
  model =
      trafo_auto_model_from_pretrained_for_task (folder, find_task (folder), options, NULL, &error);
  g_assert_no_error (error);
  return model;
}

static void
test_model (gconstpointer data)
{
  const Case      *test = data;
  g_autofree char *expected = g_build_filename (test->folder, test->precision.expected, NULL);
  g_autoptr (GDir) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = load (test->folder, test->device, &test->precision);
  g_auto (GStrv) missing = NULL;
  const char *name;
  guint       n_files = 0;

  missing = trafo_model_list_missing_keys (model);
  g_assert_cmpuint (g_strv_length (missing), ==, 0);
  files = g_dir_open (expected, 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *filename = g_build_filename (expected, name, NULL);

      g_test_message ("%s", name);
      check_file (model, filename, FALSE, test->precision.tolerance);
      check_file (model, filename, TRUE, test->precision.tolerance);
      n_files++;
    }
  g_assert_cmpuint (n_files, >=, 1);
}

/* The checkpoint in float16, in a folder of its own. */
static char *
make_float16 (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (folder, NULL, &error);
  g_autofree char *from = g_build_filename (folder, "config.json", NULL);
  char            *made = g_dir_make_tmp ("trafo-float16-XXXXXX", NULL);
  g_autofree char *to = g_build_filename (made, "config.json", NULL);
  g_autofree char *config = NULL;
  gsize            length;

  g_assert_no_error (error);
  trafo_checkpoint_cast (checkpoint, made, TRAFO_DTYPE_FLOAT16, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (from, &config, &length, NULL));
  g_assert_true (g_file_set_contents (to, config, (gssize) length, NULL));
  return made;
}

static TrafoTensorDict *
forward (TrafoModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids =
      trafo_tensor_new (TRAFO_DTYPE_INT64, (gint64[]){ 3, 11 }, 2, &error);
  TrafoTensorDict *outputs;

  g_assert_no_error (error);
  for (gsize i = 0; i < 33; i++)
    ((gint64 *) trafo_tensor_get_data (ids))[i] = (gint64) (3 + i * 7 % 41);
  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, TRUE, NULL, &error);
  g_assert_no_error (error);
  return outputs;
}

/* Of a checkpoint that is float16 already, layers of float16 make the bits of float32. */
static void
test_float16 (gconstpointer data)
{
  const Case      *test = data;
  g_autofree char *folder = make_float16 (test->folder);
  g_autoptr (TrafoModel) model = load (folder, test->device, &test->precision);
  g_autoptr (TrafoModel) wide = load (folder, test->device, &full);
  g_autoptr (TrafoTensorDict) found = forward (model);
  g_autoptr (TrafoTensorDict) expected = forward (wide);

  g_assert_cmpuint (trafo_tensor_dict_get_size (found), >, 0);
  for (guint i = 0; i < trafo_tensor_dict_get_size (found); i++)
    {
      const char  *name = trafo_tensor_dict_get_name (found, i);
      TrafoTensor *a = trafo_tensor_dict_get (found, name);
      TrafoTensor *b = trafo_tensor_dict_get (expected, name);

      g_assert_cmpmem (trafo_tensor_get_data (a),
                       trafo_tensor_get_size_bytes (a),
                       trafo_tensor_get_data (b),
                       trafo_tensor_get_size_bytes (b));
    }
  remove_folder (folder);
}

/* Each checkpoint of a folder that says what is expected of it. */
static void
add_folder (const char      *device,
            const char      *group,
            const char      *models,
            const Precision *precision,
            GTestDataFunc    function)
{
  g_autoptr (GDir) folder = g_dir_open (models, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *expected = g_build_filename (models, name, precision->expected, NULL);
      g_autofree char *path = g_strdup_printf ("/%s/%s/%s/%s",
                                               group,
                                               device,
                                               trafo_dtype_get_name (precision->dtype),
                                               name);
      Case            *test;

      if (!g_file_test (expected, G_FILE_TEST_IS_DIR))
        continue;
      test = g_new0 (Case, 1);
      test->device = g_strdup (device);
      test->precision = *precision;
      test->folder = g_build_filename (models, name, NULL);
      g_test_add_data_func_full (path, test, function, case_free);
    }
}

static void
add_device (const char *device)
{
  g_autofree char *models = g_test_build_filename (G_TEST_DIST, "data", "models", NULL);
  g_autofree char *quantized = g_test_build_filename (G_TEST_DIST, "data", "quantized", NULL);

  add_folder (device, "models", models, &full, test_model);
  if (g_str_equal (device, "cpu") || g_str_equal (device, "reference"))
    {
      add_folder (device, "quantized", quantized, &full, test_model);
      add_folder (device, "kept", models, &kept_int8, test_model);
      add_folder (device, "kept-int4", models, &kept_int4, test_model);
    }
  if (g_getenv ("TRAFO_MODELS") != NULL)
    add_folder (device, "given", g_getenv ("TRAFO_MODELS"), &full, test_model);
  if (!g_str_equal (device, "cpu"))
    return;
  add_folder (device, "exact", models, &narrow[0], test_float16);
  for (gsize i = 0; i < G_N_ELEMENTS (narrow); i++)
    add_folder (device, "models", models, &narrow[i], test_model);
}

/* The devices of every backend that finds some here. */
static void
add_backends (void)
{
  g_autoptr (GListModel) features =
      trafo_registry_list_features (trafo_registry_get_default (), TRAFO_FEATURE_KIND_BACKEND);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);
      g_autofree char *obstacle = trafo_feature_dup_obstacle (feature);
      g_autoptr (GVariant) devices =
          obstacle == NULL ? trafo_feature_probe (feature, NULL, NULL) : NULL;

      for (gsize j = 0; devices != NULL && j < g_variant_n_children (devices); j++)
        {
          const char *name;

          g_variant_get_child (devices, j, "(&su&st)", &name, NULL, NULL, NULL);
          add_device (name);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    add_device (argv[1]);
  else
    {
      add_device ("reference");
      add_backends ();
    }
  return g_test_run ();
}
