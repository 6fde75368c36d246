/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "graph-text.h"
#include "trafo-passes-private.h"

#define check(b, expected) assert_pass (b, trafo_pass_gather_logits, expected)

static TrafoBuilder *
new_builder (void)
{
  TrafoVariant variant = { .has_cache = TRUE, .has_hidden_states = TRUE };

  return trafo_builder_new_with (&variant, NULL);
}

/* (1, sequence, 4) */
static TrafoSym
tokens (TrafoBuilder *b, const char *name)
{
  gint64 dims[] = { 1, TRAFO_DIM_SEQUENCE, 4 };

  return trafo_builder_input (b, name, TRAFO_DTYPE_FLOAT32, dims, 3, TRAFO_FILL_RULE_REQUIRED);
}

static TrafoSym
attend (TrafoBuilder *b, TrafoSym x)
{
  TrafoAttention attention = { .n_heads = 1, .head_size = 4, .is_causal = TRUE };

  return trafo_builder_attention (b, x, x, x, &attention);
}

/* The head alone. */
static void
test_head (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();

  trafo_builder_output (b, "logits", trafo_builder_linear_no_bias (b, "head", tokens (b, "x"), 9));
  check (b,
         "%4=reshape(x) %5=gather(%4, logits_to_keep) %6=reshape(%5) %7=linear(%6, head.weight)");
}

/* All of the last layer that comes behind its attention: what two ops take is gathered once. */
static void
test_layer (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = tokens (b, "x");
  TrafoSym h = attend (b, x);

  x = trafo_builder_add (b, x, h);
  h = trafo_builder_activation (b, trafo_builder_linear_no_bias (b, "fc", x, 4), "relu");
  x = trafo_builder_add (b, x, h);
  trafo_builder_output (b, "logits", trafo_builder_linear_no_bias (b, "head", x, 9));
  check (b,
         "%2=state() %6=cached_attention(x, x, x, %2, page_table, row_starts, past_lengths) "
         "%8=reshape(x) %9=gather(%8, logits_to_keep) %10=reshape(%9) %11=reshape(%6) "
         "%12=gather(%11, logits_to_keep) %13=reshape(%12) %14=add(%10, %13) "
         "%16=linear(%14, fc.weight) %17=activation(%16) %18=add(%14, %17) "
         "%20=linear(%18, head.weight)");
}

/* What another output wants, or an op that mixes tokens, is computed for all of them. */
static void
test_kept_whole (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = trafo_builder_linear_no_bias (b, "a", tokens (b, "x"), 4);
  TrafoSym y = trafo_builder_add (b, x, trafo_builder_sum (b, x, 1));

  trafo_builder_hidden_state (b, x);
  trafo_builder_output (b, "logits", trafo_builder_linear_no_bias (b, "head", y, 9));
  check (b,
         "%3=linear(x, a.weight) %4=sum(%3) %6=reshape(%3) %7=gather(%6, logits_to_keep) "
         "%8=reshape(%7) %9=add(%8, %4) %11=linear(%9, head.weight)");
}

/* So is what is as long as the tokens are, but mixes them: they are gathered behind it. */
static void
test_mixed (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  TrafoSym x = trafo_builder_linear_no_bias (b, "a", tokens (b, "x"), 4);

  x = trafo_builder_softmax (b, x, 1);
  trafo_builder_output (b, "logits", trafo_builder_linear_no_bias (b, "head", x, 9));
  check (b,
         "%3=linear(x, a.weight) %4=softmax(%3) %7=reshape(%4) %8=gather(%7, logits_to_keep) "
         "%9=reshape(%8) %10=linear(%9, head.weight)");
}

/* Logits that are no output of the name, or not of tokens, stay as they are. */
static void
test_none (void)
{
  g_autoptr (TrafoBuilder) b = new_builder ();
  g_autoptr (TrafoBuilder) pooled = new_builder ();

  trafo_builder_output (b, "scores", trafo_builder_linear_no_bias (b, "head", tokens (b, "x"), 9));
  check (b, "%3=linear(x, head.weight)");
  trafo_builder_output (pooled,
                        "logits",
                        trafo_builder_select (pooled, tokens (pooled, "x"), 1, 0));
  check (pooled, "%2=slice/0(x) %3=reshape(%2)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gather-logits/head", test_head);
  g_test_add_func ("/gather-logits/layer", test_layer);
  g_test_add_func ("/gather-logits/kept-whole", test_kept_whole);
  g_test_add_func ("/gather-logits/mixed", test_mixed);
  g_test_add_func ("/gather-logits/none", test_none);
  return g_test_run ();
}
