/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-terminal.h"

#include <string.h>
#include <unistd.h>

#define GAP 2

struct _TrafoTable
{
  const char *alignments;
  guint       n_columns;
  GString    *cells;  /* each with its NUL, row by row, the headings first */
  GArray     *styles; /* of TrafoTerminalStyle, one a row */
};

static gboolean
has_colours (FILE *stream)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return isatty (fileno (stream)) && (no_color == NULL || *no_color == '\0') &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

const char *
trafo_terminal_style (FILE *stream, TrafoTerminalStyle style)
{
  static const char *const sequences[] = {
    [TRAFO_TERMINAL_STYLE_PLAIN] = "\033[0m",    [TRAFO_TERMINAL_STYLE_HEADING] = "\033[1m",
    [TRAFO_TERMINAL_STYLE_GOOD] = "\033[32m",    [TRAFO_TERMINAL_STYLE_WARNING] = "\033[33m",
    [TRAFO_TERMINAL_STYLE_ERROR] = "\033[1;31m", [TRAFO_TERMINAL_STYLE_FAINT] = "\033[2m",
  };

  return has_colours (stream) ? sequences[style] : "";
}

char *
trafo_terminal_escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString         *escaped = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_iscntrl (c))
        g_string_append_printf (escaped, "\\x%02x", c);
      else
        g_string_append_unichar (escaped, c);
    }
  return g_string_free (escaped, FALSE);
}

static void
add_cell (TrafoTable *self, const char *cell)
{
  g_autofree char *escaped = trafo_terminal_escape (cell);

  g_string_append_len (self->cells, escaped, strlen (escaped) + 1);
}

static void
add_style (TrafoTable *self, TrafoTerminalStyle style)
{
  g_array_append_val (self->styles, style);
}

TrafoTable *
trafo_table_new (const char *alignments, ...)
{
  TrafoTable *self = g_new0 (TrafoTable, 1);
  const char *heading;
  va_list     arguments;

  self->alignments = alignments;
  self->n_columns = strlen (alignments);
  self->cells = g_string_new (NULL);
  self->styles = g_array_new (FALSE, FALSE, sizeof (TrafoTerminalStyle));
  va_start (arguments, alignments);
  while ((heading = va_arg (arguments, const char *)) != NULL)
    add_cell (self, heading);
  va_end (arguments);
  add_style (self, TRAFO_TERMINAL_STYLE_HEADING);
  return self;
}

void
trafo_table_free (TrafoTable *self)
{
  g_string_free (self->cells, TRUE);
  g_array_unref (self->styles);
  g_free (self);
}

void
trafo_table_add (TrafoTable *self, TrafoTerminalStyle style, ...)
{
  va_list arguments;

  va_start (arguments, style);
  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *cell = va_arg (arguments, char *);

      add_cell (self, cell != NULL ? cell : "");
    }
  va_end (arguments);
  add_style (self, style);
}

/* In columns of the terminal. */
static guint
width_of (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

static const char *
next_cell (const char *cell)
{
  return cell + strlen (cell) + 1;
}

/* @cell: the first of the row; returns the one behind its last. */
static const char *
print_row (TrafoTable *self, guint row, const char *cell, const guint *widths)
{
  guint n_spaces = 0;

  fputs (trafo_terminal_style (stdout, g_array_index (self->styles, TrafoTerminalStyle, row)),
         stdout);
  for (guint i = 0; i < self->n_columns; i++, cell = next_cell (cell))
    {
      guint    n_missing = widths[i] - width_of (cell);
      gboolean is_right = self->alignments[i] == 'r';

      n_spaces += is_right ? n_missing : 0;
      if (*cell != '\0')
        {
          printf ("%*s%s", (int) n_spaces, "", cell);
          n_spaces = 0;
        }
      n_spaces += GAP + (is_right ? 0 : n_missing);
    }
  printf ("%s\n", trafo_terminal_style (stdout, TRAFO_TERMINAL_STYLE_PLAIN));
  return cell;
}

void
trafo_table_print (TrafoTable *self)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  const char       *cell = self->cells->str;

  for (guint i = 0; cell < self->cells->str + self->cells->len; i = (i + 1) % self->n_columns)
    {
      widths[i] = MAX (widths[i], width_of (cell));
      cell = next_cell (cell);
    }
  cell = self->cells->str;
  for (guint row = 0; row < self->styles->len; row++)
    cell = print_row (self, row, cell, widths);
}
