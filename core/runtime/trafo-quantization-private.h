/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-config.h>

#include "trafo-graph-private.h"
#include "trafo-load-options.h"

G_BEGIN_DECLS

/* How a model's linear layers keep their weights: what config.json calls quantization_config, or what
 * the caller who loads it asks for. */
typedef struct
{
  TrafoWeightEncoding encoding;
  double              threshold; /* llm_int8_threshold */
  char     **skip_modules;  /* llm_int8_skip_modules; NULL: those that transformers leaves out */
  gboolean   is_nested;     /* bnb_4bit_use_double_quant */
  TrafoDType compute_dtype; /* bnb_4bit_compute_dtype, which others go by; here it is float32 */
} TrafoQuantization;

/* No encoding, where @config says nothing. An error is what neither bitsandbytes' 8 or 4 bits is nor
 * none. */
gboolean trafo_quantization_read (TrafoQuantization *self, TrafoConfig *config, GError **error);
void     trafo_quantization_clear (TrafoQuantization *self);

/* A parameter that linear layers take encoded. */
typedef struct
{
  char    *name;      /* of the encoded weight; that of the head, where the parameter is tied */
  gboolean is_in_out; /* whether its floats are [K, N] */
} TrafoEncodedWeight;

TrafoEncodedWeight *trafo_encoded_weight_new (const char *name, gboolean is_in_out);
void                trafo_encoded_weight_free (TrafoEncodedWeight *self);

/* The first names of those of @graph's parameters whose linear layers it encodes, to
 * TrafoEncodedWeight. */
GHashTable *trafo_quantization_choose (const TrafoQuantization *self,
                                       const TrafoGraph        *graph,
                                       const char              *task,
                                       GError                 **error);

/* What @options ask for. */
gboolean
trafo_quantization_set_options (TrafoQuantization *self, TrafoLoadOptions *options, GError **error);

/* As quantization_config; floating. */
GVariant *trafo_quantization_to_variant (const TrafoQuantization *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoQuantization, trafo_quantization_clear)

G_END_DECLS
