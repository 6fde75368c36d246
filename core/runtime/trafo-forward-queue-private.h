/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-builder-private.h"
#include "trafo-joined-batch-private.h"
#include "trafo-token-budget-private.h"

G_BEGIN_DECLS

/* The calls of a model's forward pass, in any thread, that can be run together. One alone is run at
 * once. Those that come meanwhile wait, and when it is done the oldest of them runs as many as the
 * token budget permits, in the order in which they came, as one batch. Each gets what it gets alone. */
typedef struct _TrafoForwardQueue TrafoForwardQueue;

/* Runs a call, or several of its variant, joined in @inputs and @packed. */
typedef TrafoTensorDict *(*TrafoForwardFunc) (TrafoModel         *model,
                                              const TrafoVariant *variant,
                                              TrafoTensorDict    *inputs,
                                              TrafoTensorDict    *packed /* NULL: one call */,
                                              GCancellable       *cancellable,
                                              GError            **error);

typedef struct
{
  TrafoModel       *model;
  TrafoForwardFunc  run;
  TrafoVariant      variant;
  const TrafoGraph *graph; /* of the variant when it is packed */
  TrafoTensorDict  *inputs;
  TrafoBatchPart    part; /* the whole */
  gint64            n_tokens;
  GCancellable     *cancellable;
} TrafoForwardCall;

TrafoForwardQueue *trafo_forward_queue_new (void);
void               trafo_forward_queue_free (TrafoForwardQueue *self);

/* Whether there is nobody else: the caller runs its call itself, and ends that. */
gboolean trafo_forward_queue_try_begin (TrafoForwardQueue *self);
void     trafo_forward_queue_end (TrafoForwardQueue *self);

/* Runs a call with others. */
TrafoTensorDict *
trafo_forward_queue_run (TrafoForwardQueue *self, const TrafoForwardCall *call, GError **error);

/* Runs so far, and calls that wait or are being run with others. */
guint64 trafo_forward_queue_get_n_runs (TrafoForwardQueue *self);
guint   trafo_forward_queue_get_n_waiting (TrafoForwardQueue *self);

G_END_DECLS
