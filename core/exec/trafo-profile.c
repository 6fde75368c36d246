/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-profile-private.h"

#include "trafo-machine-peaks-private.h"
#include "trafo-threads.h"

#include <stdlib.h>
#include <string.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

/* So many rows: with more shapes, those that come then share a row for each op and place. */
#define MAX_ROWS 16384
#define DEFAULT_MAX_EVENTS (1 << 18)

/**
 * TrafoProfile:
 *
 * Where the time of models goes: each op with its shapes, its place in the model, its time, what it
 * computed and moved, and how much of the machine's limit that is.
 *
 * One profile at a time is started, and sees everything that the process computes until it is
 * stopped; it may be started again and adds up. What is not started costs nothing. On a device with
 * a queue each op is waited for, so that a run takes longer there while it is profiled.
 */

enum
{
  PROP_0,
  PROP_MAX_EVENTS,
};

const char *const trafo_phase_names[TRAFO_N_PHASES] = {
  [TRAFO_PHASE_LOAD] = "load", [TRAFO_PHASE_COMPILE] = "compile", [TRAFO_PHASE_PACK] = "pack",
  [TRAFO_PHASE_RUN] = "run",   [TRAFO_PHASE_PLAN] = "plan",       [TRAFO_PHASE_BIND] = "bind",
  [TRAFO_PHASE_OPS] = "ops",
};

gint trafo_profile_is_started; /* whether there is a current one */

static GMutex        current_lock;
static TrafoProfile *current; /* a reference */
static guint64       last_serial;

G_DEFINE_FINAL_TYPE (TrafoProfile, trafo_profile, G_TYPE_OBJECT)

static void
row_free (gpointer data)
{
  TrafoProfileRow *row = data;

  g_free (row->kernel);
  g_free (row->path);
  g_free (row->shapes);
  g_free (row);
}

static void
trafo_profile_finalize (GObject *object)
{
  TrafoProfile *self = TRAFO_PROFILE (object);

  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->rows_by_key);
  g_ptr_array_unref (self->rows);
  g_array_unref (self->events);
  g_array_unref (self->callers);
  g_clear_object (&self->device);
  G_OBJECT_CLASS (trafo_profile_parent_class)->finalize (object);
}

static void
trafo_profile_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MAX_EVENTS)
    TRAFO_PROFILE (object)->max_events = g_value_get_uint (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
trafo_profile_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MAX_EVENTS)
    g_value_set_uint (value, TRAFO_PROFILE (object)->max_events);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
trafo_profile_class_init (TrafoProfileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = trafo_profile_finalize;
  object_class->set_property = trafo_profile_set_property;
  object_class->get_property = trafo_profile_get_property;

  /**
   * TrafoProfile:max-events:
   *
   * How many events are kept for the trace, the first ones, of 24 bytes each. The sums know all.
   */
  g_object_class_install_property (object_class,
                                   PROP_MAX_EVENTS,
                                   g_param_spec_uint ("max-events",
                                                      "Max events",
                                                      "How many events are kept for the trace",
                                                      0,
                                                      G_MAXINT32,
                                                      DEFAULT_MAX_EVENTS,
                                                      G_PARAM_READWRITE | G_PARAM_CONSTRUCT |
                                                          G_PARAM_STATIC_STRINGS));
}

static void
trafo_profile_init (TrafoProfile *self)
{
  g_mutex_init (&self->lock);
  self->serial = __atomic_add_fetch (&last_serial, 1, __ATOMIC_RELAXED);
  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->rows_by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->events = g_array_new (FALSE, FALSE, sizeof (TrafoProfileEvent));
  self->callers = g_array_new (FALSE, FALSE, sizeof (pid_t));
}

/**
 * trafo_profile_new:
 *
 * A profile of nothing yet.
 *
 * Returns: (transfer full): a profile
 */
TrafoProfile *
trafo_profile_new (void)
{
  return g_object_new (TRAFO_TYPE_PROFILE, NULL);
}

/**
 * trafo_profile_start:
 * @self: a profile
 * @error: return location for an error
 *
 * Begins to look at all that the process loads and runs, until [method@Trafo.Profile.stop].
 *
 * Returns: %TRUE if so; else %TRAFO_ERROR_INVALID_ARGUMENT, for a profile is started already
 */
