/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-kernel-findings-private.h"

#include "trafo-device-private.h"
#include "trafo-findings-private.h"

#define KIND "kernels"
#define FINDINGS_TYPE "a(ss)" /* operands, kernel */

/* Some hundred bytes each. Beyond that each takes the place of another, no matter which. */
#define MAX_FINDINGS 4096

/* Those of a device. */
typedef struct
{
  char       *subject;
  char       *conditions; /* NULL: they are not kept */
  GHashTable *kernels;    /* by what describes the operands; both are strings */
} Findings;

static GMutex      lock;
static GHashTable *all; /* of Findings, by their subject */

static void
findings_free (gpointer data)
{
  Findings *self = data;

  g_free (self->subject);
  g_free (self->conditions);
  g_hash_table_unref (self->kernels);
  g_free (self);
}

/* What is kept and not known yet, as far as there is room. */
static void
merge_kept (Findings *self)
{
  g_autoptr (GVariant) kept = NULL;
  GVariantIter iter;
  const char  *key, *kernel;

  if (self->conditions != NULL)
    kept = trafo_findings_recall (KIND,
                                  self->subject,
                                  self->conditions,
                                  G_VARIANT_TYPE (FINDINGS_TYPE));
  if (kept == NULL)
    return;
  g_variant_iter_init (&iter, kept);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &kernel))
    if (g_hash_table_size (self->kernels) < MAX_FINDINGS &&
        !g_hash_table_contains (self->kernels, key))
      g_hash_table_insert (self->kernels, g_strdup (key), (gpointer) g_intern_string (kernel));
}

/* With the lock held. */
static Findings *
find (TrafoDevice *device)
{
  g_autofree char *subject = trafo_device_describe_place (device);
  Findings        *self;

  if (all == NULL)
    all = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, findings_free);
  self = g_hash_table_lookup (all, subject);
  if (self != NULL)
    return self;
  self = g_new0 (Findings, 1);
  self->subject = g_steal_pointer (&subject);
  self->conditions = trafo_device_describe_builds (device);
  self->kernels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  merge_kept (self);
  g_hash_table_insert (all, self->subject, self);
  return self;
}

const char *
trafo_kernel_findings_lookup (TrafoDevice *device, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return g_hash_table_lookup (find (device)->kernels, key);
}

void
trafo_kernel_findings_add (TrafoDevice *device, const char *key, const char *kernel)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Findings      *self = find (device);
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->kernels);
  if (g_hash_table_size (self->kernels) >= MAX_FINDINGS &&
      !g_hash_table_contains (self->kernels, key) && g_hash_table_iter_next (&iter, NULL, NULL))
    g_hash_table_iter_remove (&iter);
  g_hash_table_insert (self->kernels, g_strdup (key), (gpointer) g_intern_string (kernel));
}

/* Two processes that save at once lose some of what one found; it is found again. */
void
trafo_kernel_findings_save (TrafoDevice *device)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE (FINDINGS_TYPE));
  Findings      *self = find (device);
  GHashTableIter iter;
  gpointer       key, kernel;

  if (self->conditions == NULL)
    return;
  merge_kept (self);
  g_hash_table_iter_init (&iter, self->kernels);
  while (g_hash_table_iter_next (&iter, &key, &kernel))
    g_variant_builder_add (&builder, "(ss)", key, kernel);
  trafo_findings_keep (KIND, self->subject, self->conditions, g_variant_builder_end (&builder));
}

void
trafo_kernel_findings_forget (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  g_clear_pointer (&all, g_hash_table_unref);
}
