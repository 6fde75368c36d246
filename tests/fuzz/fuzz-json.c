/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* Skipping and reading accept the same texts, and a variant that is written reads back the same. */
#include <trafo/trafo-json-reader.h>

#include "fuzz.h"
#include "trafo-json-write-private.h"

/* Consumes a scalar by the read that is its own, or enters a container. */
static void
read_one (TrafoJsonReader *reader, char *kinds, guint *depth)
{
  gsize size_bytes;

  switch (trafo_json_reader_peek (reader))
    {
    case TRAFO_JSON_OBJECT:
      if (trafo_json_reader_begin_object (reader))
        kinds[(*depth)++] = '{';
      break;
    case TRAFO_JSON_ARRAY:
      if (trafo_json_reader_begin_array (reader))
        kinds[(*depth)++] = '[';
      break;
    case TRAFO_JSON_STRING:
      trafo_json_reader_read_string (reader, &size_bytes);
      break;
    case TRAFO_JSON_BOOLEAN:
      trafo_json_reader_read_boolean (reader);
      break;
    case TRAFO_JSON_NULL:
      trafo_json_reader_read_null (reader);
      break;
    default:
      trafo_json_reader_skip (reader);
    }
}

static gboolean
read_all (GBytes *bytes)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "fuzz");
  char  kinds[128];
  guint depth = 0;
  gsize size_bytes;

  read_one (reader, kinds, &depth);
  while (depth > 0 && !trafo_json_reader_has_failed (reader))
    if (kinds[depth - 1] == '{' ? trafo_json_reader_next_member (reader, &size_bytes) != NULL
                                : trafo_json_reader_next_element (reader))
      read_one (reader, kinds, &depth);
    else
      depth--;
  return trafo_json_reader_finish (reader, NULL);
}

static gboolean
skip_all (GBytes *bytes)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (bytes, "fuzz");

  return trafo_json_reader_finish (reader, NULL);
}

static void
write_and_read (GVariant *variant)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) again = NULL;

  trafo_json_write_variant (text, variant, 0);
  bytes = g_bytes_new_static (text->str, text->len);
  again = trafo_json_to_variant (bytes, "fuzz", NULL);
  fuzz_check (again != NULL && g_variant_equal (variant, again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size_bytes);
  g_autoptr (GVariant) variant = trafo_json_to_variant (bytes, "fuzz", NULL);
  gboolean is_valid = skip_all (bytes);

  fuzz_check (read_all (bytes) == is_valid);
  fuzz_check (is_valid || variant == NULL);
  if (variant != NULL)
    write_and_read (variant);
  return 0;
}
