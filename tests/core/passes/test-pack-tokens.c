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

/* The first token is taken from the batch as it was. */
static void
test_pooled (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();

  trafo_builder_output (b, "logits", trafo_builder_select (b, attend (b, embed (b)), 1, 0));
  check (b,
         "%3=reshape(input_ids) %5=gather(%3, packed_tokens) %6=reshape(%5) %7=gather(e.weight, "
         "%6) "
         "%11=attention(%7, %7, %7, packed_starts) %12=reshape(%11) %13=gather(%12, packed_places) "
         "%14=slice/0(%13) %15=reshape(%14)");
}

/* A model that looks at more than first tokens might look at padding: it stays as it is. */
static void
test_mixed (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = attend (b, embed (b));

  trafo_builder_output (b, "last_hidden_state", x);
  trafo_builder_output (b, "mean", trafo_builder_mean (b, x, 1));
  check (b, "%3=gather(e.weight, input_ids) %5=attention(%3, %3, %3, attention_mask) %6=mean(%5)");
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
