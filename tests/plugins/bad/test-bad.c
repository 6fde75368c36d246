/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <trafo/trafo-plugin.h>
#include <trafo/trafo.h>

#include "slowdown.h"

/* The program lives with every animal of the zoo: it starts, names each with its reason, and goes
 * on to use the good ones. */

#define PROBE_TIMEOUT_MS 1500
/* Two animals hang for the whole limit, side by side; the rest is start-up of some 30 processes. */
#define MAX_PROBE_SECONDS 20.0
#define MAX_SCAN_SECONDS 1.0

#define UNTRIED TRAFO_PLUGIN_STATE_UNTRIED
#define READY TRAFO_PLUGIN_STATE_READY
#define LOADED TRAFO_PLUGIN_STATE_LOADED
#define REJECTED TRAFO_PLUGIN_STATE_REJECTED
#define QUARANTINED TRAFO_PLUGIN_STATE_QUARANTINED

/* The states after a scan, which runs nothing, and after each was tried in another process. */
static const struct
{
  const char      *name; /* libtrafooptimizer-NAME.so */
  TrafoPluginState scanned;
  TrafoPluginState probed;
  const char      *reason; /* part of the reason */
} animals[] = {
  { "abort_in_constructor", UNTRIED, QUARANTINED, "SIGABRT" },
  { "broken_json", REJECTED, REJECTED, "byte" },
  { "closes_streams", UNTRIED, QUARANTINED, "closed the standard stream 0" },
  { "core_type", UNTRIED, REJECTED, "type TrafoPlugin is already registered" },
  { "crash_in_destructor", UNTRIED, QUARANTINED, "SIGSEGV (Segmentation fault) while the process" },
  { "crash_in_init", UNTRIED, QUARANTINED, "while an object was made" },
  { "crash_in_probe", UNTRIED, QUARANTINED, "while devices were looked for" },
  { "exit_in_constructor", UNTRIED, QUARANTINED, "ended the process with status 0 while the file" },
  { "good", UNTRIED, READY, NULL },
  { "hang_in_constructor", UNTRIED, QUARANTINED, "did not finish within 1.5 s while the file" },
  { "huge_description", REJECTED, REJECTED, "200000 bytes" },
  { "illegal_in_constructor", UNTRIED, QUARANTINED, "SIGILL" },
  { "leaves_child", UNTRIED, READY, NULL },
  { "loop_in_constructor", UNTRIED, QUARANTINED, "did not finish within 1.5 s" },
  { "mismatch", UNTRIED, REJECTED, "describe different plugins" },
  { "no_features", REJECTED, REJECTED, "0 features" },
  { "no_section", REJECTED, REJECTED, "no section .trafo_plugin" },
  { "no_table", UNTRIED, REJECTED, "no symbol trafo_plugin_no_table_descriptor" },
  { "no_type", UNTRIED, REJECTED, "has the type 0, expected AnimalNoType" },
  { "null_vfuncs", UNTRIED, READY, NULL },
  { "other_isa", UNTRIED, READY, NULL },
  { "prints", UNTRIED, QUARANTINED, "printed to standard output: hello" },
  { "scribbles", UNTRIED, QUARANTINED, "the helper's reply" },
  { "segv_in_constructor",
    UNTRIED,
    QUARANTINED,
    "the file was opened; last lines: about to crash" },
  { "silent_probe", UNTRIED, READY, NULL },
  { "stripped", UNTRIED, READY, NULL },
  { "twin_type", REJECTED, REJECTED, "-good.so, which has the same type 'AnimalGood'" },
  { "unresolved", UNTRIED, REJECTED, "undefined symbol: a_function_that_nobody_has" },
  { "wrong_abi", REJECTED, REJECTED, "built for plugin ABI 0.9999" },
  { "wrong_interface", UNTRIED, REJECTED, "not a class of objects that implement TrafoOptimizer" },
  { "wrong_magic", REJECTED, REJECTED, "does not begin with 'trafo-plugin VERSION ABI'" },
  /* made here, from bytes */
  { "zz_absurd_size", REJECTED, REJECTED, "cut off" },
  { "zz_cut", REJECTED, REJECTED, "cut off" },
  { "zz_empty", REJECTED, REJECTED, "cut off" },
  { "zz_folder", REJECTED, REJECTED, "not a regular file" },
  { "zz_other_machine", REJECTED, REJECTED, "built for another machine" },
  { "zz_pipe", REJECTED, REJECTED, "not a regular file" },
  { "zz_text", REJECTED, REJECTED, "ELF magic" },
  { "zz_writable", REJECTED, REJECTED, "writable by everyone" },
};

