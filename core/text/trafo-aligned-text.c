/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-aligned-text-private.h"

#include <string.h>

enum
{
  MAX_GROWTH = 12,
  MAX_GROWTH_BYTES = 1 << 16,
};

/* How many bytes may be made of a text of @size_bytes, in however many steps. */
gsize
trafo_aligned_text_get_limit (gsize size_bytes)
{
  gsize limit;

  if (!g_size_checked_mul (&limit, size_bytes, MAX_GROWTH) ||
      !g_size_checked_add (&limit, limit, MAX_GROWTH_BYTES))
    return G_MAXUINT32;
  return MIN (limit, G_MAXUINT32);
}

/* Starts anew; memory that the builder has is used again. */
void
trafo_aligned_text_builder_begin (TrafoAlignedTextBuilder *self, guint32 base, gsize limit_bytes)
{
  self->size_bytes = 0;
  self->base = base;
  self->limit_bytes = limit_bytes;
  self->is_identity = TRUE;
  self->failed = FALSE;
}

void
trafo_aligned_text_builder_clear (TrafoAlignedTextBuilder *self)
{
  g_free (self->text);
  g_free (self->starts);
  g_free (self->ends);
  memset (self, 0, sizeof *self);
}

gboolean
trafo_aligned_text_builder_finish (TrafoAlignedTextBuilder *self,
                                   TrafoAlignedText        *text,
                                   GError                 **error)
{
  if (self->failed)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "normalizing the text made more than %" G_GSIZE_FORMAT
                   " bytes of it, or memory ran out",
                   MIN (self->limit_bytes, self->size_bytes));
      return FALSE;
    }
  *text = (TrafoAlignedText){
    .text = self->text != NULL ? self->text : "",
    .size_bytes = self->size_bytes,
    .starts = self->is_identity ? NULL : self->starts,
    .ends = self->is_identity ? NULL : self->ends,
    .base = self->base,
  };
  return TRUE;
}

static gboolean
reserve (gpointer *array, gsize n_elements, gsize element_size)
{
  gsize    size;
  gpointer grown;

  if (!g_size_checked_mul (&size, n_elements, element_size))
    return FALSE;
  grown = g_try_realloc (*array, size);
  if (grown == NULL)
    return FALSE;
  *array = grown;
  return TRUE;
}

static gboolean
reserve_origins (TrafoAlignedTextBuilder *self)
{
  if (self->n_aligned >= self->allocated)
    return TRUE;
  if (!reserve ((gpointer *) &self->starts, self->allocated, sizeof *self->starts) ||
      !reserve ((gpointer *) &self->ends, self->allocated, sizeof *self->ends))
    return FALSE;
  self->n_aligned = self->allocated;
  return TRUE;
}

/* From here on the origins are written down; those of the text so far are what identity meant. */
static gboolean
leave_identity (TrafoAlignedTextBuilder *self)
{
  guint32 point;

  if (!reserve_origins (self))
    return FALSE;
  for (gsize i = 0; i < self->size_bytes;)
    {
      guint length = trafo_utf8_decode (self->text + i, &point);

      for (guint k = 0; k < length; k++)
        {
          self->starts[i + k] = self->base + i;
          self->ends[i + k] = self->base + i + length;
        }
      i += length;
    }
  self->is_identity = FALSE;
  return TRUE;
}

/* Makes room for @n_bytes more. @keep_identity: they stand where they stood in the original. */
gboolean
trafo_aligned_text_builder_prepare (TrafoAlignedTextBuilder *self,
                                    gsize                    n_bytes,
                                    gboolean                 keep_identity)
{
  gsize needed;

  if (self->failed)
    return FALSE;
  if (!g_size_checked_add (&needed, self->size_bytes, n_bytes) || needed > self->limit_bytes)
    {
      self->failed = TRUE;
      return FALSE;
    }
  if (needed > self->allocated)
    {
      gsize wanted = MIN (MAX (needed + needed / 2, 256), MAX (self->limit_bytes, needed));

      if (!reserve ((gpointer *) &self->text, wanted, 1))
        {
          self->failed = TRUE;
          return FALSE;
        }
      self->allocated = wanted;
    }
  if (self->is_identity ? !keep_identity && !leave_identity (self) : !reserve_origins (self))
    self->failed = TRUE;
  return !self->failed;
}

/* Room for a run of characters copied as they are, and their origins. */
static gboolean
begin_run (TrafoAlignedTextBuilder *self,
           const TrafoAlignedText  *source,
           gsize                    offset,
           gsize                    n_bytes)
{
  gboolean in_place =
      source->starts == NULL && source->base + offset == self->base + self->size_bytes;

  if (!trafo_aligned_text_builder_prepare (self, n_bytes, in_place))
    return FALSE;
  if (!self->is_identity && source->starts != NULL)
    {
      memcpy (self->starts + self->size_bytes, source->starts + offset, n_bytes * sizeof (guint32));
      memcpy (self->ends + self->size_bytes, source->ends + offset, n_bytes * sizeof (guint32));
    }
  return TRUE;
}

static void
write_ascii_origins (TrafoAlignedTextBuilder *self,
                     const TrafoAlignedText  *source,
                     gsize                    offset,
                     gsize                    n_bytes)
{
  guint32  first = source->base + offset;
  guint32 *starts, *ends;

  if (self->is_identity || source->starts != NULL)
    return;
  starts = self->starts + self->size_bytes;
  ends = self->ends + self->size_bytes;
  for (gsize i = 0; i < n_bytes; i++)
    {
      starts[i] = first + i;
      ends[i] = first + i + 1;
    }
}

/* @n_bytes of whole characters of the source, unchanged. */
void
trafo_aligned_text_builder_append_run (TrafoAlignedTextBuilder *self,
                                       const TrafoAlignedText  *source,
                                       gsize                    offset,
                                       gsize                    n_bytes)
{
  guint32 point;

  if (n_bytes == 0 || !begin_run (self, source, offset, n_bytes))
    return;
  memcpy (self->text + self->size_bytes, source->text + offset, n_bytes);
  if (!self->is_identity && source->starts == NULL)
    for (gsize i = 0; i < n_bytes;)
      {
        guint length = trafo_utf8_decode (source->text + offset + i, &point);

        for (guint k = 0; k < length; k++)
          {
            self->starts[self->size_bytes + i + k] = source->base + offset + i;
            self->ends[self->size_bytes + i + k] = source->base + offset + i + length;
          }
        i += length;
      }
  self->size_bytes += n_bytes;
}

/* @n_bytes of ASCII of the source, in lower case. */
void
trafo_aligned_text_builder_append_lower_ascii (TrafoAlignedTextBuilder *self,
                                               const TrafoAlignedText  *source,
                                               gsize                    offset,
                                               gsize                    n_bytes)
{
  const char *from = source->text + offset;
  char       *to;

  if (n_bytes == 0 || !begin_run (self, source, offset, n_bytes))
    return;
  to = self->text + self->size_bytes;
  for (gsize i = 0; i < n_bytes; i++)
    to[i] = from[i] + ((guint8) (from[i] - 'A') < 26 ? 'a' - 'A' : 0);
  write_ascii_origins (self, source, offset, n_bytes);
  self->size_bytes += n_bytes;
}
