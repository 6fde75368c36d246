/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-host-run-private.h"

#include <stdlib.h>
#include <trafo/trafo-error.h>

#include "trafo-tensor-private.h"
#include "trafo-thread-pool-private.h"

/* Scratch for each thread, and what all share behind it. */
gboolean
trafo_host_run_init (TrafoHostRun          *self,
                     const TrafoKernel     *kernel,
                     const TrafoKernelArgs *args,
                     GError               **error)
{
  guint n_threads = trafo_thread_pool_get_size (trafo_thread_pool_get_default ());
  gsize own_bytes, all_bytes;

  *self = (TrafoHostRun){ .kernel = kernel, .args = *args };
  self->args.shared = NULL; /* of another kernel */
  trafo_kernel_split (kernel, args, n_threads, &self->split);
  if (!g_size_checked_mul (&own_bytes, self->split.scratch_bytes, n_threads) ||
      !g_size_checked_add (&all_bytes, own_bytes, self->split.shared_bytes))
    all_bytes = G_MAXSIZE;
  if (all_bytes == 0)
    return TRUE;
  self->scratch = trafo_aligned_try_alloc (all_bytes);
  if (self->scratch == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for %" G_GSIZE_FORMAT " bytes of scratch of kernel %s",
                   all_bytes,
                   kernel->name);
      return FALSE;
    }
  if (self->split.n_finish_tasks > 0)
    self->args.shared = self->scratch + own_bytes;
  return TRUE;
}

void
trafo_host_run_clear (TrafoHostRun *self)
{
  free (self->scratch);
}

static void
run_share (gpointer data, guint worker, guint n_workers)
{
  TrafoHostRun *self = data;
  guint         n_tasks = self->split.n_tasks, task = worker;
  gpointer      scratch = self->scratch + worker * self->split.scratch_bytes;

  if (worker == 0)
    self->n_workers = n_workers;
  for (; task < n_tasks; task = trafo_take_task (&self->n_taken, n_tasks, n_workers))
    self->kernel->run (&self->args, task, n_tasks, scratch);
}

static void
finish_share (gpointer data, guint worker, guint n_workers)
{
  TrafoHostRun *self = data;

  for (guint task = worker; task < self->split.n_finish_tasks; task += n_workers)
    self->kernel->finish (&self->args, task, self->split.n_finish_tasks);
}

gboolean
trafo_host_run (TrafoHostRun *self)
{
  TrafoThreadPool *pool = trafo_thread_pool_get_default ();

  self->n_taken = 0;
  trafo_thread_pool_run (pool, self->split.n_tasks, run_share, self);
  if (self->split.n_finish_tasks > 0)
    trafo_thread_pool_run (pool, self->split.n_finish_tasks, finish_share, self);
  return self->n_workers >= MIN (self->split.n_tasks, trafo_thread_pool_get_size (pool));
}
