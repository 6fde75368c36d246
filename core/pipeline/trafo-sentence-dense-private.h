/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor.h"

G_BEGIN_DECLS

/* A linear layer with an activation behind the pooling: sentence-transformers' module Dense. */
typedef struct
{
  gsize        in_features;
  gsize        out_features;
  TrafoTensor *weight;     /* float32 (out_features, in_features), contiguous */
  TrafoTensor *bias;       /* float32 (out_features), contiguous; NULL: none */
  guint        activation; /* TrafoActivation */
} TrafoSentenceDense;

/* Reads config.json and the weights of @folder. */
TrafoSentenceDense *trafo_sentence_dense_read (const char *folder, GError **error);
void                trafo_sentence_dense_free (TrafoSentenceDense *self);

/* @x: in_features; @y: out_features, not in the same memory. */
void trafo_sentence_dense_apply (const TrafoSentenceDense *self, const float *x, float *y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoSentenceDense, trafo_sentence_dense_free)

G_END_DECLS
