/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-module-private.h"

#include "trafo-plugin-facts-private.h"

#include <dlfcn.h>
#include <string.h>
#include <trafo/trafo-backend.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-model.h>
#include <trafo/trafo-optimizer.h>
#include <trafo/trafo-pipeline-task.h>
#include <trafo/trafo-tokenizer.h>

/* Opening is rare; one at a time keeps the look for a type's name and its registration together. */
static GMutex open_lock;

GType
trafo_feature_kind_get_interface (TrafoFeatureKind kind)
{
  switch (kind)
    {
    case TRAFO_FEATURE_KIND_BACKEND:
      return TRAFO_TYPE_BACKEND;
    case TRAFO_FEATURE_KIND_MODEL:
      return TRAFO_TYPE_MODEL;
    case TRAFO_FEATURE_KIND_TOKENIZER:
      return TRAFO_TYPE_TOKENIZER;
    case TRAFO_FEATURE_KIND_OPTIMIZER:
      return TRAFO_TYPE_OPTIMIZER;
    case TRAFO_FEATURE_KIND_PIPELINE:
      return TRAFO_TYPE_PIPELINE_TASK;
    default:
      return G_TYPE_INVALID;
    }
}

static gboolean fail (const char *filename, GError **error, int code, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static gboolean
fail (const char *filename, GError **error, int code, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list          args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TRAFO_PLUGIN_ERROR, code, "%s: %s", filename, what);
  return FALSE;
}

/* The table must say what the section says, or one of them is not this plugin's. */
static gboolean
check_descriptor (const TrafoPluginDescriptor *descriptor,
                  const char                  *filename,
                  GVariant                    *facts,
                  GError                     **error)
{
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GVariant) own_facts = NULL;
  g_autoptr (GVariant) features = g_variant_get_child_value (facts, TRAFO_PLUGIN_FACTS_FEATURES);

  if (descriptor->abi_major != TRAFO_ABI_MAJOR || descriptor->abi_minor != TRAFO_ABI_MINOR ||
      descriptor->struct_size < sizeof *descriptor ||
      descriptor->entry_size != sizeof *descriptor->entries)
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_ABI,
                 "its table is of plugin ABI %u.%u and has %u bytes, expected %d.%d and %u",
                 descriptor->abi_major,
                 descriptor->abi_minor,
                 descriptor->struct_size,
                 TRAFO_ABI_MAJOR,
                 TRAFO_ABI_MINOR,
                 (guint) sizeof *descriptor);
  text = g_bytes_new (descriptor->text,
                      descriptor->text != NULL
                          ? strnlen (descriptor->text, TRAFO_PLUGIN_TEXT_MAX_BYTES)
                          : 0);
  own_facts = trafo_plugin_facts_from_text (text, filename, error);
  if (own_facts == NULL)
    return FALSE;
  if (!g_variant_equal (own_facts, facts) ||
      descriptor->n_entries != g_variant_n_children (features))
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "its table and its section %s describe different plugins",
                 TRAFO_PLUGIN_SECTION);
  return TRUE;
}

/* GObject would abort, or warn and give no type, if a name were registered twice. */
static gboolean
check_type_names (const char *filename, GVariant *features, GError **error)
{
  for (gsize i = 0; i < g_variant_n_children (features); i++)
    {
      const char *type_name;

      g_variant_get_child (features, i, "(y&s&sia{sv})", NULL, NULL, &type_name, NULL, NULL);
      if (g_type_from_name (type_name) != 0)
        return fail (filename,
                     error,
                     TRAFO_PLUGIN_ERROR_INVALID,
                     "its type %s is already registered, by another plugin or the program",
                     type_name);
    }
  return TRUE;
}

