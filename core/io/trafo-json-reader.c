/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-json-reader.h>

#include <math.h>
#include <string.h>

#include "trafo-json-keys-private.h"
#include "trafo-json-text-private.h"

#define MAX_DEPTH 128
/* Offsets of keys are kept in 32 bits; no format that we read comes near. */
#define MAX_SIZE_BYTES ((gsize) 1 << 30)

typedef struct
{
  gsize    first_key;
  gboolean is_object;
  gboolean is_empty; /* nothing was read of it */
} Container;

typedef struct
{
  char *data;
  gsize size_bytes;
} Buffer;

struct _TrafoJsonReader
{
  GBytes       *bytes;
  TrafoJsonText text;
  gsize         token;        /* where the last key or value begins, for messages */
  gboolean      is_value_due; /* the next token must be a value */
  guint         depth;
  Container     containers[MAX_DEPTH];
  TrafoJsonKeys keys;
  Buffer        key;
  Buffer        string;
};

static const char *const type_names[] = {
  [TRAFO_JSON_NONE] = "nothing",
  [TRAFO_JSON_OBJECT] = "an object",
  [TRAFO_JSON_ARRAY] = "an array",
  [TRAFO_JSON_STRING] = "a string",
  [TRAFO_JSON_INTEGER] = "an integer",
  [TRAFO_JSON_FLOAT] = "a number with a fraction or exponent",
  [TRAFO_JSON_BOOLEAN] = "true or false",
  [TRAFO_JSON_NULL] = "null",
};

/* The caller's own mistake; it also ends in an error, so that it cannot pass for success. */
static void
set_misuse (TrafoJsonReader *reader, const char *function, const char *expected)
{
  g_return_if_fail_warning (G_LOG_DOMAIN, function, expected);
  trafo_json_text_set_error (&reader->text,
                             TRAFO_FORMAT_ERROR_VALUE,
                             reader->text.position,
                             "nothing to read here");
}

/* Whether a value may be read now. */
static gboolean
is_ready (TrafoJsonReader *reader, const char *function)
{
  if (reader->text.error == NULL && !reader->is_value_due)
    set_misuse (reader, function, "is_value_due");
  return reader->text.error == NULL;
}

static void
end_value (TrafoJsonReader *reader, gsize end)
{
  reader->token = reader->text.position;
  reader->text.position = end;
  reader->is_value_due = FALSE;
}

/* Whether the next value is of the type that the caller reads; its end, as scan_type(). */
static gboolean
expect_type (TrafoJsonReader *reader, TrafoJsonType expected, gsize *ret_end)
{
  TrafoJsonType found;

  if (!is_ready (reader, G_STRFUNC))
    return FALSE;
  found = trafo_json_text_scan_type (&reader->text, ret_end);
  if (found != TRAFO_JSON_NONE && found != expected)
    trafo_json_text_set_error (&reader->text,
                               TRAFO_FORMAT_ERROR_VALUE,
                               reader->text.position,
                               "found %s, expected %s",
                               type_names[found],
                               type_names[expected]);
  return found == expected;
}

static gboolean
decode_string (TrafoJsonReader       *reader,
               const TrafoJsonString *string,
               Buffer                *buffer,
               gsize                 *ret_size_bytes)
{
  gsize needed = string->end - string->start + 1;

  if (buffer->size_bytes < needed)
    {
      gsize size_bytes = MAX (needed, 2 * buffer->size_bytes);
      char *data = g_try_realloc (buffer->data, size_bytes);

      if (data == NULL)
        {
          trafo_json_text_set_no_memory (&reader->text);
          return FALSE;
        }
      *buffer = (Buffer){ data, size_bytes };
    }
  *ret_size_bytes = trafo_json_string_decode (reader->text.data, string, buffer->data);
  buffer->data[*ret_size_bytes] = '\0';
  return TRUE;
}

/* Hands a decoded string out: a caller that does not ask for the size must not get one that seems
 * to end earlier than it does. */
static const char *
return_string (TrafoJsonReader       *reader,
               const TrafoJsonString *string,
               const Buffer          *buffer,
               gsize                  size_bytes,
               gsize                 *ret_size_bytes)
{
  if (ret_size_bytes != NULL)
    *ret_size_bytes = size_bytes;
  else if (string->has_escape && memchr (buffer->data, '\0', size_bytes) != NULL)
    {
      trafo_json_text_set_error (&reader->text,
                                 TRAFO_FORMAT_ERROR_VALUE,
                                 string->start - 1,
                                 "found a string that holds a NUL, expected one without");
      return NULL;
    }
  return buffer->data;
}

