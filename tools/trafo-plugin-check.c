/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "elf-symbols.h"

#include <json-glib/json-glib.h>
#include <string.h>
#include <trafo/trafo-plugin.h>
#include <trafo/trafo.h>

/* Checks one plugin against the contract and prints a certificate. Exits with 0 if it passed, 1 if
 * it failed, 2 for wrong usage. The file's code runs in a helper process first. */

typedef struct
{
  const char *name;
  gboolean    passed;
  char       *detail;
} Check;

typedef struct
{
  const char  *filename;
  TrafoPlugin *plugin;
  GArray      *checks;
} Certificate;

static void
check_clear (gpointer data)
{
  g_free (((Check *) data)->detail);
}

static void
add_check (Certificate *self, const char *name, gboolean passed, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
add_check (Certificate *self, const char *name, gboolean passed, const char *format, ...)
{
  Check   check = { name, passed, NULL };
  va_list args;

  va_start (args, format);
  check.detail = g_strdup_vprintf (format, args);
  va_end (args);
  g_array_append_val (self->checks, check);
}

/* What would take the whole program down, or bring a second thread pool into it. */
static gboolean
is_forbidden (const char *symbol)
{
  static const char *const names[] = { "abort",
                                       "exit",
                                       "_exit",
                                       "_Exit",
                                       "quick_exit",
                                       "__assert_fail",
                                       "__assert",
                                       "__assert_perror_fail",
                                       "g_abort",
                                       "g_assertion_message",
                                       "g_assertion_message_expr",
                                       "g_assertion_message_cmpnum",
                                       "g_assertion_message_cmpstr",
                                       "g_assertion_message_error",
                                       NULL };

  return g_strv_contains (names, symbol) || g_str_has_prefix (symbol, "GOMP_") ||
         g_str_has_prefix (symbol, "__kmpc_");
}

static void
check_symbols (Certificate *self)
{
  g_auto (ElfSymbols) symbols = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) extra = g_string_new (NULL);
  g_autoptr (GString) forbidden = g_string_new (NULL);
  g_autofree char *descriptor = NULL;
  gboolean         has_descriptor = FALSE;

  if (!elf_symbols_read (&symbols, self->filename, &error))
    {
      add_check (self, "symbols", FALSE, "%s", error->message);
      return;
    }
  descriptor = g_strdup_printf ("trafo_plugin_%s_descriptor", trafo_plugin_get_name (self->plugin));
  for (guint i = 0; i < symbols.exports->len; i++)
    if (g_str_equal (symbols.exports->pdata[i], descriptor))
      has_descriptor = TRUE;
    else
      g_string_append_printf (extra, " %s", (char *) symbols.exports->pdata[i]);
  for (guint i = 0; i < symbols.imports->len; i++)
    if (is_forbidden (symbols.imports->pdata[i]))
      g_string_append_printf (forbidden, " %s", (char *) symbols.imports->pdata[i]);
  add_check (self,
             "exports",
             has_descriptor && extra->len == 0,
             "%s%s%s",
             has_descriptor ? descriptor : "the descriptor is missing",
             extra->len > 0 ? ", and what no other may see:" : "",
             extra->str);
  add_check (self,
             "imports",
             forbidden->len == 0,
             "%s%s",
             forbidden->len == 0 ? "nothing that ends the program" : "forbidden:",
             forbidden->str);
  /* the compiler's own entry, frame_dummy, is one pointer */
  add_check (self,
             "constructors",
             symbols.init_array_size_bytes <= sizeof (gpointer),
             "%" G_GSIZE_FORMAT " of its own",
             symbols.init_array_size_bytes / sizeof (gpointer) -
                 (symbols.init_array_size_bytes > 0));
}

/* In the helper, through a registry of this file alone. */
static gboolean
check_in_helper (Certificate *self, TrafoRegistry *registry)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoPlugin) plugin = NULL;
  g_autofree char *reason = NULL;

  if (!trafo_registry_scan (registry, NULL, &error) ||
      !trafo_registry_probe (registry, TRUE, NULL, &error))
    {
      add_check (self, "opens", FALSE, "%s", error->message);
      return FALSE;
    }
  plugin = g_list_model_get_item (G_LIST_MODEL (registry), 0);
  if (plugin == NULL)
    {
      add_check (self, "opens", FALSE, "its folder is not searched: others can write to it");
      return FALSE;
    }
  reason = trafo_plugin_dup_reason (plugin);
  add_check (self, "opens", reason == NULL, "%s", reason != NULL ? reason : "in another process");
  return reason == NULL;
}

