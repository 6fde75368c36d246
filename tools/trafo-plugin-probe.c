/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-probe-reply-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <trafo/trafo.h>
#include <unistd.h>

/* Opens one plugin, so that it can crash or hang here instead of in a program. libtrafo starts it;
 * how it answers is in trafo-probe-reply-private.h. */

#define CPU_LIMIT_SECONDS 120
#define FILE_LIMIT_BYTES (256 * 1024 * 1024)
/* far from the numbers that a plugin might close */
#define REPLY_FD_FLOOR 200

static int reply_fd = -1;

static void
write_all (gconstpointer bytes, gsize size_bytes)
{
  const char *next = bytes;

  while (size_bytes > 0)
    {
      gssize n = write (reply_fd, next, size_bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;
      next += n;
      size_bytes -= n;
    }
}

static void
begin_stage (TrafoProbeStage stage)
{
  char byte = stage;

  write_all (&byte, 1);
}

static void
set_limit (int resource, rlim_t limit)
{
  struct rlimit now;

  if (getrlimit (resource, &now) != 0)
    return;
  now.rlim_cur = MIN (now.rlim_max, limit);
  setrlimit (resource, &now);
}

/* No core files, no endless loop or file, and no life after the program that asked. Memory is not
 * limited: drivers reserve address space by the terabyte. */
static void
limit_self (void)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  set_limit (RLIMIT_CORE, 0);
  set_limit (RLIMIT_CPU, CPU_LIMIT_SECONDS);
  set_limit (RLIMIT_FSIZE, FILE_LIMIT_BYTES);
}

/* A program's standard streams are not the plugin's to close. */
static gboolean
check_streams (const char *filename, GError **error)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0)
      {
        g_set_error (error,
                     TRAFO_PLUGIN_ERROR,
                     TRAFO_PLUGIN_ERROR_QUARANTINED,
                     "closed the standard stream %d",
                     fd);
        return FALSE;
      }
  return TRUE;
}

/* Makes one object of each feature that this processor can run. */
static gboolean
create_all (GListModel *features, GError **error)
{
  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);
      g_autofree char *obstacle = trafo_feature_dup_obstacle (feature);
      g_autoptr (GObject) object = NULL;

      if (obstacle != NULL)
        continue;
      object = trafo_feature_create (feature, NULL, error);
      if (object == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
try_plugin (TrafoPlugin *plugin, const char *filename, GError **error)
{
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);

  begin_stage (TRAFO_PROBE_STAGE_OPEN);
  if (!trafo_plugin_load (plugin, NULL, error) || !check_streams (filename, error))
    return FALSE;
  begin_stage (TRAFO_PROBE_STAGE_CREATE);
  return create_all (features, error) && check_streams (filename, error);
}

/* The devices of a plugin's backend; NULL without an error if it has no backend. */
static GVariant *
probe_devices (TrafoPlugin *plugin, GError **error)
{
  g_autoptr (GListModel) features = trafo_plugin_list_features (plugin);

  for (guint i = 0; i < g_list_model_get_n_items (features); i++)
    {
      g_autoptr (TrafoFeature) feature = g_list_model_get_item (features, i);

      if (trafo_feature_get_kind (feature) == TRAFO_FEATURE_KIND_BACKEND)
        return trafo_feature_probe (feature, NULL, error);
    }
  return NULL;
}

static void
reply (const GError *error, GVariant *devices, const GError *device_error)
{
  g_autoptr (GBytes) frame = NULL;
  int code = TRAFO_PLUGIN_ERROR_INVALID;

  if (error != NULL && error->domain == TRAFO_PLUGIN_ERROR)
    code = error->code;
  if (devices == NULL)
    devices = g_variant_new_array (G_VARIANT_TYPE ("(sust)"), NULL, 0);
  frame = trafo_probe_reply_serialize (
      g_variant_new ("(bis@" TRAFO_PROBE_DEVICES_TYPE "s)",
                     error == NULL,
                     code,
                     error != NULL ? error->message : "",
                     devices,
                     device_error != NULL ? device_error->message : ""));
  write_all (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
}

int
main (int argc, char **argv)
{
  g_autoptr (TrafoPlugin) plugin = NULL;
  g_autoptr (GVariant) devices = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) device_error = NULL;
  gboolean with_devices;

  if (argc != 3 || (!g_str_equal (argv[1], "--load") && !g_str_equal (argv[1], "--devices")) ||
      (reply_fd = fcntl (TRAFO_PROBE_REPLY_FD, F_DUPFD_CLOEXEC, REPLY_FD_FLOOR)) < 0)
    {
      g_printerr ("%s is started by libtrafo, to try a plugin\n", argv[0]);
      return 2;
    }
  close (TRAFO_PROBE_REPLY_FD);
  limit_self ();
  begin_stage (TRAFO_PROBE_STAGE_START);
  with_devices = g_str_equal (argv[1], "--devices");
  plugin = trafo_plugin_new_from_file (argv[2]);
  if (try_plugin (plugin, argv[2], &error) && with_devices)
    {
      begin_stage (TRAFO_PROBE_STAGE_PROBE);
      devices = probe_devices (plugin, &device_error);
    }
  reply (error, devices, device_error);
  begin_stage (TRAFO_PROBE_STAGE_END);
  return 0;
}
