/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-findings-private.h"

#include "trafo-cache-folder-private.h"
#include "trafo-store-private.h"

#define STORE_TYPE "(ssv)" /* subject, conditions, value */

/* NULL if there is no place for it. */
static char *
find_file (const char *kind, const char *subject)
{
  g_autofree char *folder = trafo_cache_folder_find ();
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, subject, -1);
  g_autofree char *name = g_strdup_printf ("%.32s.%s", sum, kind);

  return folder != NULL ? g_build_filename (folder, kind, name, NULL) : NULL;
}

GVariant *
trafo_findings_recall (const char         *kind,
                       const char         *subject,
                       const char         *conditions,
                       const GVariantType *type)
{
  g_autofree char *file = find_file (kind, subject);
  g_autoptr (GVariant) store = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;
  const char *stored_subject, *stored_conditions;

  if (file != NULL)
    store = trafo_store_read (file, G_VARIANT_TYPE (STORE_TYPE), &error);
  if (error != NULL)
    g_debug ("%s; it is measured again", error->message);
  if (store == NULL)
    return NULL;
  g_variant_get (store, "(&s&sv)", &stored_subject, &stored_conditions, &value);
  if (!g_str_equal (stored_subject, subject) || !g_str_equal (stored_conditions, conditions) ||
      !g_variant_is_of_type (value, type))
    return NULL;
  return g_steal_pointer (&value);
}

void
trafo_findings_keep (const char *kind, const char *subject, const char *conditions, GVariant *value)
{
  g_autoptr (GVariant) store =
      g_variant_ref_sink (g_variant_new (STORE_TYPE, subject, conditions, value));
  g_autofree char *file = find_file (kind, subject);
  g_autoptr (GError) error = NULL;

  if (file != NULL && !trafo_store_write (file, store, &error))
    g_debug ("%s are not kept: %s", kind, error->message);
}
