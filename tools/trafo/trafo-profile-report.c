/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-profile-report.h"

#include "trafo-terminal.h"

#include <stdlib.h>

/* The longest; shapes may be many. */
#define MAX_ROWS 30

/* An op with its shapes and kernel, over all places of the model. */
typedef struct
{
  const char *op;
  const char *kernel;
  const char *shapes;
  gint64      n_calls;
  double      time_s;
  double      wait_s;
  double      flops;
  double      bytes;
  double      least_s; /* what the peaks allow; below 0: they are not known */
  gboolean    moves;   /* it is the bytes that count */
} Row;

static double
get_double (TrafoValue *record, const char *key)
{
  TrafoValue *member = trafo_value_get_member (record, key);

  return member != NULL ? trafo_value_get_double (member) : 0;
}

static const char *
get_string (TrafoValue *record, const char *key)
{
  return trafo_value_get_string (trafo_value_get_member (record, key));
}

static void
add_op (GHashTable *rows, TrafoValue *op)
{
  const char      *kernel = get_string (op, "kernel");
  g_autofree char *key =
      g_strjoin ("\n", get_string (op, "op"), kernel, get_string (op, "shapes"), NULL);
  Row     *row = g_hash_table_lookup (rows, key);
  double   time_s = get_double (op, "time_s");
  gboolean has_peak = trafo_value_get_member (op, "peak_fraction") != NULL;

  if (row == NULL)
    {
      row = g_new0 (Row, 1);
      row->op = get_string (op, "op");
      row->kernel = kernel;
      row->shapes = get_string (op, "shapes");
      row->moves = get_double (op, "flops") <= 0 ||
                   (has_peak && g_str_equal (get_string (op, "bound"), "memory"));
      g_hash_table_insert (rows, g_steal_pointer (&key), row);
    }
  row->n_calls += trafo_value_get_integer (trafo_value_get_member (op, "calls"));
  row->time_s += time_s;
  row->wait_s += get_double (op, "wait_s");
  row->flops += get_double (op, "flops");
  row->bytes += get_double (op, "bytes");
  if (has_peak && row->least_s >= 0)
    row->least_s += get_double (op, "peak_fraction") * time_s;
  else if (time_s > 0)
    row->least_s = -1;
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const Row *left = *(Row *const *) a, *right = *(Row *const *) b;

  return left->time_s < right->time_s ? 1 : left->time_s > right->time_s ? -1 : 0;
}

static GPtrArray *
group_ops (TrafoValue *profile, GHashTable *rows)
{
  TrafoValue    *ops = trafo_value_get_member (profile, "ops");
  GPtrArray     *sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       row;

  for (guint i = 0; i < trafo_value_get_n_items (ops); i++)
    add_op (rows, trafo_value_get_item (ops, i));
  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (sorted, row);
  g_ptr_array_sort (sorted, compare_rows);
  return sorted;
}

static char *
print_rate (const Row *row)
{
  if (row->time_s <= 0)
    return NULL;
  if (!row->moves)
    return g_strdup_printf ("%.1f GFLOP/s", row->flops / row->time_s * 1e-9);
  return g_strdup_printf ("%.1f GB/s", row->bytes / row->time_s * 1e-9);
}

static char *
print_percent (double part, double whole)
{
  return whole > 0 && part >= 0 ? g_strdup_printf ("%.1f", 100 * part / whole) : NULL;
}

static void
add_op_row (TrafoTable *table, const Row *row, double elapsed_s, guint n_threads, guint n_runs)
{
  trafo_table_add (table,
                   TRAFO_TERMINAL_STYLE_PLAIN,
                   g_strdup (row->op),
                   g_strdup_printf ("%.4g", (double) row->n_calls / n_runs),
                   g_strdup_printf ("%.3f", row->time_s * 1e3 / n_runs),
                   print_percent (row->time_s, elapsed_s),
                   print_rate (row),
                   print_percent (row->least_s, row->time_s),
                   print_percent (row->wait_s, row->time_s * n_threads),
                   g_strdup (row->kernel),
                   g_strdup (row->shapes));
}

