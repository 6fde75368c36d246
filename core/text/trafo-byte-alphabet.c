/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-byte-alphabet-private.h"

static inline guint
write_byte (char *to, guint8 byte)
{
  if (byte > ' ' && byte < 0x7f)
    {
      *to = byte;
      return 1;
    }
  return trafo_utf8_encode (trafo_byte_alphabet_get_char (byte), to);
}

static gboolean
is_unchanged (const char *text, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if (text[i] <= ' ' || text[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

/* One character of the source, at @offset; each of its bytes comes from all of it. */
static void
write_char (TrafoAlignedTextBuilder *builder,
            const TrafoAlignedText  *source,
            gsize                    offset,
            guint                    length)
{
  guint32 start, end;
  gsize   to = builder->size_bytes;

  trafo_aligned_text_get_origin (source, offset, length, &start, &end);
  for (guint i = 0; i < length; i++)
    for (guint n = write_byte (builder->text + to, source->text[offset + i]); n > 0; n--, to++)
      {
        builder->starts[to] = start;
        builder->ends[to] = end;
      }
  builder->size_bytes = to;
}

/* Writes @n_bytes of whole characters of the source in the alphabet of bytes. */
void
trafo_byte_alphabet_append (TrafoAlignedTextBuilder *builder,
                            const TrafoAlignedText  *source,
                            gsize                    offset,
                            gsize                    n_bytes)
{
  guint32 point;

  if (builder->is_identity && is_unchanged (source->text + offset, n_bytes))
    {
      trafo_aligned_text_builder_append_run (builder, source, offset, n_bytes);
      return;
    }
  if (!trafo_aligned_text_builder_prepare (builder, n_bytes * 2, FALSE))
    return;
  for (gsize i = 0; i < n_bytes;)
    {
      guint length = (guint8) source->text[offset + i] < 0x80
                         ? 1
                         : trafo_utf8_decode (source->text + offset + i, &point);

      write_char (builder, source, offset + i, length);
      i += length;
    }
}
