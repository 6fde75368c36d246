/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-atomic-file-private.h"
#include "trafo-profile-private.h"

/* The format is that of "Trace Event Format" (the Chromium project), with complete events ("X") and the
 * names of threads ("M"): one event a line, times in microseconds. */

#define FLUSH_BYTES 65536

typedef struct
{
  TrafoAtomicFile *file;
  GString         *text;
  GError          *error; /* the first one */
} Writer;

static void
flush (Writer *self)
{
  if (self->error == NULL)
    trafo_atomic_file_write (self->file, self->text->str, self->text->len, &self->error);
  g_string_truncate (self->text, 0);
}

/* Takes @event, and @args unless it is NULL. */
static void
write_event (Writer *self, TrafoValue *event, TrafoValue *args)
{
  g_autofree char *json = NULL;

  if (args != NULL)
    trafo_value_set (event, "args", args);
  json = trafo_value_to_json (event);
  g_string_append_printf (self->text, ",\n%s", json);
  trafo_value_unref (event);
  if (self->text->len >= FLUSH_BYTES)
    flush (self);
}

static TrafoValue *
new_event (const char *phase, const char *name, guint track)
{
  TrafoValue *event = trafo_value_new_record ();

  trafo_value_set_string (event, "name", name);
  trafo_value_set_string (event, "ph", phase);
  trafo_value_set_integer (event, "pid", 1);
  trafo_value_set_integer (event, "tid", track);
  return event;
}

static TrafoValue *
row_to_args (const TrafoProfileRow *row)
{
  TrafoValue *args = trafo_value_new_record ();

  trafo_value_set_string (args, "kernel", row->kernel);
  trafo_value_set_string (args, "shapes", row->shapes);
  trafo_value_set_string (args, "dtype", trafo_dtype_get_name (row->dtype));
  if (row->time_ns > 0)
    {
      /* of all threads, over all calls */
      if (row->flops > 0)
        trafo_value_set_double (args, "gflop_per_s", row->flops / row->time_ns);
      trafo_value_set_double (args, "gb_per_s", row->bytes / row->time_ns);
    }
  return args;
}

static void
write_span (Writer                  *writer,
            const TrafoProfile      *self,
            const TrafoProfileEvent *span,
            gint64                   origin_ns)
{
  gboolean               is_phase = span->number > G_MAXUINT32 - TRAFO_N_PHASES;
  const TrafoProfileRow *row = is_phase ? NULL : g_ptr_array_index (self->rows, span->number);
  g_autofree char       *name = is_phase ? g_strdup (trafo_phase_names[G_MAXUINT32 - span->number])
                                : *row->path != '\0' ? g_strdup_printf ("%s %s", row->op, row->path)
                                                     : g_strdup (row->op);
  TrafoValue            *event = new_event ("X", name, span->track);

  trafo_value_set_string (event, "cat", is_phase ? "phase" : "op");
  trafo_value_set_double (event, "ts", (double) (span->begin_ns - origin_ns) * 1e-3);
  trafo_value_set_double (event, "dur", (double) (span->end_ns - span->begin_ns) * 1e-3);
  write_event (writer, event, is_phase ? NULL : row_to_args (row));
}

static void
write_track (Writer *writer, guint track)
{
  g_autofree char *name = track == 0 ? g_strdup ("caller")
                          : track >= TRAFO_PROFILE_FIRST_CALLER
                              ? g_strdup_printf ("caller %u", track - TRAFO_PROFILE_FIRST_CALLER)
                              : g_strdup_printf ("worker %u", track);
  TrafoValue      *args = trafo_value_new_record ();

  trafo_value_set_string (args, "name", name);
  write_event (writer, new_event ("M", "thread_name", track), args);
}

static void
write_all (Writer *writer, const TrafoProfile *self)
{
  g_autoptr (GHashTable) tracks = g_hash_table_new (NULL, NULL);
  gint64 origin_ns = G_MAXINT64;

  for (guint i = 0; i < self->events->len; i++)
    origin_ns = MIN (origin_ns, g_array_index (self->events, TrafoProfileEvent, i).begin_ns);
  g_string_append_printf (
      writer->text,
      "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"dropped_events\":%" G_GUINT64_FORMAT
      "},\"traceEvents\":[\n"
      "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"trafo\"}}",
      self->n_dropped);
  for (guint i = 0; i < self->events->len && writer->error == NULL; i++)
    {
      const TrafoProfileEvent *event = &g_array_index (self->events, TrafoProfileEvent, i);

      if (g_hash_table_add (tracks, GUINT_TO_POINTER (event->track)))
        write_track (writer, event->track);
      write_span (writer, self, event, origin_ns);
    }
  g_string_append (writer->text, "\n]}\n");
  flush (writer);
}

/**
 * trafo_profile_save_trace:
 * @self: a profile
 * @filename: (type filename): the file to write
 * @error: return location for an error
 *
 * Writes when what ran on which thread, for chrome://tracing and Perfetto, as JSON.
 *
 * There are no more events than [property@Trafo.Profile:max-events]; how many were left out is
 * "dropped_events" in the file's "otherData".
 *
 * Returns: %TRUE if the file is there; else an error of the domain %G_IO_ERROR or %G_FILE_ERROR
 */
gboolean
trafo_profile_save_trace (TrafoProfile *self, const char *filename, GError **error)
{
  g_autoptr (TrafoAtomicFile) file = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  Writer writer = { .text = text };

  g_return_val_if_fail (TRAFO_IS_PROFILE (self), FALSE);
  g_return_val_if_fail (filename != NULL, FALSE);
  file = trafo_atomic_file_open (filename, error);
  if (file == NULL)
    return FALSE;
  writer.file = file;
  g_mutex_lock (&self->lock);
  write_all (&writer, self);
  g_mutex_unlock (&self->lock);
  if (writer.error == NULL)
    return trafo_atomic_file_commit (file, error);
  g_propagate_error (error, writer.error);
  return FALSE;
}
