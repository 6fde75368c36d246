/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-generation-plan-private.h"
#include "trafo-generation-prompts-private.h"
#include "trafo-generation-result-private.h"
#include "trafo-kept-sequences-private.h"
#include "trafo-stop-strings-private.h"
#include "trafo-token-choice-private.h"

G_BEGIN_DECLS

typedef struct _TrafoGenerationRun TrafoGenerationRun;

/* A way to generate: one token for each row at a time (trafo-token-search.c), or the best of many
 * sequences (trafo-beam-search.c). */
typedef struct
{
  gsize (*count_rows) (const TrafoGenerationRun *run); /* of logits in a step */
  gpointer (*begin) (TrafoGenerationRun *run);
  gboolean (*advance) (TrafoGenerationRun *run, GCancellable *cancellable, GError **error);
  GArray *(*finish) (TrafoGenerationRun *run); /* of TrafoGeneratedRow */
  void (*end) (TrafoGenerationRun *run);
} TrafoGenerationSearch;

extern const TrafoGenerationSearch trafo_token_search;
extern const TrafoGenerationSearch trafo_beam_search;

/* Called for each new token, where tokens are final as they come: not in a beam search. */
typedef void (*TrafoGenerationTokenFunc) (gpointer user_data, guint row, gint64 token);

/* One generation in progress. */
struct _TrafoGenerationRun
{
  const TrafoGenerationSearch *search;
  gpointer                     state; /* of the search */
  TrafoKeptSequences          *kept;  /* borrowed */
  TrafoStepScheduler          *scheduler;
  TrafoStepRequest            *request; /* from the first step on */
  TrafoGenerationPlan         *plan;
  TrafoGenerationPrompts      *prompts;
  TrafoStopStrings            *stop_strings;  /* NULL: none */
  TrafoLogits                  row;           /* of all beams of a prompt */
  float                       *prompt_logits; /* where not all come of one step; or NULL */
  gint64                       start_time;    /* microseconds */
  gboolean                     is_done;
  gboolean                     comes_back; /* for the next step, at once: others wait for that */
  guint                        n_steps;    /* of the search: tokens of a row that are chosen */
  GPtrArray                   *scores;     /* of float *, one a step */
  GPtrArray                   *logits;
  TrafoGenerationTokenFunc     on_token;
  gpointer                     user_data;
};

/* @config has the checkpoint's values too; @tokenizer is for stop strings alone. */
TrafoGenerationRun *trafo_generation_run_new (TrafoKeptSequences    *kept,
                                              TrafoTensorDict       *inputs,
                                              TrafoGenerationConfig *config,
                                              TrafoTokenizer        *tokenizer,
                                              GError               **error);
void                trafo_generation_run_free (TrafoGenerationRun *self);

/* One step, unless all is done. */
gboolean
trafo_generation_run_advance (TrafoGenerationRun *self, GCancellable *cancellable, GError **error);
TrafoGenerationResult *trafo_generation_run_finish (TrafoGenerationRun *self, GError **error);

/* For the searches. Whether the time is over; whether the last of @ids ends a sequence; whether it
 * does, or the length or the time is reached. */
gboolean trafo_generation_run_is_late (const TrafoGenerationRun *self);
gboolean
trafo_generation_run_is_end (const TrafoGenerationRun *self, const gint64 *ids, gsize n_ids);

/* What @sequence is to run next: of a row's @ids, which follow its prompt, those that the runner has
 * not seen, or without a cache all of them, for which @tokens has room. */
TrafoRunnerRow trafo_generation_run_get_row (const TrafoGenerationRun    *self,
                                             guint                        sequence,
                                             const TrafoGenerationPrompt *prompt,
                                             const gint64                *ids,
                                             gsize                        n_ids,
                                             GArray                      *tokens);
/* Puts the tokens of a row into @tokens, those of its prompt that are masked left out. */
void trafo_generation_run_get_tokens (const TrafoGenerationRun    *self,
                                      const TrafoGenerationPrompt *prompt,
                                      const gint64                *ids,
                                      gsize                        n_ids,
                                      GArray                      *tokens);
/* One step with each prompt once, of which what was kept from before is not run again: the logits of
 * each, valid until the next step. The sequences are put into @sequences, a guint each; none where it
 * fails, after which it can be tried again. */
const float *trafo_generation_run_begin_prompts (TrafoGenerationRun *self,
                                                 GArray             *sequences,
                                                 GCancellable       *cancellable,
                                                 GError            **error);

/* Where a step of the model gives several tokens: goes on to the scores of the next one. */
gboolean trafo_generation_run_next_token (TrafoGenerationRun *self, GError **error);

/* Where the processed and the raw scores of a row of this step are kept, if they are wanted; then the
 * row is whole. */
void trafo_generation_run_keep_scores (TrafoGenerationRun *self, gsize row, TrafoLogits *logits);
void trafo_generation_run_keep_logits (TrafoGenerationRun *self, gsize row, const float *logits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoGenerationRun, trafo_generation_run_free)

G_END_DECLS
