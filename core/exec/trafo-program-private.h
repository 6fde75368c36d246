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
 * own (arena, resolved arguments), which are kept for the next run. */
typedef struct _TrafoProgram   TrafoProgram;
typedef struct _TrafoExecution TrafoExecution;

/* Takes the graph. */
TrafoProgram *trafo_program_compile (TrafoGraph *graph, TrafoWeights *weights, GError **error);
void          trafo_program_free (TrafoProgram *self);

const TrafoGraph *trafo_program_get_graph (const TrafoProgram *self);

TrafoExecution *trafo_program_acquire (TrafoProgram *self);
void            trafo_program_release (TrafoProgram *self, TrafoExecution *execution);

/* Runs once. @inputs has one tensor for each of the graph's inputs, in its order; NULL where the
 * input's fill rule stands in. Shapes give the slots their values; when they are those of the
 * execution's last run, nothing is planned and nothing allocated. */
gboolean trafo_execution_run (TrafoExecution     *self,
                              TrafoTensor *const *inputs,
                              GCancellable       *cancellable,
                              GError            **error);

/* Output @i of the graph as a new tensor, contiguous. */
TrafoTensor *trafo_execution_read_output (TrafoExecution *self, guint i, GError **error);

/* The memory of the last run: values and scratch, in bytes. */
gsize trafo_execution_get_peak_bytes (const TrafoExecution *self);

/* One line an op of the last run's plan: its kernel's name, or "reference", and where it runs. */
GVariant *trafo_execution_get_placement (const TrafoExecution *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoProgram, trafo_program_free)

G_END_DECLS
