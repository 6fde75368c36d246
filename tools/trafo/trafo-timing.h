/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* Times work that is done again and again. */
typedef gboolean (*TrafoTimedFunc) (gpointer data, GError **error);

/* FALSE, with an error of usage, if SECONDS_EACH is set to what is no number of seconds. */
gboolean trafo_timing_check (GError **error);

/* The seconds that each run took, sorted: for some seconds (or SECONDS_EACH), but some runs at least and
 * at most. NULL if one failed. */
GArray *trafo_timing_run (TrafoTimedFunc func, gpointer data, GError **error);

/* What the benchmarks print of it. */
TrafoValue *trafo_timing_to_value (const GArray *times,
                                   const char   *workload,
                                   const char   *dtype,
                                   guint         n_threads,
                                   double        load_s);

G_END_DECLS
