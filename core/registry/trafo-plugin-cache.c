/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-cache-private.h"

#include "trafo-plugin-facts-private.h"
#include "trafo-store-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

/* In the file: path, identity, and either NO_ERROR and the facts, or the TrafoPluginError and its
 * message. */
#define RECORD_TYPE "(ay" TRAFO_FILE_IDENTITY_TYPE "is" TRAFO_PLUGIN_FACTS_TYPE ")"
#define STORE_TYPE "a" RECORD_TYPE
#define NO_ERROR (-1)
#define MAX_RECORDS 4096

enum
{
  RECORD_PATH,
  RECORD_IDENTITY,
  RECORD_CODE,
  RECORD_MESSAGE,
  RECORD_FACTS,
};

/* Records are GVariants inside the file's bytes. */
struct _TrafoPluginCache
{
  char       *filename;
  GHashTable *records; /* path, inside the record, to record */
  GHashTable *seen;    /* the set of records that were looked up or put */
  gboolean    is_changed;
};

static const char *
get_path (GVariant *record)
{
  g_autoptr (GVariant) path = g_variant_get_child_value (record, RECORD_PATH);

  /* lives as long as the bytes of the record */
  return g_variant_get_bytestring (path);
}

TrafoPluginCache *
trafo_plugin_cache_new (const char *filename)
{
  TrafoPluginCache *self = g_new0 (TrafoPluginCache, 1);
  g_autoptr (GVariant) store = NULL;
  g_autoptr (GError) error = NULL;

  self->filename = g_strdup (filename);
  self->records =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  self->seen = g_hash_table_new (NULL, NULL);
  if (filename != NULL)
    store = trafo_store_read (filename, G_VARIANT_TYPE (STORE_TYPE), &error);
  if (error != NULL)
    g_debug ("%s; all plugins are read again", error->message);
  for (gsize i = 0; store != NULL && i < g_variant_n_children (store); i++)
    {
      GVariant *record = g_variant_get_child_value (store, i);

      g_hash_table_replace (self->records, (gpointer) get_path (record), record);
    }
  return self;
}

void
trafo_plugin_cache_free (TrafoPluginCache *self)
{
  g_free (self->filename);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->records);
  g_free (self);
}

gboolean
trafo_plugin_cache_lookup (TrafoPluginCache        *self,
                           const char              *path,
                           const TrafoFileIdentity *identity,
                           GVariant               **ret_facts,
                           GError                 **ret_error)
{
  GVariant *record = g_hash_table_lookup (self->records, path);
  g_autoptr (GVariant) variant = NULL;
  TrafoFileIdentity known;
  gint              code;

  if (record == NULL)
    return FALSE;
  variant = g_variant_get_child_value (record, RECORD_IDENTITY);
  trafo_file_identity_init_from_variant (&known, variant);
  if (!trafo_file_identity_equal (&known, identity))
    return FALSE;
  g_hash_table_add (self->seen, record);
  g_variant_get_child (record, RECORD_CODE, "i", &code);
  if (code == NO_ERROR)
    {
      *ret_facts = g_variant_get_child_value (record, RECORD_FACTS);
    }
  else
    {
      const char *message;

      g_variant_get_child (record, RECORD_MESSAGE, "&s", &message);
      g_set_error_literal (ret_error, TRAFO_PLUGIN_ERROR, code, message);
    }
  return TRUE;
}

void
trafo_plugin_cache_put (TrafoPluginCache        *self,
                        const char              *path,
                        const TrafoFileIdentity *identity,
                        GVariant                *facts,
                        const GError            *error)
{
  g_autoptr (GVariant) none = NULL;
  GVariant *record;

  if (facts == NULL)
    facts = none =
        g_variant_ref_sink (g_variant_new_parsed ("('', '', '', '', %q, %q, @a(yssia{sv}) [])",
                                                  (guint16) 0,
                                                  (guint16) 0));
  record = g_variant_ref_sink (g_variant_new ("(^ay@" TRAFO_FILE_IDENTITY_TYPE
                                              "is@" TRAFO_PLUGIN_FACTS_TYPE ")",
                                              path,
                                              trafo_file_identity_to_variant (identity),
                                              error != NULL ? error->code : NO_ERROR,
                                              error != NULL ? error->message : "",
                                              facts));
  /* makes the path a place in the record's own bytes */
  g_variant_get_data (record);
  g_hash_table_replace (self->records, (gpointer) get_path (record), record);
  g_hash_table_add (self->seen, record);
  self->is_changed = TRUE;
}

static gboolean
is_gone (TrafoPluginCache *self, GVariant *record, const char *const *folders)
{
  const char *path = get_path (record);
  const char *name = strrchr (path, '/');

  if (g_hash_table_contains (self->seen, record) || name == NULL)
    return name == NULL;
  for (gsize i = 0; folders[i] != NULL; i++)
    if (strlen (folders[i]) == (gsize) (name - path) &&
        strncmp (folders[i], path, name - path) == 0)
      return TRUE;
  return FALSE;
}

gboolean
trafo_plugin_cache_save (TrafoPluginCache *self, const char *const *folders, GError **error)
{
  GVariantBuilder builder;
  GHashTableIter  iter;
  gpointer        record;
  guint           n = 0;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    if (is_gone (self, record, folders))
      {
        g_hash_table_iter_remove (&iter);
        self->is_changed = TRUE;
      }
  if (!self->is_changed || self->filename == NULL)
    return TRUE;
  g_variant_builder_init (&builder, G_VARIANT_TYPE (STORE_TYPE));
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &record) && n++ < MAX_RECORDS)
    g_variant_builder_add_value (&builder, record);
  self->is_changed = FALSE;
  return trafo_store_write (self->filename, g_variant_builder_end (&builder), error);
}
