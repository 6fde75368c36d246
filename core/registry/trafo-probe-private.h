/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One file that the helper trafo-plugin-probe opens in a process of its own. */
typedef struct
{
  const char *filename;
  gboolean    with_devices; /* look for devices too, which opens drivers */

  /* Set by trafo_probe_run(). */
  GVariant *reply;  /* of TRAFO_PROBE_REPLY_TYPE; NULL: the process ended badly or in time */
  char     *reason; /* how it ended, if there is no reply */
} TrafoProbe;

void trafo_probe_clear (TrafoProbe *self);

/* Runs all, several at once, each with a time limit, and blocks until they ended. FALSE: the helper
 * is missing or cannot run (TRAFO_PLUGIN_ERROR_NOT_FOUND), or the caller cancelled. */
gboolean trafo_probe_run (TrafoProbe   *probes,
                          gsize         n_probes,
                          guint         timeout_ms,
                          GCancellable *cancellable,
                          GError      **error);

/* The time limit: TRAFO_PROBE_TIMEOUT_MS, else 20 s. */
guint trafo_probe_get_timeout (void);

G_END_DECLS
