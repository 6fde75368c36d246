/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-checkpoint-equal-private.h"

#include <string.h>

#include "trafo-element-private.h"

#define PIECE_ELEMENTS ((gsize) 256 << 10)
#define ROW_ELEMENTS 1024

static gsize
get_n_elements (const TrafoCheckpointTensor *tensor)
{
  gsize n_elements = 1;

  for (guint i = 0; i < tensor->n_dims; i++)
    n_elements *= tensor->shape[i];
  return n_elements;
}

/* At most ROW_ELEMENTS from @first on, as floats; the file may hold them misaligned. */
static void
read_floats (const TrafoCheckpointTensor *tensor, gsize first, gsize n_elements, float *floats)
{
  double        aligned[ROW_ELEMENTS];
  gsize         element_bytes = tensor->size_bytes / get_n_elements (tensor);
  const guint8 *from = tensor->data;

  memcpy (aligned, from + first * element_bytes, n_elements * element_bytes);
  for (gsize i = 0; i < n_elements; i++)
    floats[i] = tensor->dtype == TRAFO_DTYPE_NONE
                    ? (float) aligned[i] /* F64 */
                    : (float) trafo_element_get (tensor->dtype, aligned, i);
}

static gboolean
is_row_equal (const TrafoCheckpointTensor *a,
              const TrafoCheckpointTensor *b,
              gsize                        first,
              gsize                        n_elements)
{
  float left[ROW_ELEMENTS], right[ROW_ELEMENTS];

  read_floats (a, first, n_elements, left);
  read_floats (b, first, n_elements, right);
  for (gsize i = 0; i < n_elements; i++)
    if (left[i] != right[i])
      return FALSE;
  return TRUE;
}

/* Same bits are same numbers; other bits may be, as 0 and -0 are. */
static gboolean
is_piece_equal (const TrafoCheckpointTensor *a,
                const TrafoCheckpointTensor *b,
                gsize                        first,
                gsize                        n_elements)
{
  gsize element_bytes = a->size_bytes / get_n_elements (a);

  if (a->dtype == b->dtype && memcmp ((const guint8 *) a->data + first * element_bytes,
                                      (const guint8 *) b->data + first * element_bytes,
                                      n_elements * element_bytes) == 0)
    return TRUE;
  for (gsize i = 0; i < n_elements; i += ROW_ELEMENTS)
    if (!is_row_equal (a, b, first + i, MIN (ROW_ELEMENTS, n_elements - i)))
      return FALSE;
  return TRUE;
}

static void
release_piece (TrafoCheckpoint             *checkpoint,
               const TrafoCheckpointTensor *tensor,
               gsize                        first,
               gsize                        n_elements)
{
  gsize element_bytes = tensor->size_bytes / get_n_elements (tensor);

  trafo_checkpoint_release_pages (checkpoint,
                                  (const guint8 *) tensor->data + first * element_bytes,
                                  n_elements * element_bytes);
}

gboolean
trafo_checkpoint_equal (TrafoCheckpoint             *checkpoint,
                        const TrafoCheckpointTensor *a,
                        const TrafoCheckpointTensor *b)
{
  gsize    n_elements = get_n_elements (a);
  gboolean is_equal = TRUE;

  if (a->data == b->data && a->dtype == b->dtype)
    return TRUE;
  if (!trafo_checkpoint_check (checkpoint, NULL))
    return FALSE;
  for (gsize i = 0; is_equal && i < n_elements; i += PIECE_ELEMENTS)
    {
      gsize n = MIN (PIECE_ELEMENTS, n_elements - i);

      is_equal = is_piece_equal (a, b, i, n);
      release_piece (checkpoint, a, i, n);
      release_piece (checkpoint, b, i, n);
    }
  return is_equal;
}
