/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-command.h"

#include <gio/gunixoutputstream.h>
#include <stdio.h>
#include <unistd.h>

#include "trafo-terminal.h"

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
  fprintf (stderr,
           "trafo %s: %s%s:%s %s\n",
           self->name,
           trafo_terminal_style (stderr, style),
           label,
           trafo_terminal_style (stderr, TRAFO_TERMINAL_STYLE_PLAIN),
           message);
}

gboolean
trafo_command_parse (const TrafoCommand *self, const GOptionEntry *entries, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (self->arguments);
  g_autofree char *program = g_strdup_printf ("trafo %s", self->name);
  g_autofree char *description = g_strdup_printf ("Examples:\n%s", self->examples);
  g_autoptr (GError) error = NULL;
  const char *stray = NULL;

  g_set_prgname (program);
  g_option_context_set_summary (context, self->summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      print_message (self, "error", TRAFO_TERMINAL_STYLE_ERROR, error->message);
      print_usage (self);
      return FALSE;
    }
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
