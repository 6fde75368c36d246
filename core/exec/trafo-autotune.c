/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-autotune-private.h"

#include "trafo-environment-private.h"
#include "trafo-host-run-private.h"
#include "trafo-kernel-findings-private.h"
#include "trafo-profile-private.h"

/* The least time of some rounds, for others may have had the processor in the rest. */
enum
{
  N_ROUNDS = 8,
  MIN_ROUNDS = 3,
  MAX_NS = 30 * 1000 * 1000, /* no more rounds begin after that */
};

gboolean
trafo_autotune_is_wanted (TrafoDevice *device)
{
  return trafo_device_is_host (device) &&
         trafo_environment_get_number ("TRAFO_AUTOTUNE", 0, 0, 1) != 0;
}

static char *
describe (const TrafoKernelArgs *args)
{
  g_autofree char *operands = trafo_profile_describe_operands (args);

  return g_strdup_printf ("%s %s", trafo_op_lookup (args->op)->name, operands);
}

const TrafoKernel *
trafo_autotune_recall (TrafoDevice *device, const TrafoKernelArgs *args, gboolean *ret_is_open)
{
  TrafoKernelCandidate candidates[TRAFO_MAX_CANDIDATES];
  guint                n = trafo_device_list_candidates (device, args, candidates);
  g_autofree char     *key = n > 1 ? describe (args) : NULL;
  const char          *found = n > 1 ? trafo_kernel_findings_lookup (device, key) : NULL;

  *ret_is_open = FALSE;
  for (guint i = 0; i < n && found != NULL; i++)
    if (g_strcmp0 (candidates[i].kernel->name, found) == 0)
      return candidates[i].kernel;
  *ret_is_open = n > 1;
  return trafo_device_choose_kernel (device, args);
}

/* FALSE as soon as others use the threads: the times are none to keep, and more runs none to make. */
static gboolean
measure (TrafoHostRun *runs, guint n, gint64 *best_ns)
{
  gint64 begin_ns = trafo_profile_now ();

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      if (round >= MIN_ROUNDS && trafo_profile_now () - begin_ns > MAX_NS)
        return TRUE;
      for (guint i = 0; i < n; i++)
        {
          gint64 start_ns = trafo_profile_now ();

          if (!trafo_host_run (&runs[i]))
            return FALSE;
          best_ns[i] = MIN (best_ns[i], trafo_profile_now () - start_ns);
        }
    }
  return TRUE;
}

gboolean
trafo_autotune_measure (TrafoDevice *device, const TrafoKernelArgs *args, GError **error)
{
  TrafoKernelCandidate candidates[TRAFO_MAX_CANDIDATES];
  TrafoHostRun         runs[TRAFO_MAX_CANDIDATES];
  gint64               best_ns[TRAFO_MAX_CANDIDATES];
  guint                n = trafo_device_list_candidates (device, args, candidates);
  guint                n_ready = 0, best = 0;
  gboolean             is_valid = FALSE;

  for (; n_ready < n; n_ready++)
    {
      best_ns[n_ready] = G_MAXINT64;
      if (!trafo_host_run_init (&runs[n_ready], candidates[n_ready].kernel, args, error))
        break;
    }
  if (n_ready == n)
    is_valid = measure (runs, n, best_ns);
  for (guint i = 0; i < n_ready; i++)
    {
      trafo_host_run_clear (&runs[i]);
      if (best_ns[i] < best_ns[best])
        best = i;
    }
  if (is_valid)
    {
      g_autofree char *key = describe (args);

      trafo_kernel_findings_add (device, key, candidates[best].kernel->name);
    }
  return n_ready == n;
}
