/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "trafo-json-write-private.h"
#include "trafo-value.h"

/* A text that is handed on to a stream, if there is one, whenever it has grown so far. */
#define FLUSH_BYTES 65536

typedef struct
{
  GString       *text;
  GOutputStream *stream; /* or NULL */
  GCancellable  *cancellable;
  GError        *error; /* the first one */
} Writer;

static void
flush (Writer *self)
{
  if (self->stream == NULL || self->error != NULL ||
      g_cancellable_set_error_if_cancelled (self->cancellable, &self->error))
    return;
  g_output_stream_write_all (self->stream,
                             self->text->str,
                             self->text->len,
                             NULL,
                             self->cancellable,
                             &self->error);
  g_string_truncate (self->text, 0);
}

/* 9 digits tell every float32 from its neighbours. */
static void
write_float (GString *text, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (isfinite (number))
    g_string_append (text, g_ascii_formatd (digits, sizeof digits, "%.9g", number));
  else
    g_string_append (text, "null");
}

static void
write_element (Writer *self, TrafoTensor *tensor, gint64 index)
{
  switch (trafo_tensor_get_dtype (tensor))
    {
    case TRAFO_DTYPE_INT64:
      g_string_append_printf (self->text,
                              "%" G_GINT64_FORMAT,
                              ((const gint64 *) trafo_tensor_get_data (tensor))[index]);
      break;
    case TRAFO_DTYPE_BOOL:
      g_string_append (self->text, trafo_tensor_get_value (tensor, index) != 0 ? "true" : "false");
      break;
    case TRAFO_DTYPE_NONE:
    case TRAFO_DTYPE_FLOAT32:
    case TRAFO_DTYPE_FLOAT16:
    case TRAFO_DTYPE_BFLOAT16:
    case TRAFO_DTYPE_INT8:
    case TRAFO_DTYPE_INT32:
    case TRAFO_DTYPE_UINT8:
    default:
      write_float (self->text, trafo_tensor_get_value (tensor, index));
    }
  if (self->text->len >= FLUSH_BYTES)
    flush (self);
}

/* The elements from @first on that lie under one index of each axis before @axis. */
static void
write_axis (Writer *self, TrafoTensor *tensor, guint axis, gint64 first, gint64 n_elements)
{
  gint64 dim;

  if (axis == trafo_tensor_get_n_dims (tensor))
    {
      write_element (self, tensor, first);
      return;
    }
  dim = trafo_tensor_get_dim (tensor, axis);
  g_string_append_c (self->text, '[');
  for (gint64 i = 0; i < dim && self->error == NULL; i++)
    {
      if (i > 0)
        g_string_append_c (self->text, ',');
      write_axis (self, tensor, axis + 1, first + i * (n_elements / dim), n_elements / dim);
    }
  g_string_append_c (self->text, ']');
}

static void
write_tensor (Writer *self, TrafoTensor *tensor)
{
  g_autoptr (TrafoTensor) contiguous =
      trafo_tensor_contiguous (tensor, self->error == NULL ? &self->error : NULL);

  if (contiguous != NULL)
    write_axis (self, contiguous, 0, 0, trafo_tensor_get_n_elements (contiguous));
}

static void
write_text (GString *json, TrafoValue *value)
{
  g_autoptr (GBytes) text = trafo_value_get_string_bytes (value);
  gsize       size_bytes;
  const char *data = g_bytes_get_data (text, &size_bytes);

  trafo_json_write_text (json, data != NULL ? data : "", size_bytes);
}

static void
write_value (Writer *self, TrafoValue *value)
{
  TrafoValueKind kind = trafo_value_get_kind (value);
  gboolean       is_record = kind == TRAFO_VALUE_KIND_RECORD;

  switch (kind)
    {
    case TRAFO_VALUE_KIND_BOOLEAN:
      g_string_append (self->text, trafo_value_get_boolean (value) ? "true" : "false");
      break;
    case TRAFO_VALUE_KIND_INTEGER:
      g_string_append_printf (self->text, "%" G_GINT64_FORMAT, trafo_value_get_integer (value));
      break;
    case TRAFO_VALUE_KIND_DOUBLE:
      trafo_json_write_double (self->text, trafo_value_get_double (value));
      break;
    case TRAFO_VALUE_KIND_STRING:
      write_text (self->text, value);
      break;
    case TRAFO_VALUE_KIND_TENSOR:
      write_tensor (self, trafo_value_get_tensor (value));
      break;
    case TRAFO_VALUE_KIND_LIST:
    case TRAFO_VALUE_KIND_RECORD:
      g_string_append_c (self->text, is_record ? '{' : '[');
      for (guint i = 0; i < trafo_value_get_n_items (value) && self->error == NULL; i++)
        {
          if (i > 0)
            g_string_append_c (self->text, ',');
          if (is_record)
            {
              trafo_json_write_string (self->text, trafo_value_get_key (value, i));
              g_string_append_c (self->text, ':');
            }
          write_value (self, trafo_value_get_item (value, i));
        }
      g_string_append_c (self->text, is_record ? '}' : ']');
      break;
    case TRAFO_VALUE_KIND_NULL:
    default:
      g_string_append (self->text, "null");
    }
  if (self->text->len >= FLUSH_BYTES)
    flush (self);
}

/**
 * trafo_value_to_json:
 * @self: a value
 *
 * The value as JSON on one line.
 *
 * Elements of tensors have 9 digits, which tell every float32 from its neighbours; other numbers
 * have as many as read back the same.
 *
 * Returns: (transfer full) (nullable): the text, %NULL if memory ran out
 */
char *
trafo_value_to_json (TrafoValue *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Writer writer = { .text = text };

  write_value (&writer, self);
  if (writer.error == NULL)
    return g_string_free (g_steal_pointer (&text), FALSE);
  g_error_free (writer.error);
  return NULL;
}

/**
 * trafo_value_write_json:
 * @self: a value
 * @stream: where to write
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes what [method@Trafo.Value.to_json] returns, without holding all of it in memory.
 *
 * Returns: %TRUE, or %FALSE with an error of the domain %G_IO_ERROR or %TRAFO_ERROR
 */
gboolean
trafo_value_write_json (TrafoValue    *self,
                        GOutputStream *stream,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Writer writer = { .text = text, .stream = stream, .cancellable = cancellable };

  write_value (&writer, self);
  flush (&writer);
  if (writer.error == NULL)
    return TRUE;
  g_propagate_error (error, writer.error);
  return FALSE;
}
