/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "tiny-model.h"

G_BEGIN_DECLS

/* What every model plugin is asked: that it refuses what it cannot build, that it finds a bare
 * encoder or decoder under either name, and that it says what a head lacks. */

/* A configuration that is refused, and a part of what is said of it. */
typedef struct
{
  const char *name;
  const char *changes;
  const char *message;
} ModelConfigCase;

/* A head on a checkpoint of the base class. */
typedef struct
{
  const char *task;
  const char *architecture;
  const char *changes;
  const char *missing; /* joined by spaces */
  const char *output;
  gint64      last_dim;
} ModelHeadCase;

typedef struct
{
  const char            *model_type;
  const char            *members; /* of a small config.json, with ", " between them */
  gint64                 vocab_size;
  const char            *prefix; /* with the dot */
  const ModelConfigCase *configs;
  gsize                  n_configs;
  const ModelHeadCase   *heads;
  gsize                  n_heads;
} ModelCases;

/* Adds the tests. @cases stays where it is. */
void model_cases_add (const ModelCases *cases);

/* A model of random weights on the reference device. */
TrafoModel *model_cases_new_model (const ModelCases *cases,
                                   const char       *changes,
                                   const char       *task,
                                   guint64           seed,
                                   GError          **error);

/* The parameters of a model. */
TrafoTensorDict *model_cases_get_tensors (TrafoModel *model);

/* The deviation of a tensor's elements from 0. */
double model_cases_get_deviation (TrafoTensorDict *tensors, const char *name);

G_END_DECLS
