/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-model-runner-private.h"

G_BEGIN_DECLS

/* Fewest tokens in a piece of a prompt: more than TRAFO_FEW_TOKENS, so that pieces have the bits of the
 * whole. */
#define TRAFO_STEP_MIN_PIECE 32

/* What one generation wants of the model: rows, which may take several steps. All logits come with the
 * last one. */
typedef struct
{
  const TrafoRunnerRow *rows;
  guint                 n_rows;
  GArray               *n_run;           /* of guint: how many tokens of each row were run */
  GArray               *n_taken;         /* of guint: how many the step in hand runs */
  guint                 n_logits_before; /* in the step in hand: of others */
} TrafoStepWork;

void     trafo_step_work_init (TrafoStepWork *self);
void     trafo_step_work_clear (TrafoStepWork *self);
void     trafo_step_work_begin (TrafoStepWork *self, const TrafoRunnerRow *rows, guint n_rows);
gboolean trafo_step_work_is_done (const TrafoStepWork *self);

/* The step in hand was made. */
void trafo_step_work_advance (TrafoStepWork *self);

/* The rows of one step: pieces of the works' rows. @works, oldest first, of which some may have nothing
 * in it. One of few tokens a row is put in whole, so that prompts do not keep others from decoding, and
 * a quarter of @max_tokens is left for prompts, the oldest first, in pieces where they are long. The
 * first of each kind comes in whether or not it can be cut to fit. */
void trafo_step_batch_fill (GArray *batch, TrafoStepWork **works, guint n_works, gsize max_tokens);

G_END_DECLS
