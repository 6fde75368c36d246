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

/* The first @n_tokens by the room's keys. */
TrafoRanking trafo_ranking_first (const TrafoLogitsRoom *room, gsize n_tokens);
/* The longer of the two. */
TrafoRanking trafo_ranking_longer (TrafoRanking a, TrafoRanking b);

/* The room's keys become those of @values. */
void trafo_ranking_set_keys (TrafoLogitsRoom *room, const float *values);
/* Drops what @ranking does not hold. */
void trafo_ranking_keep (const TrafoRanking *ranking, const TrafoLogitsRoom *room, float *scores);

G_END_DECLS
