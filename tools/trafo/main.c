/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trafo-command.h"
#include "trafo-terminal.h"

/* The commands: each is a file of its own. */
static const TrafoCommand *const commands[] = {
  &trafo_command_generate,        &trafo_command_chat,     &trafo_command_embed,
  &trafo_command_pipeline,        &trafo_command_tokenize, &trafo_command_detokenize,
  &trafo_command_forward,         &trafo_command_show,     &trafo_command_inspect,
  &trafo_command_convert,         &trafo_command_verify,   &trafo_command_env,
  &trafo_command_quantize,        &trafo_command_eval,     &trafo_command_bench,
  &trafo_command_train_tokenizer,
};

static const TrafoCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

static int
print_help (FILE *stream)
{
  fprintf (stream, "Usage: trafo COMMAND [OPTION...]\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (stream,
             "  %s%-15s%s %s\n",
             trafo_terminal_style (stream, TRAFO_TERMINAL_STYLE_HEADING),
             commands[i]->name,
             trafo_terminal_style (stream, TRAFO_TERMINAL_STYLE_PLAIN),
             commands[i]->summary);
  fprintf (stream,
           "\n'trafo help COMMAND' tells more about one; 'trafo --version' prints the version.\n"
           "--json prints JSON; a TEXT of - is read from stdin, one text a line.\n"
           "Exits with 0, with 1 after a failure, with 2 after wrong usage.\n");
  return TRAFO_EXIT_OK;
}

static int
print_version (int argc, char **argv)
{
  gboolean is_json = argc == 2 && g_str_equal (argv[1], "--json");

  if (argc > 1 && !is_json)
    {
      fprintf (stderr, "trafo: %s takes --json alone\n", argv[0]);
      return TRAFO_EXIT_USAGE;
    }
  if (is_json)
    printf ("{\"version\":\"%s\",\"abi\":\"%d.%d\"}\n",
            TRAFO_VERSION,
            TRAFO_ABI_MAJOR,
            TRAFO_ABI_MINOR);
  else
    printf ("trafo %s\n", TRAFO_VERSION);
  return TRAFO_EXIT_OK;
}

/* The least number of letters to insert, remove or replace that makes one of the other. */
static guint
edit_distance (const char *a, const char *b)
{
  gsize             n_columns = strlen (b) + 1;
  g_autofree guint *row = g_new (guint, n_columns);

  for (gsize i = 0; i < n_columns; i++)
    row[i] = i;
  for (; *a != '\0'; a++)
    {
      guint diagonal = row[0]++;

      for (gsize i = 1; i < n_columns; i++)
        {
          guint replaced = diagonal + (*a != b[i - 1]);

          diagonal = row[i];
          row[i] = MIN (replaced, MIN (row[i], row[i - 1]) + 1);
        }
    }
  return row[n_columns - 1];
}

/* Names that are nearly @name, or that begin with it. */
static int
fail_unknown (const char *name)
{
  g_autoptr (GString) near = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (edit_distance (name, commands[i]->name) <= 1 + strlen (name) / 4 ||
        (*name != '\0' && g_str_has_prefix (commands[i]->name, name)))
      g_string_append_printf (near, "%s'%s'", near->len > 0 ? ", " : "", commands[i]->name);
  fprintf (stderr, "trafo: found no command '%s'", name);
  if (near->len > 0)
    fprintf (stderr, "; did you mean %s?\n", near->str);
  else
    fprintf (stderr, "; see 'trafo help'\n");
  return TRAFO_EXIT_USAGE;
}

/* Others may add commands: `trafo foo` runs the program trafo-foo. Returns only if there is none. */
static void
run_program (const char *name, char **argv)
{
  g_autofree char *program = g_strconcat ("trafo-", name, NULL);
  g_autofree char *path = strchr (name, '/') == NULL ? g_find_program_in_path (program) : NULL;

  if (path != NULL)
    execv (path, argv);
}

static int
help (int argc, char **argv)
{
  static char         option[] = "--help";
  const TrafoCommand *command;
  char               *arguments[] = { NULL, option, NULL };

  if (argc < 2)
    return print_help (stdout);
  command = find_command (argv[1]);
  if (command == NULL)
    return fail_unknown (argv[1]);
  arguments[0] = argv[1];
  return command->run (command, 2, arguments);
}

static int
dispatch (int argc, char **argv)
{
  const TrafoCommand *command;
  const char         *name = argv[0];

  if (g_str_equal (name, "help") || g_str_equal (name, "--help") || g_str_equal (name, "-h"))
    return help (argc, argv);
  if (g_str_equal (name, "--version") || g_str_equal (name, "version"))
    return print_version (argc, argv);
  command = find_command (name);
  if (command != NULL)
    return command->run (command, argc, argv);
  if (*name != '-')
    run_program (name, argv);
  return fail_unknown (name);
}

/* A closed stream would give its number to a file that is opened later. In its place comes one that
 * cannot be read or written either. */
static void
hold_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
      return;
}

/* What the library warns of is one line, as the program's own messages are. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  if ((level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE)) == 0)
    return g_log_writer_default (level, fields, n_fields, unused);
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      fprintf (stderr, "trafo: %s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  hold_streams ();
  g_log_set_writer_func (write_log, NULL, NULL);
  /* so that options of GLib know the terminal's encoding; numbers keep their point */
  setlocale (LC_CTYPE, "");
  if (argc < 2)
    {
      print_help (stderr);
      return TRAFO_EXIT_USAGE;
    }
  return trafo_command_flush (dispatch (argc - 1, argv + 1));
}
