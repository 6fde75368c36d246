/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

#include "trafo-generation-prompts-private.h"

G_BEGIN_DECLS

/* What follows a prompt whose last ids are padding: the logits of the last of them, @vocab_size
 * floats. As in transformers it sees the tokens before it, but not itself, and like all padding it
 * stands at position 0. A row of the runner always sees itself; so the model runs with a mask. */
gboolean trafo_padded_prompt_run (TrafoModel                  *model,
                                  const TrafoGenerationPrompt *prompt,
                                  gsize                        length,
                                  float                       *ret_logits,
                                  gsize                        vocab_size,
                                  GCancellable                *cancellable,
                                  GError                     **error);

G_END_DECLS