static gboolean
begin_container (TrafoJsonReader *reader, TrafoJsonType type)
{
  gsize end;

  if (!expect_type (reader, type, &end))
    return FALSE;
  if (reader->depth == MAX_DEPTH)
    {
      trafo_json_text_set_error (&reader->text,
                                 TRAFO_FORMAT_ERROR_LIMIT,
                                 reader->text.position,
                                 "found nesting deeper than %d levels",
                                 MAX_DEPTH);
      return FALSE;
    }
  reader->containers[reader->depth++] = (Container){
    .first_key = reader->keys.n_keys,
    .is_object = type == TRAFO_JSON_OBJECT,
    .is_empty = TRUE,
  };
  end_value (reader, reader->text.position + 1);
  return TRUE;
}

/* Whether the innermost container, which must be of the given kind, goes on; leaves it if not. */
static gboolean
advance (TrafoJsonReader *reader, gboolean is_object)
{
  Container *container;
  int        byte;

  if (reader->text.error != NULL)
    return FALSE;
  if (reader->depth == 0 || reader->is_value_due ||
      reader->containers[reader->depth - 1].is_object != is_object)
    {
      set_misuse (reader, G_STRFUNC, is_object ? "is_in_object" : "is_in_array");
      return FALSE;
    }
  container = &reader->containers[reader->depth - 1];
  byte = trafo_json_text_peek (&reader->text);
  if (byte == (is_object ? '}' : ']'))
    {
      trafo_json_keys_pop (&reader->keys, container->first_key);
      reader->depth--;
      reader->text.position++;
      return FALSE;
    }
  if (container->is_empty)
    container->is_empty = FALSE;
  else if (byte == ',')
    reader->text.position++;
  else
    trafo_json_text_set_unexpected (&reader->text,
                                    reader->text.position,
                                    is_object ? "',' or '}'" : "',' or ']'");
  return reader->text.error == NULL;
}

/* Reads a key and the colon after it. */
static gboolean
scan_key (TrafoJsonReader *reader, TrafoJsonString *ret_string, gsize *ret_size_bytes)
{
  gsize first = reader->containers[reader->depth - 1].first_key;

  if (trafo_json_text_peek (&reader->text) != '"')
    {
      trafo_json_text_set_unexpected (&reader->text, reader->text.position, "a key in '\"'");
      return FALSE;
    }
  if (!trafo_json_text_scan_string (&reader->text, ret_string) ||
      !decode_string (reader, ret_string, &reader->key, ret_size_bytes))
    return FALSE;
  switch (trafo_json_keys_add (&reader->keys,
                               first,
                               reader->text.data,
                               ret_string,
                               reader->key.data,
                               *ret_size_bytes))
    {
    case TRAFO_JSON_KEY_DUPLICATE:
      {
        g_autofree char *shown = trafo_json_string_show (reader->key.data, *ret_size_bytes);

        trafo_json_text_set_error (&reader->text,
                                   TRAFO_FORMAT_ERROR_VALUE,
                                   reader->text.position,
                                   "found key '%s' a second time in its object",
                                   shown);
        return FALSE;
      }
    case TRAFO_JSON_KEY_NO_MEMORY:
      trafo_json_text_set_no_memory (&reader->text);
      return FALSE;
    default:
      break;
    }
  end_value (reader, ret_string->end + 1);
  if (trafo_json_text_peek (&reader->text) != ':')
    trafo_json_text_set_unexpected (&reader->text, reader->text.position, "':'");
  reader->text.position++;
  reader->is_value_due = TRUE;
  return reader->text.error == NULL;
}

/* A number or word as a string, for conversion and messages. */
static char *
copy_scalar (TrafoJsonReader *reader, gsize end)
{
  gsize size_bytes = end - reader->text.position;
  char *copy = g_try_malloc (size_bytes + 1);

  if (copy == NULL)
    {
      trafo_json_text_set_no_memory (&reader->text);
      return NULL;
    }
  memcpy (copy, reader->text.data + reader->text.position, size_bytes);
  copy[size_bytes] = '\0';
  return copy;
}

/* The digits up to @end, or FALSE above G_MAXUINT64. */
static gboolean
parse_digits (const char *digit, const char *end, guint64 *ret_value)
{
  guint64 value = 0;

  for (; digit < end; digit++)
    if (!g_uint64_checked_mul (&value, value, 10) ||
        !g_uint64_checked_add (&value, value, *digit - '0'))
      return FALSE;
  *ret_value = value;
  return TRUE;
}

