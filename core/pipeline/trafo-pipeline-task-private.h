/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-pipeline.h"

G_BEGIN_DECLS

/* One task of the pipelines: a file trafo-pipeline-TASK.c, with the table below and a line in the
 * list of trafo-pipeline-task.c. */
typedef struct
{
  const char        *name;
  const char        *model_task; /* what the model is loaded for */
  const char *const *parameters; /* the names of those it takes, NULL-terminated */
  gboolean           keeps_list; /* whether one text alone gets a list of one, too */

  /* One item for each text. @parameters is an a{sv} that holds none but those named above. */
  TrafoValue *(*run) (TrafoPipeline     *pipeline,
                      const char *const *texts,
                      GVariant          *parameters,
                      GCancellable      *cancellable,
                      GError           **error);
} TrafoPipelineTask;

extern const TrafoPipelineTask trafo_pipeline_feature_extraction;

/* NULL if there is none of that name. */
const TrafoPipelineTask *trafo_pipeline_task_find (const char *name);
char                   **trafo_pipeline_task_list (void);

/* The parameter, or the default where it is not given or null. FALSE, with an error that names it,
 * if it is of another type. */
gboolean trafo_pipeline_get_boolean (GVariant   *parameters,
                                     const char *name,
                                     gboolean    default_value,
                                     gboolean   *ret_value,
                                     GError    **error);

G_END_DECLS
