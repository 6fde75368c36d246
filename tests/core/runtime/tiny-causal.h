/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

G_BEGIN_DECLS

/* A causal language model in the manner of GPT-2, small, with random weights, and with as many heads
 * of keys and values as asked for. */
typedef struct
{
  guint      n_layers;
  guint      n_heads;
  guint      n_kv_heads;
  guint      head_size;
  gint64     vocab_size;
  gint64     n_positions; /* 0: the model knows no positions */
  gboolean   is_causal;
  TrafoDType logits_dtype;
  TrafoDType dtype; /* of the weights; TRAFO_DTYPE_NONE: as stored */
  gboolean   load_in_8bit;
} TinyCausalConfig;

extern const TinyCausalConfig tiny_causal_default;

TrafoModel *tiny_causal_new (const TinyCausalConfig *config, const char *device);

/* How often the model was built. */
guint tiny_causal_get_n_builds (TrafoModel *model);

G_END_DECLS
