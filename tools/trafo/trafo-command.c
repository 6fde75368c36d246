/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-command.h"

#include <errno.h>
#include <gio/gunixoutputstream.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trafo-terminal.h"

G_DEFINE_QUARK (trafo - usage - error - quark, trafo_usage_error)

void
trafo_usage_error_propagate (GError **error, GError *cause)
{
  g_propagate_error (error, g_error_new_literal (TRAFO_USAGE_ERROR, 0, cause->message));
  g_error_free (cause);
}

static void
print_usage (const TrafoCommand *self)
{
  fprintf (stderr,
           "Usage: trafo %s %s\nSee 'trafo help %s'.\n",
           self->name,
           self->arguments,
           self->name);
}

/* "trafo NAME: LABEL: MESSAGE", the label in a colour on a terminal. */
static void
print_message (const TrafoCommand *self,
               const char         *label,
               TrafoTerminalStyle  style,
               const char         *message)
{
  g_autofree char *escaped = trafo_terminal_escape (message);

  fprintf (stderr,
           "trafo %s: %s%s:%s %s\n",
           self->name,
           trafo_terminal_style (stderr, style),
           label,
           trafo_terminal_style (stderr, TRAFO_TERMINAL_STYLE_PLAIN),
           escaped);
}

int
trafo_command_flush (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  fprintf (stderr, "trafo: cannot write to stdout: %s\n", g_strerror (errno));
  clearerr (stdout); /* it is said once */
  return TRAFO_EXIT_FAILURE;
}

static GOptionContext *
make_context (const TrafoCommand *self, const GOptionEntry *entries)
{
  GOptionContext  *context = g_option_context_new (self->arguments);
  g_autofree char *description = g_strdup_printf ("Examples:\n%s", self->examples);

  g_option_context_set_summary (context, self->summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

/* GLib's own option would exit whether or not the help could be written. */
static int
print_help (GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

  fputs (help, stdout);
  return trafo_command_flush (TRAFO_EXIT_OK);
}

gboolean
trafo_command_parse (const TrafoCommand *self, const GOptionEntry *entries, int argc, char **argv)
{
  gboolean           wants_help = FALSE;
  const GOptionEntry help[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &wants_help, "Show this help", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = make_context (self, entries);
  g_autofree char *program = g_strdup_printf ("trafo %s", self->name);
  g_autoptr (GError) error = NULL;
  const char *stray = NULL;

  g_set_prgname (program);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, help, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      print_message (self, "error", TRAFO_TERMINAL_STYLE_ERROR, error->message);
      print_usage (self);
      return FALSE;
    }
  if (wants_help)
    exit (print_help (context));
  for (int i = 1; i < argc && stray == NULL; i++)
    if (!g_str_equal (argv[i], "--"))
      stray = argv[i];
  if (stray == NULL)
    return TRUE;
  trafo_command_fail_usage (self, "found an argument too many, '%s'", stray);
  return FALSE;
}

int
trafo_command_fail_usage (const TrafoCommand *self, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  print_message (self, "error", TRAFO_TERMINAL_STYLE_ERROR, message);
  print_usage (self);
  return TRAFO_EXIT_USAGE;
}

int
trafo_command_fail (const TrafoCommand *self, const GError *error)
{
  if (error->domain == TRAFO_USAGE_ERROR)
    return trafo_command_fail_usage (self, "%s", error->message);
  print_message (self, "error", TRAFO_TERMINAL_STYLE_ERROR, error->message);
  return TRAFO_EXIT_FAILURE;
}

void
trafo_command_warn (const TrafoCommand *self, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  print_message (self, "warning", TRAFO_TERMINAL_STYLE_WARNING, message);
}

void
trafo_command_note (const TrafoCommand *self, const char *message)
{
  print_message (self, "note", TRAFO_TERMINAL_STYLE_FAINT, message);
}

void
trafo_command_print_text (GBytes *text)
{
  gsize       size_bytes;
  const char *data = g_bytes_get_data (text, &size_bytes);

  if (size_bytes > 0)
    fwrite (data, 1, size_bytes, stdout);
}

int
trafo_command_print_json (const TrafoCommand *self, TrafoValue *value)
{
  g_autoptr (GOutputStream) stream = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (GError) error = NULL;

  if (!trafo_value_write_json (value, stream, NULL, &error) ||
      !g_output_stream_write_all (stream, "\n", 1, NULL, NULL, &error))
    return trafo_command_fail (self, error);
  return TRAFO_EXIT_OK;
}
