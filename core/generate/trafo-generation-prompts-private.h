/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-config-private.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* One row of the input. */
typedef struct
{
  gint64  *ids;       /* of the row, padding included */
  gint64  *mask;      /* of them: 1 for tokens, 0 for padding */
  gint64  *tokens;    /* those that the mask leaves */
  gsize    n_tokens;  /* at least 1 */
  gsize    n_padding; /* ids before the first token */
  gboolean ends_in_padding;
  guint64  stream; /* for draws: of the tokens, and of how often they came before */
} TrafoGenerationPrompt;

typedef struct
{
  TrafoGenerationPrompt *rows;
  gsize                  n_rows;
  gsize                  length; /* of each row, padding included */
} TrafoGenerationPrompts;

/* "input_ids", or the config's first token where there are none, and "attention_mask"; where that is
 * left out, the config's padding token is masked unless it may also end a sequence. */
TrafoGenerationPrompts *trafo_generation_prompts_new (TrafoTensorDict       *inputs,
                                                      TrafoGenerationConfig *config,
                                                      gsize                  vocab_size,
                                                      GError               **error);
void                    trafo_generation_prompts_free (TrafoGenerationPrompts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoGenerationPrompts, trafo_generation_prompts_free)

G_END_DECLS
