/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "graph-text.h"
#include "trafo-passes-private.h"

#define check(b, expected) assert_pass (b, trafo_pass_pack_tokens, expected)

static TrafoBuilder *
new_builder (void)
{
  TrafoVariant variant = { .has_mask = TRUE, .has_hidden_states = TRUE };

  return trafo_builder_new_with (&variant, NULL);
}

/* (batch, sequence, 4) */
static TrafoSym
embed (TrafoBuilder *b)
{
  return trafo_builder_embedding (b, "e", trafo_builder_input_ids (b), 9, 4);
}

static TrafoSym
attend (TrafoBuilder *b, TrafoSym x)
{
  TrafoAttention attention = { .n_heads = 1, .head_size = 4 };

  return trafo_builder_attention (b, x, x, x, &attention);
}

/* The tokens' ids are packed once, the result is unpacked, and nothing between. */
static void
test_layer (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = embed (b);

  x = trafo_builder_add (b, x, attend (b, trafo_builder_linear_no_bias (b, "qkv", x, 4)));
  trafo_builder_output (b, "last_hidden_state", x);
  check (b,
         "%3=reshape(input_ids) %5=gather(%3, packed_tokens) %6=reshape(%5) %7=gather(e.weight, "
         "%6) "
         "%10=linear(%7, qkv.weight) %13=attention(%10, %10, %10, packed_starts) %14=add(%7, %13) "
         "%15=reshape(%14) %16=gather(%15, packed_places)");
}

/* The first token of each text is taken from the row. */
static void
test_pooled (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();

  trafo_builder_output (b, "logits", trafo_builder_select (b, attend (b, embed (b)), 1, 0));
  check (b,
         "%3=reshape(input_ids) %5=gather(%3, packed_tokens) %6=reshape(%5) %7=gather(e.weight, "
         "%6) "
         "%11=attention(%7, %7, %7, packed_starts) %12=slice/0(packed_starts) %13=reshape(%12) "
         "%14=reshape(%11) %15=gather(%14, %13) %16=reshape(%15)");
}

/* A number for each token loses its axis before it is unpacked. */
static void
test_squeezed (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();

  trafo_builder_output (b, "start_logits", trafo_builder_select (b, attend (b, embed (b)), -1, 0));
  check (b,
         "%3=reshape(input_ids) %5=gather(%3, packed_tokens) %6=reshape(%5) %7=gather(e.weight, "
         "%6) "
         "%11=attention(%7, %7, %7, packed_starts) %12=slice/0(%11) %13=reshape(%12) "
         "%14=reshape(%13) %15=gather(%14, packed_places)");
}

static TrafoSym
pool (TrafoBuilder *b)
{
  return trafo_builder_select (b, attend (b, embed (b)), 1, 0);
}

/* Padding might be looked at. */
static void
mix_tokens (TrafoBuilder *b)
{
  trafo_builder_output (b, "mean", trafo_builder_mean (b, attend (b, embed (b)), 1));
}

static void
mix_texts (TrafoBuilder *b)
{
  trafo_builder_output (b, "mean", trafo_builder_mean (b, pool (b), 0));
}

/* (batch, 1, 4) and (batch, 4): each text with each other. */
static void
cross_texts (TrafoBuilder *b)
{
  TrafoSym x = trafo_builder_slice (b, attend (b, embed (b)), 1, 0, 1, 1);

  trafo_builder_output (b, "sum", trafo_builder_add (b, x, pool (b)));
}

static void
show_inputs (TrafoBuilder *b)
{
  trafo_builder_output (b, "logits", pool (b));
  trafo_builder_output (b, "ids", trafo_builder_input_ids (b));
}

/* A model that looks at more than first tokens, or at several texts, stays as it is. */
static void
test_mixed (void)
{
  static void (*const mixes[]) (
      TrafoBuilder *) = { mix_tokens, mix_texts, cross_texts, show_inputs };

  for (gsize i = 0; i < G_N_ELEMENTS (mixes); i++)
    {
      g_autoptr (TrafoBuilder) b = new_builder ();
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoGraph) graph = NULL;

      trafo_builder_output (b, "last_hidden_state", attend (b, embed (b)));
      mixes[i](b);
      graph = trafo_builder_finish (b, &error);
      g_assert_no_error (error);
      graph = trafo_pass_pack_tokens (g_steal_pointer (&graph), &error);
      g_assert_no_error (error);
      g_assert_null (trafo_graph_find_input (graph, "packed_tokens"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pack-tokens/layer", test_layer);
  g_test_add_func ("/pack-tokens/pooled", test_pooled);
  g_test_add_func ("/pack-tokens/squeezed", test_squeezed);
  g_test_add_func ("/pack-tokens/mixed", test_mixed);
  return g_test_run ();
}
