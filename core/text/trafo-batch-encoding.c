/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoding-private.h"

struct _TrafoBatchEncoding
{
  gatomicrefcount ref_count;
  GPtrArray      *rows;    /* of TrafoEncoding */
  GArray         *samples; /* for each row the index of its text */
};

G_DEFINE_BOXED_TYPE (TrafoBatchEncoding,
                     trafo_batch_encoding,
                     trafo_batch_encoding_ref,
                     trafo_batch_encoding_unref)

static void
add_row (TrafoBatchEncoding *self, TrafoEncoding *row, guint32 sample)
{
  g_ptr_array_add (self->rows, trafo_encoding_ref (row));
  g_array_append_val (self->samples, sample);
}

/* A row for each encoding, followed by what overflows from it. */
TrafoBatchEncoding *
trafo_batch_encoding_new (GPtrArray *encodings)
{
  TrafoBatchEncoding *self = g_new0 (TrafoBatchEncoding, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_encoding_unref);
  self->samples = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < encodings->len; i++)
    {
      TrafoEncoding *encoding = g_ptr_array_index (encodings, i);

      add_row (self, encoding, i);
      for (gsize k = 0; k < trafo_encoding_get_n_overflowing (encoding); k++)
        add_row (self, trafo_encoding_get_overflowing (encoding, k), i);
    }
  return self;
}

/**
 * trafo_batch_encoding_ref:
 * @self: a batch
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
TrafoBatchEncoding *
trafo_batch_encoding_ref (TrafoBatchEncoding *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * trafo_batch_encoding_unref:
 * @self: (transfer full): a batch
 *
 * Gives a reference back.
 */
void
trafo_batch_encoding_unref (TrafoBatchEncoding *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->rows);
  g_array_unref (self->samples);
  g_free (self);
}

/**
 * trafo_batch_encoding_get_n_rows:
 * @self: a batch
 *
 * Its size: a row for each text, and one for each part that overflows from it.
 *
 * Returns: the number of rows
 */
gsize
trafo_batch_encoding_get_n_rows (TrafoBatchEncoding *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->rows->len;
}

/**
 * trafo_batch_encoding_get_row:
 * @self: a batch
 * @index: less than the number of rows
 *
 * One row.
 *
 * Returns: (transfer none): the encoding
 */
TrafoEncoding *
trafo_batch_encoding_get_row (TrafoBatchEncoding *self, gsize index)
{
  g_return_val_if_fail (self != NULL && index < self->rows->len, NULL);
  return g_ptr_array_index (self->rows, index);
}

/**
 * trafo_batch_encoding_get_overflow_to_sample_mapping:
 * @self: a batch
 * @n_rows: (out) (optional): return location for the number of rows
 *
 * Which text each row is from.
 *
 * Returns: (array length=n_rows) (transfer none): indices of texts
 */
const guint32 *
trafo_batch_encoding_get_overflow_to_sample_mapping (TrafoBatchEncoding *self, gsize *n_rows)
{
  g_return_val_if_fail (self != NULL, NULL);
  if (n_rows != NULL)
    *n_rows = self->samples->len;
  return (const guint32 *) (gpointer) self->samples->data;
}
