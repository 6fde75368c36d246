/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How the states of a text's tokens become one vector. */
typedef enum
{
  TRAFO_POOLING_CLS,
  TRAFO_POOLING_MAX,
  TRAFO_POOLING_MEAN,
  TRAFO_POOLING_MEAN_SQRT_LENGTH,
  TRAFO_POOLING_WEIGHTED_MEAN,
  TRAFO_POOLING_LAST_TOKEN,
} TrafoPooling;

#define TRAFO_N_POOLINGS 6

/* The order is that in which several are put together, unless they are listed. As 1_Pooling/config.json names
 * them: "mean", and the key of its older form, "pooling_mode_mean_tokens". */
const char *trafo_pooling_get_name (TrafoPooling pooling);
const char *trafo_pooling_get_key (TrafoPooling pooling);

/* @states: (n_tokens, hidden_size) of one text; @mask: (n_tokens), 0 where a token is padding;
 * @result: (hidden_size). */
void trafo_pooling_apply (TrafoPooling  pooling,
                          const float  *states,
                          const gint64 *mask,
                          gsize         n_tokens,
                          gsize         hidden_size,
                          float        *result);

/* Scales a vector to length 1; one of zeros stays. */
void trafo_pooling_normalize (float *vector, gsize size);

G_END_DECLS
