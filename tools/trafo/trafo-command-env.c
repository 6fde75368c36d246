/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "trafo-command.h"
#include "trafo-plugin-report.h"
#include "trafo-terminal.h"

/* As /proc/cpuinfo names those that kernels are chosen by. */
static const char *const instruction_sets[] = {
  "sse4_2",   "avx",      "avx2",     "fma",         "f16c",        "avx512f",
  "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx_vnni",
  "amx_tile", "amx_int8", "amx_bf16", "asimd",       "asimddp",     "sve",
};

/* The value of the first line "KEY : VALUE" of /proc/cpuinfo, or NULL. */
static char *
read_cpuinfo (const char *key)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *colon = strchr (lines[i], ':');

      if (colon != NULL && g_str_has_prefix (lines[i], key) &&
          strspn (lines[i] + strlen (key), "\t ") == (gsize) (colon - lines[i]) - strlen (key))
        return g_strstrip (g_strdup (colon + 1));
    }
  return NULL;
}

static TrafoValue *
cpu_value (void)
{
  g_autofree char *name = read_cpuinfo ("model name");
  g_autofree char *flags = read_cpuinfo ("flags");
  g_auto (GStrv) words = g_strsplit (flags != NULL ? flags : "", " ", -1);
  TrafoValue *cpu = trafo_value_new_record ();
  TrafoValue *found = trafo_value_new_list ();

  for (gsize i = 0; i < G_N_ELEMENTS (instruction_sets); i++)
    if (g_strv_contains ((const char *const *) words, instruction_sets[i]))
      trafo_value_append (found, trafo_value_new_string (instruction_sets[i]));
  trafo_value_set_string (cpu, "name", name);
  trafo_value_set_integer (cpu, "threads", trafo_get_n_threads ());
  trafo_value_set (cpu, "instruction_sets", found);
  return cpu;
}

/* What changes what the program does. A token's value is nobody's business. */
static TrafoValue *
environment_value (void)
{
  static const char *const names[] = {
    "NO_COLOR", "XDG_CACHE_HOME", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "OCL_ICD_VENDORS",
    NULL
  };
  g_auto (GStrv) variables = g_listenv ();
  TrafoValue *environment = trafo_value_new_record ();

  qsort (variables,
         g_strv_length (variables),
         sizeof *variables,
         (GCompareFunc) (void (*) (void)) g_strcmp0);
  for (gsize i = 0; variables[i] != NULL; i++)
    if (g_str_has_prefix (variables[i], "TRAFO_") || g_str_has_prefix (variables[i], "HF_") ||
        g_strv_contains (names, variables[i]))
      trafo_value_set_string (environment,
                              variables[i],
                              strstr (variables[i], "TOKEN") != NULL ? "(set)"
                                                                     : g_getenv (variables[i]));
  return environment;
}

/* Of all files in a folder, 0 if there is none. */
static gint64
count_bytes (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;
  gint64      size_bytes = 0;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf         status;

      if (g_stat (path, &status) == 0)
        size_bytes += status.st_size;
    }
  return size_bytes;
}

/* Packed weights lie beside what is known about plugins. */
static void
add_weights (TrafoValue *paths, const char *verdicts)
{
  g_autofree char *parent = verdicts != NULL ? g_path_get_dirname (verdicts) : NULL;
  g_autofree char *folder = parent != NULL ? g_build_filename (parent, "weights", NULL) : NULL;

  trafo_value_set_string (paths, "weights", folder);
  trafo_value_set_integer (paths, "weights_bytes", folder != NULL ? count_bytes (folder) : 0);
}

static TrafoValue *
paths_value (void)
{
  TrafoRegistry *registry = trafo_registry_get_default ();
  g_auto (GStrv) folders = trafo_registry_dup_search_path (registry);
  TrafoValue *paths = trafo_value_new_record ();

  trafo_value_set (paths, "plugins", trafo_value_new_strings ((const char *const *) folders));
  trafo_value_set_string (paths, "registry", trafo_registry_get_cache_filename (registry));
  trafo_value_set_string (paths, "verdicts", trafo_registry_get_verdicts_filename (registry));
  add_weights (paths, trafo_registry_get_verdicts_filename (registry));
  return paths;
}

static TrafoValue *
env_value (void)
{
  TrafoValue      *value = trafo_value_new_record ();
  struct utsname   os = { 0 };
  g_autofree char *glib =
      g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
  g_autofree char *abi = g_strdup_printf ("%d.%d", TRAFO_ABI_MAJOR, TRAFO_ABI_MINOR);
  g_autofree char *system = NULL;

  uname (&os);
  system = g_strdup_printf ("%s %s %s", os.sysname, os.release, os.machine);
  trafo_value_set_string (value, "version", TRAFO_VERSION);
  trafo_value_set_string (value, "abi", abi);
  trafo_value_set_string (value, "glib", glib);
  trafo_value_set_string (value, "system", system);
  trafo_value_set (value, "cpu", cpu_value ());
  trafo_value_set_integer (value,
                           "memory_bytes",
                           (gint64) sysconf (_SC_PHYS_PAGES) * sysconf (_SC_PAGESIZE));
  trafo_value_set (value, "plugins", trafo_plugin_report_list ());
  trafo_value_set (value, "paths", paths_value ());
  trafo_value_set (value, "environment", environment_value ());
  return value;
}

