/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-dtype.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_LOAD_OPTIONS (trafo_load_options_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoLoadOptions, trafo_load_options, TRAFO, LOAD_OPTIONS, GObject)

TRAFO_API TrafoLoadOptions *trafo_load_options_new (void);
TRAFO_API char            **trafo_load_options_list_quantizations (void);
TRAFO_API gboolean          trafo_load_options_quantize (TrafoLoadOptions *self,
                                                         const char       *type,
                                                         GError          **error);
TRAFO_API const char       *trafo_load_options_get_device (TrafoLoadOptions *self);
TRAFO_API void       trafo_load_options_set_device (TrafoLoadOptions *self, const char *device);
TRAFO_API TrafoDType trafo_load_options_get_dtype (TrafoLoadOptions *self);
TRAFO_API void       trafo_load_options_set_dtype (TrafoLoadOptions *self, TrafoDType dtype);
TRAFO_API gboolean   trafo_load_options_get_int8_weight_only (TrafoLoadOptions *self);
TRAFO_API void       trafo_load_options_set_int8_weight_only (TrafoLoadOptions *self,
                                                              gboolean          int8_weight_only);
TRAFO_API gboolean   trafo_load_options_get_int4_weight_only (TrafoLoadOptions *self);
TRAFO_API void       trafo_load_options_set_int4_weight_only (TrafoLoadOptions *self,
                                                              gboolean          int4_weight_only);
TRAFO_API gboolean   trafo_load_options_get_auto_dtype (TrafoLoadOptions *self);
TRAFO_API void     trafo_load_options_set_auto_dtype (TrafoLoadOptions *self, gboolean auto_dtype);
TRAFO_API gboolean trafo_load_options_get_load_in_8bit (TrafoLoadOptions *self);
TRAFO_API void trafo_load_options_set_load_in_8bit (TrafoLoadOptions *self, gboolean load_in_8bit);
TRAFO_API gboolean trafo_load_options_get_load_in_4bit (TrafoLoadOptions *self);
TRAFO_API void trafo_load_options_set_load_in_4bit (TrafoLoadOptions *self, gboolean load_in_4bit);
TRAFO_API const char *trafo_load_options_get_bnb_4bit_quant_type (TrafoLoadOptions *self);
TRAFO_API void        trafo_load_options_set_bnb_4bit_quant_type (TrafoLoadOptions *self,
                                                                  const char       *bnb_4bit_quant_type);
TRAFO_API gboolean    trafo_load_options_get_bnb_4bit_use_double_quant (TrafoLoadOptions *self);
TRAFO_API void
                 trafo_load_options_set_bnb_4bit_use_double_quant (TrafoLoadOptions *self,
                                                                   gboolean          bnb_4bit_use_double_quant);
TRAFO_API double trafo_load_options_get_llm_int8_threshold (TrafoLoadOptions *self);
TRAFO_API void   trafo_load_options_set_llm_int8_threshold (TrafoLoadOptions *self,
                                                            double            llm_int8_threshold);
TRAFO_API const char *const *trafo_load_options_get_llm_int8_skip_modules (TrafoLoadOptions *self);
TRAFO_API void
                   trafo_load_options_set_llm_int8_skip_modules (TrafoLoadOptions  *self,
                                                                 const char *const *llm_int8_skip_modules);
TRAFO_API guint64  trafo_load_options_get_seed (TrafoLoadOptions *self);
TRAFO_API void     trafo_load_options_set_seed (TrafoLoadOptions *self, guint64 seed);
TRAFO_API gboolean trafo_load_options_get_weight_cache (TrafoLoadOptions *self);
TRAFO_API void trafo_load_options_set_weight_cache (TrafoLoadOptions *self, gboolean weight_cache);

G_END_DECLS
