/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-graph-private.h"
#include "trafo-tensor.h"
#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* A graph compiled for a device: passes are done, parameters are in the form that the device's
 * kernels take. Immutable; any number of threads run it at once, each with an execution of its
 * own (arena, resolved arguments). As many as can run at once are kept for the next run. */
typedef struct _TrafoProgram   TrafoProgram;
typedef struct _TrafoExecution TrafoExecution;

/* Takes the graph. */
TrafoProgram *trafo_program_compile (TrafoGraph *graph, TrafoWeights *weights, GError **error);
void          trafo_program_free (TrafoProgram *self);

const TrafoGraph *trafo_program_get_graph (const TrafoProgram *self);

TrafoDevice *trafo_program_get_device (const TrafoProgram *self);

TrafoExecution *trafo_program_acquire (TrafoProgram *self);
void            trafo_program_release (TrafoProgram *self, TrafoExecution *execution);

/* Lends @memory, contiguous and on the program's device, to state @i of the graph: until the next call
 * or the release, it is what the program reads and writes. Nothing is planned again for it. */
gboolean trafo_execution_bind_state (TrafoExecution     *self,
                                     guint               i,
                                     const TrafoOperand *memory,
                                     GError            **error);

/* Runs once. @inputs has one tensor for each of the graph's inputs, in its order; NULL where the
 * input's fill rule stands in. Shapes give the slots their values; when they are those of the
 * execution's last run, nothing is planned and nothing allocated. */
gboolean trafo_execution_run (TrafoExecution     *self,
                              TrafoTensor *const *inputs,
                              GCancellable       *cancellable,
                              GError            **error);

/* Output @i of the graph as a new tensor, contiguous; or into one of its shape and dtype. */
TrafoTensor *trafo_execution_read_output (TrafoExecution *self, guint i, GError **error);

/* The same for a graph's one output, which must not be read again: one that is large, and most of the
 * memory that the run took, is handed out with that memory, and the next run takes other. */
TrafoTensor *trafo_execution_take_output (TrafoExecution *self, GError **error);
gboolean
trafo_execution_copy_output (TrafoExecution *self, guint i, TrafoTensor *to, GError **error);

/* Its elements where they are, until the next run; NULL if they are not in host memory, row-major. */
gconstpointer trafo_execution_peek_output (const TrafoExecution *self, guint i);

/* The memory of the last run: values and scratch, in bytes. */
gsize trafo_execution_get_peak_bytes (const TrafoExecution *self);

/* How often the workers of the last run's plan wait for one another. */
guint trafo_execution_get_n_barriers (const TrafoExecution *self);

/* One line an op of the last run's plan: its kernel's name, or "reference", and where it runs. */
GVariant *trafo_execution_get_placement (const TrafoExecution *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoProgram, trafo_program_free)

G_END_DECLS
