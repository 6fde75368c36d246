/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-logits-private.h"

G_BEGIN_DECLS

/* Filters look at each token that is left several times. These drop, by blocks and at a glance, what a
 * filter is to drop. The maximum was found before. */

/* Keeps the best @n_tokens, equals of the last, and some others. */
void trafo_logits_prune_to_best (TrafoLogits *self, gsize n_tokens);

/* Keeps what weighs @weight or more, the best @min_tokens, and some others; and weighs what is left. */
void trafo_logits_prune_unlikely (TrafoLogits *self, double weight, gsize min_tokens);

/* A weight such that all tokens that weigh less are together less than the part 1 - @mass. */
double trafo_logits_get_tail_weight (const TrafoLogits *self, double mass);

G_END_DECLS