typedef struct
{
  char          *folder;
  TrafoRegistry *registry;
} Zoo;

static char *
path_of (const Zoo *zoo, const char *name)
{
  g_autofree char *base = g_strdup_printf ("libtrafooptimizer-%s.so", name);

  return g_build_filename (zoo->folder, base, NULL);
}

static void
put (const Zoo *zoo, const char *name, const char *bytes, gsize size_bytes)
{
  g_autofree char *path = path_of (zoo, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, size_bytes, &error);
  g_assert_no_error (error);
}

/* The good plugin with 8 bytes overwritten. */
static void
put_patched (const Zoo  *zoo,
             const char *name,
             const char *good,
             gsize       size,
             gsize       at,
             guint64     value)
{
  g_autofree char *bytes = g_memdup2 (good, size);

  g_assert_cmpuint (at + 8, <=, size);
  memcpy (bytes + at, &value, 8);
  put (zoo, name, bytes, size);
}

static void
put_files (const Zoo *zoo)
{
  g_autofree char *good_path = path_of (zoo, "good");
  g_autofree char *folder = path_of (zoo, "zz_folder");
  g_autofree char *pipe = path_of (zoo, "zz_pipe");
  g_autofree char *writable = path_of (zoo, "zz_writable");
  g_autofree char *good = NULL;
  g_autofree char *text = NULL;
  gsize            size;
  guint64          word;

  g_assert_true (g_file_get_contents (good_path, &good, &size, NULL));
  put (zoo, "zz_empty", "", 0);
  text = g_strnfill (4096, 'x');
  put (zoo, "zz_text", text, 4096);
  put (zoo, "zz_cut", good, size / 2);
  put (zoo, "zz_writable", good, size);
  g_assert_cmpint (g_chmod (writable, 0666), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  /* e_type, e_machine and e_version: machine 243 is RISC-V */
  memcpy (&word, good + 16, 8);
  put_patched (zoo,
               "zz_other_machine",
               good,
               size,
               16,
               (word & ~G_GUINT64_CONSTANT (0xffff0000)) | (243u << 16));
  /* e_shoff */
  put_patched (zoo, "zz_absurd_size", good, size, 40, G_MAXUINT64 - 7);
}

static void
copy_animals (const Zoo *zoo)
{
  const char      *from = g_test_get_dir (G_TEST_BUILT);
  g_autofree char *source = g_build_filename (from, "plugins", "bad", NULL);
  g_autoptr (GDir) dir = g_dir_open (source, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "libtrafooptimizer-") && g_str_has_suffix (name, ".so"))
      {
        g_autofree char *in = g_build_filename (source, name, NULL);
        g_autofree char *out = g_build_filename (zoo->folder, name, NULL);
        g_autofree char *bytes = NULL;
        gsize            size;

        g_assert_true (g_file_get_contents (in, &bytes, &size, NULL));
        g_assert_true (g_file_set_contents (out, bytes, size, NULL));
      }
}

static TrafoRegistry *
open_registry (const Zoo *zoo)
{
  const char *const path[] = { zoo->folder, NULL };

  return trafo_registry_new (path, zoo->folder);
}

static void
set_up (Zoo *zoo, gconstpointer unused)
{
  zoo->folder = g_dir_make_tmp ("trafo-zoo-XXXXXX", NULL);
  g_assert_nonnull (zoo->folder);
  copy_animals (zoo);
  put_files (zoo);
  zoo->registry = open_registry (zoo);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Zoo *zoo, gconstpointer unused)
{
  g_clear_object (&zoo->registry);
  remove_all (zoo->folder);
  g_free (zoo->folder);
}

static TrafoPlugin *
find_plugin (TrafoRegistry *registry, const char *name)
{
  g_autofree char *suffix = g_strdup_printf ("/libtrafooptimizer-%s.so", name);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (registry)); i++)
    {
      g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (registry), i);

      if (g_str_has_suffix (trafo_plugin_get_filename (plugin), suffix))
        return g_steal_pointer (&plugin);
    }
  return NULL;
}

static void
check_state (TrafoRegistry *registry, const char *name, TrafoPluginState state, const char *part)
{
  g_autoptr (TrafoPlugin) plugin = find_plugin (registry, name);
  g_autofree char *reason = NULL;

  g_assert_nonnull (plugin);
  reason = trafo_plugin_dup_reason (plugin);
  g_test_message ("%s: state %d, %s", name, trafo_plugin_get_state (plugin), reason);
  g_assert_cmpint (trafo_plugin_get_state (plugin), ==, state);
  if (state == UNTRIED || state == READY || state == LOADED)
    {
      g_assert_null (reason);
      return;
    }
  g_assert_nonnull (reason);
  g_assert_nonnull (strstr (reason, part));
  /* a reason says where */
  g_assert_nonnull (strstr (reason, name));
}