gboolean
trafo_profile_start (TrafoProfile *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (TRAFO_IS_PROFILE (self), FALSE);
  locker = g_mutex_locker_new (&current_lock);
  if (current != NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "found %s profile started, expected none: there is one at a time",
                   current == self ? "this" : "another");
      return FALSE;
    }
  current = g_object_ref (self);
  g_mutex_lock (&self->lock);
  self->begin_ns = trafo_profile_now ();
  g_mutex_unlock (&self->lock);
  __atomic_store_n (&trafo_profile_is_started, TRUE, __ATOMIC_RELEASE);
  return TRUE;
}

/**
 * trafo_profile_stop:
 * @self: a profile
 *
 * Ends what [method@Trafo.Profile.start] began. What runs at this moment is seen to its end. Does
 * nothing for a profile that is not started.
 */
void
trafo_profile_stop (TrafoProfile *self)
{
  g_return_if_fail (TRAFO_IS_PROFILE (self));
  g_mutex_lock (&current_lock);
  if (current != self)
    {
      g_mutex_unlock (&current_lock);
      return;
    }
  __atomic_store_n (&trafo_profile_is_started, FALSE, __ATOMIC_RELEASE);
  current = NULL;
  g_mutex_lock (&self->lock);
  self->elapsed_ns += trafo_profile_now () - self->begin_ns;
  self->begin_ns = 0;
  g_mutex_unlock (&self->lock);
  g_mutex_unlock (&current_lock);
  g_object_unref (self);
}

static void
append_operand (GString *text, const TrafoOperand *operand)
{
  for (guint i = 0; i < operand->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "x" : "", operand->shape[i]);
  if (operand->n_dims == 0)
    g_string_append (text, "scalar");
  if (operand->dtype != TRAFO_DTYPE_FLOAT32)
    g_string_append_printf (text, ":%s", trafo_dtype_get_name (operand->dtype));
}

char *
trafo_profile_describe_operands (const TrafoKernelArgs *args)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < args->n_inputs; i++)
    {
      append_operand (text, &args->inputs[i]);
      g_string_append_c (text, ' ');
    }
  g_string_append (text, "-> ");
  append_operand (text, &args->output);
  return g_string_free (text, FALSE);
}

guint
trafo_profile_find_row (TrafoProfile          *self,
                        const TrafoKernel     *kernel,
                        const TrafoKernelArgs *args,
                        const char            *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const TrafoOp   *op = trafo_op_lookup (args->op);
  const char      *name = kernel != NULL ? kernel->name : "reference";
  g_autofree char *shapes = self->rows->len < MAX_ROWS ? trafo_profile_describe_operands (args)
                                                       : g_strdup ("other shapes");
  g_autofree char *key = g_strjoin ("\n", op->name, name, path, shapes, NULL);
  gpointer         number;
  TrafoProfileRow *row;

  if (g_hash_table_lookup_extended (self->rows_by_key, key, NULL, &number))
    return GPOINTER_TO_UINT (number);
  row = g_new0 (TrafoProfileRow, 1);
  row->op = op->name;
  row->kernel = g_strdup (name);
  row->path = g_strdup (path);
  row->shapes = g_steal_pointer (&shapes);
  g_hash_table_insert (self->rows_by_key,
                       g_steal_pointer (&key),
                       GUINT_TO_POINTER (self->rows->len));
  g_ptr_array_add (self->rows, row);
  return self->rows->len - 1;
}

guint
trafo_profile_get_caller_track (TrafoProfile *self)
{
  pid_t thread = gettid ();
  guint i = 0;

  while (i < self->callers->len && g_array_index (self->callers, pid_t, i) != thread)
    i++;
  if (i == self->callers->len)
    g_array_append_val (self->callers, thread);
  return i == 0 ? 0 : TRAFO_PROFILE_FIRST_CALLER + i;
}

void
trafo_profile_add_event (TrafoProfile *self, const TrafoProfileEvent *event)
{
  if (self->events->len < self->max_events)
    g_array_append_vals (self->events, event, 1);
  else
    self->n_dropped++;
}

