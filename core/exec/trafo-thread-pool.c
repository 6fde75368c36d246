/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-thread-pool-private.h"

#include "trafo-environment-private.h"
#include "trafo-processors-private.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum
{
  MAX_THREADS = 255,
  WORD_WORKERS_BITS = 8,
  SPINS_BEFORE_SLEEP = 600,  /* some 30 us of pause instructions */
  SPINS_BEFORE_YIELD = 2000, /* at a barrier: the other worker may have lost its processor */
};

typedef struct
{
  TrafoThreadPool *pool;
  guint            index;
} Worker;

/* word: (generation << 8) | workers of this run; changes once a run, and is what workers sleep on.
 * A worker reads func and data only if the word counts it in, and no run returns before all its
 * workers are done, so they never change under a reader. */
struct _TrafoThreadPool
{
  guint           n_threads; /* wanted; never changes */
  guint           n_started; /* there are, with the caller */
  guint32         holder;    /* (fork_count << 1) | whether some thread has the pool to itself */
  guint32         word;
  guint32         n_pending;
  gint            is_quitting;
  gint            is_started;
  TrafoThreadFunc func;
  gpointer        data;
  Worker         *workers;
  GThread       **threads;
};

/* Threads do not survive fork(): a pool of an earlier count starts anew. */
static guint32 fork_count;

static void
count_fork (void)
{
  __atomic_add_fetch (&fork_count, 1, __ATOMIC_RELAXED);
}

static inline void
pause_briefly (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#endif
}

