/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-logits-private.h"

G_BEGIN_DECLS

/* A stream of random numbers, of which each is known by where it stands: what is drawn does not
 * depend on what else is drawn, nor when. */
typedef struct
{
  guint64 seed;
  guint64 stream;
} TrafoTokenDraws;

/* Number @index of the draws' step @step, in [0, 1). */
double trafo_token_draws_get (const TrafoTokenDraws *self, guint32 step, guint32 index);

/* The token of the largest score, the lowest of equals. */
gsize trafo_token_choose_best (TrafoLogits *logits);

/* A token with the probability that its score gives it; FALSE with the error if none has any. */
gboolean trafo_token_draw (TrafoLogits *logits, double number, gsize *ret_token, GError **error);

/* @n_tokens of a whole row in the order in which they were chosen: the best, as trafo_top_k() has
 * them, or drawn without putting back. */
void     trafo_token_choose_many (TrafoLogits *logits, gsize *tokens, gsize n_tokens);
gboolean trafo_token_draw_many (TrafoLogits           *logits,
                                const TrafoTokenDraws *draws,
                                guint32                step,
                                gsize                 *tokens,
                                gsize                  n_tokens,
                                GError               **error);

G_END_DECLS
