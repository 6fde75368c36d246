/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-graph-private.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* Which texts of a batch are a caller's, and the tokens of its own batch, which may be shorter than
 * those that it is joined with. */
typedef struct
{
  gint64 first_text, n_texts;
  gint64 length;
  gint64 first_place; /* among the rows of tokens' outputs */
} TrafoBatchPart;

/* What a run of the packed @graph gave, as the part's caller expects it: (texts, tokens, ...) for
 * (places, ...). Views of @outputs. */
TrafoTensorDict *trafo_joined_batch_cut (const TrafoGraph     *graph,
                                         TrafoTensorDict      *outputs,
                                         const TrafoBatchPart *part,
                                         GError              **error);

G_END_DECLS
