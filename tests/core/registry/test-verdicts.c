/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "helper.h"

#include "trafo-verdicts-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo-error.h>

/* The helper writes one line for each time that it is asked. */
#define SCRIPT "echo $1 >>@REPLY.log; cat @REPLY >&3"
#define GOOD "(true, 0, '', [], '')"
#define WITH_DEVICE "(true, 0, '', [('gpu:0', 1, 'a card', 1024)], '')"
#define REJECTED "(false, 4, '/plugin: is bad', [], '')"

typedef struct
{
  Helper helper;
  char  *log;
  char  *store;
  char  *plugin; /* records of files that are gone are not kept */
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  helper_init (&place->helper);
  helper_set_script (&place->helper, SCRIPT);
  helper_set_reply (&place->helper, GOOD);
  place->log = g_strconcat (place->helper.reply, ".log", NULL);
  place->store = g_build_filename (place->helper.folder, "verdicts", NULL);
  place->plugin = g_build_filename (place->helper.folder, "plugin", NULL);
  g_assert_true (g_file_set_contents (place->plugin, "", 0, NULL));
}

static void
tear_down (Place *place, gconstpointer unused)
{
  g_remove (place->log);
  g_remove (place->store);
  g_remove (place->plugin);
  g_free (place->log);
  g_free (place->store);
  g_free (place->plugin);
  helper_clear (&place->helper);
}

static guint
count_asked (const Place *place)
{
  g_autofree char *text = NULL;
  guint            n = 0;

  if (!g_file_get_contents (place->log, &text, NULL, NULL))
    return 0;
  for (const char *c = text; *c != '\0'; c++)
    n += *c == '\n';
  return n;
}

static TrafoVerdict
examine (const Place *place, TrafoVerdicts *verdicts, gint64 mtime_ns, gboolean is_anew)
{
  TrafoExamination examination = { .filename = place->plugin, .identity = { 1, 2, 3, mtime_ns } };
  TrafoVerdict     verdict;
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_verdicts_examine (verdicts, &examination, 1, is_anew, NULL, &error));
  g_assert_no_error (error);
  verdict = examination.verdict;
  g_assert_true ((examination.reason != NULL) ==
                 (verdict == TRAFO_VERDICT_REJECTED || verdict == TRAFO_VERDICT_QUARANTINED));
  trafo_examination_clear (&examination);
  return verdict;
}

static TrafoVerdicts *
open_verdicts (const Place *place)
{
  return trafo_verdicts_new (place->store, FALSE, TRAFO_PROBE_POLICY_AUTO);
}

