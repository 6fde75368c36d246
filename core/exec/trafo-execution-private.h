/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <pthread.h>

#include "trafo-operand-private.h"
#include "trafo-program-private.h"
#include "trafo-thread-pool-private.h"

G_BEGIN_DECLS

struct _TrafoProgram
{
  TrafoGraph              *graph;
  TrafoWeights            *weights;
  TrafoDevice             *device;
  gboolean                 is_host;
  TrafoOperand            *params; /* by node and use: params[sym * TRAFO_N_WEIGHT_USES + use] */
  pthread_mutex_t          lock;   /* guards idle; not GLib's, which ThreadSanitizer does not see */
  GPtrArray               *idle;   /* of TrafoExecution */
  struct _TrafoFileTable **tables; /* by node: whose rows are read from a file; else NULL */
};

/* The bytes that a step reads or writes, as a range of the arena or of a state; empty for parameters. */
typedef struct
{
  guint space; /* 0: the arena; else the state's symbol */
  gsize begin;
  gsize end;
} TrafoRange;

/* One kernel call. */
typedef struct
{
  TrafoSym           sym;
  const TrafoKernel *kernel; /* NULL: the op's reference, on the host */
  void (*run) (const TrafoKernelArgs *args);
  guint           n_tasks;
  guint           n_taken;        /* of the tasks that workers take as they become free */
  guint           n_left;         /* of the tasks that have not ended, if one alone finishes them */
  guint           n_finish_tasks; /* of the kernel's second stage */
  gboolean        needs_barrier;  /* before it: it meets memory of a step since the last one */
  guint8          mutates;        /* as in the op's row */
  gboolean        is_open;        /* its kernel is found by the first run */
  gboolean        is_followed;    /* its tasks do the next step, row by row */
  gboolean        is_follower;    /* of the step before */
  guint           first_rows;     /* where its tasks' rows are, if it is followed */
  guint           output_root;
  guint           input_roots[TRAFO_MAX_OP_INPUTS];
  TrafoRange      ranges[TRAFO_MAX_OP_INPUTS + 1]; /* what it touches: the output first */
  TrafoAttrs      attrs;                           /* symbolic dimensions resolved */
  TrafoKernelArgs args;
} TrafoStep;

/* What a task of a step that is followed writes. */
typedef struct
{
  gsize begin;
  gsize end;
  guint first;   /* the first task that writes these rows; of that one: */
  guint n_tasks; /* how many do, */
  guint n_left;  /* and how many have not yet in this run */
} TrafoTaskRows;

#define TRAFO_N_PLACEMENTS 3 /* a symbol's own memory, and that of two copies of its operands */

/* Where a value that needs memory of its own lives. */
typedef struct
{
  gsize size_bytes; /* 0: no memory of its own */
  gsize offset_bytes;
  gint  first_step; /* -1: written before the first */
  gint  last_step;
  /* the planner's own */
  gboolean is_placed;
  gint     range_first_step;
  gint     range_last_step;
} TrafoPlacement;

typedef struct _TrafoRecording TrafoRecording;

struct _TrafoExecution
{
  TrafoProgram   *program;
  gboolean        is_resolved;
  TrafoOperand   *states;        /* by their number: what is bound, of no dtype where nothing is */
  TrafoOperand   *placed_states; /* where the plan has them */
  gint64          slots[TRAFO_N_SLOTS];
  gint64         *dim_values;
  TrafoOperand   *values;     /* by symbol; offset_bytes counts from the root until placed */
  guint          *roots;      /* by symbol: whose memory it is a view of; 0: of a parameter */
  TrafoPlacement *placements; /* by symbol; copies for it: n_nodes and 2 n_nodes + the symbol */
  guint          *order;      /* room for the planner */
  TrafoStep      *steps;
  guint           n_steps;
  TrafoTaskRows  *task_rows; /* of steps that are followed */
  guint           n_task_rows;
  guint           task_rows_capacity;
  guint           n_workers;
  gboolean        is_open; /* some step is */

  gsize    arena_size_bytes; /* what the plan needs */
  gsize    arena_capacity_bytes;
  gpointer arena;
  gpointer taken_arena;   /* where it was, if arena is NULL because an output was taken with it */
  gsize    scratch_bytes; /* for each worker */
  gsize    shared_bytes;  /* behind that of all workers: for all tasks of a step */
  gsize    scratch_capacity_bytes;
  gpointer scratch;
  gpointer staging; /* host copies of operands for steps that a device cannot do */
  gsize    staging_capacity_bytes;
  gpointer stream;

  TrafoBarrier  barrier;
  GCancellable *cancellable;
  GError       *read_error; /* of a table's row in this run; set atomically */
  guint         stop_at;    /* the number of the barrier after which workers stop; 0: none */

  guint64         n_plans;        /* so far */
  TrafoRecording *recording;      /* of this run; NULL: nobody profiles it */
  TrafoRecording *last_recording; /* its memory, for the next */
};

/* Plans the program for self->slots: shapes, memory, kernels, barriers. */
gboolean trafo_execution_resolve (TrafoExecution *self, GError **error);

/* Gives a plan whose arena was taken another one. */
gboolean trafo_execution_restore_arena (TrafoExecution *self, GError **error);

/* Host memory for what a device cannot do itself: inputs on their way, and operands of steps. */
gboolean trafo_execution_prepare_staging (TrafoExecution *self, GError **error);

/* Makes the plan use what is bound; an error if some state is not. */
gboolean trafo_execution_place_states (TrafoExecution *self, GError **error);

/* Whether the memory of symbol @root is a state. */
gboolean trafo_execution_is_state (const TrafoExecution *self, guint root);

/* Gives each placement an offset so that values that live at the same time never overlap; returns
 * the size of the arena in bytes. @order is room for @n numbers. */
gsize trafo_plan_memory (TrafoPlacement *placements, guint n, guint *order);

/* Says before which steps workers meet, and which steps follow others. */
void trafo_execution_place_barriers (TrafoExecution *self);

gboolean trafo_range_overlaps (const TrafoRange *a, const TrafoRange *b);

/* Whether one reads memory that the other writes, or both need the memory that tasks share. */
gboolean trafo_execution_conflicts (const TrafoStep *a, const TrafoStep *b);

/* Whether the op may follow another step, if its kernel can. */
gboolean trafo_execution_may_follow (guint op);

/* Lets step @i be done by the tasks of the step before, which has the barrier, if there is one, at step @since:
 * FALSE if it cannot be. */
gboolean trafo_execution_follow (TrafoExecution *self, guint i, guint since);

/* Before a run. */
void trafo_execution_reset_rows (TrafoExecution *self);

/* What is behind a task of a step that is followed: the next step, for rows that are all there now. */
void trafo_execution_run_follower (TrafoExecution *self, const TrafoStep *step, guint task);

G_END_DECLS
