/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-step-batch-private.h"

G_BEGIN_DECLS

/* The steps of a model for all who generate with it, in any thread: what they ask for at the same time
 * is one step (Yu et al. 2022, iteration-level scheduling), in which each gets what it gets alone. One
 * of those who wait makes the step for all. Owns their sequences. */
typedef struct _TrafoStepScheduler TrafoStepScheduler;

/* One who generates. One thread at a time. */
typedef struct _TrafoStepRequest TrafoStepRequest;

/* The model's own, which all share who ask for it: a reference; or another. NULL with the error of
 * trafo_model_runner_new(). */
TrafoStepScheduler *trafo_step_scheduler_get (TrafoModel *model, GError **error);
TrafoStepScheduler *trafo_step_scheduler_new (TrafoModel *model, GError **error);
void                trafo_step_scheduler_unref (TrafoStepScheduler *self);

/* Most tokens of a step, and most pages of a cache that are promised at a time. A request whose pages
 * would be more waits while others are being run; alone it may have any number. */
void trafo_step_scheduler_set_bounds (TrafoStepScheduler *self, gsize max_tokens, gsize max_pages);

/* As of the runner. */
TrafoModel *trafo_step_scheduler_get_model (const TrafoStepScheduler *self);
gsize       trafo_step_scheduler_get_vocab_size (const TrafoStepScheduler *self);
gsize       trafo_step_scheduler_get_max_length (const TrafoStepScheduler *self);
guint       trafo_step_scheduler_begin (TrafoStepScheduler *self);
guint       trafo_step_scheduler_fork (TrafoStepScheduler *self, guint sequence);
void        trafo_step_scheduler_release (TrafoStepScheduler *self, guint sequence);
gsize       trafo_step_scheduler_get_length (TrafoStepScheduler *self, guint sequence);
void        trafo_step_scheduler_truncate (TrafoStepScheduler *self, guint sequence, gsize length);
void        trafo_step_scheduler_reorder (TrafoStepScheduler *self,
                                          const guint        *sequences,
                                          const guint        *parents,
                                          guint               n);

/* Puts into a sequence without tokens what is kept of a prompt that begins with the same ones; returns
 * how many: 0, or fewer than all, in pages that both share. */
gsize trafo_step_scheduler_recall (TrafoStepScheduler *self,
                                   guint               sequence,
                                   const gint64       *tokens,
                                   gsize               n_tokens);

/* Keeps a prompt that was run, or its beginning recalled and the rest run, for others to come. */
void trafo_step_scheduler_remember (TrafoStepScheduler *self,
                                    guint               sequence,
                                    const gint64       *tokens,
                                    gsize               n_tokens);

guint   trafo_step_scheduler_get_n_waiting (TrafoStepScheduler *self);
guint64 trafo_step_scheduler_get_n_run (TrafoStepScheduler *self);
guint64 trafo_step_scheduler_get_n_steps (TrafoStepScheduler *self);

/* For @n_sequences of @length tokens each, for which there is memory from its first step on. */
TrafoStepRequest      *
trafo_step_request_new (TrafoStepScheduler *scheduler, guint n_sequences, gsize length);
void trafo_step_request_free (TrafoStepRequest *self);

/* As trafo_model_runner_step(), with others. The logits are valid until the next call for @self: until
 * then no step is made, so that all who come back at once go on together. */
const float *trafo_step_request_run (TrafoStepRequest     *self,
                                     const TrafoRunnerRow *rows,
                                     guint                 n_rows,
                                     GCancellable         *cancellable,
                                     GError              **error);

/* The logits are not needed any more, and others wait but a moment for the next step of @self. */
void trafo_step_request_pause (TrafoStepRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoStepScheduler, trafo_step_scheduler_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoStepRequest, trafo_step_request_free)

G_END_DECLS