static void print_line (const char *key, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
print_line (const char *key, const char *format, ...)
{
  va_list arguments;

  printf ("%s%-12s%s ",
          trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_HEADING),
          key,
          trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_PLAIN));
  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
  printf ("\n");
}

/* Texts of a list with a space between them. */
static char *
join (TrafoValue *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < trafo_value_get_n_items (list); i++)
    g_string_append_printf (text,
                            "%s%s",
                            i > 0 ? " " : "",
                            trafo_value_get_string (trafo_value_get_item (list, i)));
  return g_string_free (text, FALSE);
}

static void
print_devices (TrafoValue *plugin)
{
  TrafoValue *features = trafo_value_get_member (plugin, "features");

  for (guint i = 0; i < trafo_value_get_n_items (features); i++)
    {
      TrafoValue *feature = trafo_value_get_item (features, i);
      TrafoValue *devices = trafo_value_get_member (feature, "devices");

      for (guint j = 0; devices != NULL && j < trafo_value_get_n_items (devices); j++)
        {
          TrafoValue      *device = trafo_value_get_item (devices, j);
          g_autofree char *memory = g_format_size (
              trafo_value_get_integer (trafo_value_get_member (device, "memory_bytes")));

          print_line ("device",
                      "%s: %s, %s",
                      trafo_report_get_string (device, "name"),
                      trafo_report_get_string (device, "description"),
                      memory);
        }
      if (*trafo_report_get_string (feature, "probe_error") != '\0')
        print_line ("no device",
                    "%s: %s",
                    trafo_report_get_string (feature, "name"),
                    trafo_report_get_string (feature, "probe_error"));
    }
}

static void
print_plugins (TrafoValue *plugins)
{
  for (guint i = 0; i < trafo_value_get_n_items (plugins); i++)
    {
      TrafoValue *plugin = trafo_value_get_item (plugins, i);
      const char *reason = trafo_report_get_string (plugin, "reason");

      print_line ("plugin",
                  "%s %s, %s%s%s",
                  trafo_report_get_string (plugin, "name"),
                  trafo_report_get_string (plugin, "version"),
                  trafo_report_get_string (plugin, "state"),
                  *reason != '\0' ? ": " : "",
                  reason);
      print_devices (plugin);
    }
}

static int
print_text (TrafoValue *value)
{
  TrafoValue      *cpu = trafo_value_get_member (value, "cpu");
  TrafoValue      *paths = trafo_value_get_member (value, "paths");
  TrafoValue      *environment = trafo_value_get_member (value, "environment");
  g_autofree char *sets = join (trafo_value_get_member (cpu, "instruction_sets"));
  g_autofree char *memory =
      g_format_size (trafo_value_get_integer (trafo_value_get_member (value, "memory_bytes")));
  g_autofree char *folders = join (trafo_value_get_member (paths, "plugins"));
  g_autofree char *weights =
      g_format_size (trafo_value_get_integer (trafo_value_get_member (paths, "weights_bytes")));

  print_line ("trafo",
              "%s, plugin ABI %s",
              trafo_report_get_string (value, "version"),
              trafo_report_get_string (value, "abi"));
  print_line ("glib", "%s", trafo_report_get_string (value, "glib"));
  print_line ("system", "%s", trafo_report_get_string (value, "system"));
  print_line ("cpu",
              "%s, %" G_GINT64_FORMAT " threads",
              trafo_report_get_string (cpu, "name"),
              trafo_value_get_integer (trafo_value_get_member (cpu, "threads")));
  print_line ("", "%s", sets);
  print_line ("memory", "%s", memory);
  print_plugins (trafo_value_get_member (value, "plugins"));
  print_line ("plugin path", "%s", folders);
  print_line ("registry", "%s", trafo_report_get_string (paths, "registry"));
  print_line ("verdicts", "%s", trafo_report_get_string (paths, "verdicts"));
  print_line ("weights", "%s, %s", trafo_report_get_string (paths, "weights"), weights);
  for (guint i = 0; i < trafo_value_get_n_items (environment); i++)
    print_line ("environment",
                "%s=%s",
                trafo_value_get_key (environment, i),
                trafo_value_get_string (trafo_value_get_item (environment, i)));
  return TRAFO_EXIT_OK;
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  gboolean           is_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, "Print JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TrafoValue) value = NULL;

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  value = env_value ();
  return is_json ? trafo_command_print_json (self, value) : print_text (value);
}

const TrafoCommand trafo_command_env = {
  .name = "env",
  .arguments = "[--json]",
  .summary = "Shows version, machine, plugins, devices and settings, to paste into a report.",
  .examples = "  trafo env\n",
  .run = run,
};