/**
 * trafo_json_reader_new: (skip)
 * @bytes: the text
 * @origin: what to call it in messages, such as a file name
 *
 * Creates a reader that stands before the text's only value. It keeps a reference on @bytes.
 *
 * Returns: (transfer full): the reader
 */
TrafoJsonReader *
trafo_json_reader_new (GBytes *bytes, const char *origin)
{
  TrafoJsonReader *reader = g_new0 (TrafoJsonReader, 1);

  reader->bytes = g_bytes_ref (bytes);
  reader->text.data = g_bytes_get_data (bytes, &reader->text.size_bytes);
  reader->text.origin = g_strdup (origin);
  reader->is_value_due = TRUE;
  trafo_json_keys_init (&reader->keys);
  if (reader->text.size_bytes > MAX_SIZE_BYTES)
    trafo_json_text_set_error (&reader->text,
                               TRAFO_FORMAT_ERROR_LIMIT,
                               0,
                               "found %" G_GSIZE_FORMAT
                               " bytes of JSON, expected at most %" G_GSIZE_FORMAT,
                               reader->text.size_bytes,
                               MAX_SIZE_BYTES);
  else if (reader->text.size_bytes >= 3 && memcmp (reader->text.data, "\xef\xbb\xbf", 3) == 0)
    trafo_json_text_set_error (&reader->text,
                               TRAFO_FORMAT_ERROR_SYNTAX,
                               0,
                               "found a byte order mark, expected a value");
  return reader;
}

/**
 * trafo_json_reader_free: (skip)
 * @reader: (nullable): a reader
 *
 * Frees the reader and the strings that it returned.
 */
void
trafo_json_reader_free (TrafoJsonReader *reader)
{
  if (reader == NULL)
    return;
  trafo_json_keys_clear (&reader->keys);
  g_bytes_unref (reader->bytes);
  g_clear_error (&reader->text.error);
  g_free (reader->text.origin);
  g_free (reader->key.data);
  g_free (reader->string.data);
  g_free (reader);
}

/**
 * trafo_json_reader_peek: (skip)
 * @reader: a reader
 *
 * The type of the value that the next read, begin or skip consumes.
 *
 * Returns: the type; %TRAFO_JSON_NONE after an error and where no value is due
 */
TrafoJsonType
trafo_json_reader_peek (TrafoJsonReader *reader)
{
  gsize end;

  if (reader->text.error != NULL || !reader->is_value_due)
    return TRAFO_JSON_NONE;
  return trafo_json_text_scan_type (&reader->text, &end);
}

/**
 * trafo_json_reader_begin_object: (skip)
 * @reader: a reader
 *
 * Enters an object; trafo_json_reader_next_member() then gives its members.
 *
 * Returns: %FALSE after an error
 */
gboolean
trafo_json_reader_begin_object (TrafoJsonReader *reader)
{
  return begin_container (reader, TRAFO_JSON_OBJECT);
}

/**
 * trafo_json_reader_next_member: (skip)
 * @reader: a reader, in an object
 * @ret_size_bytes: (out) (optional): the key's size; without it a key that holds a NUL is an error
 *
 * Reads the next key; its value must then be consumed.
 *
 * Returns: (transfer none) (nullable): the decoded key, valid until the next key is read; %NULL
 *   after the last one, which leaves the object, and after an error
 */
const char *
trafo_json_reader_next_member (TrafoJsonReader *reader, gsize *ret_size_bytes)
{
  TrafoJsonString string;
  gsize           size_bytes;

  if (!advance (reader, TRUE) || !scan_key (reader, &string, &size_bytes))
    return NULL;
  return return_string (reader, &string, &reader->key, size_bytes, ret_size_bytes);
}

/**
 * trafo_json_reader_begin_array: (skip)
 * @reader: a reader
 *
 * Enters an array; trafo_json_reader_next_element() then goes through its elements.
 *
 * Returns: %FALSE after an error
 */
gboolean
trafo_json_reader_begin_array (TrafoJsonReader *reader)
{
  return begin_container (reader, TRAFO_JSON_ARRAY);
}

/**
 * trafo_json_reader_next_element: (skip)
 * @reader: a reader, in an array
 *
 * Goes to the next element, which must then be consumed.
 *
 * Returns: %FALSE after the last one, which leaves the array, and after an error
 */
