/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-torch-copies-private.h"

#include <string.h>

#include "trafo-json-string-private.h"

#define MAX_COPIES 4
#define MIN_LIMIT_BYTES ((guint64) 1 << 20)

/* Orders tensors by what they see of which storage. */
static gint
compare_views (gconstpointer a, gconstpointer b, gpointer unused)
{
  const TrafoTorchTensor *left = a;
  const TrafoTorchTensor *right = b;
  gsize                   size_bytes = left->n_dims * sizeof *left->shape;
  const guint8           *left_data = trafo_torch_storage_get_data (left->storage);
  const guint8           *right_data = trafo_torch_storage_get_data (right->storage);
  gint                    order;

  if (left_data != right_data)
    return left_data < right_data ? -1 : 1;
  if (left->offset != right->offset)
    return left->offset < right->offset ? -1 : 1;
  if (left->dtype != right->dtype)
    return left->dtype < right->dtype ? -1 : 1;
  if (left->n_dims != right->n_dims)
    return left->n_dims < right->n_dims ? -1 : 1;
  order = memcmp (left->shape, right->shape, size_bytes);
  return order != 0 ? order : memcmp (left->strides, right->strides, size_bytes);
}

TrafoTorchCopies *
trafo_torch_copies_new (TrafoCheckpointFile *file,
                        gboolean             is_big_endian,
                        GCancellable        *cancellable)
{
  TrafoTorchCopies *self = g_new0 (TrafoTorchCopies, 1);

  self->file = file;
  self->copies = g_tree_new_full (compare_views, NULL, NULL, NULL);
  self->is_big_endian = is_big_endian;
  self->cancellable = cancellable;
  if (!g_uint64_checked_mul (&self->n_left_bytes, file->mapped->size_bytes, MAX_COPIES))
    self->n_left_bytes = G_MAXUINT64;
  self->n_left_bytes = MAX (self->n_left_bytes, MIN_LIMIT_BYTES);
  return self;
}

void
trafo_torch_copies_free (TrafoTorchCopies *self)
{
  if (self == NULL)
    return;
  g_tree_unref (self->copies);
  g_free (self);
}

guint8 *
trafo_torch_copies_alloc (TrafoTorchCopies *self,
                          const char       *name,
                          guint64           size_bytes,
                          GError          **error)
{
  g_autofree char *shown = trafo_json_string_show (name, strlen (name));
  guint8          *memory;

  if (size_bytes > self->n_left_bytes)
    {
      trafo_mapped_file_fail (self->file->mapped,
                              TRAFO_FORMAT_ERROR_LIMIT,
                              error,
                              "found '%s', which takes %" G_GUINT64_FORMAT
                              " bytes of memory, expected at most %" G_GUINT64_FORMAT
                              " for a file of that size",
                              shown,
                              size_bytes,
                              self->n_left_bytes);
      return NULL;
    }
  memory = trafo_checkpoint_file_try_alloc (self->file, MAX (size_bytes, 1));
  if (memory == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NO_MEMORY,
                 "%s: out of memory for '%s' of %" G_GUINT64_FORMAT " bytes",
                 self->file->mapped->name,
                 shown,
                 size_bytes);
  else
    self->n_left_bytes -= size_bytes;
  return memory;
}

static gboolean
is_row_major (const TrafoTorchTensor *tensor)
{
  gint64 stride = 1;

  for (guint i = tensor->n_dims; i-- > 0;)
    {
      if (tensor->shape[i] != 1 && tensor->strides[i] != stride)
        return FALSE;
      stride *= tensor->shape[i];
    }
  return TRUE;
}

