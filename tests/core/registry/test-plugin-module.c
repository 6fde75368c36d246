/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-module-private.h"

#include "trafo-plugin-facts-private.h"

#include <string.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-optimizer.h>
#include <trafo/trafo-plugin.h>

typedef struct
{
  GObject parent_instance;
} TestOptimizer;
typedef struct
{
  GObjectClass parent_class;
} TestOptimizerClass;

static void
test_optimizer_iface_init (TrafoOptimizerInterface *iface)
{
}

GType test_optimizer_get_type (void);
G_DEFINE_TYPE_WITH_CODE (TestOptimizer,
                         test_optimizer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TRAFO_TYPE_OPTIMIZER, test_optimizer_iface_init))

static void
test_optimizer_init (TestOptimizer *self)
{
}

static void
test_optimizer_class_init (TestOptimizerClass *klass)
{
}

TRAFO_PLUGIN_DEFINE (
    linked,
    "1",
    "MIT",
    "",
    TRAFO_PLUGIN_OPTIMIZER ("linked", TestOptimizer, test_optimizer, TRAFO_RANK_PRIMARY))

static GVariant *
read_facts (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  GVariant *facts = trafo_plugin_facts_from_text (bytes, "/linked", &error);

  g_assert_no_error (error);
  return facts;
}

static GType
lie (void)
{
  return G_TYPE_OBJECT;
}

static void
check_refused (const TrafoPluginDescriptor *descriptor, int code, const char *part)
{
  g_autoptr (GVariant) facts = read_facts (trafo_plugin_linked_descriptor.text);
  g_autoptr (GError) error = NULL;
  GType types[TRAFO_PLUGIN_MAX_FEATURES] = { 0 };

  g_assert_false (trafo_plugin_module_register (descriptor, "/linked", facts, types, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, TRAFO_PLUGIN_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_true (g_str_has_prefix (error->message, "/linked: "));
}

static void
test_broken_tables (void)
{
  TrafoPluginDescriptor broken = trafo_plugin_linked_descriptor;
  TrafoFeatureEntry     entry = trafo_plugin_linked_descriptor.entries[0];

  broken.abi_minor += 1;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_ABI, "its table is of plugin ABI");
  broken = trafo_plugin_linked_descriptor;
  broken.struct_size -= 8;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_ABI, "bytes");
  broken = trafo_plugin_linked_descriptor;
  broken.entry_size += 8;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_ABI, "its table is of plugin ABI");
  broken = trafo_plugin_linked_descriptor;
  broken.n_entries = 2;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_INVALID, "describe different plugins");
  broken = trafo_plugin_linked_descriptor;
  broken.text = NULL;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_INVALID, "does not begin with");
  broken = trafo_plugin_linked_descriptor;
  entry.get_type = lie;
  broken.entries = &entry;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_INVALID, "has the type GObject, expected");
  entry = trafo_plugin_linked_descriptor.entries[0];
  entry.kind = TRAFO_FEATURE_KIND_MODEL;
  check_refused (&broken, TRAFO_PLUGIN_ERROR_INVALID, "'linked'");
}

/* A table is its types' owner: once more is fine, another table with them is not. */
static void
test_types_belong_to_one_table (void)
{
  static TrafoPluginDescriptor twin;
  g_autoptr (GVariant) facts = read_facts (trafo_plugin_linked_descriptor.text);
  g_autoptr (GError) error = NULL;
  GType types[TRAFO_PLUGIN_MAX_FEATURES] = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (trafo_plugin_module_register (&trafo_plugin_linked_descriptor,
                                                   "/linked",
                                                   facts,
                                                   types,
                                                   &error));
      g_assert_no_error (error);
      g_assert_true (types[0] == test_optimizer_get_type ());
    }
  twin = trafo_plugin_linked_descriptor;
  check_refused (&twin, TRAFO_PLUGIN_ERROR_INVALID, "TestOptimizer is already registered");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin-module/broken-tables", test_broken_tables);
  g_test_add_func ("/plugin-module/types-belong-to-one-table", test_types_belong_to_one_table);
  return g_test_run ();
}
