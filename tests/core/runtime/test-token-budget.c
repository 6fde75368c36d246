/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"
#include "trafo-dims-private.h"
#include "trafo-token-budget-private.h"

typedef struct
{
  gint64 n_texts, length, n_tokens;
} Batch;

/* How many of the batches fit, as outputs of @place_bytes for a token. */
static guint
count (const Batch *batches, guint n, gsize place_bytes)
{
  TrafoTokenBudget budget = { .place_bytes = place_bytes };
  guint            n_added = 0;

  while (n_added < n && trafo_token_budget_add (&budget,
                                                batches[n_added].n_texts,
                                                batches[n_added].length,
                                                batches[n_added].n_tokens))
    n_added++;
  return n_added;
}

static void
test_tokens (void)
{
  static const Batch half[] = { { 2, 512, 1024 }, { 2, 512, 1024 }, { 1, 1, 1 } };
  static const Batch large[] = { { 9, 512, 9 * 512 }, { 1, 1, 1 } };
  static const Batch huge[] = { { 1, G_MAXUINT32, G_MAXUINT32 }, { 1, 1, 1 } };
  static const Batch before[] = { { 1, 1, 1 }, { 1, G_MAXUINT32, G_MAXUINT32 } };

  g_assert_cmpuint (count (half, 3, 0), ==, 2);
  g_assert_cmpuint (count (large, 2, 0), ==, 1);
  g_assert_cmpuint (count (huge, 2, 0), ==, 1);
  g_assert_cmpuint (count (before, 2, 0), ==, 1);
}

/* Short texts beside a long one: padding in ids and outputs counts, tokens or not. */
static void
test_places (void)
{
  Batch batches[200];
  guint n_most;

  for (guint i = 0; i < G_N_ELEMENTS (batches); i++)
    batches[i] = (Batch){ 1, i == 0 ? 512 : 1, i == 0 ? 512 : 1 };
  n_most = count (batches, G_N_ELEMENTS (batches), 0);
  g_assert_cmpuint (n_most, ==, 8 * TRAFO_TOKEN_BUDGET / 512);
  g_assert_cmpuint (count (batches, G_N_ELEMENTS (batches), 4 * 30522), ==, 1);
  g_assert_cmpuint (count (batches + 1, G_N_ELEMENTS (batches) - 1, 4 * 30522), ==, 199);
  g_assert_cmpuint (count (batches, G_N_ELEMENTS (batches), G_MAXUINT32), ==, 1);
}

static TrafoGraph *
graph_new (gboolean is_packed)
{
  g_autoptr (TrafoBuilder) b = g_object_new (TRAFO_TYPE_BUILDER, NULL);
  const gint64 tokens = TRAFO_DIM_PACKED, places[] = { TRAFO_DIM_PLACES, 3, 4 };
  const gint64 texts[] = { TRAFO_DIM_BATCH, 5 };
  g_autoptr (GError) error = NULL;
  TrafoGraph *graph;

  if (is_packed)
    trafo_builder_input (b, "packed_tokens", TRAFO_DTYPE_INT32, &tokens, 1, TRAFO_FILL_RULE_ZEROS);
  trafo_builder_output (b,
                        "states",
                        trafo_builder_input (b,
                                             "x",
                                             TRAFO_DTYPE_FLOAT32,
                                             places,
                                             3,
                                             TRAFO_FILL_RULE_ZEROS));
  trafo_builder_output (b,
                        "logits",
                        trafo_builder_input (b,
                                             "y",
                                             TRAFO_DTYPE_FLOAT32,
                                             texts,
                                             2,
                                             TRAFO_FILL_RULE_ZEROS));
  graph = trafo_builder_finish (b, &error);
  g_assert_no_error (error);
  return graph;
}

static void
test_graph (void)
{
  g_autoptr (TrafoGraph) plain = graph_new (FALSE);
  g_autoptr (TrafoGraph) packed = graph_new (TRUE);
  TrafoTokenBudget budget;

  g_assert_false (trafo_token_budget_init (&budget, plain));
  g_assert_true (trafo_token_budget_init (&budget, packed));
  g_assert_cmpuint (budget.place_bytes, ==, 3 * 4 * sizeof (float));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-budget/tokens", test_tokens);
  g_test_add_func ("/token-budget/places", test_places);
  g_test_add_func ("/token-budget/graph", test_graph);
  return g_test_run ();
}