static void
test_asked_once_in_the_life_of_a_file (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoVerdicts) first = open_verdicts (place);
  g_autoptr (TrafoVerdicts) second = open_verdicts (place);

  g_assert_cmpint (examine (place, first, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpint (examine (place, first, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpint (examine (place, second, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 1);
  g_assert_cmpint (examine (place, second, 4, TRUE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 2);
  helper_set_reply (&place->helper, REJECTED);
  g_assert_cmpint (examine (place, second, 5, FALSE), ==, TRAFO_VERDICT_REJECTED);
  g_assert_cmpint (examine (place, second, 5, FALSE), ==, TRAFO_VERDICT_REJECTED);
  g_assert_cmpuint (count_asked (place), ==, 3);
}

static void
test_policies (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoVerdicts) never =
      trafo_verdicts_new (place->store, FALSE, TRAFO_PROBE_POLICY_NEVER);
  g_autoptr (TrafoVerdicts) always =
      trafo_verdicts_new (place->store, FALSE, TRAFO_PROBE_POLICY_ALWAYS);
  g_autoptr (TrafoVerdicts) later =
      trafo_verdicts_new (place->store, FALSE, TRAFO_PROBE_POLICY_NEVER);

  g_assert_cmpint (examine (place, never, 4, TRUE), ==, TRAFO_VERDICT_UNKNOWN);
  g_assert_cmpuint (count_asked (place), ==, 0);
  g_assert_cmpint (examine (place, always, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpint (examine (place, always, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 2);
  /* what is on record counts, even where nobody may be asked */
  g_assert_cmpint (examine (place, later, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 2);
}

static void
test_read_only_writes_nothing (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoVerdicts) verdicts =
      trafo_verdicts_new (place->store, TRUE, TRAFO_PROBE_POLICY_AUTO);

  g_assert_cmpint (examine (place, verdicts, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpint (examine (place, verdicts, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 1);
  g_assert_false (g_file_test (place->store, G_FILE_TEST_EXISTS));
}

/* A missing library may come tomorrow, and the file stays the same. */
static void
test_missing_library_is_looked_for_again (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoVerdicts) verdicts = open_verdicts (place);
  g_autofree char *reply =
      g_strdup_printf ("(false, %d, '/plugin: no libfoo', [], '')", TRAFO_PLUGIN_ERROR_DEPENDENCY);

  helper_set_reply (&place->helper, reply);
  g_assert_cmpint (examine (place, verdicts, 4, FALSE), ==, TRAFO_VERDICT_REJECTED);
  helper_set_reply (&place->helper, GOOD);
  g_assert_cmpint (examine (place, verdicts, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 2);
}

static void
test_bad_ones_are_forgotten_on_request (Place *place, gconstpointer unused)
{
  const TrafoFileIdentity identity = { 1, 2, 3, 4 };
  g_autoptr (TrafoVerdicts) verdicts = open_verdicts (place);
  g_autoptr (TrafoVerdicts) later = NULL;
  g_autofree char *reason = NULL;
  gint             code = -1;

  g_assert_cmpint (examine (place, verdicts, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (trafo_verdicts_clear (verdicts), ==, 0);
  helper_set_script (&place->helper, "exit 9");
  g_assert_cmpint (examine (place, verdicts, 4, TRUE), ==, TRAFO_VERDICT_QUARANTINED);
  later = open_verdicts (place);
  g_assert_cmpint (trafo_verdicts_lookup (later, place->plugin, &identity, &code, &reason),
                   ==,
                   TRAFO_VERDICT_QUARANTINED);
  g_assert_cmpint (code, ==, TRAFO_PLUGIN_ERROR_QUARANTINED);
  g_assert_nonnull (strstr (reason, "status 9"));
  g_assert_cmpuint (trafo_verdicts_clear (later), ==, 1);
  g_assert_cmpint (trafo_verdicts_lookup (later, place->plugin, &identity, &code, &reason),
                   ==,
                   TRAFO_VERDICT_UNKNOWN);
}

static char *
examine_devices (const Place *place, TrafoVerdicts *verdicts)
{
  TrafoExamination examination = { .filename = place->plugin,
                                   .identity = { 1, 2, 3, 4 },
                                   .with_devices = TRUE };
  char            *devices;

  g_assert_true (trafo_verdicts_examine (verdicts, &examination, 1, FALSE, NULL, NULL));
  g_assert_cmpint (examination.verdict, ==, TRAFO_VERDICT_GOOD);
  devices = g_variant_print (examination.devices, FALSE);
  trafo_examination_clear (&examination);
  return devices;
}

/* Devices are looked for again when a variable hides some. */
static void
test_devices_are_the_machine_s (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoVerdicts) first = open_verdicts (place);
  g_autoptr (TrafoVerdicts) second = NULL;
  g_autoptr (TrafoVerdicts) third = NULL;
  g_autofree char *found = NULL;
  g_autofree char *known = NULL;
  g_autofree char *hidden = NULL;

  helper_set_reply (&place->helper, WITH_DEVICE);
  found = examine_devices (place, first);
  g_assert_cmpstr (found, ==, "[('gpu:0', 1, 'a card', 1024)]");
  helper_set_reply (&place->helper, GOOD);
  second = open_verdicts (place);
  known = examine_devices (place, second);
  g_assert_cmpstr (known, ==, found);
  g_assert_cmpuint (count_asked (place), ==, 1);
  g_setenv ("CUDA_VISIBLE_DEVICES", "none of them", TRUE);
  third = open_verdicts (place);
  hidden = examine_devices (place, third);
  g_unsetenv ("CUDA_VISIBLE_DEVICES");
  g_assert_cmpstr (hidden, ==, "[]");
  g_assert_cmpuint (count_asked (place), ==, 2);
}

static void
test_broken_store_is_an_empty_one (Place *place, gconstpointer unused)
{
  g_autoptr (TrafoVerdicts) verdicts = open_verdicts (place);

  g_assert_true (g_file_set_contents (place->store, "TRAFOST1 and some nonsense", -1, NULL));
  g_assert_cmpint (examine (place, verdicts, 4, FALSE), ==, TRAFO_VERDICT_GOOD);
  g_assert_cmpuint (count_asked (place), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/verdicts/" name, Place, NULL, set_up, function, tear_down)
  ADD ("asked-once-in-the-life-of-a-file", test_asked_once_in_the_life_of_a_file);
  ADD ("policies", test_policies);
  ADD ("read-only-writes-nothing", test_read_only_writes_nothing);
  ADD ("missing-library-is-looked-for-again", test_missing_library_is_looked_for_again);
  ADD ("bad-ones-are-forgotten-on-request", test_bad_ones_are_forgotten_on_request);
  ADD ("devices-are-the-machine-s", test_devices_are_the_machine_s);
  ADD ("broken-store-is-an-empty-one", test_broken_store_is_an_empty_one);
#undef ADD
  return g_test_run ();
}
