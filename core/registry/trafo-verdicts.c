/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-verdicts-private.h"

#include "trafo-machine-private.h"
#include "trafo-probe-private.h"
#include "trafo-probe-reply-private.h"
#include "trafo-store-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

/* In the file: path, identity, driver key, verdict, error code, reason, device key ("" where no
 * devices were looked for), devices, and why there are none. */
#define RECORD_TYPE "(ay" TRAFO_FILE_IDENTITY_TYPE "syiss" TRAFO_PROBE_DEVICES_TYPE "s)"
#define STORE_TYPE "a" RECORD_TYPE
#define MAX_RECORDS 1024

typedef struct
{
  TrafoFileIdentity identity;
  char             *driver_key;
  TrafoVerdict      verdict;
  gint              code;
  char             *reason;
  char             *device_key;
  GVariant         *devices;
  char             *device_reason;
} Record;

struct _TrafoVerdicts
{
  gatomicrefcount  ref_count;
  GMutex           lock;
  char            *filename;
  gboolean         is_read_only;
  TrafoProbePolicy policy;
  char            *driver_key;
  char            *device_key;
  GHashTable      *records; /* path to Record; NULL until it is first needed */
};

static void
record_free (gpointer data)
{
  Record *record = data;

  g_free (record->driver_key);
  g_free (record->reason);
  g_free (record->device_key);
  g_clear_pointer (&record->devices, g_variant_unref);
  g_free (record->device_reason);
  g_free (record);
}

static void
read_record (GHashTable *records, GVariant *variant)
{
  g_autoptr (GVariant) identity = NULL;
  Record     *record = g_new0 (Record, 1);
  const char *path;
  guchar      verdict;

  g_variant_get (variant,
                 "(^&ay@" TRAFO_FILE_IDENTITY_TYPE "syiss@" TRAFO_PROBE_DEVICES_TYPE "s)",
                 &path,
                 &identity,
                 &record->driver_key,
                 &verdict,
                 &record->code,
                 &record->reason,
                 &record->device_key,
                 &record->devices,
                 &record->device_reason);
  trafo_file_identity_init_from_variant (&record->identity, identity);
  record->verdict = verdict;
  g_hash_table_insert (records, g_strdup (path), record);
}

/* A file that is absent or broken is an empty one: everything in it can be found out again. */
static GHashTable *
ensure_records (TrafoVerdicts *self)
{
  g_autoptr (GVariant) store = NULL;

  if (self->records != NULL)
    return self->records;
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, record_free);
  if (self->filename != NULL)
    store = trafo_store_read (self->filename, G_VARIANT_TYPE (STORE_TYPE), NULL);
  for (gsize i = 0; store != NULL && i < g_variant_n_children (store); i++)
    {
      g_autoptr (GVariant) variant = g_variant_get_child_value (store, i);

      read_record (self->records, variant);
    }
  return self->records;
}

static void
add_record (GVariantBuilder *builder, const char *path, const Record *record)
{
  g_variant_builder_add (builder,
                         "(^ay@" TRAFO_FILE_IDENTITY_TYPE "syiss@" TRAFO_PROBE_DEVICES_TYPE "s)",
                         path,
                         trafo_file_identity_to_variant (&record->identity),
                         record->driver_key,
                         (guchar) record->verdict,
                         record->code,
                         record->reason,
                         record->device_key,
                         record->devices,
                         record->device_reason);
}

/* A failure to write costs the next start some time, nothing else. */
static void
save_records (TrafoVerdicts *self)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder builder;
  GHashTableIter  iter;
  gpointer        path, record;
  guint           n = 0;

  if (self->filename == NULL || self->is_read_only)
    return;
  g_variant_builder_init (&builder, G_VARIANT_TYPE (STORE_TYPE));
  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &path, &record) && n++ < MAX_RECORDS)
    if (g_file_test (path, G_FILE_TEST_EXISTS))
      add_record (&builder, path, record);
  if (!trafo_store_write (self->filename, g_variant_builder_end (&builder), &error))
    g_debug ("%s", error->message);
}

