/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-texts.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "trafo-command.h"

static gboolean
read_lines (GPtrArray *texts, GError **error)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (stream);
  g_autoptr (GError) local = NULL;
  gsize n_bytes;
  char *line;

  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_ANY);
  while ((line = g_data_input_stream_read_line (lines, &n_bytes, NULL, &local)) != NULL)
    {
      gsize n_read = strlen (line);

      g_ptr_array_add (texts, line);
      if (n_read == n_bytes)
        continue;
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_SYNTAX,
                   "stdin: found a NUL at byte %" G_GSIZE_FORMAT " of a line, expected text",
                   n_read);
      return FALSE;
    }
  if (local == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&local), "stdin: ");
  return FALSE;
}

/* @from: the first text to check. */
static gboolean
check_utf8 (GPtrArray *texts, guint from, GQuark domain, GError **error)
{
  for (guint i = from; i < texts->len; i++)
    {
      const char *text = texts->pdata[i];
      const char *bad;

      if (g_utf8_validate (text, -1, &bad))
        continue;
      g_set_error (error, domain, 0, "text %u is not UTF-8 at its byte %td", i, bad - text);
      return FALSE;
    }
  return TRUE;
}

char **
trafo_texts_read (char **arguments, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    {
      guint    n_texts = texts->len;
      gboolean is_stdin = g_str_equal (arguments[i], "-");

      if (!is_stdin)
        g_ptr_array_add (texts, g_strdup (arguments[i]));
      else if (!read_lines (texts, error))
        return NULL;
      if (!check_utf8 (texts, n_texts, is_stdin ? G_IO_ERROR : TRAFO_USAGE_ERROR, error))
        return NULL;
    }
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}
