/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "helper.h"

#include "trafo-probe-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#define TIMEOUT_MS 600
#define LONG_TIMEOUT_MS 60000
#define GOOD_REPLY "(true, 0, '', [], '')"

static void
set_up (Helper *helper, gconstpointer unused)
{
  helper_init (helper);
  helper_set_reply (helper, GOOD_REPLY);
}

static void
tear_down (Helper *helper, gconstpointer unused)
{
  helper_clear (helper);
}

/* What becomes of a helper that ends in one way or another; reason NULL: its reply counts. */
static const struct
{
  const char *script;
  const char *reason;
} cases[] = {
  { "cat @REPLY >&3", NULL },
  { "cat @REPLY >&3; echo a word >&2", NULL },
  { "exit 0", "ended the process with status 0 before the file was opened" },
  { "exit 7", "ended the process with status 7" },
  { "printf so >&3; kill -SEGV $$",
    "crashed with SIGSEGV (Segmentation fault) while the file was" },
  { "cat @REPLY >&3; kill -ABRT $$", "crashed with SIGABRT (Aborted) while the process ended" },
  { "printf so >&3; exec sleep 60", "did not finish within 0.6 s while the file was opened" },
  { "printf hello >&3", "the helper's reply" },
  { "printf soR >&3", "ended the process with status 0" },
  { "printf so >&3; head -c 2000000 /dev/zero >&3; exec sleep 60", "reply" },
  { "cat @REPLY >&3; echo hello", "printed to standard output: hello" },
  { "for i in 1 2 3 4 5; do echo line $i >&2; done; exit 1",
    "last lines: line 3 | line 4 | line 5" },
  { "printf 'a\\033[31mb\\377c' >&2; exit 1", "last lines: a [31mb\357\277\275c" },
  /* what it leaves behind with the pipes open is ended with it */
  { "sleep 60 & cat @REPLY >&3", NULL },
};

static void
check_case (const Helper *helper, guint i)
{
  TrafoProbe probe = { .filename = "/plugin" };
  g_autoptr (GError) error = NULL;

  helper_set_script (helper, cases[i].script);
  g_assert_true (trafo_probe_run (&probe, 1, TIMEOUT_MS, NULL, &error));
  g_assert_no_error (error);
  g_test_message ("%s: %s", cases[i].script, probe.reason);
  g_assert_true ((probe.reply != NULL) == (cases[i].reason == NULL));
  g_assert_true ((probe.reason == NULL) == (cases[i].reason == NULL));
  if (cases[i].reason != NULL)
    g_assert_nonnull (strstr (probe.reason, cases[i].reason));
  trafo_probe_clear (&probe);
}

static void
test_ends (Helper *helper, gconstpointer unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (helper, i);
}

/* More than run at once; each answers for its own file. */
static void
test_many (Helper *helper, gconstpointer unused)
{
  TrafoProbe probes[30] = { { 0 } };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  helper_set_script (helper, "case $2 in *0) echo $1 $2 >&2; exit 3;; esac; cat @REPLY >&3");
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("/plugin-%u", i));
      probes[i].filename = names->pdata[i];
      probes[i].with_devices = i == 10;
    }
  g_assert_true (trafo_probe_run (probes, G_N_ELEMENTS (probes), LONG_TIMEOUT_MS, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    g_assert_true ((probes[i].reply == NULL) == (i % 10 == 0));
  g_assert_nonnull (strstr (probes[10].reason, "--devices /plugin-10"));
  g_assert_nonnull (strstr (probes[20].reason, "--load /plugin-20"));
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    trafo_probe_clear (&probes[i]);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (100000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Who cancels does not wait for the time limit. */
static void
test_cancel (Helper *helper, gconstpointer unused)
{
  TrafoProbe probes[12] = { { 0 } };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;
  gint64   start = g_get_monotonic_time ();

  helper_set_script (helper, "exec sleep 60");
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    probes[i].filename = "/plugin";
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_false (
      trafo_probe_run (probes, G_N_ELEMENTS (probes), LONG_TIMEOUT_MS, cancellable, &error));
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, LONG_TIMEOUT_MS * G_GINT64_CONSTANT (500));
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    trafo_probe_clear (&probes[i]);
}

static void
test_no_helper (Helper *helper, gconstpointer unused)
{
  TrafoProbe probe = { .filename = "/plugin" };
  g_autoptr (GError) error = NULL;

  g_assert_false (trafo_probe_run (&probe, 1, TIMEOUT_MS, NULL, &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, helper->script));
}

static void
test_timeout (void)
{
  static const struct
  {
    const char *text;
    guint       expected_ms;
  } times[] = {
    { NULL, 20000 }, { "", 20000 },    { "1500", 1500 },     { "0", 20000 },
    { "-1", 20000 }, { "10s", 20000 }, { "600000", 600000 }, { "600001", 20000 },
  };

  /* the wrong ones are warned of */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      if (times[i].text != NULL)
        g_setenv ("TRAFO_PROBE_TIMEOUT_MS", times[i].text, TRUE);
      g_assert_cmpuint (trafo_probe_get_timeout (), ==, times[i].expected_ms);
    }
  g_unsetenv ("TRAFO_PROBE_TIMEOUT_MS");
  g_log_set_always_fatal (fatal);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/probe/" name, Helper, NULL, set_up, function, tear_down)
  ADD ("ends", test_ends);
  ADD ("many", test_many);
  ADD ("cancel", test_cancel);
  ADD ("no-helper", test_no_helper);
#undef ADD
  g_test_add_func ("/probe/timeout", test_timeout);
  return g_test_run ();
}
