/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "requests.h"

/* Requests made at the same time on the same models get what they get alone, bit for bit. */

enum
{
  N_REQUESTS = 64,
  N_ROUNDS = 4,
  EVERY_CANCELLED = 4, /* each so many requests one is cancelled */
};

/* What each kind and size gets when it runs alone, on models of their own. */
typedef GBytes *Expected[N_REQUEST_KINDS][N_SIZES];

static void
expect_alone (Expected expected)
{
  g_autoptr (Host) host = host_new ();

  for (guint kind = 0; kind < N_REQUEST_KINDS; kind++)
    for (guint size = 0; size < N_SIZES; size++)
      {
        g_autoptr (GError) error = NULL;

        expected[kind][size] = request_kinds[kind].run (host, size, NULL, &error);
        g_assert_no_error (error);
        g_assert_cmpuint (g_bytes_get_size (expected[kind][size]), >, 0);
      }
}

static void
expected_clear (Expected expected)
{
  for (guint kind = 0; kind < N_REQUEST_KINDS; kind++)
    for (guint size = 0; size < N_SIZES; size++)
      g_bytes_unref (expected[kind][size]);
}

static void
check_result (Expected expected, guint kind, guint size, GBytes *found)
{
  if (!g_bytes_equal (found, expected[kind][size]))
    g_test_fail_printf ("%s of size %u is not what it is alone", request_kinds[kind].name, size);
}

typedef struct
{
  Host *host;
  GBytes *(*expected)[N_SIZES];
  guint         number;
  guint         kind;
  GCancellable *cancellable; /* NULL: not cancelled */
  gint         *n_waiting;   /* all begin when it is 0 */
  gint          n_done;
} Caller;

/* One request of a caller; FALSE if it was cancelled. */
static gboolean
request (Caller *self, guint round, GCancellable *cancellable)
{
  guint size = (self->number + 3 * round) % N_SIZES;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) found = request_kinds[self->kind].run (self->host, size, cancellable, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      g_cancellable_is_cancelled (cancellable))
    return FALSE;
  g_assert_no_error (error);
  check_result (self->expected, self->kind, size, found);
  g_atomic_int_inc (&self->n_done);
  return TRUE;
}

/* Whoever is to be cancelled goes on until that happens; then all is as before. */
static gpointer
call (gpointer data)
{
  Caller *self = data;
  guint   round = 0;

  g_atomic_int_add (self->n_waiting, -1);
  while (g_atomic_int_get (self->n_waiting) > 0)
    g_thread_yield ();
  if (self->cancellable != NULL)
    while (request (self, round, self->cancellable))
      round++;
  for (guint i = 0; i < N_ROUNDS; i++)
    g_assert_true (request (self, round + i, NULL));
  return NULL;
}

static gboolean
is_cancelled_one (guint number, guint kind)
{
  return request_kinds[kind].is_cancellable && number / N_REQUEST_KINDS % EVERY_CANCELLED == 1;
}

/* Cancels each while it is at its second request, or soon after. */
static void
cancel_some (Caller *callers)
{
  for (guint i = 0; i < N_REQUESTS; i++)
    {
      if (callers[i].cancellable == NULL)
        continue;
      while (g_atomic_int_get (&callers[i].n_done) == 0)
        g_thread_yield ();
      g_cancellable_cancel (callers[i].cancellable);
    }
}

/* The models are new, so that what is traced and packed once is asked for by all at once, too. */
static void
test_threads (void)
{
  g_autoptr (Host) host = host_new ();
  Expected expected;
  Caller   callers[N_REQUESTS];
  GThread *threads[N_REQUESTS];
  gint     n_waiting = N_REQUESTS;

  expect_alone (expected);
  for (guint i = 0; i < N_REQUESTS; i++)
    {
      guint kind = i % N_REQUEST_KINDS;

      callers[i] =
          (Caller){ .host = host,
                    .expected = expected,
                    .number = i,
                    .kind = kind,
                    .cancellable = is_cancelled_one (i, kind) ? g_cancellable_new () : NULL,
                    .n_waiting = &n_waiting };
    }
  for (guint i = 0; i < N_REQUESTS; i++)
    threads[i] = g_thread_new ("caller", call, &callers[i]);
  cancel_some (callers);
  for (guint i = 0; i < N_REQUESTS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_REQUESTS; i++)
    g_clear_object (&callers[i].cancellable);
  expected_clear (expected);
}

typedef struct
{
  GBytes *(*expected)[N_SIZES];
  guint         kind;
  guint         size;
  GCancellable *cancellable;
  guint        *n_left;
} Pending;

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Pending *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) found = request_kinds[self->kind].finish (source, result, &error);

  if (self->cancellable == NULL)
    g_assert_no_error (error);
  else if (found == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (found != NULL)
    check_result (self->expected, self->kind, self->size, found);
  (*self->n_left)--;
}

/* All from one main loop, as a server makes them. Some are cancelled when a third is done. */
static void
test_main_loop (void)
{
  g_autoptr (Host) host = host_new ();
  Expected expected;
  Pending  pending[N_REQUESTS];
  guint    n_left = N_REQUESTS;

  expect_alone (expected);
  for (guint i = 0; i < N_REQUESTS; i++)
    {
      guint kind = i % N_REQUEST_KINDS;
      guint size = i % N_SIZES;

      pending[i] = (Pending){ expected, kind, size, NULL, &n_left };
      if (i % EVERY_CANCELLED == 1)
        pending[i].cancellable = g_cancellable_new ();
      request_kinds[kind].start (host, size, pending[i].cancellable, on_done, &pending[i]);
    }
  while (n_left > N_REQUESTS * 2 / 3)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_REQUESTS; i++)
    if (pending[i].cancellable != NULL)
      g_cancellable_cancel (pending[i].cancellable);
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_REQUESTS; i++)
    g_clear_object (&pending[i].cancellable);
  expected_clear (expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/requests/threads", test_threads);
  g_test_add_func ("/requests/main-loop", test_main_loop);
  return g_test_run ();
}