static gboolean
register_type (const TrafoFeatureEntry *entry,
               const char              *filename,
               GVariant                *feature,
               GType                   *ret_type,
               GError                 **error)
{
  const char *name, *type_name;
  guchar      kind;
  GType       interface, type;

  g_variant_get (feature, "(y&s&sia{sv})", &kind, &name, &type_name, NULL, NULL);
  if (entry->kind != kind || g_strcmp0 (entry->name, name) != 0 || entry->get_type == NULL)
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "its table has '%s' of kind %u where its section has '%s' of kind %u",
                 entry->name != NULL ? entry->name : "",
                 entry->kind,
                 name,
                 kind);
  type = entry->get_type ();
  interface = trafo_feature_kind_get_interface (kind);
  if (type == 0 || g_strcmp0 (g_type_name (type), type_name) != 0)
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "feature '%s' has the type %s, expected %s",
                 name,
                 type != 0 ? g_type_name (type) : "0",
                 type_name);
  if (!g_type_is_a (type, interface) || !g_type_is_a (type, G_TYPE_OBJECT) ||
      G_TYPE_IS_ABSTRACT (type))
    return fail (filename,
                 error,
                 TRAFO_PLUGIN_ERROR_INVALID,
                 "feature '%s': %s is not a class of objects that implement %s",
                 name,
                 type_name,
                 g_type_name (interface));
  *ret_type = type;
  return TRUE;
}

static gboolean
register_types (const TrafoPluginDescriptor *descriptor,
                const char                  *filename,
                GVariant                    *facts,
                GType                       *ret_types,
                GError                     **error)
{
  static GHashTable *registered = NULL; /* tables whose types are ours */
  g_autoptr (GVariant) features = g_variant_get_child_value (facts, TRAFO_PLUGIN_FACTS_FEATURES);

  if (registered == NULL)
    registered = g_hash_table_new (NULL, NULL);
  if (!g_hash_table_contains (registered, descriptor) &&
      !check_type_names (filename, features, error))
    return FALSE;
  g_hash_table_add (registered, (gpointer) descriptor);
  for (gsize i = 0; i < g_variant_n_children (features); i++)
    {
      g_autoptr (GVariant) feature = g_variant_get_child_value (features, i);

      if (!register_type (&descriptor->entries[i], filename, feature, &ret_types[i], error))
        return FALSE;
    }
  return TRUE;
}

static const TrafoPluginDescriptor *
find_descriptor (const char *filename, GVariant *facts, GError **error)
{
  g_autofree char *symbol = NULL;
  const char      *name;
  gpointer         module, descriptor;

  module = dlopen (filename, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (module == NULL)
    {
      const char *reason = dlerror ();

      fail (filename,
            error,
            TRAFO_PLUGIN_ERROR_DEPENDENCY,
            "cannot be opened: %s",
            reason != NULL ? reason : "for no stated reason");
      return NULL;
    }
  g_variant_get_child (facts, TRAFO_PLUGIN_FACTS_NAME, "&s", &name);
  symbol = g_strdup_printf ("trafo_plugin_%s_descriptor", name);
  descriptor = dlsym (module, symbol);
  if (descriptor == NULL)
    fail (filename,
          error,
          TRAFO_PLUGIN_ERROR_INVALID,
          "it has no symbol %s, the table that belongs to its section %s",
          symbol,
          TRAFO_PLUGIN_SECTION);
  return descriptor;
}

gboolean
trafo_plugin_module_open (const char *filename, GVariant *facts, GType *ret_types, GError **error)
{
  const TrafoPluginDescriptor *descriptor;

  descriptor = find_descriptor (filename, facts, error);
  return descriptor != NULL &&
         trafo_plugin_module_register (descriptor, filename, facts, ret_types, error);
}

gboolean
trafo_plugin_module_register (const TrafoPluginDescriptor *descriptor,
                              const char                  *filename,
                              GVariant                    *facts,
                              GType                       *ret_types,
                              GError                     **error)
{
  gboolean is_registered;

  g_mutex_lock (&open_lock);
  is_registered = check_descriptor (descriptor, filename, facts, error) &&
                  register_types (descriptor, filename, facts, ret_types, error);
  g_mutex_unlock (&open_lock);
  return is_registered;
}