static double
scan (TrafoRegistry *registry)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  g_assert_true (trafo_registry_scan (registry, NULL, &error));
  g_assert_no_error (error);
  return (g_get_monotonic_time () - start) / 1e6;
}

static void
test_scan_runs_nothing (Zoo *zoo, gconstpointer unused)
{
  double seconds = scan (zoo->registry);

  g_assert_cmpfloat (seconds, <, MAX_SCAN_SECONDS * get_slowdown ());
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (zoo->registry)),
                    ==,
                    G_N_ELEMENTS (animals));
  for (guint i = 0; i < G_N_ELEMENTS (animals); i++)
    check_state (zoo->registry, animals[i].name, animals[i].scanned, animals[i].reason);
}

static const char *
name_of_state (TrafoPluginState state)
{
  static const char *const names[] = {
    [UNTRIED] = "untried",         [READY] = "ready", [LOADED] = "loaded", [REJECTED] = "rejected",
    [QUARANTINED] = "quarantined",
  };

  return names[state];
}

/* The member "plugins" of what `trafo inspect --json` prints in a process that knows of the zoo
 * alone. */
static GVariant *
inspect (const Zoo *zoo, const char *policy)
{
  const char *const arguments[] = { g_getenv ("TRAFO_PROGRAM"), "inspect", "--json", NULL };
  const char *const variables[][2] = { { "TRAFO_PLUGIN_PATH", zoo->folder },
                                       { "TRAFO_PLUGIN_SYSTEM_PATH", "" },
                                       { "XDG_DATA_HOME", "/nonexistent" },
                                       { "TRAFO_CACHE_DIR", zoo->folder },
                                       { "TRAFO_PROBE", policy } };
  char            **environment = g_get_environ ();
  g_autofree char  *output = NULL;
  g_autoptr (GBytes) json = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    environment = g_environ_setenv (environment, variables[i][0], variables[i][1], TRUE);
  g_spawn_sync (NULL,
                (char **) arguments,
                environment,
                G_SPAWN_DEFAULT,
                NULL,
                NULL,
                &output,
                NULL,
                &status,
                &error);
  g_assert_no_error (error);
  g_strfreev (environment);
  g_assert_cmpint (status, ==, 0);
  json = g_bytes_new_static (output, strlen (output));
  value = trafo_json_to_variant (json, "trafo inspect", &error);
  g_assert_no_error (error);
  return g_variant_lookup_value (value, "plugins", G_VARIANT_TYPE ("av"));
}

/* The element of @plugins whose file is the animal of this name. */
static GVariant *
find_report (GVariant *plugins, const char *name)
{
  g_autofree char *suffix = g_strdup_printf ("/libtrafooptimizer-%s.so", name);

  for (gsize i = 0; i < g_variant_n_children (plugins); i++)
    {
      g_autoptr (GVariant) plugin = NULL;
      const char *file;

      g_variant_get_child (plugins, i, "v", &plugin);
      g_assert_true (g_variant_lookup (plugin, "file", "&s", &file));
      if (g_str_has_suffix (file, suffix))
        return g_steal_pointer (&plugin);
    }
  return NULL;
}

static void
check_report (GVariant *plugins, const char *name, TrafoPluginState expected, const char *part)
{
  g_autoptr (GVariant) plugin = find_report (plugins, name);
  const char *state = NULL, *reason = NULL;
  gboolean    is_bad = expected == REJECTED || expected == QUARANTINED;

  g_assert_nonnull (plugin);
  g_variant_lookup (plugin, "state", "&s", &state);
  g_variant_lookup (plugin, "reason", "&s", &reason);
  g_test_message ("%s is %s: %s", name, state, reason);
  g_assert_cmpstr (state, ==, name_of_state (expected));
  g_assert_true (is_bad == (reason != NULL));
  if (is_bad)
    g_assert_nonnull (strstr (reason, part));
}

/* The user's first look names every animal, and what is wrong with it; where nothing may be tried
 * nothing is called ready. */
