/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one pool of threads that all computation of the process shares. A whole program is one wake:
 * every worker gets the same function and finds its part by its number; worker 0 is the caller.
 * Workers spin for some microseconds after their work, then sleep. */
typedef struct _TrafoThreadPool TrafoThreadPool;
typedef void (*TrafoThreadFunc) (gpointer data, guint worker, guint n_workers);

TrafoThreadPool *trafo_thread_pool_new (guint n_threads);
void             trafo_thread_pool_free (TrafoThreadPool *self);

/* As many threads as TRAFO_THREADS says, else as the process may use at once. */
TrafoThreadPool *trafo_thread_pool_get_default (void);
guint            trafo_thread_pool_get_size (TrafoThreadPool *self);

/* Runs @func on at most @n_workers workers and returns when all are done. When another thread is
 * using the pool, the caller does all the work alone, with n_workers 1. */
void
trafo_thread_pool_run (TrafoThreadPool *self, guint n_workers, TrafoThreadFunc func, gpointer data);

/* Independent tasks, dealt out as workers become free. */
typedef void (*TrafoTaskFunc) (gpointer data, guint task);
void trafo_thread_pool_run_tasks (TrafoThreadPool *self,
                                  guint            n_tasks,
                                  TrafoTaskFunc    func,
                                  gpointer         data);

/* In a function that all workers of a run are in: the task after the one that a worker has just done, whose
 * first is its own number. The others go to who is free, for workers are not equally fast: a processor may
 * have cores of two kinds, and somebody else may be busy on one. @n_taken: shared, 0 before the run. */
static inline guint
trafo_take_task (guint *n_taken, guint n_tasks, guint n_workers)
{
  if (n_tasks <= n_workers)
    return n_tasks;
  return n_workers + __atomic_fetch_add (n_taken, 1, __ATOMIC_RELAXED);
}

/* Where the workers of one run meet. Everything written before is seen after. */
typedef struct
{
  guint arrived;
  guint phase;
} TrafoBarrier;

void trafo_barrier_init (TrafoBarrier *self);
void trafo_barrier_wait (TrafoBarrier *self, guint n_workers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoThreadPool, trafo_thread_pool_free)

G_END_DECLS
