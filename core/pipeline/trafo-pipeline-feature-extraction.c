/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The first output of the model, (1, tokens, hidden) for each text, special tokens among them:
 * transformers/pipelines/feature_extraction.py (5.23). Texts run one by one, so that no result
 * depends on what it is asked together with. */
#include <trafo/trafo-error.h>

#include "trafo-pipeline-task-private.h"
#include "trafo-text-batch-private.h"

static TrafoTensor *
extract (TrafoPipeline      *pipeline,
         const char         *text,
         TrafoEncodeOptions *options,
         GCancellable       *cancellable,
         GError            **error)
{
  const char *const texts[] = { text, NULL };
  g_autoptr (TrafoBatchEncoding) encodings = NULL;
  g_autoptr (TrafoTensorDict) batch = NULL;
  g_autoptr (TrafoTensorDict) outputs = NULL;

  encodings = trafo_tokenizer_encode_batch (trafo_pipeline_get_tokenizer (pipeline),
                                            texts,
                                            NULL,
                                            options,
                                            error);
  if (encodings == NULL)
    return NULL;
  batch = trafo_text_batch_new (encodings, error);
  if (batch == NULL)
    return NULL;
  outputs =
      trafo_model_forward (trafo_pipeline_get_model (pipeline), batch, FALSE, cancellable, error);
  if (outputs == NULL)
    return NULL;
  if (trafo_tensor_dict_get_size (outputs) > 0)
    return trafo_tensor_ref (
        trafo_tensor_dict_get (outputs, trafo_tensor_dict_get_name (outputs, 0)));
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INTERNAL,
               "%s: found no output",
               G_OBJECT_TYPE_NAME (trafo_pipeline_get_model (pipeline)));
  return NULL;
}

static TrafoValue *
run (TrafoPipeline     *pipeline,
     const char *const *texts,
     GVariant          *parameters,
     GCancellable      *cancellable,
     GError           **error)
{
  g_autoptr (TrafoEncodeOptions) options = trafo_encode_options_new ();
  g_autoptr (TrafoValue) results = trafo_value_new_list ();
  gboolean truncation;

  if (!trafo_pipeline_get_boolean (parameters, "truncation", FALSE, &truncation, error))
    return NULL;
  trafo_encode_options_set_truncation (options,
                                       truncation ? TRAFO_TRUNCATION_LONGEST_FIRST
                                                  : TRAFO_TRUNCATION_DO_NOT_TRUNCATE);
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      g_autoptr (TrafoTensor) tensor = extract (pipeline, texts[i], options, cancellable, error);

      if (tensor == NULL)
        return NULL;
      trafo_value_append (results, trafo_value_new_tensor (tensor));
    }
  return g_steal_pointer (&results);
}

static const char *const parameter_names[] = { "truncation", NULL };

const TrafoPipelineTask trafo_pipeline_feature_extraction = {
  .name = "feature-extraction",
  .model_task = "base",
  .parameters = parameter_names,
  .run = run,
};
