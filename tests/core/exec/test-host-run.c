/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-host-run-private.h"

#include <string.h>

#include "trafo-thread-pool-private.h"

#define N_TASKS 23

static gint n_done[N_TASKS];
static gint n_finished;

static void
run (const TrafoKernelArgs *args, guint task, guint n_tasks, gpointer scratch)
{
  g_assert_cmpuint (n_tasks, ==, N_TASKS);
  memset (scratch, task, 100);
  g_atomic_int_inc (&n_done[task]);
  g_assert_cmpuint (((guint8 *) scratch)[99], ==, task);
}

static void
finish (const TrafoKernelArgs *args, guint task, guint n_tasks)
{
  g_assert_cmpuint (n_tasks, ==, 3);
  g_assert_nonnull (args->shared);
  for (guint i = 0; i < N_TASKS; i++)
    g_assert_cmpint (g_atomic_int_get (&n_done[i]), ==, 1);
  g_atomic_int_inc (&n_finished);
}

static gsize
scratch_size (const TrafoKernelArgs *args, guint n_threads)
{
  return 100;
}

static guint
count_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return N_TASKS;
}

static guint
count_finish_tasks (const TrafoKernelArgs *args, guint n_threads)
{
  return 3;
}

static const TrafoKernel plain = {
  .struct_size = sizeof plain,
  .scratch_size = scratch_size,
  .n_tasks = count_tasks,
  .run = run,
};
static const TrafoKernel two_stages = {
  .struct_size = sizeof two_stages,
  .scratch_size = scratch_size,
  .n_tasks = count_tasks,
  .run = run,
  .shared_size = scratch_size,
  .n_finish_tasks = count_finish_tasks,
  .finish = finish,
};

/* Every task once, in every run, and what another kernel shared is not handed on. */
static void
test_tasks (gconstpointer data)
{
  const TrafoKernel    *kernel = data;
  const TrafoKernelArgs args = { .shared = &n_finished };
  TrafoHostRun          self;

  g_assert_true (trafo_host_run_init (&self, kernel, &args, NULL));
  g_assert_true (self.args.shared != args.shared);
  g_assert_cmpint (self.args.shared != NULL, ==, kernel == &two_stages);
  for (guint round = 0; round < 50; round++)
    {
      memset (n_done, 0, sizeof n_done);
      n_finished = 0;
      g_assert_true (trafo_host_run (&self));
      for (guint i = 0; i < N_TASKS; i++)
        g_assert_cmpint (n_done[i], ==, 1);
      g_assert_cmpint (n_finished, ==, kernel == &two_stages ? 3 : 0);
    }
  trafo_host_run_clear (&self);
}

typedef struct
{
  TrafoHostRun run;
  gboolean     is_whole;
} Nested;

static void
run_nested (gpointer data, guint worker, guint n_workers)
{
  Nested *nested = data;

  if (worker == 0)
    nested->is_whole = trafo_host_run (&nested->run);
}

/* Where another run has the threads, one does all, and it is said. */
static void
test_busy (void)
{
  const TrafoKernelArgs args = { 0 };
  TrafoThreadPool      *pool = trafo_thread_pool_get_default ();
  guint                 n_threads = trafo_thread_pool_get_size (pool);
  Nested                nested;

  g_assert_true (trafo_host_run_init (&nested.run, &plain, &args, NULL));
  memset (n_done, 0, sizeof n_done);
  trafo_thread_pool_run (pool, n_threads, run_nested, &nested);
  g_assert_cmpint (nested.is_whole, ==, n_threads == 1);
  for (guint i = 0; i < N_TASKS; i++)
    g_assert_cmpint (n_done[i], ==, 1);
  trafo_host_run_clear (&nested.run);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/host-run/tasks", &plain, test_tasks);
  g_test_add_data_func ("/host-run/two-stages", &two_stages, test_tasks);
  g_test_add_func ("/host-run/busy", test_busy);
  return g_test_run ();
}