/* The functions of an interface without which it is of no use. */
static const struct
{
  TrafoFeatureKind kind;
  const char      *name;
  gsize            offset;
} needed[] = {
  { TRAFO_FEATURE_KIND_BACKEND,
    "list_devices",
    G_STRUCT_OFFSET (TrafoBackendInterface, list_devices) },
  { TRAFO_FEATURE_KIND_MODEL, "configure", G_STRUCT_OFFSET (TrafoModelInterface, configure) },
  { TRAFO_FEATURE_KIND_MODEL, "build", G_STRUCT_OFFSET (TrafoModelInterface, build) },
  { TRAFO_FEATURE_KIND_TOKENIZER,
    "load_model",
    G_STRUCT_OFFSET (TrafoTokenizerInterface, load_model) },
  { TRAFO_FEATURE_KIND_TOKENIZER,
    "get_n_tokens",
    G_STRUCT_OFFSET (TrafoTokenizerInterface, get_n_tokens) },
  { TRAFO_FEATURE_KIND_TOKENIZER,
    "lookup_token",
    G_STRUCT_OFFSET (TrafoTokenizerInterface, lookup_token) },
  { TRAFO_FEATURE_KIND_TOKENIZER,
    "lookup_id",
    G_STRUCT_OFFSET (TrafoTokenizerInterface, lookup_id) },
  { TRAFO_FEATURE_KIND_TOKENIZER, "tokenize", G_STRUCT_OFFSET (TrafoTokenizerInterface, tokenize) },
  { TRAFO_FEATURE_KIND_OPTIMIZER,
    "build_update",
    G_STRUCT_OFFSET (TrafoOptimizerInterface, build_update) },
  { TRAFO_FEATURE_KIND_PIPELINE, "run", G_STRUCT_OFFSET (TrafoPipelineTaskInterface, run) },
};

static GType
get_interface (TrafoFeatureKind kind)
{
  switch (kind)
    {
    case TRAFO_FEATURE_KIND_BACKEND:
      return TRAFO_TYPE_BACKEND;
    case TRAFO_FEATURE_KIND_MODEL:
      return TRAFO_TYPE_MODEL;
    case TRAFO_FEATURE_KIND_OPTIMIZER:
      return TRAFO_TYPE_OPTIMIZER;
    case TRAFO_FEATURE_KIND_PIPELINE:
      return TRAFO_TYPE_PIPELINE_TASK;
    case TRAFO_FEATURE_KIND_TOKENIZER:
      return TRAFO_TYPE_TOKENIZER;
    default:
      return G_TYPE_INVALID;
    }
}

static void
check_functions (Certificate *self, TrafoFeature *feature, GObject *object)
{
  TrafoFeatureKind kind = trafo_feature_get_kind (feature);
  g_autoptr (GString) missing = g_string_new (NULL);
  const char *table;

  table = g_type_interface_peek (G_OBJECT_GET_CLASS (object), get_interface (kind));
  for (guint i = 0; i < G_N_ELEMENTS (needed) && table != NULL; i++)
    if (needed[i].kind == kind && *(gpointer const *) (table + needed[i].offset) == NULL)
      g_string_append_printf (missing, " %s()", needed[i].name);
  add_check (self,
             "functions",
             missing->len == 0,
             "%s:%s",
             trafo_feature_get_name (feature),
             missing->len == 0 ? " complete" : missing->str);
}

/* Twice, for a plugin must not count on being the only one. */
static void
check_object (Certificate *self, TrafoFeature *feature)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *obstacle = trafo_feature_dup_obstacle (feature);
  g_autoptr (GObject) object = NULL;
  g_autoptr (GObject) second = NULL;

  if (obstacle != NULL)
    {
      add_check (self, "object", TRUE, "skipped: %s", obstacle);
      return;
    }
  object = trafo_feature_create (feature, NULL, &error);
  if (object != NULL)
    second = trafo_feature_create (feature, NULL, &error);
  if (object != NULL)
    check_functions (self, feature, object);
  add_check (self,
             "object",
             second != NULL && second != object,
             "%s: %s",
             trafo_feature_get_name (feature),
             error != NULL      ? error->message
             : second == object ? "the same object twice"
                                : G_OBJECT_TYPE_NAME (object));
}

