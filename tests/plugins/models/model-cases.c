/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "model-cases.h"

#include <math.h>
#include <string.h>

#include "trafo-model-save.h"
#include "trafo-tensor-dict-file.h"

typedef struct
{
  const ModelCases *cases;
  gsize             index;
} Case;

TrafoModel *
model_cases_new_model (const ModelCases *cases,
                       const char       *changes,
                       const char       *task,
                       guint64           seed,
                       GError          **error)
{
  g_autofree char *text = tiny_config_of (cases->members, changes);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (TrafoConfig) config = trafo_config_new_from_bytes (bytes, "test", NULL);
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();

  g_assert_nonnull (config);
  trafo_load_options_set_device (options, "reference");
  trafo_load_options_set_seed (options, seed);
  return trafo_auto_model_from_config_for_task (config, task, options, NULL, error);
}

TrafoTensorDict *
model_cases_get_tensors (TrafoModel *model)
{
  g_autoptr (GError) error = NULL;
  char            *folder = tiny_folder_new (NULL, NULL);
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  TrafoTensorDict *tensors;

  trafo_model_save_pretrained (model, folder, 0, NULL, &error);
  g_assert_no_error (error);
  tensors = trafo_tensor_dict_load (weights, &error);
  g_assert_no_error (error);
  tiny_folder_free (folder);
  return tensors;
}

double
model_cases_get_deviation (TrafoTensorDict *tensors, const char *name)
{
  TrafoTensor *tensor = trafo_tensor_dict_get (tensors, name);
  double       sum = 0;
  gint64       n;

  g_assert_nonnull (tensor);
  n = trafo_tensor_get_n_elements (tensor);
  for (gint64 i = 0; i < n; i++)
    sum += pow (trafo_tensor_get_value (tensor, i), 2);
  return sqrt (sum / n);
}

static void
test_config (gconstpointer data)
{
  const Case            *test = data;
  const ModelConfigCase *c = &test->cases->configs[test->index];
  const char            *task = strstr (c->name, "qa") != NULL ? "question-answering" : "base";
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoModel) model = model_cases_new_model (test->cases, c->changes, task, 0, &error);

  g_assert_null (model);
  if (strstr (error->message, c->message) == NULL)
    g_error ("found '%s', expected '%s'", error->message, c->message);
}

static TrafoTensorDict *
forward (const ModelCases *cases, TrafoModel *model)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 5, cases->vocab_size);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *outputs;

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  return outputs;
}

/* Loads the parameters for a task, from a file of the names that they have. */
static TrafoModel *
load (const ModelCases *cases, const char *changes, const char *task, TrafoTensorDict *tensors)
{
  g_autofree char *config = tiny_config_of (cases->members, changes);
  char            *folder = tiny_folder_new (config, tensors);
  g_autoptr (GError) error = NULL;
  TrafoModel *model = tiny_model_load (folder, task, "reference", &error);

  g_assert_no_error (error);
  tiny_folder_free (folder);
  return model;
}

static void
test_head (gconstpointer data)
{
  const Case          *test = data;
  const ModelHeadCase *c = &test->cases->heads[test->index];
  g_autoptr (TrafoModel) base = model_cases_new_model (test->cases, c->changes, "base", 1, NULL);
  g_autoptr (TrafoTensorDict) tensors = model_cases_get_tensors (base);
  g_autoptr (TrafoModel) model = load (test->cases, c->changes, c->task, tensors);
  g_autoptr (TrafoTensorDict) outputs = forward (test->cases, model);
  g_auto (GStrv) missing = trafo_model_list_missing_keys (model);
  g_auto (GStrv) unexpected = trafo_model_list_unexpected_keys (model);
  g_autofree char *joined = g_strjoinv (" ", missing);
  TrafoTensor     *output = trafo_tensor_dict_get (outputs, c->output);

  g_assert_cmpstr (trafo_model_get_architecture (model), ==, c->architecture);
  g_assert_cmpstr (joined, ==, c->missing);
  g_assert_cmpuint (g_strv_length (unexpected), ==, 0);
  g_assert_nonnull (output);
  g_assert_cmpint (trafo_tensor_get_dim (output, trafo_tensor_get_n_dims (output) - 1),
                   ==,
                   c->last_dim);
  for (gint64 i = 0; i < trafo_tensor_get_n_elements (output); i++)
    g_assert_true (isfinite (trafo_tensor_get_value (output, i)));
}

/* The same base model under either name gives the same. */
static void
test_prefix (gconstpointer data)
{
  const ModelCases *cases = data;
  g_autoptr (TrafoModel) base = model_cases_new_model (cases, NULL, "base", 1, NULL);
  g_autoptr (TrafoTensorDict) tensors = model_cases_get_tensors (base);
  g_autoptr (TrafoTensorDict) prefixed = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) expected = forward (cases, base);
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoModel) model = NULL;
  g_auto (GStrv) missing = NULL;

  for (guint i = 0; i < trafo_tensor_dict_get_size (tensors); i++)
    {
      const char      *name = trafo_tensor_dict_get_name (tensors, i);
      g_autofree char *renamed = g_strconcat (cases->prefix, name, NULL);

      trafo_tensor_dict_set (prefixed, renamed, trafo_tensor_dict_get (tensors, name));
    }
  model = load (cases, NULL, "base", prefixed);
  missing = trafo_model_list_missing_keys (model);
  g_assert_cmpuint (g_strv_length (missing), ==, 0);
  outputs = forward (cases, model);
  g_assert_cmpfloat (trafo_tensor_max_difference (trafo_tensor_dict_get (expected,
                                                                         "last_hidden_state"),
                                                  trafo_tensor_dict_get (outputs,
                                                                         "last_hidden_state")),
                     ==,
                     0);
}

static void
test_task (gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (model_cases_new_model (data, NULL, "nothing", 0, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "found task 'nothing', expected base, "));
}

static void
add_case (const ModelCases *cases,
          const char       *group,
          const char       *name,
          gsize             index,
          GTestDataFunc     test)
{
  g_autofree char *path = g_strdup_printf ("/%s/%s/%s", cases->model_type, group, name);
  Case            *c = g_new0 (Case, 1);

  c->cases = cases;
  c->index = index;
  g_test_add_data_func_full (path, c, test, g_free);
}

void
model_cases_add (const ModelCases *cases)
{
  g_autofree char *prefix = g_strdup_printf ("/%s/prefix", cases->model_type);
  g_autofree char *task = g_strdup_printf ("/%s/task", cases->model_type);

  for (gsize i = 0; i < cases->n_configs; i++)
    add_case (cases, "config", cases->configs[i].name, i, test_config);
  for (gsize i = 0; i < cases->n_heads; i++)
    add_case (cases, "head", cases->heads[i].architecture, i, test_head);
  g_test_add_data_func (prefix, cases, test_prefix);
  g_test_add_data_func (task, cases, test_task);
}
