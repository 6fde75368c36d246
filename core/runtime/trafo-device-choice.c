/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-device-choice.h"

#include <trafo/trafo-error.h>

#include "trafo-async-call-private.h"
#include "trafo-device-private.h"
#include "trafo-environment-private.h"
#include "trafo-reference-device-private.h"
#include "trafo-registry.h"

/* Devices that were opened, by name. They stay, for drivers do not like to be shut down and opened
 * again, and programs of several models share them. */
static GMutex      lock;
static GHashTable *opened;

/* Enters the devices by their names, but for those that are there from an earlier call. */
static gboolean
enter_devices (GListModel *devices, GError **error)
{
  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (TrafoDevice) device = g_list_model_get_item (devices, i);
      const char *name;

      if (!TRAFO_IS_DEVICE (device))
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INTERNAL,
                       "the backend lists a %s, expected a TrafoDevice",
                       device != NULL ? G_OBJECT_TYPE_NAME (device) : "NULL");
          return FALSE;
        }
      if (!trafo_device_check_complete (device, error))
        return FALSE;
      name = trafo_device_get_name (device);
      if (!g_hash_table_contains (opened, name))
        g_hash_table_insert (opened, g_strdup (name), g_object_ref (device));
    }
  return TRUE;
}

/* The devices of one backend, each entered by its name. NULL and the reason if it has none. */
static GListModel *
open_backend (TrafoFeature *feature, GCancellable *cancellable, GError **error)
{
  g_autoptr (GObject) backend = trafo_feature_create (feature, cancellable, error);
  g_autoptr (GListModel) devices = NULL;

  if (backend == NULL || !trafo_backend_probe (TRAFO_BACKEND (backend), cancellable, error))
    return NULL;
  devices = trafo_backend_list_devices (TRAFO_BACKEND (backend));
  if (!enter_devices (devices, error))
    return NULL;
  if (g_list_model_get_n_items (devices) > 0)
    return g_steal_pointer (&devices);
  g_set_error (error,
               TRAFO_DEVICE_ERROR,
               TRAFO_DEVICE_ERROR_UNAVAILABLE,
               "backend %s found no device",
               trafo_feature_get_name (feature));
  return NULL;
}

/* The first of @devices, or the one that an earlier call opened under its name. */
static TrafoDevice *
first_device (GListModel *devices)
{
  g_autoptr (TrafoDevice) first = g_list_model_get_item (devices, 0);

  return g_object_ref (g_hash_table_lookup (opened, trafo_device_get_name (first)));
}

static TrafoDevice *
open_by_name (const char *name, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, ":", 2);
  g_autoptr (TrafoFeature) feature = NULL;
  g_autoptr (GListModel) devices = NULL;
  TrafoDevice *device;

  if (g_str_equal (name, "reference"))
    return trafo_reference_device_new ();
  feature = trafo_registry_lookup (trafo_registry_get_default (),
                                   TRAFO_FEATURE_KIND_BACKEND,
                                   parts[0] != NULL ? parts[0] : "",
                                   error);
  if (feature == NULL)
    return NULL;
  devices = open_backend (feature, cancellable, error);
  if (devices == NULL)
    return NULL;
  if (g_str_equal (name, parts[0]))
    return first_device (devices);
  device = g_hash_table_lookup (opened, name);
  if (device != NULL)
    return g_object_ref (device);
  g_set_error (error,
               TRAFO_DEVICE_ERROR,
               TRAFO_DEVICE_ERROR_UNAVAILABLE,
               "found no device '%s': backend %s has %u",
               name,
               parts[0],
               g_list_model_get_n_items (devices));
  return NULL;
}

