/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-json-string-private.h"

/* A level of JSON is three of GVariant (entry, variant, content), and GVariant gives up at 128. */
#define MAX_DEPTH 40
/* Each value costs about 300 bytes of memory, whatever its text: "[0,0,0,...". */
#define MAX_VALUES (1 << 17)

typedef struct
{
  GVariantBuilder builder;
  char           *key; /* of the member that is being read; NULL in arrays */
  gboolean        is_object;
} Level;

typedef struct
{
  TrafoJsonReader *reader;
  guint            n_values;
  guint            depth;
  Level            levels[MAX_DEPTH];
  char            *failed_key; /* of the innermost member that was not read to its end */
} Builder;

static void
begin_level (Builder *self, gboolean is_object)
{
  Level *level = &self->levels[self->depth];

  if (self->depth == MAX_DEPTH)
    {
      trafo_json_reader_fail (self->reader, "found nesting deeper than %d levels", MAX_DEPTH);
      return;
    }
  *level = (Level){ .is_object = is_object };
  g_variant_builder_init (&level->builder,
                          is_object ? G_VARIANT_TYPE_VARDICT : G_VARIANT_TYPE ("av"));
  self->depth++;
}

static GVariant *
end_level (Builder *self)
{
  return g_variant_builder_end (&self->levels[--self->depth].builder);
}

/* The smallest of x, t and d that holds the integer; Python has written 1e30 as an integer into
 * many a tokenizer_config.json. */
static GVariant *
read_integer (TrafoJsonReader *reader)
{
  g_autoptr (GBytes) text = trafo_json_reader_skip_bytes (reader);
  g_autofree char *digits = NULL;
  gint64           integer;
  guint64          unsigned_integer;

  if (text == NULL)
    return g_variant_new_int64 (0);
  digits = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  if (g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    return g_variant_new_int64 (integer);
  if (g_ascii_string_to_unsigned (digits, 10, 0, G_MAXUINT64, &unsigned_integer, NULL))
    return g_variant_new_uint64 (unsigned_integer);
  return g_variant_new_double (g_ascii_strtod (digits, NULL));
}

/* The next value, floating; NULL when it is a container, which is then entered, and on error. */
static GVariant *
read_value (Builder *self)
{
  TrafoJsonReader *reader = self->reader;
  const char      *string;

  if (++self->n_values > MAX_VALUES)
    trafo_json_reader_fail (reader, "found more than %d values", MAX_VALUES);
  switch (trafo_json_reader_peek (reader))
    {
    case TRAFO_JSON_OBJECT:
      if (trafo_json_reader_begin_object (reader))
        begin_level (self, TRUE);
      return NULL;
    case TRAFO_JSON_ARRAY:
      if (trafo_json_reader_begin_array (reader))
        begin_level (self, FALSE);
      return NULL;
    case TRAFO_JSON_STRING:
      string = trafo_json_reader_read_string (reader, NULL);
      return string != NULL ? g_variant_new_string (string) : NULL;
    case TRAFO_JSON_INTEGER:
      return read_integer (reader);
    case TRAFO_JSON_FLOAT:
      return g_variant_new_double (trafo_json_reader_read_double (reader));
    case TRAFO_JSON_BOOLEAN:
      return g_variant_new_boolean (trafo_json_reader_read_boolean (reader));
    case TRAFO_JSON_NULL:
      trafo_json_reader_read_null (reader);
      return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    default:
      return NULL;
    }
}

/* Adds a value to the innermost container. */
static void
add_value (Builder *self, GVariant *value)
{
  Level *level = &self->levels[self->depth - 1];

  if (level->is_object)
    g_variant_builder_add (&level->builder, "{sv}", level->key, value);
  else
    g_variant_builder_add (&level->builder, "v", value);
}

/* Whether the innermost container goes on; the key of its next member is kept. */
static gboolean
advance (Builder *self)
{
  Level      *level = &self->levels[self->depth - 1];
  const char *key;

  if (!level->is_object)
    return trafo_json_reader_next_element (self->reader);
  key = trafo_json_reader_next_member (self->reader, NULL);
  g_free (level->key);
  level->key = g_strdup (key);
  return key != NULL;
}

/* Reads up to the end of the outermost value, or the first error. */
static GVariant *
read_all (Builder *self)
{
  GVariant *value = read_value (self);

  while (!trafo_json_reader_has_failed (self->reader) && self->depth > 0)
    {
      if (value != NULL)
        add_value (self, value);
      if (advance (self))
        value = read_value (self);
      else if (!trafo_json_reader_has_failed (self->reader))
        value = end_level (self);
      else
        value = NULL;
    }
  for (; self->depth > 0; self->depth--)
    {
      if (self->failed_key == NULL)
        self->failed_key = g_steal_pointer (&self->levels[self->depth - 1].key);
      g_free (self->levels[self->depth - 1].key);
      g_variant_builder_clear (&self->levels[self->depth - 1].builder);
    }
  return value;
}

/**
 * trafo_json_to_variant:
 * @bytes: the text
 * @origin: what to call it in messages, such as a file name
 * @error: return location for an error
 *
 * Reads a whole JSON text as a variant: an object becomes a{sv}, an array av, a string s, an integer
 * x, or t or d where that is too small, another number d, true and false b, and null the Nothing of
 * type mv. For small files, such as a config.json: at most 40 levels and 131072 values.
 *
 * Returns: (transfer full): the value, not floating; %NULL with the errors of
 *   trafo_json_reader_finish()
 */
GVariant *
trafo_json_to_variant (GBytes *bytes, const char *origin, GError **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, origin);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *failed_key = NULL;
  Builder          builder = { .reader = reader };

  value = read_all (&builder);
  if (value != NULL)
    g_variant_ref_sink (value);
  failed_key = builder.failed_key;
  if (trafo_json_reader_finish (reader, &local))
    return g_steal_pointer (&value);
  if (failed_key != NULL)
    {
      g_autofree char *shown = trafo_json_string_show (failed_key, strlen (failed_key));

      g_set_error (error, local->domain, local->code, "%s, at '%s'", local->message, shown);
    }
  else
    {
      g_propagate_error (error, g_steal_pointer (&local));
    }
  return NULL;
}
