/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-unicode-private.h"

#include <string.h>

/* Hangul syllables compose and decompose by arithmetic (The Unicode Standard, section 3.12). */
enum
{
  HANGUL_S = 0xac00,
  HANGUL_L = 0x1100,
  HANGUL_V = 0x1161,
  HANGUL_T = 0x11a7,
  HANGUL_N_L = 19,
  HANGUL_N_V = 21,
  HANGUL_N_T = 28,
  HANGUL_N_S = HANGUL_N_L * HANGUL_N_V * HANGUL_N_T,
};

/* Rust's char::to_lowercase: each code point for itself, so a final sigma is as any other. Returns
 * how many code points were written; two for U+0130 alone. */
guint
trafo_unicode_to_lower (guint32 point, guint32 lower[2])
{
  gsize low = 0, high = trafo_unicode_lower_count;

  lower[0] = point;
  if (point < 0x80)
    {
      if (point >= 'A' && point <= 'Z')
        lower[0] = point + ('a' - 'A');
      return 1;
    }
  if (point == 0x130)
    {
      lower[0] = 'i';
      lower[1] = 0x307;
      return 2;
    }
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (trafo_unicode_lower[middle].from < point)
        low = middle + 1;
      else
        high = middle;
    }
  if (low < trafo_unicode_lower_count && trafo_unicode_lower[low].from == point)
    lower[0] = trafo_unicode_lower[low].to;
  return 1;
}

static const TrafoDecomposition *
find_decomposition (const TrafoDecomposition *table, gsize count, guint32 point)
{
  gsize low = 0, high = count;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (table[middle].point < point)
        low = middle + 1;
      else
        high = middle;
    }
  return low < count && table[low].point == point ? &table[low] : NULL;
}

static guint
decompose_hangul (guint32 syllable, guint32 *decomposed)
{
  guint32 index = syllable - HANGUL_S, trailing = index % HANGUL_N_T;

  decomposed[0] = HANGUL_L + index / (HANGUL_N_V * HANGUL_N_T);
  decomposed[1] = HANGUL_V + index / HANGUL_N_T % HANGUL_N_V;
  decomposed[2] = HANGUL_T + trailing;
  return trailing > 0 ? 3 : 2;
}

/* The full decomposition, the code point itself where it has none. Returns the number written. */
guint
trafo_unicode_decompose (guint32  point,
                         gboolean compatibility,
                         guint32  decomposed[TRAFO_UNICODE_MAX_DECOMPOSITION])
{
  const TrafoDecomposition *row = NULL;

  if (point >= HANGUL_S && point < HANGUL_S + HANGUL_N_S)
    return decompose_hangul (point, decomposed);
  if (compatibility)
    row = find_decomposition (trafo_unicode_compatibilities,
                              trafo_unicode_compatibility_count,
                              point);
  if (row == NULL)
    row = find_decomposition (trafo_unicode_canonicals, trafo_unicode_canonical_count, point);
  if (row == NULL)
    {
      decomposed[0] = point;
      return 1;
    }
  for (guint i = 0; i < row->length; i++)
    decomposed[i] = trafo_unicode_pool[row->offset + i];
  return row->length;
}

/* The primary composite of two code points, 0 if there is none. */
guint32
trafo_unicode_compose (guint32 first, guint32 second)
{
  gsize low = 0, high = trafo_unicode_composition_count;

  if (first >= HANGUL_L && first < HANGUL_L + HANGUL_N_L && second >= HANGUL_V &&
      second < HANGUL_V + HANGUL_N_V)
    return HANGUL_S + ((first - HANGUL_L) * HANGUL_N_V + second - HANGUL_V) * HANGUL_N_T;
  if (first >= HANGUL_S && first < HANGUL_S + HANGUL_N_S && (first - HANGUL_S) % HANGUL_N_T == 0 &&
      second > HANGUL_T && second < HANGUL_T + HANGUL_N_T)
    return first + second - HANGUL_T;
  while (low < high)
    {
      gsize                   middle = low + (high - low) / 2;
      const TrafoComposition *row = &trafo_unicode_compositions[middle];

      if (row->first == first && row->second == second)
        return row->composed;
      if (row->first < first || (row->first == first && row->second < second))
        low = middle + 1;
      else
        high = middle;
    }
  return 0;
}

/* The value of the range that @point is in, 0 if it is in none. */
static guint
find_range (const TrafoUnicodeRange *ranges, gsize n_ranges, guint32 point)
{
  gsize low = 0, high = n_ranges;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (ranges[middle].last < point)
        low = middle + 1;
      else
        high = middle;
    }
  return low < n_ranges && ranges[low].first <= point ? ranges[low].value : 0;
}

/* A number for the script, as the pre-tokenizer UnicodeScripts tells scripts apart; 0: any. */
guint
trafo_unicode_get_script (guint32 point)
{
  return find_range (trafo_unicode_scripts, trafo_unicode_script_count, point);
}