/* The first device of the best-ranked backend that has one. */
static TrafoDevice *
open_best (GCancellable *cancellable, GError **error)
{
  g_autoptr (GListModel) features =
      trafo_registry_list_features (trafo_registry_get_default (), TRAFO_FEATURE_KIND_BACKEND);
  g_autoptr (GString) reasons = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);
      g_autoptr (GError) local = NULL;
      g_autoptr (GListModel) devices = NULL;

      if (trafo_feature_get_rank (feature) <= 0)
        continue;
      devices = open_backend (feature, cancellable, &local);
      if (devices != NULL)
        return first_device (devices);
      /* not an absent device: one that nobody waits for any more, or a wrong setting, which no other
       * device makes right */
      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
          g_error_matches (local, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      g_info ("backend %s was passed over: %s", trafo_feature_get_name (feature), local->message);
      g_string_append_printf (reasons,
                              "; %s: %s",
                              trafo_feature_get_name (feature),
                              local->message);
    }
  g_set_error (error,
               TRAFO_DEVICE_ERROR,
               TRAFO_DEVICE_ERROR_UNAVAILABLE,
               "no backend has a device%s",
               reasons->str);
  return NULL;
}

static void
print_backends (void)
{
  g_autoptr (GListModel) features =
      trafo_registry_list_features (trafo_registry_get_default (), TRAFO_FEATURE_KIND_BACKEND);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      g_ptr_array_add (names, g_strdup (trafo_feature_get_name (feature)));
    }
  g_ptr_array_add (names, g_strdup ("reference"));
  g_ptr_array_add (names, NULL);
  trafo_environment_print_choices ("TRAFO_DEVICE", (const char *const *) names->pdata);
}

/* What the user asks for through the environment; NULL for nothing. */
static const char *
get_name_from_environment (void)
{
  static gsize once = 0;
  gboolean     asks_help;
  const char  *name = trafo_environment_get ("TRAFO_DEVICE", &asks_help);

  if (asks_help && g_once_init_enter (&once))
    {
      print_backends ();
      g_once_init_leave (&once, 1);
    }
  return name;
}

/**
 * trafo_device_open: (constructor)
 * @name: (nullable): such as "cpu", "opencl:0" or, for the first of a backend, "opencl"; %NULL for
 *   what the environment variable `TRAFO_DEVICE` names, else for the best there is. "reference"
 *   computes with the plain C that backends are tested against
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a device through the registry.
 *
 * A device that is asked for by name is never replaced by another.
 *
 * Returns: (transfer full) (nullable): the device, or %NULL with an error of the domains
 *   %TRAFO_DEVICE_ERROR, %TRAFO_PLUGIN_ERROR or %G_IO_ERROR
 */
TrafoDevice *
trafo_device_open (const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  TrafoDevice *device;
  const char  *key;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (name == NULL)
    name = get_name_from_environment ();
  key = name != NULL ? name : "";
  if (opened == NULL)
    opened = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  device = g_hash_table_lookup (opened, key);
  if (device != NULL)
    return g_object_ref (device);
  device = *key != '\0' ? open_by_name (name, cancellable, error) : open_best (cancellable, error);
  if (device != NULL)
    g_hash_table_insert (opened, g_strdup (key), g_object_ref (device));
  return device;
}

static gpointer
open_in_thread (gpointer source, gpointer name, GCancellable *cancellable, GError **error)
{
  return trafo_device_open (name, cancellable, error);
}

static const TrafoAsyncCall open_call = { open_in_thread, g_free, g_object_unref };

/**
 * trafo_device_open_async:
 * @name: (nullable): as in [ctor@Trafo.Device.open]
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Opens a device through the registry, without blocking.
 */
void
trafo_device_open_async (const char         *name,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  trafo_async_call_start (&open_call, NULL, g_strdup (name), cancellable, callback, user_data);
}

/**
 * trafo_device_open_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [func@Trafo.Device.open_async] began.
 *
 * Returns: (transfer full) (nullable): as [ctor@Trafo.Device.open]
 */
TrafoDevice *
trafo_device_open_finish (GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&open_call, NULL, result, error);
}
