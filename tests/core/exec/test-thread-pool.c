/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-thread-pool-private.h"

#include <sys/wait.h>
#include <unistd.h>

#define N_NUMBERS 1000

typedef struct
{
  TrafoThreadPool *pool;
  guint            n_workers; /* asked for */
  guint            seen;      /* a bit for each worker */
  guint            n_seen;    /* what the workers were told */
  guint            numbers[N_NUMBERS];
} Work;

static void
share (gpointer data, guint worker, guint n_workers)
{
  Work *work = data;

  __atomic_or_fetch (&work->seen, 1u << worker, __ATOMIC_RELAXED);
  __atomic_store_n (&work->n_seen, n_workers, __ATOMIC_RELAXED);
  for (guint i = worker; i < N_NUMBERS; i += n_workers)
    work->numbers[i] += i;
}

static void
check_work (Work *work, guint n_runs)
{
  for (guint i = 0; i < N_NUMBERS; i++)
    g_assert_cmpuint (work->numbers[i], ==, i * n_runs);
}

static void
test_sizes (void)
{
  static const struct
  {
    guint n_threads, n_workers, expected;
  } cases[] = {
    { 1, 1, 1 }, { 1, 8, 1 }, { 4, 1, 1 }, { 4, 0, 1 }, { 4, 2, 2 }, { 4, 4, 4 }, { 4, 100, 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoThreadPool) pool = trafo_thread_pool_new (cases[i].n_threads);
      g_autofree Work *work = g_new0 (Work, 1);

      g_assert_cmpuint (trafo_thread_pool_get_size (pool), ==, cases[i].n_threads);
      for (guint run = 1; run <= 20; run++)
        {
          work->seen = 0;
          trafo_thread_pool_run (pool, cases[i].n_workers, share, work);
          check_work (work, run);
          g_assert_cmpuint (work->n_seen, ==, cases[i].expected);
          g_assert_cmpuint (work->seen, ==, (1u << cases[i].expected) - 1);
        }
    }
}

static gpointer
run_often (gpointer data)
{
  g_autofree Work *work = g_new0 (Work, 1);

  for (guint run = 1; run <= 30; run++)
    {
      trafo_thread_pool_run (data, 4, share, work);
      check_work (work, run);
    }
  return NULL;
}

/* Who finds the pool busy does the work alone. */
static void
test_many_callers (void)
{
  g_autoptr (TrafoThreadPool) pool = trafo_thread_pool_new (4);
  GThread *threads[64];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", run_often, pool);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
run_again (gpointer data, guint worker, guint n_workers)
{
  Work *work = data;
  guint sum = 0;

  if (worker != 0)
    return;
  trafo_thread_pool_run (work->pool, 4, share, work);
  for (guint i = 0; i < N_NUMBERS; i++)
    sum += work->numbers[i];
  g_assert_cmpuint (sum, ==, N_NUMBERS * (N_NUMBERS - 1) / 2);
}

static void
test_nested (void)
{
  g_autoptr (TrafoThreadPool) pool = trafo_thread_pool_new (4);
  g_autofree Work *work = g_new0 (Work, 1);

  work->pool = pool;
  trafo_thread_pool_run (pool, 4, run_again, work);
  check_work (work, 1);
}

static void
mark (gpointer data, guint task)
{
  __atomic_add_fetch (&((guint *) data)[task], 1, __ATOMIC_RELAXED);
}

static void
test_tasks (void)
{
  static const guint counts[] = { 0, 1, 3, 4, 5, 1000 };
  g_autoptr (TrafoThreadPool) pool = trafo_thread_pool_new (4);

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree guint *marks = g_new0 (guint, counts[i] + 1);

      trafo_thread_pool_run_tasks (pool, counts[i], mark, marks);
      for (guint j = 0; j < counts[i]; j++)
        g_assert_cmpuint (marks[j], ==, 1);
      g_assert_cmpuint (marks[counts[i]], ==, 0);
    }
}

/* The threads of a pool are not in a child; it gets new ones when it runs something. */
static void
test_fork (void)
{
  g_autoptr (TrafoThreadPool) pool = trafo_thread_pool_new (4);
  g_autofree Work *work = g_new0 (Work, 1);
  pid_t            child;
  int              status;

#if defined(__SANITIZE_THREAD__)
  g_test_skip ("ThreadSanitizer cannot start threads after fork()");
  return;
#endif
  trafo_thread_pool_run (pool, 4, share, work);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      alarm (20);
      trafo_thread_pool_run (pool, 4, share, work);
      _exit (work->n_seen == 4 && work->numbers[7] == 14 ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  trafo_thread_pool_run (pool, 4, share, work);
  check_work (work, 2);
}

typedef struct
{
  TrafoBarrier barrier;
  guint        sums[2];
} Meeting;

static void
meet (gpointer data, guint worker, guint n_workers)
{
  Meeting *meeting = data;

  for (guint round = 0; round < 200; round++)
    {
      guint *now = &meeting->sums[round % 2];

      __atomic_add_fetch (now, 1, __ATOMIC_RELAXED);
      trafo_barrier_wait (&meeting->barrier, n_workers);
      g_assert_cmpuint (__atomic_load_n (now, __ATOMIC_RELAXED), ==, n_workers);
      trafo_barrier_wait (&meeting->barrier, n_workers);
      if (worker == 0)
        *now = 0;
    }
}

static void
test_barrier (void)
{
  for (guint n = 1; n <= 4; n++)
    {
      g_autoptr (TrafoThreadPool) pool = trafo_thread_pool_new (n);
      Meeting meeting = { 0 };

      trafo_barrier_init (&meeting.barrier);
      trafo_thread_pool_run (pool, n, meet, &meeting);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thread-pool/sizes", test_sizes);
  g_test_add_func ("/thread-pool/many-callers", test_many_callers);
  g_test_add_func ("/thread-pool/nested", test_nested);
  g_test_add_func ("/thread-pool/tasks", test_tasks);
  g_test_add_func ("/thread-pool/fork", test_fork);
  g_test_add_func ("/thread-pool/barrier", test_barrier);
  return g_test_run ();
}
