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

/* Whether inputs are what can be joined: integers of one shape (texts, tokens), or of one row that
 * stands for all. If so, their shape. */
gboolean trafo_joined_batch_takes (TrafoTensorDict *inputs, TrafoBatchPart *ret_part);

/* Callers' inputs of the same names as one batch, copied, and the indices that its packed variant
 * needs. Sets where the parts lie. */
gboolean trafo_joined_batch_new (TrafoTensorDict *const *members,
                                 TrafoBatchPart *const  *parts,
                                 guint                   n_members,
                                 TrafoTensorDict       **ret_inputs,
                                 TrafoTensorDict       **ret_packed,
                                 GError                **error);

/* What a run of the packed @graph gave, as the part's caller expects it: (texts, tokens, ...) for
 * (places, ...). Views of @outputs. */
TrafoTensorDict *trafo_joined_batch_cut (const TrafoGraph     *graph,
                                         TrafoTensorDict      *outputs,
                                         const TrafoBatchPart *part,
                                         GError              **error);

G_END_DECLS