static void
test_inspect_names_all (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GVariant) unknown = inspect (zoo, "never");
  g_autoptr (GVariant) first = inspect (zoo, "auto");
  g_autoptr (GVariant) second = inspect (zoo, "never");

  g_assert_cmpuint (g_variant_n_children (first), ==, G_N_ELEMENTS (animals));
  for (guint i = 0; i < G_N_ELEMENTS (animals); i++)
    {
      gboolean is_forgotten = g_str_equal (animals[i].name, "unresolved");

      check_report (unknown, animals[i].name, animals[i].scanned, animals[i].reason);
      check_report (first, animals[i].name, animals[i].probed, animals[i].reason);
      check_report (second,
                    animals[i].name,
                    is_forgotten ? animals[i].scanned : animals[i].probed,
                    animals[i].reason);
    }
}

static void
count_failure (TrafoRegistry *registry, TrafoPlugin *plugin, const char *reason, gpointer data)
{
  guint *n_failures = data;

  g_assert_nonnull (reason);
  *n_failures += 1;
}

static void
test_all_are_judged (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (TrafoRegistry) second = NULL;
  g_autoptr (GError) error = NULL;
  guint  n_failures = 0, n_bad = 0;
  gint64 start;
  double seconds;

  g_signal_connect (zoo->registry, "plugin-failed", G_CALLBACK (count_failure), &n_failures);
  scan (zoo->registry);
  start = g_get_monotonic_time ();
  g_assert_true (trafo_registry_probe (zoo->registry, FALSE, NULL, &error));
  seconds = (g_get_monotonic_time () - start) / 1e6;
  g_test_message ("all animals tried in %.2f s", seconds);
  g_assert_cmpfloat (seconds, <, MAX_PROBE_SECONDS * get_slowdown ());
  for (guint i = 0; i < G_N_ELEMENTS (animals); i++)
    {
      check_state (zoo->registry, animals[i].name, animals[i].probed, animals[i].reason);
      n_bad += animals[i].probed == REJECTED || animals[i].probed == QUARANTINED;
    }
  g_assert_cmpuint (n_failures, ==, n_bad);

  /* the next program knows, without trying again; a missing library is looked for again */
  second = open_registry (zoo);
  g_assert_cmpfloat (scan (second), <, MAX_SCAN_SECONDS * get_slowdown ());
  for (guint i = 0; i < G_N_ELEMENTS (animals); i++)
    if (g_str_equal (animals[i].name, "unresolved"))
      check_state (second, animals[i].name, UNTRIED, NULL);
    else
      check_state (second, animals[i].name, animals[i].probed, animals[i].reason);
}

/* Uses one plugin in this process. */
static GObject *
create (TrafoRegistry *registry, const char *name, GError **error)
{
  g_autoptr (TrafoPlugin) plugin = find_plugin (registry, name);
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);
  g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, 0);

  return trafo_feature_create (feature, NULL, error);
}

static void
test_program_goes_on (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GObject) good = NULL;
  g_autoptr (GError) error = NULL;

  scan (zoo->registry);
  good = create (zoo->registry, "good", &error);
  g_assert_no_error (error);
  g_assert_true (TRAFO_IS_OPTIMIZER (good));
  check_state (zoo->registry, "good", LOADED, NULL);

  /* each is tried when it is used, and does not get in */
  g_assert_null (create (zoo->registry, "segv_in_constructor", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_QUARANTINED);
  check_state (zoo->registry, "segv_in_constructor", QUARANTINED, "SIGSEGV");
  g_clear_error (&error);
  g_assert_null (create (zoo->registry, "unresolved", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_DEPENDENCY);
  g_clear_error (&error);

  /* GObject knows a type by its name alone */
  g_assert_null (create (zoo->registry, "twin_type", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_INVALID);
  check_state (zoo->registry, "twin_type", REJECTED, "which has the same type 'AnimalGood'");
  g_clear_error (&error);
  g_assert_null (create (zoo->registry, "other_isa", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_UNSUPPORTED);
}

/* The helper runs once in the life of a file: the second program has none, and needs none. */
static void
test_verdict_is_remembered (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GObject) first = NULL;
  g_autoptr (GObject) second = NULL;
  g_autoptr (TrafoRegistry) later = open_registry (zoo);
  g_autoptr (GError) error = NULL;

  scan (zoo->registry);
  first = create (zoo->registry, "stripped", &error);
  g_assert_no_error (error);
  scan (later);
  g_setenv ("TRAFO_PLUGIN_PROBE", "/nonexistent", TRUE);
  /* a warning, which looking for the helper would give, ends a test */
  second = create (later, "stripped", &error);
  g_unsetenv ("TRAFO_PLUGIN_PROBE");
  g_assert_no_error (error);
  g_assert_nonnull (second);
}

/* Where there is no helper, plugins work, and the user is told once. */
static void
test_without_helper (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GObject) good = NULL;
  g_autoptr (GObject) stripped = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*without being tried in another first*");
      g_test_trap_assert_stderr_unmatched ("*another first*another first*");
      return;
    }
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
  g_setenv ("TRAFO_PLUGIN_PROBE", "/nonexistent", TRUE);
  scan (zoo->registry);
  good = create (zoo->registry, "good", NULL);
  g_assert_nonnull (good);
  stripped = create (zoo->registry, "stripped", NULL);
  g_assert_nonnull (stripped);
}

