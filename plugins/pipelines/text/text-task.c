/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "text-task.h"

static void trafo_text_task_iface_init (TrafoPipelineTaskInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (TrafoTextTask,
                                  trafo_text_task,
                                  G_TYPE_OBJECT,
                                  G_IMPLEMENT_INTERFACE (TRAFO_TYPE_PIPELINE_TASK,
                                                         trafo_text_task_iface_init))

guint
text_call_get_n_items (const TextCall *self)
{
  return self->is_list ? trafo_value_get_n_items (self->inputs) : 1;
}

TrafoValue *
text_call_get_item (const TextCall *self, guint index)
{
  return self->is_list ? trafo_value_get_item (self->inputs, index) : self->inputs;
}

gboolean
text_call_fail_input (TrafoValue *input, const char *expected, GError **error)
{
  g_autofree char *json = trafo_value_to_json (input);
  g_autofree char *found = trafo_error_excerpt (json != NULL ? json : "");

  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found input %s, expected %s",
               found,
               expected);
  return FALSE;
}

gboolean
text_call_check_members (TrafoValue *input, const char *const *names, GError **error)
{
  for (guint i = 0; i < trafo_value_get_n_items (input); i++)
    {
      const char      *key = trafo_value_get_key (input, i);
      g_autofree char *found = NULL;
      g_autofree char *expected = NULL;

      if (g_strv_contains (names, key))
        continue;
      found = trafo_error_excerpt (key);
      expected = g_strjoinv ("', '", (char **) names);
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found the member '%s' of an input, expected '%s'",
                   found,
                   expected);
      return FALSE;
    }
  return TRUE;
}

TrafoValue *
text_call_shape (const TextCall *self, TrafoValue *results)
{
  g_autoptr (TrafoValue) owned = results;

  return trafo_value_ref (self->is_list ? owned : trafo_value_get_item (owned, 0));
}

static const char *
trafo_text_task_get_model_task (TrafoPipelineTask *task)
{
  return TRAFO_TEXT_TASK_GET_CLASS (task)->model_task;
}

static const char *const *
trafo_text_task_list_parameters (TrafoPipelineTask *task)
{
  return TRAFO_TEXT_TASK_GET_CLASS (task)->parameters;
}

static TrafoValue *
trafo_text_task_run (TrafoPipelineTask *task,
                     TrafoModel        *model,
                     TrafoTokenizer    *tokenizer,
                     GVariant          *inputs,
                     GVariant          *parameters,
                     GCancellable      *cancellable,
                     GError           **error)
{
  g_autoptr (TrafoValue) input_values = trafo_value_new_from_variant (inputs);
  g_autoptr (TrafoValue) parameter_values = trafo_value_new_from_variant (parameters);
  TextCall call = {
    .model = model,
    .tokenizer = tokenizer,
    .inputs = input_values,
    .is_list = trafo_value_get_kind (input_values) == TRAFO_VALUE_KIND_LIST,
    .parameters = parameter_values,
    .given = parameters,
    .cancellable = cancellable,
  };

  if (text_call_get_n_items (&call) > 0)
    return TRAFO_TEXT_TASK_GET_CLASS (task)->run (&call, error);
  text_call_fail_input (input_values, "at least one text", error);
  return NULL;
}

static void
trafo_text_task_iface_init (TrafoPipelineTaskInterface *iface)
{
  iface->get_model_task = trafo_text_task_get_model_task;
  iface->list_parameters = trafo_text_task_list_parameters;
  iface->run = trafo_text_task_run;
}

static void
trafo_text_task_class_init (TrafoTextTaskClass *klass)
{
}

static void
trafo_text_task_init (TrafoTextTask *self)
{
}
