/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

typedef enum
{
  TRAFO_TERMINAL_STYLE_PLAIN,
  TRAFO_TERMINAL_STYLE_HEADING,
  TRAFO_TERMINAL_STYLE_GOOD,
  TRAFO_TERMINAL_STYLE_WARNING,
  TRAFO_TERMINAL_STYLE_ERROR,
  TRAFO_TERMINAL_STYLE_FAINT,
} TrafoTerminalStyle;

/* The sequence that switches to a style; "" where @stream is no terminal, or NO_COLOR is set. */
const char *trafo_terminal_style (FILE *stream, TrafoTerminalStyle style);

/* @text with its control characters, which a terminal would obey, as \x1b and the like. A file or
 * a caller may hold any. */
char *trafo_terminal_escape (const char *text);

/* A table on stdout. Cells are aligned under their headings; nothing is padded at the end of a row. */
typedef struct _TrafoTable TrafoTable;

/* @alignments: a letter a column, 'l' or 'r'. The headings, one a column, end with NULL. */
TrafoTable *trafo_table_new (const char *alignments, ...) G_GNUC_NULL_TERMINATED;
void        trafo_table_free (TrafoTable *self);
/* As many cells as there are columns, each freed by the table; NULL is an empty one. */
void trafo_table_add (TrafoTable *self, TrafoTerminalStyle style, ...);
void trafo_table_print (TrafoTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTable, trafo_table_free)

G_END_DECLS
