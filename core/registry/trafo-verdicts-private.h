/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-file-identity-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What this machine said about plugins when they were run, kept apart from what their files say:
 * which may be opened in the process, which crashed, and which devices a backend found. Records
 * are forgotten when the file, the kernel or a graphics driver changes; devices also at the next
 * boot and when a variable hides some. Safe to use from several threads. */
typedef struct _TrafoVerdicts TrafoVerdicts;

typedef enum
{
  TRAFO_VERDICT_UNKNOWN,
  TRAFO_VERDICT_GOOD,
  TRAFO_VERDICT_REJECTED,
  TRAFO_VERDICT_QUARANTINED,
} TrafoVerdict;

/* Whether a plugin is run in the helper before it is opened here: TRAFO_PROBE. */
typedef enum
{
  TRAFO_PROBE_POLICY_AUTO, /* once */
  TRAFO_PROBE_POLICY_ALWAYS,
  TRAFO_PROBE_POLICY_NEVER,
} TrafoProbePolicy;

/* @filename: NULL keeps the records in memory. @is_read_only: never writes the file. */
TrafoVerdicts *
trafo_verdicts_new (const char *filename, gboolean is_read_only, TrafoProbePolicy policy);
TrafoVerdicts *trafo_verdicts_ref (TrafoVerdicts *self);
void           trafo_verdicts_unref (TrafoVerdicts *self);

/* @ret_code, @ret_reason: set if the file was rejected or quarantined. */
TrafoVerdict trafo_verdicts_lookup (TrafoVerdicts           *self,
                                    const char              *filename,
                                    const TrafoFileIdentity *identity,
                                    gint                    *ret_code,
                                    char                   **ret_reason);

/* One file that is about to be opened. */
typedef struct
{
  const char       *filename;
  TrafoFileIdentity identity;
  gboolean          with_devices; /* it has a backend, whose devices are looked for */

  /* Set by trafo_verdicts_examine(). */
  TrafoVerdict verdict;       /* UNKNOWN: the helper is missing */
  gint         code;          /* a TrafoPluginError, if the verdict is bad */
  char        *reason;        /* if the verdict is bad */
  GVariant    *devices;       /* of TRAFO_PROBE_DEVICES_TYPE; NULL if not looked for */
  char        *device_reason; /* why there is none */
} TrafoExamination;

void trafo_examination_clear (TrafoExamination *self);

/* Finds out about every file, from the records or by running the helper, several at once.
 * @is_anew: records do not count. FALSE: the caller cancelled. */
gboolean trafo_verdicts_examine (TrafoVerdicts    *self,
                                 TrafoExamination *examinations,
                                 gsize             n_examinations,
                                 gboolean          is_anew,
                                 GCancellable     *cancellable,
                                 GError          **error);

/* Forgets every bad verdict; returns how many. */
guint trafo_verdicts_clear (TrafoVerdicts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoVerdicts, trafo_verdicts_unref)

G_END_DECLS