static void
futex_wait (guint32 *word, guint32 value)
{
  syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void
futex_wake (guint32 *word, int n)
{
  syscall (SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

/* Returns a value of *@word other than @old. */
static guint32
wait_for_change (guint32 *word, guint32 old)
{
  guint32 value;

  for (guint i = 0; i < SPINS_BEFORE_SLEEP; i++)
    {
      value = __atomic_load_n (word, __ATOMIC_ACQUIRE);
      if (value != old)
        return value;
      pause_briefly ();
    }
  while ((value = __atomic_load_n (word, __ATOMIC_ACQUIRE)) == old)
    futex_wait (word, old);
  return value;
}

static gpointer
worker_main (gpointer user_data)
{
  Worker          *worker = user_data;
  TrafoThreadPool *self = worker->pool;
  guint32          seen = 0;

  for (;;)
    {
      guint n_workers;

      seen = wait_for_change (&self->word, seen);
      if (__atomic_load_n (&self->is_quitting, __ATOMIC_ACQUIRE))
        return NULL;
      n_workers = seen & ((1u << WORD_WORKERS_BITS) - 1);
      if (worker->index >= n_workers)
        continue;
      self->func (self->data, worker->index, n_workers);
      if (__atomic_sub_fetch (&self->n_pending, 1, __ATOMIC_ACQ_REL) == 0)
        futex_wake (&self->n_pending, 1);
    }
}

/* Fewer threads than wanted is no failure: the rest of the work is done by those there are. */
static void
start_threads (TrafoThreadPool *self)
{
  self->word = 0;
  self->is_started = TRUE;
  for (self->n_started = 1; self->n_started < self->n_threads; self->n_started++)
    {
      guint i = self->n_started;

      self->workers[i].pool = self;
      self->workers[i].index = i;
      self->threads[i] = g_thread_try_new ("trafo", worker_main, &self->workers[i], NULL);
      if (self->threads[i] == NULL)
        return;
    }
}

TrafoThreadPool *
trafo_thread_pool_new (guint n_threads)
{
  static gsize     once;
  TrafoThreadPool *self = g_new0 (TrafoThreadPool, 1);

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, count_fork);
      g_once_init_leave (&once, 1);
    }
  self->holder = __atomic_load_n (&fork_count, __ATOMIC_RELAXED) << 1;
  self->n_threads = CLAMP (n_threads, 1, MAX_THREADS);
  self->workers = g_new0 (Worker, self->n_threads);
  self->threads = g_new0 (GThread *, self->n_threads);
  return self;
}

void
trafo_thread_pool_free (TrafoThreadPool *self)
{
  if (self == NULL)
    return;
  if (self->is_started && self->holder >> 1 == __atomic_load_n (&fork_count, __ATOMIC_RELAXED))
    {
      __atomic_store_n (&self->is_quitting, TRUE, __ATOMIC_RELEASE);
      __atomic_add_fetch (&self->word, 1u << WORD_WORKERS_BITS, __ATOMIC_RELEASE);
      futex_wake (&self->word, MAX_THREADS);
      for (guint i = 1; i < self->n_started; i++)
        g_thread_join (self->threads[i]);
    }
  g_free (self->workers);
  g_free (self->threads);
  g_free (self);
}

TrafoThreadPool *
trafo_thread_pool_get_default (void)
{
  static TrafoThreadPool *pool;
  static gsize            once;

  if (g_once_init_enter (&once))
    {
      pool = trafo_thread_pool_new (trafo_environment_get_number ("TRAFO_THREADS",
                                                                  trafo_processors_count (),
                                                                  1,
                                                                  MAX_THREADS));
      g_once_init_leave (&once, 1);
    }
  return pool;
}

guint
trafo_thread_pool_get_size (TrafoThreadPool *self)
{
  return self->n_threads;
}

static void
run_together (TrafoThreadPool *self, guint n_workers, TrafoThreadFunc func, gpointer data)
{
  guint32 generation = (self->word >> WORD_WORKERS_BITS) + 1;
  guint32 pending;

  self->func = func;
  self->data = data;
  __atomic_store_n (&self->n_pending, n_workers - 1, __ATOMIC_RELAXED);
  __atomic_store_n (&self->word, generation << WORD_WORKERS_BITS | n_workers, __ATOMIC_RELEASE);
  futex_wake (&self->word, MAX_THREADS);
  func (data, 0, n_workers);
  for (guint i = 0; i < SPINS_BEFORE_SLEEP; i++)
    {
      if (__atomic_load_n (&self->n_pending, __ATOMIC_ACQUIRE) == 0)
        return;
      pause_briefly ();
    }
  while ((pending = __atomic_load_n (&self->n_pending, __ATOMIC_ACQUIRE)) != 0)
    futex_wait (&self->n_pending, pending);
}

/* In a child of fork() nobody holds what a thread of the parent held. */
static gboolean
try_take (TrafoThreadPool *self)
{
  guint32 forks = __atomic_load_n (&fork_count, __ATOMIC_RELAXED);
  guint32 taken = forks << 1 | 1;
  guint32 old = __atomic_load_n (&self->holder, __ATOMIC_RELAXED);

  if (old == taken || !__atomic_compare_exchange_n (&self->holder,
                                                    &old,
                                                    taken,
                                                    FALSE,
                                                    __ATOMIC_ACQUIRE,
                                                    __ATOMIC_RELAXED))
    return FALSE;
  if (old >> 1 != forks)
    self->is_started = FALSE;
  return TRUE;
}

static void
give_back (TrafoThreadPool *self)
{
  __atomic_and_fetch (&self->holder, ~1u, __ATOMIC_RELEASE);
}

void
trafo_thread_pool_run (TrafoThreadPool *self, guint n_workers, TrafoThreadFunc func, gpointer data)
{
  if (MIN (n_workers, self->n_threads) <= 1 || !try_take (self))
    {
      func (data, 0, 1);
      return;
    }
  if (!self->is_started)
    start_threads (self);
  n_workers = MIN (n_workers, self->n_started);
  if (n_workers > 1)
    run_together (self, n_workers, func, data);
  else
    func (data, 0, 1);
  give_back (self);
}

typedef struct
{
  TrafoTaskFunc func;
  gpointer      data;
  guint         n_tasks;
  guint         next;
} Tasks;

static void
take_tasks (gpointer data, guint worker, guint n_workers)
{
  Tasks *tasks = data;
  guint  task;

  while ((task = __atomic_fetch_add (&tasks->next, 1, __ATOMIC_RELAXED)) < tasks->n_tasks)
    tasks->func (tasks->data, task);
}

void
trafo_thread_pool_run_tasks (TrafoThreadPool *self,
                             guint            n_tasks,
                             TrafoTaskFunc    func,
                             gpointer         data)
{
  Tasks tasks = { func, data, n_tasks, 0 };

  trafo_thread_pool_run (self, n_tasks, take_tasks, &tasks);
}

void
trafo_barrier_init (TrafoBarrier *self)
{
  self->arrived = 0;
  self->phase = 0;
}

void
trafo_barrier_wait (TrafoBarrier *self, guint n_workers)
{
  guint phase;

  if (n_workers == 1)
    return;
  phase = __atomic_load_n (&self->phase, __ATOMIC_RELAXED);
  if (__atomic_add_fetch (&self->arrived, 1, __ATOMIC_ACQ_REL) == n_workers)
    {
      __atomic_store_n (&self->arrived, 0, __ATOMIC_RELAXED);
      __atomic_store_n (&self->phase, phase + 1, __ATOMIC_RELEASE);
      return;
    }
  for (guint i = 0; __atomic_load_n (&self->phase, __ATOMIC_ACQUIRE) == phase; i++)
    if (i < SPINS_BEFORE_YIELD)
      pause_briefly ();
    else
      sched_yield ();
}
