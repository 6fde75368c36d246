/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-argument.h"

#include "trafo-command.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

typedef struct
{
  TrafoJsonReader *reader;
  gint64           shape[TRAFO_MAX_DIMS]; /* -1 where the first row has not ended yet */
  guint            n_dims;                /* 0 before the first number */
  guint            max_depth;
  gboolean         is_float;
  GArray          *integers; /* of gint64, and the same as float */
  GArray          *floats;
} Parser;

static void
parse_number (Parser *self, guint depth)
{
  TrafoJsonType type = trafo_json_reader_peek (self->reader);
  gint64        integer = 0;
  float         number;

  if (self->n_dims == 0)
    self->n_dims = depth;
  if (depth != self->n_dims)
    trafo_json_reader_fail (self->reader,
                            "found a number at depth %u, expected depth %u as before",
                            depth,
                            self->n_dims);
  if (type == TRAFO_JSON_FLOAT)
    {
      number = trafo_json_reader_read_double (self->reader);
      self->is_float = TRUE;
    }
  else
    {
      integer = trafo_json_reader_read_int64 (self->reader);
      number = integer;
    }
  g_array_append_val (self->integers, integer);
  g_array_append_val (self->floats, number);
}

/* A list, @depth lists around it; the nesting is at most TRAFO_MAX_DIMS deep. */
static void
parse_list (Parser *self, guint depth)
{
  gint64 n_items = 0;

  if (depth == TRAFO_MAX_DIMS)
    {
      trafo_json_reader_fail (self->reader, "found more than %u lists in each other", depth);
      return;
    }
  self->max_depth = MAX (self->max_depth, depth + 1);
  trafo_json_reader_begin_array (self->reader);
  for (; trafo_json_reader_next_element (self->reader); n_items++)
    if (trafo_json_reader_peek (self->reader) == TRAFO_JSON_ARRAY)
      parse_list (self, depth + 1);
    else
      parse_number (self, depth + 1);
  if (self->shape[depth] < 0)
    self->shape[depth] = n_items;
  if (self->shape[depth] != n_items)
    trafo_json_reader_fail (self->reader,
                            "found a list of %" G_GINT64_FORMAT " items, expected %" G_GINT64_FORMAT
                            " as in the first one",
                            n_items,
                            self->shape[depth]);
}

static TrafoTensor *
parser_finish (Parser *self, GError **error)
{
  if (!trafo_json_reader_finish (self->reader, error))
    return NULL;
  if (self->is_float)
    return trafo_tensor_new_from_floats (self->shape,
                                         self->max_depth,
                                         (const float *) (gpointer) self->floats->data,
                                         self->floats->len,
                                         error);
  return trafo_tensor_new_from_int64s (self->shape,
                                       self->max_depth,
                                       (const gint64 *) (gpointer) self->integers->data,
                                       self->integers->len,
                                       error);
}

static GBytes *
read_stdin (GError **error)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();

  if (g_output_stream_splice (output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, error) < 0)
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

GBytes *
trafo_json_argument_read (const char *option, const char *text, GError **error)
{
  char *contents;
  gsize size_bytes;

  if (g_str_equal (text, "-"))
    return read_stdin (error);
  if (*text != '@')
    return g_bytes_new (text, strlen (text));
  if (g_file_get_contents (text + 1, &contents, &size_bytes, error))
    return g_bytes_new_take (contents, size_bytes);
  g_prefix_error (error, "%s: ", option);
  return NULL;
}

static TrafoTensor *
parse (GBytes *bytes, const char *option, GError **error)
{
  g_autoptr (TrafoJsonReader) reader = NULL;
  g_autoptr (GArray) integers = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) floats = g_array_new (FALSE, FALSE, sizeof (float));
  Parser parser = { .integers = integers, .floats = floats };

  reader = trafo_json_reader_new (bytes, option);
  parser.reader = reader;
  for (guint i = 0; i < TRAFO_MAX_DIMS; i++)
    parser.shape[i] = -1;
  parse_list (&parser, 0);
  return parser_finish (&parser, error);
}

TrafoTensor *
trafo_json_argument_parse (const char *option, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = trafo_json_argument_read (option, text, error);
  gboolean     is_read = g_str_equal (text, "-") || *text == '@';
  GError      *local = NULL;
  TrafoTensor *tensor;

  if (bytes == NULL)
    return NULL;
  tensor = parse (bytes, option, &local);
  if (tensor == NULL && is_read)
    g_propagate_error (error, local);
  else if (tensor == NULL)
    trafo_usage_error_propagate (error, local);
  return tensor;
}
