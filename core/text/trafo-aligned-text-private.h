/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

#include "trafo-unicode-private.h"

G_BEGIN_DECLS

/* A part of the text, normalized, that remembers for each of its bytes which bytes of the original
 * its character came from. @starts and @ends are NULL while character after character stands where
 * it stood: byte i then came from byte @base + i. */
typedef struct
{
  const char    *text;
  gsize          size_bytes;
  const guint32 *starts;
  const guint32 *ends;
  guint32        base;
} TrafoAlignedText;

/* Writes a TrafoAlignedText. It stops, and says so in @failed, when memory runs out or more than
 * @limit_bytes would be written: what a normalizer makes of hostile text must stay bounded. */
typedef struct
{
  char    *text;
  guint32 *starts;
  guint32 *ends;
  gsize    size_bytes;
  gsize    allocated;
  gsize    n_aligned; /* elements allocated in @starts and @ends */
  gsize    limit_bytes;
  guint32  base;
  gboolean is_identity;
  gboolean failed;
} TrafoAlignedTextBuilder;

gsize trafo_aligned_text_get_limit (gsize size_bytes);

void
trafo_aligned_text_builder_begin (TrafoAlignedTextBuilder *self, guint32 base, gsize limit_bytes);
void     trafo_aligned_text_builder_clear (TrafoAlignedTextBuilder *self);
gboolean trafo_aligned_text_builder_finish (TrafoAlignedTextBuilder *self,
                                            TrafoAlignedText        *text,
                                            GError                 **error);
gboolean trafo_aligned_text_builder_prepare (TrafoAlignedTextBuilder *self,
                                             gsize                    n_bytes,
                                             gboolean                 keep_identity);
void     trafo_aligned_text_builder_append_run (TrafoAlignedTextBuilder *self,
                                                const TrafoAlignedText  *source,
                                                gsize                    offset,
                                                gsize                    n_bytes);
void     trafo_aligned_text_builder_append_lower_ascii (TrafoAlignedTextBuilder *self,
                                                        const TrafoAlignedText  *source,
                                                        gsize                    offset,
                                                        gsize                    n_bytes);

/* One code point that came from the bytes @start to @end. */
static inline void
trafo_aligned_text_builder_append (TrafoAlignedTextBuilder *self,
                                   guint32                  point,
                                   guint32                  start,
                                   guint32                  end)
{
  char     bytes[4];
  guint    length = trafo_utf8_encode (point, bytes);
  gboolean in_place = start == self->base + self->size_bytes && end - start == length;

  if (!trafo_aligned_text_builder_prepare (self, length, in_place))
    return;
  for (guint i = 0; i < length; i++)
    self->text[self->size_bytes + i] = bytes[i];
  for (guint i = 0; !self->is_identity && i < length; i++)
    {
      self->starts[self->size_bytes + i] = start;
      self->ends[self->size_bytes + i] = end;
    }
  self->size_bytes += length;
}

/* Where the character of @length bytes at @offset came from. */
static inline void
trafo_aligned_text_get_origin (const TrafoAlignedText *self,
                               gsize                   offset,
                               guint                   length,
                               guint32                *start,
                               guint32                *end)
{
  *start = self->starts != NULL ? self->starts[offset] : self->base + offset;
  *end = self->starts != NULL ? self->ends[offset] : self->base + offset + length;
}

/* Where a token came from; one that begins or ends within a character comes from all of it. */
static inline void
trafo_aligned_text_get_range (const TrafoAlignedText *self,
                              guint32                 start,
                              guint32                 end,
                              guint32                *origin_start,
                              guint32                *origin_end)
{
  if (self->starts != NULL && start < end)
    {
      *origin_start = self->starts[start];
      *origin_end = self->ends[end - 1];
      return;
    }
  while (start < end && ((guint8) self->text[start] & 0xc0) == 0x80)
    start--;
  while (start < end && end < self->size_bytes && ((guint8) self->text[end] & 0xc0) == 0x80)
    end++;
  *origin_start = self->base + start;
  *origin_end = self->base + end;
}

G_END_DECLS