gboolean
trafo_json_reader_next_element (TrafoJsonReader *reader)
{
  if (!advance (reader, FALSE))
    return FALSE;
  reader->is_value_due = TRUE;
  return TRUE;
}

/**
 * trafo_json_reader_read_string: (skip)
 * @reader: a reader
 * @ret_size_bytes: (out) (optional): the string's size; without it one that holds a NUL is an error
 *
 * Reads a string.
 *
 * Returns: (transfer none) (nullable): the decoded string in UTF-8, NUL-terminated, valid until the
 *   next string is read; %NULL after an error
 */
const char *
trafo_json_reader_read_string (TrafoJsonReader *reader, gsize *ret_size_bytes)
{
  TrafoJsonString string;
  gsize           end, size_bytes;

  if (!expect_type (reader, TRAFO_JSON_STRING, &end) ||
      !trafo_json_text_scan_string (&reader->text, &string) ||
      !decode_string (reader, &string, &reader->string, &size_bytes))
    return NULL;
  end_value (reader, string.end + 1);
  return return_string (reader, &string, &reader->string, size_bytes, ret_size_bytes);
}

/**
 * trafo_json_reader_read_int64: (skip)
 * @reader: a reader
 *
 * Reads an integer exactly; one outside the range of a gint64 is an error.
 *
 * Returns: the integer, 0 after an error
 */
gint64
trafo_json_reader_read_int64 (TrafoJsonReader *reader)
{
  gsize    end;
  guint64  magnitude, limit;
  gboolean is_negative;

  if (!expect_type (reader, TRAFO_JSON_INTEGER, &end))
    return 0;
  is_negative = reader->text.data[reader->text.position] == '-';
  limit = (guint64) G_MAXINT64 + is_negative;
  if (!parse_digits (reader->text.data + reader->text.position + is_negative,
                     reader->text.data + end,
                     &magnitude) ||
      magnitude > limit)
    {
      trafo_json_text_set_out_of_range (&reader->text, end, "an integer of 64 bits");
      return 0;
    }
  end_value (reader, end);
  /* G_MININT64 has no positive counterpart */
  return is_negative ? (gint64) (0 - magnitude) : (gint64) magnitude;
}

/**
 * trafo_json_reader_read_uint64: (skip)
 * @reader: a reader
 *
 * Reads an integer without a sign exactly; one above %G_MAXUINT64 is an error.
 *
 * Returns: the integer, 0 after an error
 */
guint64
trafo_json_reader_read_uint64 (TrafoJsonReader *reader)
{
  gsize   end;
  guint64 value;

  if (!expect_type (reader, TRAFO_JSON_INTEGER, &end))
    return 0;
  if (reader->text.data[reader->text.position] == '-' ||
      !parse_digits (reader->text.data + reader->text.position, reader->text.data + end, &value))
    {
      trafo_json_text_set_out_of_range (&reader->text, end, "an unsigned integer of 64 bits");
      return 0;
    }
  end_value (reader, end);
  return value;
}

/**
 * trafo_json_reader_read_double: (skip)
 * @reader: a reader
 *
 * Reads a number, rounded to the nearest double; one that is too large for it is an error.
 *
 * Returns: the number, finite; 0 after an error
 */
double
trafo_json_reader_read_double (TrafoJsonReader *reader)
{
  g_autofree char *copy = NULL;
  gsize            end;
  double           value;

  if (trafo_json_reader_peek (reader) == TRAFO_JSON_INTEGER)
    trafo_json_text_scan_type (&reader->text, &end);
  else if (!expect_type (reader, TRAFO_JSON_FLOAT, &end))
    return 0;
  copy = copy_scalar (reader, end);
  if (copy == NULL)
    return 0;
  value = g_ascii_strtod (copy, NULL);
  if (!isfinite (value))
    {
      trafo_json_text_set_out_of_range (&reader->text, end, "a number that fits a double");
      return 0;
    }
  end_value (reader, end);
  return value;
}

/**
 * trafo_json_reader_read_boolean: (skip)
 * @reader: a reader
 *
 * Reads true or false.
 *
 * Returns: the value, %FALSE after an error
 */
gboolean
trafo_json_reader_read_boolean (TrafoJsonReader *reader)
{
  gsize    end;
  gboolean value;

  if (!expect_type (reader, TRAFO_JSON_BOOLEAN, &end))
    return FALSE;
  value = reader->text.data[reader->text.position] == 't';
  end_value (reader, end);
  return value;
}