/* What is no op, or no longer shown: @time_s of all runs. */
static void
add_other (TrafoTable *table, const char *name, double time_s, double elapsed_s, guint n_runs)
{
  trafo_table_add (table,
                   TRAFO_TERMINAL_STYLE_FAINT,
                   g_strdup (name),
                   NULL,
                   g_strdup_printf ("%.3f", MAX (time_s, 0) * 1e3 / n_runs),
                   print_percent (MAX (time_s, 0), elapsed_s),
                   NULL,
                   NULL,
                   NULL,
                   NULL,
                   NULL);
}

static double
get_phase (TrafoValue *profile, const char *name)
{
  TrafoValue *phases = trafo_value_get_member (profile, "phases");

  return get_double (trafo_value_get_member (phases, name), "time_s");
}

static void
add_others (TrafoTable *table, TrafoValue *profile, double ops_s, guint n_runs)
{
  double elapsed_s = get_double (profile, "elapsed_s");
  double plan_s = get_phase (profile, "plan"), bind_s = get_phase (profile, "bind");
  double all_ops_s = get_phase (profile, "ops");

  add_other (table, "(between ops)", all_ops_s - ops_s, elapsed_s, n_runs);
  add_other (table, "(plan)", plan_s, elapsed_s, n_runs);
  add_other (table, "(bind inputs)", bind_s, elapsed_s, n_runs);
  add_other (table,
             "(outside the model)",
             elapsed_s - all_ops_s - plan_s - bind_s,
             elapsed_s,
             n_runs);
}

static void
print_peaks (TrafoValue *profile, guint n_threads)
{
  TrafoValue *peaks = trafo_value_get_member (profile, "peaks");

  printf ("Peaks, measured with %u %s:", n_threads, n_threads == 1 ? "thread" : "threads");
  for (guint i = 0; peaks != NULL && i < trafo_value_get_n_items (peaks); i++)
    {
      g_auto (GStrv) words = g_strsplit (trafo_value_get_key (peaks, i), "_", 2);

      printf ("%s %s %.1f %s",
              i > 0 ? "," : "",
              words[0],
              trafo_value_get_double (trafo_value_get_item (peaks, i)),
              g_str_has_prefix (words[1], "gb") ? "GB/s" : "GFLOP/s");
    }
  printf ("%s\n", peaks == NULL ? " none, for this device" : "");
}

void
trafo_profile_report_print (TrafoValue *profile, guint n_runs)
{
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) rows = group_ops (profile, by_key);
  g_autoptr (TrafoTable) table = trafo_table_new ("lrrrrrrll",
                                                  "op",
                                                  "calls",
                                                  "ms",
                                                  "%",
                                                  "rate",
                                                  "% of peak",
                                                  "% waiting",
                                                  "kernel",
                                                  "operands",
                                                  NULL);
  double elapsed_s = get_double (profile, "elapsed_s"), ops_s = 0, rest_s = 0;
  guint  n_threads = trafo_value_get_integer (trafo_value_get_member (profile, "threads"));

  printf ("%.3f ms a run, the mean of %u; so are calls and ms.\n",
          elapsed_s * 1e3 / n_runs,
          n_runs);
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = g_ptr_array_index (rows, i);

      if (i < MAX_ROWS)
        add_op_row (table, row, elapsed_s, n_threads, n_runs);
      else
        rest_s += row->time_s;
      ops_s += row->time_s;
    }
  if (rows->len > MAX_ROWS)
    {
      g_autofree char *name = g_strdup_printf ("(%u more)", rows->len - MAX_ROWS);

      add_other (table, name, rest_s, elapsed_s, n_runs);
    }
  add_others (table, profile, ops_s, n_runs);
  trafo_table_print (table);
  print_peaks (profile, n_threads);
}
