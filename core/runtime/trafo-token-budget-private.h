/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-graph-private.h"

G_BEGIN_DECLS

/* How many texts are run together where padding is not computed. A run costs what its tokens cost, and
 * from some hundred on a token costs the same in any number: the weights are read once a run, and beside
 * so many rows that is little. Memory grows on: a layer of BERT-base has some 20 KiB for a token, so that
 * this many fill 40 MiB, about what the last level of a server's cache holds. */
#define TRAFO_TOKEN_BUDGET 2048

/* The texts of a batch. */
typedef struct
{
  gsize  place_bytes; /* of all outputs, for one token */
  gint64 n_texts;
  gint64 length; /* of the longest */
  gint64 n_tokens;
} TrafoTokenBudget;

/* For none so far, and the program @packed; FALSE if that computes padding all the same. */
gboolean trafo_token_budget_init (TrafoTokenBudget *self, const TrafoGraph *packed);

/* Adds texts of up to @length tokens, @n_tokens without what is hidden, if they fit beside those that
 * there are. Where there are none, they do. */
gboolean
trafo_token_budget_add (TrafoTokenBudget *self, gint64 n_texts, gint64 length, gint64 n_tokens);

G_END_DECLS
