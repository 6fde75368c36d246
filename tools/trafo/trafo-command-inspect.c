/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <stdio.h>

#include "trafo-command.h"
#include "trafo-plugin-report.h"
#include "trafo-terminal.h"

typedef struct
{
  char   **names;
  gboolean clear_quarantine;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static TrafoTerminalStyle
style_of_state (const char *state)
{
  if (g_str_equal (state, "rejected") || g_str_equal (state, "quarantined"))
    return TRAFO_TERMINAL_STYLE_ERROR;
  return g_str_equal (state, "loaded") ? TRAFO_TERMINAL_STYLE_GOOD : TRAFO_TERMINAL_STYLE_PLAIN;
}

/* What stands behind a feature: its devices, or why it cannot be used, or what it answers to. */
static char *
describe_feature (TrafoValue *feature, TrafoValue *plugin)
{
  TrafoValue *devices = trafo_value_get_member (feature, "devices");
  const char *reasons[] = { trafo_report_get_string (plugin, "reason"),
                            trafo_report_get_string (feature, "obstacle"),
                            trafo_report_get_string (feature, "probe_error") };
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (*reasons[i] != '\0')
      return g_strdup (reasons[i]);
  for (guint i = 0; devices != NULL && i < trafo_value_get_n_items (devices); i++)
    {
      TrafoValue *device = trafo_value_get_item (devices, i);

      g_string_append_printf (text,
                              "%s%s (%s)",
                              i > 0 ? ", " : "",
                              trafo_report_get_string (device, "name"),
                              trafo_report_get_string (device, "description"));
    }
  if (text->len == 0)
    g_string_append (text, trafo_report_get_string (plugin, "description"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_plugin (TrafoTable *table, TrafoValue *plugin)
{
  const char *state = trafo_report_get_string (plugin, "state");
  TrafoValue *features = trafo_value_get_member (plugin, "features");
  const char *name = trafo_report_get_string (plugin, "name");

  if (trafo_value_get_n_items (features) == 0)
    trafo_table_add (table,
                     style_of_state (state),
                     g_strdup (*name != '\0' ? name : trafo_report_get_string (plugin, "file")),
                     g_strdup (trafo_report_get_string (plugin, "version")),
                     g_strdup (state),
                     NULL,
                     NULL,
                     NULL,
                     g_strdup (trafo_report_get_string (plugin, "reason")));
  for (guint i = 0; i < trafo_value_get_n_items (features); i++)
    {
      TrafoValue *feature = trafo_value_get_item (features, i);
      TrafoValue *rank = trafo_value_get_member (feature, "rank");

      trafo_table_add (table,
                       style_of_state (state),
                       i == 0 ? g_strdup (name) : NULL,
                       i == 0 ? g_strdup (trafo_report_get_string (plugin, "version")) : NULL,
                       i == 0 ? g_strdup (state) : NULL,
                       g_strdup (trafo_report_get_string (feature, "kind")),
                       g_strdup (trafo_report_get_string (feature, "name")),
                       g_strdup_printf ("%" G_GINT64_FORMAT, trafo_value_get_integer (rank)),
                       describe_feature (feature, plugin));
    }
}

static void
print_plugins (TrafoValue *plugins)
{
  g_autoptr (TrafoTable) table = trafo_table_new ("lllllrl",
                                                  "PLUGIN",
                                                  "VERSION",
                                                  "STATE",
                                                  "KIND",
                                                  "FEATURE",
                                                  "RANK",
                                                  "DEVICES, OR WHY NOT",
                                                  NULL);

  for (guint i = 0; i < trafo_value_get_n_items (plugins); i++)
    add_plugin (table, trafo_value_get_item (plugins, i));
  trafo_table_print (table);
}

static TrafoValue *
folders_value (TrafoRegistry *registry)
{
  g_autoptr (GVariant) folders = trafo_registry_dup_folders (registry);
  TrafoValue  *list = trafo_value_new_list ();
  GVariantIter iter;
  const char  *folder, *reason;
  guint32      n_plugins;

  g_variant_iter_init (&iter, folders);
  while (g_variant_iter_next (&iter, "(&su&s)", &folder, &n_plugins, &reason))
    {
      TrafoValue *value = trafo_value_new_record ();

      trafo_value_set_string (value, "folder", folder);
      trafo_value_set_integer (value, "n_plugins", n_plugins);
      trafo_value_set_string (value, "reason", *reason != '\0' ? reason : NULL);
      trafo_value_append (list, value);
    }
  return list;
}

/* Most people have no plugins of their own, so a folder may be missing unless they name it. */
static gboolean
is_worth_saying (const char *folder)
{
  static const char *const variables[] = { "TRAFO_PLUGIN_PATH", "TRAFO_PLUGIN_SYSTEM_PATH" };

  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *value = g_getenv (variables[i]);
      g_auto (GStrv) named = g_strsplit (value != NULL ? value : "", G_SEARCHPATH_SEPARATOR_S, -1);

      if (g_strv_contains ((const char *const *) named, folder))
        return TRUE;
    }
  return FALSE;
}

static int
inspect_all (const TrafoCommand *self, const Options *options)
{
  TrafoRegistry *registry = trafo_registry_get_default ();
  g_autoptr (TrafoValue) value = trafo_value_new_record ();
  TrafoValue *folders;

  trafo_value_set (value, "plugins", trafo_plugin_report_list ());
  trafo_value_set (value, "folders", folders_value (registry));
  trafo_value_set_string (value, "cache", trafo_registry_get_cache_filename (registry));
  trafo_value_set_string (value, "verdicts", trafo_registry_get_verdicts_filename (registry));
  if (options->json)
    return trafo_command_print_json (self, value);
  print_plugins (trafo_value_get_member (value, "plugins"));
  folders = trafo_value_get_member (value, "folders");
  for (guint i = 0; i < trafo_value_get_n_items (folders); i++)
    {
      TrafoValue *folder = trafo_value_get_item (folders, i);
      const char *reason = trafo_report_get_string (folder, "reason");

      if (*reason != '\0' && is_worth_saying (trafo_report_get_string (folder, "folder")))
        trafo_command_warn (self, "%s", reason);
    }
  return TRAFO_EXIT_OK;
}

static gboolean
is_meant (TrafoValue *plugin, const char *name)
{
  TrafoValue      *features = trafo_value_get_member (plugin, "features");
  g_autofree char *base = g_path_get_basename (trafo_report_get_string (plugin, "file"));

  if (g_str_equal (trafo_report_get_string (plugin, "name"), name) || g_str_equal (base, name))
    return TRUE;
  for (guint i = 0; i < trafo_value_get_n_items (features); i++)
    if (g_str_equal (trafo_report_get_string (trafo_value_get_item (features, i), "name"), name))
      return TRUE;
  return FALSE;
}

/* Members as lines, what is in them indented. */
static void
print_members (TrafoValue *record, guint indent)
{
  for (guint i = 0; i < trafo_value_get_n_items (record); i++)
    {
      const char      *key = trafo_value_get_key (record, i);
      TrafoValue      *member = trafo_value_get_item (record, i);
      TrafoValueKind   kind = trafo_value_get_kind (member);
      g_autofree char *text = NULL;

      if (kind == TRAFO_VALUE_KIND_LIST && trafo_value_get_n_items (member) > 0 &&
          trafo_value_get_kind (trafo_value_get_item (member, 0)) == TRAFO_VALUE_KIND_RECORD)
        {
          for (guint j = 0; j < trafo_value_get_n_items (member); j++)
            {
              printf ("%*s%s%.*s%s\n",
                      (int) indent,
                      "",
                      trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_HEADING),
                      (int) strlen (key) - 1,
                      key,
                      trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_PLAIN));
              print_members (trafo_value_get_item (member, j), indent + 2);
            }
          continue;
        }
      if (kind == TRAFO_VALUE_KIND_NULL)
        continue;
      text = kind == TRAFO_VALUE_KIND_STRING ? g_strdup (trafo_value_get_string (member))
                                             : trafo_value_to_json (member);
      printf ("%*s%-*s %s\n", (int) indent, "", 14 - (int) indent, key, text);
    }
}

static int
inspect_one (const TrafoCommand *self, const Options *options, const char *name)
{
  g_autoptr (TrafoValue) plugins = trafo_plugin_report_list ();
  g_autoptr (TrafoValue) found = trafo_value_new_list ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < trafo_value_get_n_items (plugins); i++)
    if (is_meant (trafo_value_get_item (plugins, i), name))
      trafo_value_append (found, trafo_value_ref (trafo_value_get_item (plugins, i)));
  if (trafo_value_get_n_items (found) == 0)
    {
      g_set_error (&error,
                   TRAFO_PLUGIN_ERROR,
                   TRAFO_PLUGIN_ERROR_NOT_FOUND,
                   "found no plugin or feature '%s' among %u plugins; 'trafo inspect' lists them",
                   name,
                   trafo_value_get_n_items (plugins));
      return trafo_command_fail (self, error);
    }
  if (options->json)
    {
      g_autoptr (TrafoValue) value = trafo_value_new_record ();

      trafo_value_set (value, "plugins", g_steal_pointer (&found));
      return trafo_command_print_json (self, value);
    }
  for (guint i = 0; i < trafo_value_get_n_items (found); i++)
    print_members (trafo_value_get_item (found, i), 0);
  return TRAFO_EXIT_OK;
}

