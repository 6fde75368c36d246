/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-config.h"
#include "trafo-generation-parameter-private.h"

G_BEGIN_DECLS

/* Values for a computation: what is set, what null turns off, or the default. A list is NULL where
 * there is none, and borrowed. */
double    trafo_generation_config_get_number (TrafoGenerationConfig *self, guint id);
gint64    trafo_generation_config_get_integer (TrafoGenerationConfig *self, guint id);
GVariant *trafo_generation_config_get_list (TrafoGenerationConfig *self, guint id);
/* Whether a value is set that is not null. */
gboolean trafo_generation_config_has (TrafoGenerationConfig *self, guint id);

/* The members of a file that are no parameters of ours and change nothing, a{sv}: they are written
 * again with the rest. NULL where there was no file. */
void      trafo_generation_config_set_others (TrafoGenerationConfig *self, GVariant *others);
GVariant *trafo_generation_config_get_others (TrafoGenerationConfig *self);

/* The parameters among the keys of a config.json, where older checkpoints keep them. */
TrafoGenerationConfig *trafo_generation_config_new_from_model_config (TrafoConfig *config,
                                                                      GError     **error);

G_END_DECLS
