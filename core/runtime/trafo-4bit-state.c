/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-4bit-state-private.h"

#include <math.h>
#include <string.h>
#include <trafo/trafo-json-reader.h>

#include "trafo-4bit-private.h"
#include "trafo-json-write-private.h"

#define MAX_STATE_BYTES 4096
#define MIN_BLOCK_SIZE 32
#define MAX_BLOCK_SIZE 4096

TrafoWeightEncoding
trafo_4bit_encoding_from_name (const char *name)
{
  if (g_strcmp0 (name, "nf4") == 0)
    return TRAFO_WEIGHT_ENCODING_NF4;
  return g_strcmp0 (name, "fp4") == 0 ? TRAFO_WEIGHT_ENCODING_FP4 : TRAFO_WEIGHT_ENCODING_NONE;
}

const char *
trafo_4bit_encoding_get_name (TrafoWeightEncoding encoding)
{
  g_return_val_if_fail (trafo_4bit_nests (encoding), NULL); /* others are in no file */
  return encoding == TRAFO_WEIGHT_ENCODING_NF4 ? "nf4" : "fp4";
}

static void
read_block_size (Trafo4BitState *self, TrafoJsonReader *reader)
{
  guint64 value = trafo_json_reader_read_uint64 (reader);

  if (value >= MIN_BLOCK_SIZE && value <= MAX_BLOCK_SIZE && (value & (value - 1)) == 0)
    self->block_size = (guint) value;
  else
    trafo_json_reader_fail (reader,
                            "'blocksize' is %" G_GUINT64_FORMAT
                            ", expected a power of two from %d to %d",
                            value,
                            MIN_BLOCK_SIZE,
                            MAX_BLOCK_SIZE);
}

static void
read_shape (Trafo4BitState *self, TrafoJsonReader *reader)
{
  guint n = 0;

  if (!trafo_json_reader_begin_array (reader))
    return;
  for (; trafo_json_reader_next_element (reader); n++)
    {
      gint64 dim = trafo_json_reader_read_int64 (reader);

      if (n < G_N_ELEMENTS (self->shape))
        self->shape[n] = dim;
    }
  if (n != G_N_ELEMENTS (self->shape))
    trafo_json_reader_fail (reader, "'shape' has %u dims, expected 2", n);
}

static void
read_dtype (TrafoDType *dtype, const char *key, TrafoJsonReader *reader)
{
  const char *name = trafo_json_reader_read_string (reader, NULL);

  *dtype = trafo_dtype_from_name (name);
  if (name != NULL && !trafo_dtype_is_float (*dtype))
    trafo_json_reader_fail (reader,
                            "'%s' is \"%s\", expected float32, float16 or bfloat16",
                            key,
                            name);
}

static void
read_quant_type (Trafo4BitState *self, TrafoJsonReader *reader)
{
  const char *name = trafo_json_reader_read_string (reader, NULL);

  self->encoding = trafo_4bit_encoding_from_name (name);
  if (name != NULL && self->encoding == TRAFO_WEIGHT_ENCODING_NONE)
    trafo_json_reader_fail (reader, "'quant_type' is \"%s\", expected nf4 or fp4", name);
}

static void
read_nested_block_size (TrafoJsonReader *reader)
{
  guint64 value = trafo_json_reader_read_uint64 (reader);

  if (value != TRAFO_4BIT_NESTED_BLOCK_SIZE)
    trafo_json_reader_fail (reader,
                            "'nested_blocksize' is %" G_GUINT64_FORMAT ", expected %d",
                            value,
                            TRAFO_4BIT_NESTED_BLOCK_SIZE);
}

static const char *const keys[] = { "quant_type",       "blocksize",    "dtype",        "shape",
                                    "nested_blocksize", "nested_dtype", "nested_offset" };

enum
{
  N_PLAIN_KEYS = 4,
};

static void
read_member (Trafo4BitState *self, guint key, TrafoJsonReader *reader)
{
  TrafoDType nested_dtype;

  switch (key)
    {
    case 0:
      read_quant_type (self, reader);
      break;
    case 1:
      read_block_size (self, reader);
      break;
    case 2:
      read_dtype (&self->dtype, keys[key], reader);
      break;
    case 3:
      read_shape (self, reader);
      break;
    case 4:
      read_nested_block_size (reader);
      break;
    case 5:
      read_dtype (&nested_dtype, keys[key], reader);
      break;
    default:
      self->nested_offset = trafo_json_reader_read_double (reader);
    }
}

/* All members, each once; those of nested scales together. */
static void
read_object (Trafo4BitState *self, TrafoJsonReader *reader)
{
  const char *member;
  gboolean    is_there[G_N_ELEMENTS (keys)] = { FALSE };

  if (!trafo_json_reader_begin_object (reader))
    return;
  while ((member = trafo_json_reader_next_member (reader, NULL)) != NULL)
    {
      guint key = 0;

      while (key < G_N_ELEMENTS (keys) && !g_str_equal (member, keys[key]))
        key++;
      if (key == G_N_ELEMENTS (keys))
        {
          trafo_json_reader_fail (reader,
                                  "found '%s', expected none but bitsandbytes' keys",
                                  member);
          return;
        }
      is_there[key] = TRUE;
      self->is_nested |= key >= N_PLAIN_KEYS;
      read_member (self, key, reader);
    }
  for (guint key = 0; key < (self->is_nested ? G_N_ELEMENTS (keys) : N_PLAIN_KEYS); key++)
    if (!is_there[key])
      trafo_json_reader_fail (reader, "found no '%s'", keys[key]);
}

gboolean
trafo_4bit_state_read (Trafo4BitState *self, const TrafoCheckpointTensor *tensor, GError **error)
{
  g_autofree char *origin = g_strdup_printf ("%s: tensor '%s'", tensor->file, tensor->name);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrafoJsonReader) reader = NULL;

  *self = (Trafo4BitState){ 0 };
  if (tensor->dtype != TRAFO_DTYPE_UINT8 || tensor->size_bytes > MAX_STATE_BYTES)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s has type %s and %" G_GSIZE_FORMAT " bytes, expected U8 and at most %d bytes "
                   "of JSON",
                   origin,
                   tensor->dtype_name,
                   tensor->size_bytes,
                   MAX_STATE_BYTES);
      return FALSE;
    }
  bytes = g_bytes_new (tensor->data, tensor->size_bytes);
  reader = trafo_json_reader_new (bytes, origin);
  read_object (self, reader);
  return trafo_json_reader_finish (reader, error);
}

char *
trafo_4bit_state_to_json (const Trafo4BitState *self)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   "{\"quant_type\": \"%s\", \"blocksize\": %u, \"dtype\": \"%s\", \"shape\": "
                   "[%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "]",
                   trafo_4bit_encoding_get_name (self->encoding),
                   self->block_size,
                   trafo_dtype_get_name (self->dtype),
                   self->shape[0],
                   self->shape[1]);
  if (self->is_nested)
    {
      g_string_append_printf (text,
                              ", \"nested_blocksize\": %d, \"nested_dtype\": \"float32\", "
                              "\"nested_offset\": ",
                              TRAFO_4BIT_NESTED_BLOCK_SIZE);
      if (isfinite (self->nested_offset))
        trafo_json_write_double (text, self->nested_offset);
      else
        g_string_append (text,
                         isnan (self->nested_offset) ? "NaN"
                         : self->nested_offset > 0   ? "Infinity"
                                                     : "-Infinity");
    }
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}
