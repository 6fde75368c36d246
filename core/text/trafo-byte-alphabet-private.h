/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-aligned-text-private.h"

G_BEGIN_DECLS

/* The alphabet of byte-level models, in which each byte is one printable character: itself, or one
 * from U+0100 to U+0143 in the order of the bytes (openai/gpt-2, src/encoder.py, bytes_to_unicode). */

static inline guint32
trafo_byte_alphabet_get_char (guint8 byte)
{
  if (byte <= ' ')
    return 0x100 + byte;
  if (byte >= 0x7f && byte <= 0xa0)
    return 0x121 + byte - 0x7f;
  return byte == 0xad ? 0x143 : byte;
}

/* -1 if the alphabet lacks @point. */
static inline gint
trafo_byte_alphabet_get_byte (guint32 point)
{
  if (point > ' ' && point <= 0xff && (point < 0x7f || point > 0xa0) && point != 0xad)
    return point;
  if (point < 0x100 || point > 0x143)
    return -1;
  if (point == 0x143)
    return 0xad;
  return point <= 0x120 ? point - 0x100 : point - 0x121 + 0x7f;
}

void trafo_byte_alphabet_append (TrafoAlignedTextBuilder *builder,
                                 const TrafoAlignedText  *source,
                                 gsize                    offset,
                                 gsize                    n_bytes);

G_END_DECLS
