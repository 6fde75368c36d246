/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

#include <trafo/trafo.h>

/* The distance between the best and the second best logit of a text: how surely a model knows the
 * class. A task uses models as a program does, so it includes <trafo/trafo.h>. */
struct _ExamplePipeline
{
  GObject parent_instance;
};

static void example_pipeline_iface_init (TrafoPipelineTaskInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExamplePipeline,
                               example_pipeline,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_PIPELINE_TASK,
                                                      example_pipeline_iface_init))

static const char *
example_pipeline_get_model_task (TrafoPipelineTask *task)
{
  return "sequence-classification";
}

static const char *const *
example_pipeline_list_parameters (TrafoPipelineTask *task)
{
  static const char *const parameters[] = { NULL };

  return parameters;
}

static double
get_margin (TrafoTensor *logits)
{
  double best = -G_MAXDOUBLE, second = -G_MAXDOUBLE;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (logits); i++)
    {
      double logit = trafo_tensor_get_value (logits, i);

      second = MAX (second, MIN (best, logit));
      best = MAX (best, logit);
    }
  return best - second;
}

static TrafoValue *
example_pipeline_run (TrafoPipelineTask *task,
                      TrafoModel        *model,
                      TrafoTokenizer    *tokenizer,
                      GVariant          *inputs,
                      GVariant          *parameters,
                      GCancellable      *cancellable,
                      GError           **error)
{
  const char *texts[] = { NULL, NULL };
  g_autoptr (TrafoBatchEncoding) encodings = NULL;
  g_autoptr (TrafoTensorDict) tensors = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;
  TrafoTensor *logits;

  if (!g_variant_is_of_type (inputs, G_VARIANT_TYPE_STRING))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found inputs of type %s, expected a text",
                   g_variant_get_type_string (inputs));
      return NULL;
    }
  texts[0] = g_variant_get_string (inputs, NULL);
  encodings = trafo_tokenizer_encode_batch (tokenizer, texts, NULL, NULL, error);
  if (encodings == NULL)
    return NULL;
  tensors = trafo_batch_encoding_to_tensors (encodings, error);
  if (tensors == NULL)
    return NULL;
  outputs = trafo_model_forward (model, tensors, FALSE, cancellable, error);
  if (outputs == NULL)
    return NULL;
  logits = trafo_tensor_dict_get (outputs, "logits");
  if (logits != NULL)
    return trafo_value_new_double (get_margin (logits));
  g_set_error_literal (error, TRAFO_ERROR, TRAFO_ERROR_INTERNAL, "the model gave no logits");
  return NULL;
}

static void
example_pipeline_iface_init (TrafoPipelineTaskInterface *iface)
{
  iface->get_model_task = example_pipeline_get_model_task;
  iface->list_parameters = example_pipeline_list_parameters;
  iface->run = example_pipeline_run;
}

static void
example_pipeline_class_init (ExamplePipelineClass *klass)
{
}

static void
example_pipeline_init (ExamplePipeline *self)
{
}