TrafoVerdicts *
trafo_verdicts_new (const char *filename, gboolean is_read_only, TrafoProbePolicy policy)
{
  TrafoVerdicts *self = g_new0 (TrafoVerdicts, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->filename = g_strdup (filename);
  self->is_read_only = is_read_only;
  self->policy = policy;
  return self;
}

TrafoVerdicts *
trafo_verdicts_ref (TrafoVerdicts *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
trafo_verdicts_unref (TrafoVerdicts *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_mutex_clear (&self->lock);
  g_free (self->filename);
  g_free (self->driver_key);
  g_free (self->device_key);
  g_clear_pointer (&self->records, g_hash_table_unref);
  g_free (self);
}

/* The record of a file that is still the same on a machine that is still the same. */
static Record *
find_record (TrafoVerdicts *self, const char *filename, const TrafoFileIdentity *identity)
{
  Record *record = g_hash_table_lookup (ensure_records (self), filename);

  if (record == NULL || !trafo_file_identity_equal (&record->identity, identity))
    return NULL;
  if (self->driver_key == NULL)
    self->driver_key = trafo_machine_dup_driver_key ();
  return g_str_equal (record->driver_key, self->driver_key) ? record : NULL;
}

TrafoVerdict
trafo_verdicts_lookup (TrafoVerdicts           *self,
                       const char              *filename,
                       const TrafoFileIdentity *identity,
                       gint                    *ret_code,
                       char                   **ret_reason)
{
  TrafoVerdict  verdict = TRAFO_VERDICT_UNKNOWN;
  const Record *record;

  g_mutex_lock (&self->lock);
  record = find_record (self, filename, identity);
  if (record != NULL)
    {
      verdict = record->verdict;
      *ret_code = record->code;
      if (verdict != TRAFO_VERDICT_GOOD)
        *ret_reason = g_strdup (record->reason);
    }
  g_mutex_unlock (&self->lock);
  return verdict;
}

void
trafo_examination_clear (TrafoExamination *self)
{
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->devices, g_variant_unref);
  g_clear_pointer (&self->device_reason, g_free);
}

static gboolean
answer_from_record (TrafoVerdicts *self, TrafoExamination *examination)
{
  const Record *record = find_record (self, examination->filename, &examination->identity);

  if (record == NULL)
    return FALSE;
  if (self->device_key == NULL)
    self->device_key = trafo_machine_dup_device_key ();
  if (examination->with_devices && record->verdict == TRAFO_VERDICT_GOOD &&
      !g_str_equal (record->device_key, self->device_key))
    return FALSE;
  examination->verdict = record->verdict;
  examination->code = record->code;
  if (record->verdict != TRAFO_VERDICT_GOOD)
    examination->reason = g_strdup (record->reason);
  if (!examination->with_devices || record->verdict != TRAFO_VERDICT_GOOD)
    return TRUE;
  examination->devices = g_variant_ref (record->devices);
  if (record->device_reason[0] != '\0')
    examination->device_reason = g_strdup (record->device_reason);
  return TRUE;
}

/* A process that ended badly is quarantined; one that answered tells by itself. */
static void
judge (TrafoExamination *examination, const TrafoProbe *probe)
{
  gboolean    is_good;
  const char *reason, *device_reason;

  if (probe->reply == NULL)
    {
      examination->verdict = TRAFO_VERDICT_QUARANTINED;
      examination->code = TRAFO_PLUGIN_ERROR_QUARANTINED;
      examination->reason = g_strdup (probe->reason);
      return;
    }
  g_variant_get (probe->reply,
                 "(bi&s@" TRAFO_PROBE_DEVICES_TYPE "&s)",
                 &is_good,
                 &examination->code,
                 &reason,
                 &examination->devices,
                 &device_reason);
  examination->verdict = is_good ? TRAFO_VERDICT_GOOD : TRAFO_VERDICT_REJECTED;
  if (!is_good && examination->code == TRAFO_PLUGIN_ERROR_QUARANTINED)
    examination->verdict = TRAFO_VERDICT_QUARANTINED;
  if (!is_good)
    examination->reason = g_strdup (reason);
  if (device_reason[0] != '\0')
    examination->device_reason = g_strdup (device_reason);
}

static void
put_record (TrafoVerdicts *self, const TrafoExamination *examination)
{
  Record *record = g_new0 (Record, 1);

  if (self->driver_key == NULL)
    self->driver_key = trafo_machine_dup_driver_key ();
  if (self->device_key == NULL)
    self->device_key = trafo_machine_dup_device_key ();
  record->identity = examination->identity;
  record->driver_key = g_strdup (self->driver_key);
  record->verdict = examination->verdict;
  record->code = examination->code;
  record->reason = g_strdup (examination->reason != NULL ? examination->reason : "");
  record->device_key = g_strdup (examination->with_devices ? self->device_key : "");
  if (examination->devices != NULL)
    record->devices = g_variant_ref (examination->devices);
  else
    record->devices = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("(sust)"), NULL, 0));
  record->device_reason =
      g_strdup (examination->device_reason != NULL ? examination->device_reason : "");
  g_hash_table_replace (ensure_records (self), g_strdup (examination->filename), record);
}

