/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-logits-private.h"
#include "trafo-selection-private.h"

G_BEGIN_DECLS

/* The first tokens by descending key; those of equal key come in the order of their index. */
typedef struct
{
  guint32 key;    /* of the last one; all with a larger key are in */
  gsize   n_last; /* how many of that key are in, at most */
} TrafoRanking;

/* The first @n_tokens by the keys of @logits. */
TrafoRanking trafo_ranking_first (const TrafoLogits *logits, gsize n_tokens);
/* The longer of the two. */
TrafoRanking trafo_ranking_longer (TrafoRanking a, TrafoRanking b);

/* Drops what @ranking does not hold. */
void trafo_ranking_keep (const TrafoRanking *ranking, TrafoLogits *logits);

G_END_DECLS
