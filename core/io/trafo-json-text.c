/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-text-private.h"

#define SHOWN_NUMBER_SIZE_BYTES 40

void
trafo_json_text_set_error (TrafoJsonText   *text,
                           TrafoFormatError code,
                           gsize            offset,
                           const char      *format,
                           ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  if (text->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  text->error = g_error_new (TRAFO_FORMAT_ERROR,
                             code,
                             "%s: byte %" G_GSIZE_FORMAT ": %s",
                             text->origin,
                             offset,
                             message);
}

void
trafo_json_text_set_no_memory (TrafoJsonText *text)
{
  if (text->error == NULL)
    text->error =
        g_error_new (TRAFO_ERROR, TRAFO_ERROR_NO_MEMORY, "%s: out of memory", text->origin);
}

void
trafo_json_text_set_unexpected (TrafoJsonText *text, gsize offset, const char *expected)
{
  guchar found;

  if (offset >= text->size_bytes)
    {
      trafo_json_text_set_error (text,
                                 TRAFO_FORMAT_ERROR_TRUNCATED,
                                 offset,
                                 "found the end of the text, expected %s",
                                 expected);
      return;
    }
  found = text->data[offset];
  if (g_ascii_isgraph (found))
    trafo_json_text_set_error (text,
                               TRAFO_FORMAT_ERROR_SYNTAX,
                               offset,
                               "found '%c', expected %s",
                               found,
                               expected);
  else
    trafo_json_text_set_error (text,
                               TRAFO_FORMAT_ERROR_SYNTAX,
                               offset,
                               "found byte 0x%02x, expected %s",
                               found,
                               expected);
}

void
trafo_json_text_skip_space (TrafoJsonText *text)
{
  while (text->position < text->size_bytes)
    switch (text->data[text->position])
      {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        text->position++;
        break;
      default:
        return;
      }
}

int
trafo_json_text_peek (TrafoJsonText *text)
{
  trafo_json_text_skip_space (text);
  return text->position < text->size_bytes ? (guchar) text->data[text->position] : -1;
}

void
trafo_json_text_set_out_of_range (TrafoJsonText *text, gsize end, const char *expected)
{
  trafo_json_text_set_error (text,
                             TRAFO_FORMAT_ERROR_VALUE,
                             text->position,
                             "found %.*s%s, expected %s",
                             (int) MIN (end - text->position, SHOWN_NUMBER_SIZE_BYTES),
                             text->data + text->position,
                             end - text->position > SHOWN_NUMBER_SIZE_BYTES ? "..." : "",
                             expected);
}

static gsize
scan_digits (TrafoJsonText *text, gsize i)
{
  gsize start = i;

  while (i < text->size_bytes && g_ascii_isdigit (text->data[i]))
    i++;
  if (i == start)
    trafo_json_text_set_unexpected (text, i, "a digit");
  return i;
}

/* The end of the number that begins at the position, and whether it is an integer. */
static gsize
scan_number (TrafoJsonText *text, gboolean *ret_is_integer)
{
  const char *data = text->data;
  gsize       i = text->position;

  *ret_is_integer = TRUE;
  if (data[i] == '-')
    i++;
  if (i < text->size_bytes && data[i] == '0')
    i++;
  else
    i = scan_digits (text, i);
  if (i < text->size_bytes && data[i] == '.')
    {
      *ret_is_integer = FALSE;
      i = scan_digits (text, i + 1);
    }
  if (i < text->size_bytes && (data[i] == 'e' || data[i] == 'E'))
    {
      *ret_is_integer = FALSE;
      i++;
      if (i < text->size_bytes && (data[i] == '+' || data[i] == '-'))
        i++;
      i = scan_digits (text, i);
    }
  return i;
}

static gsize
scan_word (TrafoJsonText *text, const char *word)
{
  gsize i = text->position;

  for (; *word != '\0'; word++, i++)
    if (i >= text->size_bytes || text->data[i] != *word)
      {
        trafo_json_text_set_unexpected (text, i, "true, false or null");
        break;
      }
  return i;
}

TrafoJsonType
trafo_json_text_scan_type (TrafoJsonText *text, gsize *ret_end)
{
  TrafoJsonType type = TRAFO_JSON_NONE;
  gboolean      is_integer;

  switch (trafo_json_text_peek (text))
    {
    case '{':
      return TRAFO_JSON_OBJECT;
    case '[':
      return TRAFO_JSON_ARRAY;
    case '"':
      return TRAFO_JSON_STRING;
    case 't':
      *ret_end = scan_word (text, "true");
      type = TRAFO_JSON_BOOLEAN;
      break;
    case 'f':
      *ret_end = scan_word (text, "false");
      type = TRAFO_JSON_BOOLEAN;
      break;
    case 'n':
      *ret_end = scan_word (text, "null");
      type = TRAFO_JSON_NULL;
      break;
    case '-':
    case '0' ... '9':
      *ret_end = scan_number (text, &is_integer);
      type = is_integer ? TRAFO_JSON_INTEGER : TRAFO_JSON_FLOAT;
      break;
    default:
      trafo_json_text_set_unexpected (text, text->position, "a value");
    }
  return text->error == NULL ? type : TRAFO_JSON_NONE;
}

gboolean
trafo_json_text_scan_string (TrafoJsonText *text, TrafoJsonString *ret_string)
{
  gsize       offset;
  const char *expected = trafo_json_string_scan (text->data,
                                                 text->size_bytes,
                                                 text->position + 1,
                                                 ret_string,
                                                 &offset);

  if (expected != NULL)
    trafo_json_text_set_unexpected (text, offset, expected);
  return expected == NULL;
}