static int
clear_quarantine (const TrafoCommand *self, const Options *options)
{
  guint n_cleared = trafo_registry_clear_quarantine (trafo_registry_get_default ());
  g_autoptr (TrafoValue) value = trafo_value_new_record ();

  trafo_value_set_integer (value, "n_cleared", n_cleared);
  if (options->json)
    return trafo_command_print_json (self, value);
  printf ("%u plugin%s forgiven\n", n_cleared, n_cleared == 1 ? "" : "s");
  return TRAFO_EXIT_OK;
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "clear-quarantine",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options.clear_quarantine,
      "Forget which plugins crashed or hung",
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.names, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv))
    return TRAFO_EXIT_USAGE;
  if (options.names != NULL && g_strv_length (options.names) > 1)
    return trafo_command_fail_usage (self,
                                     "found %u names, expected one",
                                     g_strv_length (options.names));
  if (options.clear_quarantine)
    return clear_quarantine (self, &options);
  if (options.names != NULL)
    return inspect_one (self, &options, options.names[0]);
  return inspect_all (self, &options);
}

const TrafoCommand trafo_command_inspect = {
  .name = "inspect",
  .arguments = "[NAME] [--json] [--clear-quarantine]",
  .summary = "Shows plugins, their features, ranks and devices, and why one cannot be used.",
  .examples =
      "  trafo inspect\n"
      "  trafo inspect cpu\n"
      "\nStates: untried, ready (tried in a process of its own), loaded, rejected, quarantined\n"
      "(crashed or hung when it was tried). With TRAFO_PROBE=never nothing is tried.\n",
  .run = run,
};
