/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-plan-private.h"

G_BEGIN_DECLS

/* Puts into @draft the tokens that may follow @ids, none where nothing says which: those that followed
 * when the last tokens came before. As PromptLookupCandidateGenerator of transformers
 * (generation/candidate_generator.py), without its filters for drawing. @logits has room for a row. */
void trafo_prompt_lookup_draft (const TrafoGenerationPlan *plan,
                                TrafoLogits               *logits,
                                const GArray              *ids,
                                gsize                      n_padding,
                                GArray                    *draft);

G_END_DECLS