/* Copies the elements, of which the first is at @source, in row-major order. */
static void
gather (const TrafoTorchTensor *tensor, const guint8 *source, guint8 *destination)
{
  gsize              size_bytes = tensor->dtype->size_bytes;
  guint              last = tensor->n_dims - 1;
  gint64             n_columns = tensor->n_dims > 0 ? tensor->shape[last] : 1;
  gsize              step_bytes = tensor->n_dims > 0 ? tensor->strides[last] * size_bytes : 0;
  g_autofree gint64 *index = g_new0 (gint64, tensor->n_dims + 1);

  for (guint64 row = 0; row < tensor->n_elements / n_columns; row++)
    {
      const guint8 *element = source;

      for (gint64 column = 0; column < n_columns; column++)
        {
          memcpy (destination, element, size_bytes);
          destination += size_bytes;
          element += step_bytes;
        }
      /* on to the next row, like the digits of a number */
      for (guint i = tensor->n_dims > 0 ? last : 0; i-- > 0;)
        {
          source += tensor->strides[i] * size_bytes;
          if (++index[i] < tensor->shape[i])
            break;
          source -= tensor->strides[i] * size_bytes * tensor->shape[i];
          index[i] = 0;
        }
    }
}

static void
swap_bytes (guint8 *data, guint64 size_bytes, guint component_size_bytes)
{
  for (guint64 i = 0; i < size_bytes; i += component_size_bytes)
    for (guint j = 0; j < component_size_bytes / 2; j++)
      {
        guint8 byte = data[i + j];

        data[i + j] = data[i + component_size_bytes - 1 - j];
        data[i + component_size_bytes - 1 - j] = byte;
      }
}

/* What lies between a tensor's first element and its last, read from the file rather than from the
 * mapping, which whoever cuts the file makes a trap. NULL after an error; else *@ret_copy is owned,
 * and NULL where the storage is in memory already. */
static const guint8 *
read_span (TrafoTorchCopies       *self,
           const TrafoTorchTensor *tensor,
           guint8                **ret_copy,
           GError                **error)
{
  gsize         element_size_bytes = tensor->dtype->size_bytes;
  gsize         size_bytes = (tensor->end - tensor->offset) * element_size_bytes;
  const guint8 *data =
      trafo_torch_storage_get_data (tensor->storage) + tensor->offset * element_size_bytes;

  if (!trafo_mapped_file_contains (self->file->mapped, data, size_bytes))
    return data;
  *ret_copy = g_try_malloc (size_bytes);
  if (*ret_copy == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_NO_MEMORY,
                 "%s: out of memory for %" G_GSIZE_FORMAT " bytes",
                 self->file->mapped->name,
                 size_bytes);
  else if (trafo_mapped_file_read (self->file->mapped,
                                   data - self->file->mapped->data,
                                   *ret_copy,
                                   size_bytes,
                                   error))
    return *ret_copy;
  return NULL;
}

const guint8 *
trafo_torch_copies_get (TrafoTorchCopies *self,
                        const char       *name,
                        TrafoTorchTensor *tensor,
                        GError          **error)
{
  gboolean           is_swapped = self->is_big_endian && tensor->dtype->component_size_bytes > 1;
  gsize              size_bytes = tensor->n_elements * tensor->dtype->size_bytes;
  g_autofree guint8 *span_copy = NULL;
  const guint8      *span;
  guint8            *copy;

  if (tensor->n_elements == 0)
    return self->file->mapped->data;
  if (is_row_major (tensor) && !is_swapped)
    return trafo_torch_storage_get_data (tensor->storage) +
           tensor->offset * tensor->dtype->size_bytes;
  copy = g_tree_lookup (self->copies, tensor);
  if (copy != NULL)
    return copy;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return NULL;
  copy = trafo_torch_copies_alloc (self, name, size_bytes, error);
  span = copy != NULL ? read_span (self, tensor, &span_copy, error) : NULL;
  if (span == NULL)
    return NULL;
  gather (tensor, span, copy);
  if (is_swapped)
    swap_bytes (copy, size_bytes, tensor->dtype->component_size_bytes);
  g_tree_insert (self->copies, tensor, copy);
  return copy;
}
