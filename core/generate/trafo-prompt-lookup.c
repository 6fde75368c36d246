/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Prompt lookup decoding: what a text repeats is guessed, and many guesses are checked in the time of
 * one token. */
#include "trafo-prompt-lookup-private.h"

#include <float.h>
#include <string.h>

/* Whether @token gets a score after @ids; every one has the same before the plan's processing. */
static gboolean
may_follow (const TrafoGenerationPlan *plan,
            TrafoLogits               *logits,
            const GArray              *ids,
            gsize                      n_padding,
            gint64                     token)
{
  TrafoGenerationPlan plain = *plan;

  plain.do_sample = FALSE;
  trafo_logits_reset (logits, plan->vocab_size);
  for (gsize i = 0; i < plan->vocab_size; i++)
    logits->scores[i] = 1;
  return trafo_generation_plan_process (&plain,
                                        logits,
                                        (const gint64 *) (gpointer) ids->data,
                                        ids->len,
                                        n_padding,
                                        NULL) &&
         logits->scores[token] > -FLT_MAX;
}

/* How many of the draft's tokens may come, one after the other. */
static guint
count_allowed (const TrafoGenerationPlan *plan,
               TrafoLogits               *logits,
               const GArray              *ids,
               gsize                      n_padding,
               const GArray              *draft)
{
  g_autoptr (GArray) followed = NULL;
  guint n_allowed = 0;

  if (!trafo_generation_plan_forbids (plan))
    return draft->len;
  followed = g_array_copy ((GArray *) ids);
  while (n_allowed < draft->len)
    {
      gint64 token = g_array_index (draft, gint64, n_allowed);

      if (!may_follow (plan, logits, followed, n_padding, token))
        break;
      g_array_append_val (followed, token);
      n_allowed++;
    }
  return n_allowed;
}

/* Ends the draft before a token that ends the sequence: nothing comes after one. */
static void
cut_at_end (const TrafoGenerationPlan *plan, GArray *draft)
{
  for (guint i = 0; i < draft->len; i++)
    if (trafo_generation_plan_is_end (plan, g_array_index (draft, gint64, i)))
      g_array_set_size (draft, i);
}

void
trafo_prompt_lookup_draft (const TrafoGenerationPlan *plan,
                           TrafoLogits               *logits,
                           const GArray              *ids,
                           gsize                      n_padding,
                           GArray                    *draft)
{
  const gint64 *tokens = (const gint64 *) (gpointer) ids->data;
  gsize         n_tokens = ids->len;

  g_array_set_size (draft, 0);
  if (n_tokens + 1 == plan->max_length)
    return;
  for (gsize n = MIN (plan->max_matching_ngram_size, n_tokens - 1); n > 0; n--)
    for (gsize start = n; start < MIN (n_tokens, plan->max_length); start++)
      {
        gsize end = MIN (n_tokens, plan->max_length);

        if (memcmp (tokens + start - n, tokens + n_tokens - n, n * sizeof *tokens) != 0)
          continue;
        g_array_append_vals (draft,
                             tokens + start,
                             MIN (end - start, plan->prompt_lookup_num_tokens));
        g_array_set_size (draft, count_allowed (plan, logits, ids, n_padding, draft));
        if (draft->len == 0)
          continue;
        cut_at_end (plan, draft);
        return;
      }
}
