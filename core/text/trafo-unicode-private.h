/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a code point is to Hugging Face's tokenizers, whatever GLib's version of Unicode says;
 * make-unicode-tables.py tells where it comes from. */
typedef enum
{
  TRAFO_UNICODE_WHITESPACE = 1 << 0,
  TRAFO_UNICODE_CONTROL = 1 << 1, /* what BERT's clean-up drops: Cc, Cf, Co, NUL, U+FFFD */
  TRAFO_UNICODE_NONSPACING = 1 << 2,
  TRAFO_UNICODE_PUNCTUATION = 1 << 3,
  TRAFO_UNICODE_WORD = 1 << 4, /* \w of a regular expression */
  TRAFO_UNICODE_COMBINING = 1 << 5,
  TRAFO_UNICODE_CJK = 1 << 6,
  TRAFO_UNICODE_LOWER = 1 << 7,         /* has another lower case */
  TRAFO_UNICODE_CANONICAL = 1 << 8,     /* decomposes */
  TRAFO_UNICODE_COMPATIBILITY = 1 << 9, /* decomposes, canonically or by compatibility */
  TRAFO_UNICODE_LETTER = 1 << 10,       /* \p{L} of a regular expression */
  TRAFO_UNICODE_NUMBER = 1 << 11,       /* \p{N} of a regular expression */
  TRAFO_UNICODE_NUMERIC = 1 << 12,      /* what the pre-tokenizer Digits cuts out */
} TrafoUnicodeFlags;

typedef struct
{
  guint32 from;
  guint32 to;
} TrafoLowerCase;

typedef struct
{
  guint32 point;
  guint16 offset;
  guint16 length;
} TrafoDecomposition;

typedef struct
{
  guint32 first;
  guint32 second;
  guint32 composed;
} TrafoComposition;

/* How a character joins its neighbours to a grapheme (UAX #29). Hangul and regional indicators follow
 * from their places; what joins Indic consonants is left out, for no grapheme of it is short. */
typedef enum
{
  TRAFO_GRAPHEME_OTHER,
  TRAFO_GRAPHEME_CONTROL,
  TRAFO_GRAPHEME_EXTEND, /* joins what stands before it */
  TRAFO_GRAPHEME_PREPEND,
  TRAFO_GRAPHEME_PICTOGRAPH,
} TrafoGraphemeKind;

typedef struct
{
  guint32 first;
  guint32 last;
  guint8  value;
} TrafoUnicodeRange;

/* The generated tables: code point / 128 gives a block, the block a kind, the kind the rest. */
extern const guint8             trafo_unicode_index[];
extern const guint8             trafo_unicode_blocks[];
extern const guint16            trafo_unicode_flags[];
extern const guint16            trafo_unicode_ascii_flags[];
extern const guint8             trafo_unicode_combining_classes[];
extern const TrafoLowerCase     trafo_unicode_lower[];
extern const gsize              trafo_unicode_lower_count;
extern const TrafoDecomposition trafo_unicode_canonicals[];
extern const gsize              trafo_unicode_canonical_count;
extern const TrafoDecomposition trafo_unicode_compatibilities[];
extern const gsize              trafo_unicode_compatibility_count;
extern const guint32            trafo_unicode_pool[];
extern const TrafoComposition   trafo_unicode_compositions[];
extern const gsize              trafo_unicode_composition_count;
extern const TrafoUnicodeRange  trafo_unicode_graphemes[];
extern const gsize              trafo_unicode_grapheme_count;
extern const TrafoUnicodeRange  trafo_unicode_scripts[];
extern const gsize              trafo_unicode_script_count;

static inline guint
trafo_unicode_get_kind (guint32 point)
{
  return trafo_unicode_blocks[trafo_unicode_index[point >> 7] * 128 + (point & 127)];
}

static inline guint
trafo_unicode_get_flags (guint32 point)
{
  return trafo_unicode_flags[trafo_unicode_get_kind (point)];
}

static inline guint
trafo_unicode_get_combining_class (guint32 point)
{
  return trafo_unicode_combining_classes[trafo_unicode_get_kind (point)];
}

/* The most code points that one decomposes into. */
#define TRAFO_UNICODE_MAX_DECOMPOSITION 18

guint   trafo_unicode_to_lower (guint32 point, guint32 lower[2]);
guint   trafo_unicode_decompose (guint32  point,
                                 gboolean compatibility,
                                 guint32  decomposed[TRAFO_UNICODE_MAX_DECOMPOSITION]);
guint32 trafo_unicode_compose (guint32 first, guint32 second);
guint   trafo_unicode_get_script (guint32 point);
gsize   trafo_unicode_get_grapheme_size (const char *text, gsize size_bytes);

/* UTF-8. What is decoded must be valid; encode writes up to four bytes. */
static inline guint
trafo_utf8_decode (const char *text, guint32 *point)
{
  const guint8 *p = (const guint8 *) text;

  if (p[0] < 0x80)
    return *point = p[0], 1;
  if (p[0] < 0xe0)
    return *point = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu), 2;
  if (p[0] < 0xf0)
    return *point = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu), 3;
  *point = (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
  return 4;
}

static inline guint
trafo_utf8_encode (guint32 point, char *text)
{
  guint8 *p = (guint8 *) text;

  if (point < 0x80)
    return p[0] = point, 1;
  if (point < 0x800)
    return p[0] = 0xc0 | point >> 6, p[1] = 0x80 | (point & 0x3f), 2;
  if (point < 0x10000)
    return p[0] = 0xe0 | point >> 12, p[1] = 0x80 | (point >> 6 & 0x3f),
           p[2] = 0x80 | (point & 0x3f), 3;
  return p[0] = 0xf0 | point >> 18, p[1] = 0x80 | (point >> 12 & 0x3f),
         p[2] = 0x80 | (point >> 6 & 0x3f), p[3] = 0x80 | (point & 0x3f), 4;
}

/* The flags of the character that @text begins with, and its length in bytes. */
static inline guint
trafo_unicode_get_flags_at (const char *text, guint *length)
{
  guint32 point;

  if ((guint8) *text < 0x80)
    {
      *length = 1;
      return trafo_unicode_ascii_flags[(guint8) *text];
    }
  *length = trafo_utf8_decode (text, &point);
  return trafo_unicode_get_flags (point);
}

gsize    trafo_utf8_get_ascii_length (const char *text, gsize size_bytes);
gboolean trafo_utf8_validate (const char *text, gsize size_bytes, gsize *invalid_at);
gsize    trafo_utf8_get_invalid_length (const char *text, gsize size_bytes);
gsize    trafo_utf8_count (const char *text, gsize size_bytes);

G_END_DECLS
