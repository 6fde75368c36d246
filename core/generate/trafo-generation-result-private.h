/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-result.h"

G_BEGIN_DECLS

/* One sequence of a result. */
typedef struct
{
  gint64  *tokens; /* new ones; owned */
  gsize    n_tokens;
  gboolean is_ended; /* by an end token or a stop string */
  float    score;    /* of a beam search */
} TrafoGeneratedRow;

/* Takes @rows and their tokens; the tensors, borrowed, may be NULL. */
TrafoGenerationResult *trafo_generation_result_new (GArray      *rows,
                                                    TrafoTensor *sequences,
                                                    TrafoTensor *sequences_scores,
                                                    TrafoTensor *scores,
                                                    TrafoTensor *logits,
                                                    gint64       seed);

G_END_DECLS