/* A backend without a device must say why. */
static void
check_devices (Certificate *self, TrafoFeature *feature)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) devices = trafo_feature_probe (feature, NULL, &error);
  gboolean is_silent;

  if (devices != NULL)
    {
      g_autofree char *text = g_variant_print (devices, FALSE);

      add_check (self, "devices", TRUE, "%s", text);
      return;
    }
  is_silent = strstr (error->message, "without a reason") != NULL;
  add_check (self, "devices", !is_silent, "%s", error->message);
}

static void
check_features (Certificate *self, TrafoRegistry *registry)
{
  g_autoptr (TrafoPlugin) plugin = g_list_model_get_item (G_LIST_MODEL (registry), 0);
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      check_object (self, feature);
      if (trafo_feature_get_kind (feature) == TRAFO_FEATURE_KIND_BACKEND)
        check_devices (self, feature);
    }
}

static void
check_file (Certificate *self)
{
  const char *const path[] = { self->filename, NULL };
  g_autoptr (TrafoRegistry) registry = trafo_registry_new (path, NULL);
  g_autofree char *reason = trafo_plugin_dup_reason (self->plugin);

  add_check (self,
             "description",
             reason == NULL,
             "%s",
             reason != NULL ? reason : trafo_plugin_get_description (self->plugin));
  if (reason != NULL)
    return;
  check_symbols (self);
  if (check_in_helper (self, registry))
    check_features (self, registry);
}

static guint
count_failed (const Certificate *self)
{
  guint n = 0;

  for (guint i = 0; i < self->checks->len; i++)
    n += !g_array_index (self->checks, Check, i).passed;
  return n;
}

static void
print_text (const Certificate *self)
{
  g_print ("%s: %s %s, plugin ABI %u.%u\n",
           self->filename,
           trafo_plugin_get_name (self->plugin),
           trafo_plugin_get_version (self->plugin),
           trafo_plugin_get_abi_major (self->plugin),
           trafo_plugin_get_abi_minor (self->plugin));
  for (guint i = 0; i < self->checks->len; i++)
    {
      const Check *check = &g_array_index (self->checks, Check, i);

      g_print ("  %-4s  %-12s  %s\n", check->passed ? "ok" : "FAIL", check->name, check->detail);
    }
  g_print ("%s\n", count_failed (self) == 0 ? "passed" : "failed");
}

static void
set_string (JsonBuilder *json, const char *key, const char *value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_string_value (json, value);
}

static void
set_boolean (JsonBuilder *json, const char *key, gboolean value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_boolean_value (json, value);
}

static void
print_json (const Certificate *self)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autofree char *abi = g_strdup_printf ("%u.%u",
                                          trafo_plugin_get_abi_major (self->plugin),
                                          trafo_plugin_get_abi_minor (self->plugin));

  json_builder_begin_object (json);
  set_string (json, "file", self->filename);
  set_string (json, "plugin", trafo_plugin_get_name (self->plugin));
  set_string (json, "version", trafo_plugin_get_version (self->plugin));
  set_string (json, "abi", abi);
  set_boolean (json, "passed", count_failed (self) == 0);
  json_builder_set_member_name (json, "checks");
  json_builder_begin_array (json);
  for (guint i = 0; i < self->checks->len; i++)
    {
      const Check *check = &g_array_index (self->checks, Check, i);

      json_builder_begin_object (json);
      set_string (json, "name", check->name);
      set_boolean (json, "passed", check->passed);
      set_string (json, "detail", check->detail);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  g_print ("%s\n", text);
}

int
main (int argc, char **argv)
{
  gboolean           is_json = FALSE;
  const GOptionEntry options[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &is_json, "Print one JSON object", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE.so - check a plugin");
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoPlugin) plugin = NULL;
  g_autoptr (GArray) checks = g_array_new (FALSE, FALSE, sizeof (Check));
  Certificate certificate;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "one FILE.so is needed");
      return 2;
    }
  g_array_set_clear_func (checks, check_clear);
  plugin = trafo_plugin_new_from_file (argv[1]);
  certificate = (Certificate){ argv[1], plugin, checks };
  check_file (&certificate);
  if (is_json)
    print_json (&certificate);
  else
    print_text (&certificate);
  return count_failed (&certificate) == 0 ? 0 : 1;
}
