/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-auto-model.h"
#include "trafo-model-forward.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* Checkpoints made from tests/data/models/tiny-bert. */

/* Its parameters, their names behind @prefix. */
TrafoTensorDict *tiny_tensors_new (const char *prefix);
/* A tensor that counts up in steps of 1/64. */
void tiny_tensors_add (TrafoTensorDict *tensors, const char *name, gint64 rows, gint64 columns);

/* Its config.json with the members of @changes, such as "\"hidden_act\": \"relu\"", put before those
 * of the same name. */
char *tiny_config (const char *changes);
/* The same of other members, which ", " separates. */
char *tiny_config_of (const char *rest, const char *changes);

/* A temporary folder; the files are written if not NULL. */
char *tiny_folder_new (const char *config, TrafoTensorDict *tensors);
void  tiny_folder_free (char *folder);

/* Loads from such a folder, on @device. */
TrafoModel *
tiny_model_load (const char *folder, const char *task, const char *device, GError **error);

/* Int64 (batch, sequence), of numbers below @n that differ. */
TrafoTensor *tiny_ids_new (gint64 batch, gint64 sequence, gint64 n);

G_END_DECLS
