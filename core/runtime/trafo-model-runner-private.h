/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-model.h>

G_BEGIN_DECLS

/* Advances sequences of a causal language model: any number side by side, each by any number of
 * tokens at a time, none padded. What a sequence has so far is kept, so that a step costs what its
 * new tokens cost, and its numbers do not depend on what else the step holds. For one thread at a
 * time; a model may have any number of runners. */
typedef struct _TrafoModelRunner TrafoModelRunner;

/* One sequence's part of a step. A sequence stands in one row of a step at most. */
typedef struct
{
  guint         sequence;
  guint         n_tokens; /* that are appended to it, at least 1 */
  guint         n_logits; /* how many of them, the last ones, logits are wanted for; may be 0 */
  const gint64 *tokens;
  gsize         shift_from; /* the tokens of the sequence from this one on ... */
  gint64        shift;      /* ... stand at positions that are larger by this */
} TrafoRunnerRow;

/* For a loaded model with the output "logits", float32; else NULL and the error. Keeps a reference. */
TrafoModelRunner *trafo_model_runner_new (TrafoModel *model, GError **error);
void              trafo_model_runner_free (TrafoModelRunner *self);

/* Borrowed. */
TrafoModel *trafo_model_runner_get_model (const TrafoModelRunner *self);

/* The number of logits of a token. */
gsize trafo_model_runner_get_vocab_size (const TrafoModelRunner *self);

/* The longest sequence that the model has positions for; G_MAXSIZE where it has no bound. */
gsize trafo_model_runner_get_max_length (const TrafoModelRunner *self);

/* How many tokens fill a page of the cache, how many pages @n_tokens fill, and the bytes of one. */
gsize trafo_model_runner_get_page_tokens (const TrafoModelRunner *self);
gsize trafo_model_runner_count_pages (const TrafoModelRunner *self, gsize n_tokens);
gsize trafo_model_runner_get_page_bytes (const TrafoModelRunner *self);

/* Memory for @n_pages in all, and for sequences of @length tokens: steps within these allocate none. */
gboolean
trafo_model_runner_reserve (TrafoModelRunner *self, gsize n_pages, gsize length, GError **error);

/* A new sequence without tokens; a copy of one, which shares what both have in common. Sequences are
 * small numbers, which are used again after their release. */
guint trafo_model_runner_begin (TrafoModelRunner *self);
guint trafo_model_runner_fork (TrafoModelRunner *self, guint sequence);
void  trafo_model_runner_release (TrafoModelRunner *self, guint sequence);

/* How many tokens all steps so far ran: what was kept of a sequence is not run again; how many steps. */
guint64 trafo_model_runner_get_n_run (const TrafoModelRunner *self);
guint64 trafo_model_runner_get_n_steps (const TrafoModelRunner *self);

/* How often the threads of the last step waited for one another. */
guint trafo_model_runner_get_n_barriers (const TrafoModelRunner *self);

gsize trafo_model_runner_get_length (const TrafoModelRunner *self, guint sequence);

/* Forgets all but the first @length tokens. */
void trafo_model_runner_truncate (TrafoModelRunner *self, guint sequence, gsize length);

/* sequences[i] goes on from what sequences[parents[i]] was: one step of a beam search. */
void trafo_model_runner_reorder (TrafoModelRunner *self,
                                 const guint      *sequences,
                                 const guint      *parents,
                                 guint             n);

/* Appends each row's tokens and returns the logits that were asked for, row after row: float32, one
 * vocabulary each, valid until the next step. NULL and the error if a token or a length is beyond the
 * model, if there is no memory, or when cancelled; then all sequences are as they were. */
const float *trafo_model_runner_step (TrafoModelRunner     *self,
                                      const TrafoRunnerRow *rows,
                                      guint                 n_rows,
                                      GCancellable         *cancellable,
                                      GError              **error);

/* The parts of a step, for who shares the runner: while the second one runs, another thread may begin,
 * fork, release, truncate and reorder sequences that are not in it. */
gboolean trafo_model_runner_prepare (TrafoModelRunner     *self,
                                     const TrafoRunnerRow *rows,
                                     guint                 n_rows,
                                     GError              **error);
const float      *
trafo_model_runner_run (TrafoModelRunner *self, GCancellable *cancellable, GError **error);
void trafo_model_runner_append (TrafoModelRunner *self, const TrafoRunnerRow *rows, guint n_rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoModelRunner, trafo_model_runner_free)

G_END_DECLS
