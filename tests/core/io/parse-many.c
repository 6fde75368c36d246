/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Parses many inputs for the tests in Python that compare us with another parser.
 *
 *   parse-many json|safetensors < INPUTS > RESULTS
 *
 * An input is its size (unsigned, 32 bits, little-endian) and its bytes. A result is one line: "+ "
 * and what was read in a canonical form, or "- " and the error. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <trafo/trafo.h>
#include <unistd.h>

/* ASCII, with \uXXXX for code points of the basic plane and \UXXXXXXXX for others. */
static void
append_string (GString *result, const char *string, gsize size_bytes)
{
  const char *end = string + size_bytes;

  g_string_append_c (result, '"');
  for (; string < end; string = g_utf8_next_char (string))
    {
      gunichar character = g_utf8_get_char (string);

      if (character < 0x80 && g_ascii_isalnum (character))
        g_string_append_c (result, character);
      else
        g_string_append_printf (result, character > 0xffff ? "\\U%08x" : "\\u%04x", character);
    }
  g_string_append_c (result, '"');
}

static void
append_scalar (GString *result, TrafoJsonReader *reader)
{
  g_autoptr (GBytes) text = NULL;
  const char *string;
  gsize       size_bytes;

  switch (trafo_json_reader_peek (reader))
    {
    case TRAFO_JSON_STRING:
      string = trafo_json_reader_read_string (reader, &size_bytes);
      if (string != NULL)
        append_string (result, string, size_bytes);
      break;
    case TRAFO_JSON_FLOAT:
      g_string_append_printf (result, "%a", trafo_json_reader_read_double (reader));
      break;
    default:
      text = trafo_json_reader_skip_bytes (reader);
      if (text != NULL)
        g_string_append_len (result, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
    }
}

static void
append_json (GString *result, TrafoJsonReader *reader, guint depth)
{
  const char *key;
  gsize       size_bytes;

  switch (trafo_json_reader_peek (reader))
    {
    case TRAFO_JSON_OBJECT:
      g_string_append_c (result, '{');
      trafo_json_reader_begin_object (reader);
      while ((key = trafo_json_reader_next_member (reader, &size_bytes)) != NULL)
        {
          append_string (result, key, size_bytes);
          append_json (result, reader, depth + 1);
        }
      g_string_append_c (result, '}');
      break;
    case TRAFO_JSON_ARRAY:
      g_string_append_c (result, '[');
      trafo_json_reader_begin_array (reader);
      while (trafo_json_reader_next_element (reader))
        append_json (result, reader, depth + 1);
      g_string_append_c (result, ']');
      break;
    default:
      append_scalar (result, reader);
    }
  g_string_append_c (result, ',');
}

static gboolean
parse_json (GString *result, const char *data, gsize size_bytes, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size_bytes);
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "x");

  append_json (result, reader, 0);
  return trafo_json_reader_finish (reader, error);
}

static gboolean
parse_safetensors (GString *result, const char *data, gsize size_bytes, GError **error)
{
  int              fd = memfd_create ("x", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;

  if (write (fd, data, size_bytes) == (gssize) size_bytes)
    checkpoint = trafo_checkpoint_open (path, NULL, error);
  close (fd);
  if (checkpoint == NULL)
    return FALSE;
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      append_string (result, tensor->name, strlen (tensor->name));
      g_string_append_printf (result, " %s", tensor->dtype_name);
      for (guint j = 0; j < MIN (tensor->n_dims, TRAFO_MAX_DIMS); j++)
        g_string_append_printf (result, " %" G_GINT64_FORMAT, tensor->shape[j]);
      g_string_append_c (result, ' ');
      for (gsize j = 0; j < tensor->size_bytes; j++)
        g_string_append_printf (result, "%02x", ((const guint8 *) tensor->data)[j]);
      g_string_append_c (result, ';');
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  gboolean is_json = argc == 2 && g_str_equal (argv[1], "json");
  guint32  size_bytes;

  if (argc != 2)
    return 2;
  while (fread (&size_bytes, sizeof size_bytes, 1, stdin) == 1)
    {
      g_autofree char *data = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) result = g_string_new (NULL);

      size_bytes = GUINT32_FROM_LE (size_bytes);
      data = g_malloc (size_bytes + 1);
      if (fread (data, 1, size_bytes, stdin) != size_bytes)
        return 2;
      if ((is_json ? parse_json : parse_safetensors) (result, data, size_bytes, &error))
        printf ("+ %s\n", result->str);
      else
        printf ("- %s\n", error->message);
    }
  return 0;
}