static void
check_no_device (TrafoRegistry *registry, const char *name, int domain_code, const char *part)
{
  g_autoptr (TrafoPlugin) plugin = find_plugin (registry, name);
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);
  g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (trafo_feature_probe (feature, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpint (error->code, ==, domain_code);
}

static void
test_backends_without_devices (Zoo *zoo, gconstpointer unused)
{
  scan (zoo->registry);
  check_no_device (zoo->registry,
                   "null_vfuncs",
                   TRAFO_DEVICE_ERROR_UNAVAILABLE,
                   "offers no device");
  check_no_device (zoo->registry,
                   "silent_probe",
                   TRAFO_DEVICE_ERROR_UNAVAILABLE,
                   "failed without a reason");
  check_no_device (zoo->registry, "crash_in_probe", TRAFO_PLUGIN_ERROR_QUARANTINED, "SIGSEGV");
}

static void
test_quarantine_ends (Zoo *zoo, gconstpointer unused)
{
  g_autofree char *bad = path_of (zoo, "exit_in_constructor");
  g_autofree char *good = path_of (zoo, "good");
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoRegistry) second = open_registry (zoo);
  gsize size;

  scan (zoo->registry);
  g_assert_null (create (zoo->registry, "exit_in_constructor", &error));
  g_clear_error (&error);
  scan (second);
  check_state (second, "exit_in_constructor", QUARANTINED, "status 0");

  /* at the user's word it is tried once more */
  g_assert_cmpuint (trafo_registry_clear_quarantine (second), ==, 1);
  check_state (second, "exit_in_constructor", UNTRIED, NULL);
  g_assert_null (create (second, "exit_in_constructor", &error));
  g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_QUARANTINED);

  /* and by itself once the file is another one */
  g_assert_true (g_file_get_contents (good, &bytes, &size, NULL));
  g_remove (good);
  g_assert_true (g_file_set_contents (bad, bytes, size, NULL));
  scan (second);
  check_state (second, "exit_in_constructor", UNTRIED, NULL);
}

static void
test_world_writable_folder (Zoo *zoo, gconstpointer unused)
{
  g_autoptr (GVariant) folders = NULL;
  const char *reason;

  g_assert_cmpint (g_chmod (zoo->folder, 0777), ==, 0);
  scan (zoo->registry);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (zoo->registry)), ==, 0);
  folders = trafo_registry_dup_folders (zoo->registry);
  g_variant_get_child (folders, 0, "(&su&s)", NULL, NULL, &reason);
  g_assert_nonnull (strstr (reason, "others can write to it (mode 0777"));
}

int
main (int argc, char **argv)
{
  g_autofree char *timeout = g_strdup_printf ("%d", PROBE_TIMEOUT_MS);

  /* for the helper alone: its crashes are to be crashes under a sanitizer too */
  g_setenv ("ASAN_OPTIONS",
            "handle_segv=0:handle_abort=0:handle_sigill=0:detect_leaks=0:allow_user_segv_handler=1",
            TRUE);
  g_setenv ("TSAN_OPTIONS",
            "handle_segv=0:handle_abort=0:handle_sigill=0:allow_user_segv_handler=1",
            TRUE);
  g_setenv ("TRAFO_PROBE_TIMEOUT_MS", timeout, TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/plugins/bad/" name, Zoo, NULL, set_up, function, tear_down)
  ADD ("scan-runs-nothing", test_scan_runs_nothing);
  ADD ("all-are-judged", test_all_are_judged);
  ADD ("inspect-names-all", test_inspect_names_all);
  ADD ("program-goes-on", test_program_goes_on);
  ADD ("verdict-is-remembered", test_verdict_is_remembered);
  ADD ("without-helper", test_without_helper);
  ADD ("backends-without-devices", test_backends_without_devices);
  ADD ("quarantine-ends", test_quarantine_ends);
  ADD ("world-writable-folder", test_world_writable_folder);
#undef ADD
  return g_test_run ();
}