TrafoPhase
trafo_phase_begin_started (TrafoPhaseKind kind)
{
  TrafoPhase self = { NULL, kind, 0 };

  g_mutex_lock (&current_lock);
  if (current != NULL)
    self.profile = g_object_ref (current);
  g_mutex_unlock (&current_lock);
  if (self.profile != NULL)
    self.begin_ns = trafo_profile_now ();
  return self;
}

void
trafo_phase_end_started (TrafoPhase *self)
{
  g_autoptr (TrafoProfile) profile = g_steal_pointer (&self->profile);
  TrafoProfileEvent event = { .begin_ns = self->begin_ns, .number = G_MAXUINT32 - self->kind };

  event.end_ns = trafo_profile_now ();
  g_mutex_lock (&profile->lock);
  event.track = trafo_profile_get_caller_track (profile);
  profile->phase_calls[self->kind]++;
  profile->phase_ns[self->kind] += event.end_ns - event.begin_ns;
  trafo_profile_add_event (profile, &event);
  g_mutex_unlock (&profile->lock);
}

/* What the rows were computed in, without the lock. */
static void
find_dtypes (TrafoProfile *self, gboolean is_used[TRAFO_N_DTYPES], TrafoDevice **ret_device)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const TrafoProfileRow *row = g_ptr_array_index (self->rows, i);

      is_used[row->dtype] |= row->flops > 0;
    }
  *ret_device = self->device != NULL ? g_object_ref (self->device) : NULL;
}

/**
 * trafo_profile_measure_peaks:
 * @self: a profile of something
 * @error: return location for an error
 *
 * Measures what the device that was profiled can do at most, with the threads that compute: how fast
 * it reads memory, and how fast it multiplies and adds in the types that were used.
 *
 * Takes about a second, in which nothing else should run, and up to a gibibyte of memory for as
 * long. From then on [method@Trafo.Profile.to_value] says what part of that each op reached. Where a
 * device cannot tell, nothing is known, which is no error.
 *
 * Returns: %TRUE, or %FALSE with %TRAFO_ERROR_NO_MEMORY
 */
