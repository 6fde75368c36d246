/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-texts.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <trafo/trafo.h>
#include <unistd.h>

static gboolean
read_lines (GStrvBuilder *texts, GError **error)
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

      g_strv_builder_add (texts, line);
      g_free (line);
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

static gboolean
check_utf8 (char **texts, GError **error)
{
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      const char *bad;

      if (g_utf8_validate (texts[i], -1, &bad))
        continue;
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_SYNTAX,
                   "text %" G_GSIZE_FORMAT " is not UTF-8 at its byte %td",
                   i,
                   bad - texts[i]);
      return FALSE;
    }
  return TRUE;
}

char **
trafo_texts_read (char **arguments, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;

  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    if (!g_str_equal (arguments[i], "-"))
      g_strv_builder_add (builder, arguments[i]);
    else if (!read_lines (builder, error))
      return NULL;
  texts = g_strv_builder_end (builder);
  return check_utf8 (texts, error) ? g_steal_pointer (&texts) : NULL;
}
