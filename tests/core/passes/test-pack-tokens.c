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
  check (b, "");
}

/* What is not computed token by token gets the batch as it was. */
static void
test_pooled (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();

  trafo_builder_output (b, "logits", trafo_builder_select (b, attend (b, embed (b)), 1, 0));
  check (b, "");
}

/* Attention to something else than the batch's own mask, or of what mixes tokens, stays. */
static void
test_mixed (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = embed (b);

  x = trafo_builder_add (b, x, trafo_builder_sum (b, x, 1));
  trafo_builder_output (b, "last_hidden_state", attend (b, x));
  check (b, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pack-tokens/layer", test_layer);
  g_test_add_func ("/pack-tokens/pooled", test_pooled);
  g_test_add_func ("/pack-tokens/mixed", test_mixed);
  return g_test_run ();
}