gboolean
trafo_profile_measure_peaks (TrafoProfile *self, GError **error)
{
  g_autoptr (TrafoDevice) device = NULL;
  gboolean is_used[TRAFO_N_DTYPES] = { FALSE };
  double   flops[TRAFO_N_DTYPES] = { 0 }, bytes;

  g_return_val_if_fail (TRAFO_IS_PROFILE (self), FALSE);
  find_dtypes (self, is_used, &device);
  if (device == NULL)
    return TRUE;
  if (!trafo_machine_measure_bytes (device, &bytes, error))
    return FALSE;
  for (guint i = 0; i < TRAFO_N_DTYPES; i++)
    if (is_used[i])
      flops[i] = trafo_machine_measure_flops (device, i);
  g_mutex_lock (&self->lock);
  memcpy (self->peak_flops, flops, sizeof flops);
  self->peak_bytes = bytes;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static TrafoValue *
peaks_to_value (const TrafoProfile *self)
{
  TrafoValue *value = trafo_value_new_record ();

  trafo_value_set_double (value, "memory_gb_per_s", self->peak_bytes * 1e-9);
  for (guint i = 0; i < TRAFO_N_DTYPES; i++)
    if (self->peak_flops[i] > 0)
      {
        g_autofree char *key = g_strconcat (trafo_dtype_get_name (i), "_gflop_per_s", NULL);

        trafo_value_set_double (value, key, self->peak_flops[i] * 1e-9);
      }
  return value;
}

static TrafoValue *
phases_to_value (const TrafoProfile *self)
{
  TrafoValue *value = trafo_value_new_record ();

  for (guint i = 0; i < TRAFO_N_PHASES; i++)
    {
      TrafoValue *phase = trafo_value_new_record ();

      trafo_value_set_integer (phase, "calls", (gint64) self->phase_calls[i]);
      trafo_value_set_double (phase, "time_s", (double) self->phase_ns[i] * 1e-9);
      trafo_value_set (value, trafo_phase_names[i], phase);
    }
  return value;
}

/* The shortest times that the machine allows for a row; FALSE where that is not known. */
static gboolean
find_least (const TrafoProfile    *self,
            const TrafoProfileRow *row,
            double                *ret_compute_s,
            double                *ret_memory_s)
{
  if (self->peak_bytes <= 0 || (row->flops > 0 && self->peak_flops[row->dtype] <= 0) ||
      row->time_ns <= 0)
    return FALSE;
  *ret_compute_s = row->flops > 0 ? row->flops / self->peak_flops[row->dtype] : 0;
  *ret_memory_s = row->bytes / self->peak_bytes;
  return TRUE;
}

static TrafoValue *
row_to_value (const TrafoProfile *self, const TrafoProfileRow *row)
{
  TrafoValue *value = trafo_value_new_record ();
  double      compute_s, memory_s;

  trafo_value_set_string (value, "op", row->op);
  trafo_value_set_string (value, "path", row->path);
  trafo_value_set_string (value, "kernel", row->kernel);
  trafo_value_set_string (value, "dtype", trafo_dtype_get_name (row->dtype));
  trafo_value_set_string (value, "shapes", row->shapes);
  trafo_value_set_integer (value, "calls", (gint64) row->n_calls);
  trafo_value_set_double (value, "time_s", row->time_ns * 1e-9);
  trafo_value_set_double (value, "min_s", row->min_ns * 1e-9);
  trafo_value_set_double (value, "wait_s", row->wait_ns * 1e-9);
  trafo_value_set_double (value, "flops", row->flops);
  trafo_value_set_double (value, "bytes", row->bytes);
  if (!find_least (self, row, &compute_s, &memory_s))
    return value;
  trafo_value_set_string (value, "bound", compute_s > memory_s ? "compute" : "memory");
  trafo_value_set_double (value,
                          "peak_fraction",
                          MAX (compute_s, memory_s) / (row->time_ns * 1e-9));
  return value;
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const TrafoProfileRow *left = *(TrafoProfileRow *const *) a,
                        *right = *(TrafoProfileRow *const *) b;

  return left->time_ns < right->time_ns ? 1 : left->time_ns > right->time_ns ? -1 : 0;
}

/**
 * trafo_profile_to_value:
 * @self: a profile
 *
 * All sums, as a record of
 *
 * - elapsed_s, the time between starts and stops;
 * - device, where it ran last, and threads, those that compute;
 * - phases, a record of records with calls and time_s: load, compile (of which pack is a part) and
 *   run (of which plan, bind and ops are);
 * - peaks, once they were measured: memory_gb_per_s, float32_gflop_per_s and so for each type that
 *   was used;
 * - ops, the longest first: op, path (where in the model), kernel, dtype, shapes, calls, time_s and
 *   min_s of the wall clock, wait_s of all threads together, flops, bytes, and, where the peaks are
 *   known, bound, which is "compute" or "memory", whichever allows less, and peak_fraction, the part
 *   of that peak.
 *
 * Ops that run side by side share the time that they take together, so that the sum of all times is
 * no more than what the phase "ops" took. A peak_fraction above 1 is that of an op whose operands
 * were in the caches.
 *
 * Returns: (transfer full): the record
 */
TrafoValue *
trafo_profile_to_value (TrafoProfile *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  g_autofree gpointer *rows = NULL;
  TrafoValue          *value, *ops;
  gint64               now = trafo_profile_now ();

  g_return_val_if_fail (TRAFO_IS_PROFILE (self), NULL);
  locker = g_mutex_locker_new (&self->lock);
  value = trafo_value_new_record ();
  ops = trafo_value_new_list ();
  rows = g_memdup2 (self->rows->pdata, self->rows->len * sizeof *rows);
  if (rows != NULL)
    qsort (rows, self->rows->len, sizeof *rows, compare_rows);
  for (guint i = 0; i < self->rows->len; i++)
    if (((const TrafoProfileRow *) rows[i])->n_calls > 0)
      trafo_value_append (ops, row_to_value (self, rows[i]));
  trafo_value_set_double (value,
                          "elapsed_s",
                          (double) (self->elapsed_ns +
                                    (self->begin_ns != 0 ? now - self->begin_ns : 0)) *
                              1e-9);
  if (self->device != NULL)
    trafo_value_set_string (value, "device", trafo_device_get_name (self->device));
  trafo_value_set_integer (value, "threads", trafo_get_n_threads ());
  trafo_value_set (value, "phases", phases_to_value (self));
  if (self->peak_bytes > 0)
    trafo_value_set (value, "peaks", peaks_to_value (self));
  trafo_value_set (value, "ops", ops);
  return value;
}
