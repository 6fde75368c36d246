/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-timing.h"

#include <math.h>
#include <sys/resource.h>

#include "trafo-command.h"

#define DEFAULT_SECONDS 8.0
#define MIN_RUNS 3
#define MAX_RUNS 200

/* 0 for what is none. */
static double
parse_seconds (const char *text)
{
  char  *end;
  double seconds = g_ascii_strtod (text, &end);

  return *end == '\0' && isfinite (seconds) && seconds > 0 ? seconds : 0;
}

gboolean
trafo_timing_check (GError **error)
{
  const char *seconds = g_getenv ("SECONDS_EACH");

  if (seconds == NULL || parse_seconds (seconds) > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_USAGE_ERROR,
               0,
               "found SECONDS_EACH=%s in the environment, expected a number above 0",
               seconds);
  return FALSE;
}

static gint
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return left < right ? -1 : left > right;
}

GArray *
trafo_timing_run (TrafoTimedFunc func, gpointer data, GError **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  const char *seconds = g_getenv ("SECONDS_EACH");
  double      limit = seconds != NULL ? parse_seconds (seconds) : DEFAULT_SECONDS;
  gint64      begin = g_get_monotonic_time ();

  while (times->len < MIN_RUNS ||
         (times->len < MAX_RUNS && (g_get_monotonic_time () - begin) * 1e-6 < limit))
    {
      gint64 start = g_get_monotonic_time ();
      double elapsed;

      if (!func (data, error))
        return NULL;
      elapsed = (g_get_monotonic_time () - start) * 1e-6;
      g_array_append_val (times, elapsed);
    }
  g_array_sort (times, compare_doubles);
  return g_steal_pointer (&times);
}

TrafoValue *
trafo_timing_to_value (const GArray *times,
                       const char   *workload,
                       const char   *dtype,
                       guint         n_threads,
                       double        load_s)
{
  TrafoValue   *value = trafo_value_new_record ();
  struct rusage usage = { 0 };

  getrusage (RUSAGE_SELF, &usage);
  trafo_value_set_string (value, "peer", "trafo");
  trafo_value_set_string (value, "workload", workload);
  if (dtype != NULL)
    trafo_value_set_string (value, "dtype", dtype);
  trafo_value_set_integer (value, "threads", n_threads);
  trafo_value_set_double (value, "best_s", g_array_index (times, double, 0));
  trafo_value_set_double (value, "median_s", g_array_index (times, double, times->len / 2));
  trafo_value_set_integer (value, "runs", times->len);
  trafo_value_set_double (value, "load_s", load_s);
  trafo_value_set_double (value, "peak_mib", usage.ru_maxrss / 1024.0);
  return value;
}