/**
 * trafo_json_reader_read_null: (skip)
 * @reader: a reader
 *
 * Consumes null if it comes next.
 *
 * Returns: %TRUE if it did; %FALSE, with nothing consumed, before any other value
 */
gboolean
trafo_json_reader_read_null (TrafoJsonReader *reader)
{
  gsize end;

  if (!is_ready (reader, G_STRFUNC) ||
      trafo_json_text_scan_type (&reader->text, &end) != TRAFO_JSON_NULL)
    return FALSE;
  end_value (reader, end);
  return TRUE;
}

/* Consumes a scalar, or the opening bracket of a container. */
static void
skip_one (TrafoJsonReader *reader)
{
  TrafoJsonString string;
  gsize           end;

  switch (trafo_json_text_scan_type (&reader->text, &end))
    {
    case TRAFO_JSON_NONE:
      break;
    case TRAFO_JSON_OBJECT:
      begin_container (reader, TRAFO_JSON_OBJECT);
      break;
    case TRAFO_JSON_ARRAY:
      begin_container (reader, TRAFO_JSON_ARRAY);
      break;
    case TRAFO_JSON_STRING:
      if (trafo_json_text_scan_string (&reader->text, &string))
        end_value (reader, string.end + 1);
      break;
    case TRAFO_JSON_INTEGER:
    case TRAFO_JSON_FLOAT:
      trafo_json_reader_read_double (reader);
      break;
    default:
      end_value (reader, end);
    }
}

/**
 * trafo_json_reader_skip: (skip)
 * @reader: a reader
 *
 * Consumes one value of any type, which is checked as if it were read.
 */
void
trafo_json_reader_skip (TrafoJsonReader *reader)
{
  TrafoJsonString string;
  gsize           size_bytes;
  guint           depth = reader->depth;

  if (!is_ready (reader, G_STRFUNC))
    return;
  skip_one (reader);
  while (reader->depth > depth && reader->text.error == NULL)
    if (reader->containers[reader->depth - 1].is_object)
      {
        if (advance (reader, TRUE) && scan_key (reader, &string, &size_bytes))
          skip_one (reader);
      }
    else if (trafo_json_reader_next_element (reader))
      skip_one (reader);
}

/**
 * trafo_json_reader_skip_bytes: (skip)
 * @reader: a reader
 *
 * As trafo_json_reader_skip(), and returns the value's text.
 *
 * Returns: (transfer full) (nullable): a part of the reader's bytes; %NULL after an error
 */
GBytes *
trafo_json_reader_skip_bytes (TrafoJsonReader *reader)
{
  gsize start;

  trafo_json_text_skip_space (&reader->text);
  start = reader->text.position;
  trafo_json_reader_skip (reader);
  if (reader->text.error != NULL)
    return NULL;
  return g_bytes_new_from_bytes (reader->bytes, start, reader->text.position - start);
}

/**
 * trafo_json_reader_fail: (skip)
 * @reader: a reader
 * @format: as for printf()
 * @...: the arguments
 *
 * Sets the error of a caller that cannot accept the value it just read, with the code
 * %TRAFO_FORMAT_ERROR_VALUE and the place of that value, or of the key if that came last. Has no
 * effect after an error.
 */
void
trafo_json_reader_fail (TrafoJsonReader *reader, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  trafo_json_text_set_error (&reader->text, TRAFO_FORMAT_ERROR_VALUE, reader->token, "%s", message);
}

/**
 * trafo_json_reader_has_failed: (skip)
 * @reader: a reader
 *
 * Whether an error has stuck.
 *
 * Returns: %TRUE after an error
 */
gboolean
trafo_json_reader_has_failed (TrafoJsonReader *reader)
{
  return reader->text.error != NULL;
}

/**
 * trafo_json_reader_finish: (skip)
 * @reader: a reader
 * @error: return location for an error
 *
 * Checks that only white space follows the value, and reports the first error.
 *
 * Returns: %FALSE with an error of #TrafoFormatError, or %TRAFO_ERROR_NO_MEMORY
 */
gboolean
trafo_json_reader_finish (TrafoJsonReader *reader, GError **error)
{
  if (reader->text.error == NULL)
    {
      if (reader->is_value_due)
        trafo_json_reader_skip (reader);
      if (trafo_json_text_peek (&reader->text) != -1 || reader->depth > 0)
        trafo_json_text_set_unexpected (&reader->text,
                                        reader->text.position,
                                        "the end of the text");
    }
  if (reader->text.error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (reader->text.error));
  return FALSE;
}