/* A leading, vowel or trailing jamo, or a syllable without or with a trailing one; 0: no Hangul. */
static char
get_hangul_kind (guint32 point)
{
  if (point < HANGUL_L)
    return 0;
  if (point < 0x1160 || (point >= 0xa960 && point <= 0xa97c))
    return 'L';
  if (point < 0x11a8 || (point >= 0xd7b0 && point <= 0xd7c6))
    return 'V';
  if (point < 0x1200 || (point >= 0xd7cb && point <= 0xd7fb))
    return 'T';
  if (point >= HANGUL_S && point < HANGUL_S + HANGUL_N_S)
    return (point - HANGUL_S) % HANGUL_N_T == 0 ? 'v' : 't';
  return 0;
}

static gboolean
joins_hangul (guint32 first, guint32 second)
{
  char a = get_hangul_kind (first), b = get_hangul_kind (second);

  if (a == 'L')
    return b == 'L' || b == 'V' || b == 'v' || b == 't';
  if (a == 'V' || a == 'v')
    return b == 'V' || b == 'T';
  return (a == 'T' || a == 't') && b == 'T';
}

static gboolean
is_regional_indicator (guint32 point)
{
  return point >= 0x1f1e6 && point <= 0x1f1ff;
}

static TrafoGraphemeKind
get_grapheme_kind (guint32 point)
{
  return find_range (trafo_unicode_graphemes, trafo_unicode_grapheme_count, point);
}

/* The size in bytes of the grapheme that @text, not empty, begins with (UAX #29). */
gsize
trafo_unicode_get_grapheme_size (const char *text, gsize size_bytes)
{
  guint32           point, next;
  gsize             end = trafo_utf8_decode (text, &point);
  TrafoGraphemeKind kind = get_grapheme_kind (point);
  gboolean          has_pictograph = kind == TRAFO_GRAPHEME_PICTOGRAPH;
  guint             n_indicators = is_regional_indicator (point);

  if (point < 0x80 && (size_bytes == 1 || (guint8) text[1] < 0x80))
    return point == '\r' && size_bytes > 1 && text[1] == '\n' ? 2 : 1;
  while (end < size_bytes)
    {
      guint             length = trafo_utf8_decode (text + end, &next);
      TrafoGraphemeKind next_kind = get_grapheme_kind (next);
      gboolean          joins;

      if (kind == TRAFO_GRAPHEME_CONTROL || next_kind == TRAFO_GRAPHEME_CONTROL)
        joins = point == '\r' && next == '\n';
      else
        joins =
            next_kind == TRAFO_GRAPHEME_EXTEND || kind == TRAFO_GRAPHEME_PREPEND ||
            joins_hangul (point, next) ||
            (n_indicators == 1 && is_regional_indicator (point) && is_regional_indicator (next)) ||
            (has_pictograph && point == 0x200d && next_kind == TRAFO_GRAPHEME_PICTOGRAPH);
      if (!joins)
        break;
      n_indicators += is_regional_indicator (next);
      has_pictograph = next_kind == TRAFO_GRAPHEME_PICTOGRAPH ||
                       (has_pictograph && next_kind == TRAFO_GRAPHEME_EXTEND);
      point = next;
      kind = next_kind;
      end += length;
    }
  return end;
}

/* The number of bytes up to the first that is not ASCII. */
gsize
trafo_utf8_get_ascii_length (const char *text, gsize size_bytes)
{
  gsize i = 0;

  for (; i + 8 <= size_bytes; i += 8)
    {
      guint64 word;

      memcpy (&word, text + i, 8);
      if ((word & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
        break;
    }
  while (i < size_bytes && (guint8) text[i] < 0x80)
    i++;
  return i;
}

/* The length of the valid sequence of more than one byte that @p begins with, 0 if it does not. */
static guint
get_sequence_length (const guint8 *p, gsize size_bytes)
{
  guint length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;

  if (p[0] < 0xc2 || p[0] > 0xf4 || length > size_bytes)
    return 0;
  for (guint i = 1; i < length; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
      (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
    return 0;
  return length;
}

/* Strict UTF-8, NUL included; @invalid_at is where the first bad sequence begins. */
gboolean
trafo_utf8_validate (const char *text, gsize size_bytes, gsize *invalid_at)
{
  gsize i = 0;

  while ((i += trafo_utf8_get_ascii_length (text + i, size_bytes - i)) < size_bytes)
    while (i < size_bytes && (guint8) text[i] >= 0x80)
      {
        guint length = get_sequence_length ((const guint8 *) text + i, size_bytes - i);

        if (length == 0)
          {
            *invalid_at = i;
            return FALSE;
          }
        i += length;
      }
  return TRUE;
}

/* The size of the longest part of a character that @text begins with, which is not a valid one; 1 if
 * its first byte begins none. */
gsize
trafo_utf8_get_invalid_length (const char *text, gsize size_bytes)
{
  const guint8 *p = (const guint8 *) text;
  guint         length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  guint8        low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
  guint8        high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
  gsize         i = 1;

  if (p[0] < 0xc2 || p[0] > 0xf4 || size_bytes < 2 || p[1] < low || p[1] > high)
    return 1;
  while (++i < length && i < size_bytes && (p[i] & 0xc0) == 0x80)
    ;
  return i;
}

/* The number of code points in valid UTF-8. */
gsize
trafo_utf8_count (const char *text, gsize size_bytes)
{
  gsize count = 0;

  for (gsize i = 0; i < size_bytes; i++)
    count += ((guint8) text[i] & 0xc0) != 0x80;
  return count;
}