/* A library that is missing today may be installed tomorrow, without a change of the file. */
static gboolean
is_lasting (const TrafoExamination *examination)
{
  return examination->verdict == TRAFO_VERDICT_GOOD ||
         examination->code != TRAFO_PLUGIN_ERROR_DEPENDENCY;
}

static void
take_results (TrafoVerdicts *self, TrafoExamination **asked, const TrafoProbe *probes, gsize n)
{
  g_mutex_lock (&self->lock);
  for (gsize i = 0; i < n; i++)
    {
      judge (asked[i], &probes[i]);
      if (is_lasting (asked[i]))
        put_record (self, asked[i]);
    }
  save_records (self);
  g_mutex_unlock (&self->lock);
}

/* Without the helper a plugin is opened on the strength of its description alone. */
static void
warn_once (const GError *error)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  g_warning ("%s; plugins are opened in this process without being tried in another first",
             error->message);
  g_once_init_leave (&once, 1);
}

static gboolean
ask_helper (TrafoVerdicts     *self,
            TrafoExamination **asked,
            gsize              n_asked,
            GCancellable      *cancellable,
            GError           **error)
{
  g_autofree TrafoProbe *probes = g_new0 (TrafoProbe, n_asked);
  g_autoptr (GError) local = NULL;
  gboolean has_run;

  for (gsize i = 0; i < n_asked; i++)
    {
      probes[i].filename = asked[i]->filename;
      probes[i].with_devices = asked[i]->with_devices;
    }
  has_run = trafo_probe_run (probes, n_asked, trafo_probe_get_timeout (), cancellable, &local);
  if (has_run)
    take_results (self, asked, probes, n_asked);
  for (gsize i = 0; i < n_asked; i++)
    trafo_probe_clear (&probes[i]);
  if (has_run)
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  warn_once (local);
  return TRUE;
}

gboolean
trafo_verdicts_examine (TrafoVerdicts    *self,
                        TrafoExamination *examinations,
                        gsize             n_examinations,
                        gboolean          is_anew,
                        GCancellable     *cancellable,
                        GError          **error)
{
  g_autofree TrafoExamination **asked = g_new (TrafoExamination *, n_examinations);
  gsize                         n_asked = 0;

  is_anew = is_anew || self->policy == TRAFO_PROBE_POLICY_ALWAYS;
  g_mutex_lock (&self->lock);
  for (gsize i = 0; i < n_examinations; i++)
    {
      examinations[i].verdict = TRAFO_VERDICT_UNKNOWN;
      if (is_anew || !answer_from_record (self, &examinations[i]))
        asked[n_asked++] = &examinations[i];
    }
  g_mutex_unlock (&self->lock);
  if (n_asked == 0 || self->policy == TRAFO_PROBE_POLICY_NEVER)
    return TRUE;
  return ask_helper (self, asked, n_asked, cancellable, error);
}

static gboolean
is_bad (gpointer path, gpointer data, gpointer user_data)
{
  return ((Record *) data)->verdict != TRAFO_VERDICT_GOOD;
}

guint
trafo_verdicts_clear (TrafoVerdicts *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_hash_table_foreach_remove (ensure_records (self), is_bad, NULL);
  if (n > 0)
    save_records (self);
  g_mutex_unlock (&self->lock);
  return n;
}
