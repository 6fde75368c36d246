/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-config.h>

G_BEGIN_DECLS

/**
 * TrafoEarlyStopping:
 * @TRAFO_EARLY_STOPPING_FALSE: when what is left is unlikely to become better than what was found
 * @TRAFO_EARLY_STOPPING_TRUE: when as many sequences as there are beams have ended
 * @TRAFO_EARLY_STOPPING_NEVER: when what is left cannot become better than what was found
 *
 * When a beam search ends, as early_stopping of transformers says it.
 */
typedef enum
{
  TRAFO_EARLY_STOPPING_FALSE,
  TRAFO_EARLY_STOPPING_TRUE,
  TRAFO_EARLY_STOPPING_NEVER,
} TrafoEarlyStopping;

#define TRAFO_TYPE_GENERATION_CONFIG (trafo_generation_config_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoGenerationConfig,
                      trafo_generation_config,
                      TRAFO,
                      GENERATION_CONFIG,
                      GObject)

TRAFO_API TrafoGenerationConfig *trafo_generation_config_new (void);
TRAFO_API TrafoGenerationConfig *trafo_generation_config_new_from_variant (GVariant *parameters,
                                                                           GError  **error);
TRAFO_API TrafoGenerationConfig *trafo_generation_config_new_from_folder (const char *folder,
                                                                          GError    **error);
TRAFO_API TrafoGenerationConfig *trafo_generation_config_copy (TrafoGenerationConfig *self);

TRAFO_API gboolean trafo_generation_config_update (TrafoGenerationConfig *self,
                                                   GVariant              *parameters,
                                                   GError               **error);
TRAFO_API void     trafo_generation_config_fill (TrafoGenerationConfig *self,
                                                 TrafoGenerationConfig *defaults);
TRAFO_API gboolean trafo_generation_config_is_set (TrafoGenerationConfig *self, const char *name);
TRAFO_API void     trafo_generation_config_unset (TrafoGenerationConfig *self, const char *name);

TRAFO_API GVariant *trafo_generation_config_to_variant (TrafoGenerationConfig *self);
TRAFO_API char     *trafo_generation_config_to_json (TrafoGenerationConfig *self);
TRAFO_API gboolean  trafo_generation_config_save (TrafoGenerationConfig *self,
                                                  const char            *folder,
                                                  GError               **error);

G_END_DECLS
