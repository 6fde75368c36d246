/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-async-call-private.h"

#include "../../await.h"

/* What is to come of a call, and what it saw. */
typedef struct
{
  gboolean fails, waits;
  guint    n_runs;
  GThread *thread;
  gpointer source;

  GCancellable *cancellable; /* of cancel_running() */
} Request;

static gint n_requests_freed, n_results_freed;

static void
count_request (gpointer data)
{
  g_atomic_int_inc (&n_requests_freed);
}

static void
count_result (gpointer result)
{
  g_atomic_int_inc (&n_results_freed);
  g_free (result);
}

/* Things are freed by the thread that made the call, perhaps only after the callback. */
static void
assert_becomes_one (gint *counter)
{
  for (guint i = 0; i < 5000 && g_atomic_int_get (counter) == 0; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (counter), ==, 1);
}

static gpointer
run (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  Request *request = data;

  g_atomic_int_inc (&request->n_runs);
  request->thread = g_thread_self ();
  request->source = source;
  while (request->waits && !g_cancellable_is_cancelled (cancellable))
    g_usleep (1000);
  if (!request->fails)
    return g_strdup ("done");
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  return NULL;
}

static const TrafoAsyncCall call = { run, count_request, count_result };
static const TrafoAsyncCall other_call = { run, count_request, count_result };

static char *
run_call (gpointer source, Request *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_atomic_int_set (&n_requests_freed, 0);
  g_atomic_int_set (&n_results_freed, 0);
  trafo_async_call_start (&call, source, request, cancellable, await_keep, &result);
  return trafo_async_call_finish (&call, source, await_result (&result), error);
}

static void
test_result (void)
{
  g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GError) error = NULL;
  Request          request = { 0 };
  g_autofree char *found = run_call (source, &request, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "done");
  g_assert_true (request.source == source);
  g_assert_true (request.thread != g_thread_self ());
  assert_becomes_one (&n_requests_freed);
  g_assert_cmpint (g_atomic_int_get (&n_results_freed), ==, 0);
}

static void
test_error (void)
{
  Request request = { .fails = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_null (run_call (NULL, &request, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Request request = { 0 };

  g_cancellable_cancel (cancellable);
  g_assert_null (run_call (NULL, &request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (request.n_runs, ==, 0);
}

/* Not before the call runs, however long its thread takes to begin. */
static gboolean
cancel_running (gpointer data)
{
  Request *request = data;

  if (g_atomic_int_get (&request->n_runs) == 0)
    return G_SOURCE_CONTINUE;
  g_cancellable_cancel (request->cancellable);
  return G_SOURCE_REMOVE;
}

/* The call heeds the cancellation, or ends well all the same: what it says is what comes. */
static void
test_cancelled_meanwhile (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *found = NULL;
      Request          request = { .waits = TRUE, .fails = i == 1, .cancellable = cancellable };

      g_timeout_add (5, cancel_running, &request);
      found = run_call (NULL, &request, cancellable, &error);
      g_assert_cmpstr (found, ==, i == 0 ? "done" : NULL);
      g_assert_true (i == 0 ? error == NULL : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY));
      g_assert_cmpint (g_atomic_int_get (&n_results_freed), ==, 0);
    }
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GThread **) data = g_thread_self ();
}

/* The callback comes in the context of the thread that started; a result that nobody asks for is
 * freed. */
static gpointer
run_elsewhere (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Request  request = { 0 };
  GThread *called_in = NULL;

  g_main_context_push_thread_default (context);
  g_atomic_int_set (&n_results_freed, 0);
  trafo_async_call_start (&call, NULL, &request, NULL, on_done, &called_in);
  while (called_in == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_assert_true (called_in == g_thread_self ());
  assert_becomes_one (&n_results_freed);
  return NULL;
}

static void
test_context (void)
{
  g_thread_join (g_thread_new ("caller", run_elsewhere, NULL));
}

/* A result of one call is not taken for that of another. */
static void
test_mixed_up (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  Request request = { 0 };

  trafo_async_call_start (&call, NULL, &request, NULL, await_keep, &result);
  await_result (&result);
  g_test_expect_message ("Trafo", G_LOG_LEVEL_CRITICAL, "*g_async_result_is_tagged*");
  g_assert_null (trafo_async_call_finish (&other_call, NULL, result, NULL));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/async-call/result", test_result);
  g_test_add_func ("/async-call/error", test_error);
  g_test_add_func ("/async-call/cancelled-before", test_cancelled_before);
  g_test_add_func ("/async-call/cancelled-meanwhile", test_cancelled_meanwhile);
  g_test_add_func ("/async-call/context", test_context);
  g_test_add_func ("/async-call/mixed-up", test_mixed_up);
  return g_test_run ();
}
