/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-step-scheduler-private.h"

G_BEGIN_DECLS

/* Sequences of a scheduler that earlier generations ended with: one that begins as a new one does saves
 * computing what both have in common. */
typedef struct
{
  TrafoStepScheduler *scheduler; /* owned */
  GArray             *sequences;
} TrafoKeptSequences;

TrafoKeptSequences *trafo_kept_sequences_new (TrafoStepScheduler *scheduler);
void                trafo_kept_sequences_free (TrafoKeptSequences *self);

/* A sequence whose @ret_length tokens, fewer than all, are the first of @tokens. The caller's. */
guint trafo_kept_sequences_take (TrafoKeptSequences *self,
                                 const gint64       *tokens,
                                 gsize               n_tokens,
                                 gsize              *ret_length);
/* Gives a sequence back; the scheduler holds the first of @tokens, or all, and maybe others after them,
 * which are not used. */
void trafo_kept_sequences_give (TrafoKeptSequences *self,
                                guint               sequence,
                                const gint64       *tokens,
                                gsize               n_tokens);
/* Forgets all. */
void trafo_kept_sequences_clear (TrafoKeptSequences *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoKeptSequences, trafo_kept_sequences_free)

G_END_DECLS
