/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-execution-private.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* What tasks of a layer that may be followed say of their rows. */
typedef enum
{
  FAKE_ROWS_RIGHT,
  FAKE_ROWS_EMPTY,       /* the last task has none */
  FAKE_ROWS_OVERLAPPING, /* the last task has some of two pieces */
  FAKE_ROWS_MISSING,     /* the last row is nobody's */
  FAKE_ROWS_BEYOND,      /* there are more than there are */
} FakeRows;

/* Devices whose kernels are the references, to test what core does around kernels. */
typedef struct
{
  guint          n_tasks;        /* host: into how many tasks each op splits */
  guint          spin;           /* host: pauses before a task writes its share */
  guint          n_finish_tasks; /* host: of the second stage that each op has; 0: none has one */
  gboolean       waits; /* host: an op's first task until the others are done, or for ten seconds */
  gint           n_others;  /* host: done, of those that it waits for */
  const guint16 *missing;   /* ops without a kernel, up to 0; NULL: none */
  gint           n_buffers; /* queue: buffers alive */
  gint           n_streams; /* queue: streams alive */
  gint           n_calls;   /* of buffer and stream functions, and of enqueue */
  gint           fail_at;   /* the call that fails, from 1; 0: none does */
  gboolean       follows;   /* host: layer norms may follow linear layers and attention */
  FakeRows       rows;
  gint           n_followed; /* host: pieces of rows that did */
  GCancellable  *cancel;     /* host: cancelled while a kernel runs */
  gint           n_packed;   /* weights packed */
  gint           is_in_out;  /* what the last of them was */
  gboolean       packs;      /* host: weights of linear layers, as [N, K] with the rows reversed */
  const char    *layout;     /* host: what it calls that; NULL: nothing */

  guint    n_norm_tasks; /* host: of a norm that may follow; 0: two, or as few as others have */
  gboolean norms_lead;   /* host: it may be followed, too */
} FakeDevice;

/* Takes no reference on @self, which outlives the device. */
TrafoDevice *fake_host_device_new (FakeDevice *self);
/* Memory of its own, and a queue. */
TrafoDevice *fake_queue_device_new (FakeDevice *self);

/* A source of parameters by name. */
void fake_source_init (TrafoWeightSource *source, TrafoTensorDict *tensors);
/* Numbers of N(0, 1) for each parameter, the same for the same name. */
TrafoTensorDict *fake_parameters_new (const TrafoGraph *graph);

/* Compiles what @builder holds, with its parameters drawn. */
TrafoProgram *
fake_compile (TrafoDevice *device, TrafoBuilder *builder, TrafoTensorDict *parameters);

G_END_DECLS
