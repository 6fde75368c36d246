/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-word-scan-private.h"

#include "trafo-unicode-private.h"

enum
{
  LETTER = TRAFO_UNICODE_LETTER,
  NUMBER = TRAFO_UNICODE_NUMBER,
  SPACE = TRAFO_UNICODE_WHITESPACE,
};

/* Where a run of characters ends that have a flag of @wanted, or, where that is 0, none of the three. */
static inline guint32
skip_run (const char *text, guint32 at, guint32 end, guint wanted)
{
  guint length;

  for (; at < end; at += length)
    {
      guint flags = trafo_unicode_get_flags_at (text + at, &length) & (LETTER | NUMBER | SPACE);

      if (wanted != 0 ? (flags & wanted) == 0 : flags != 0)
        break;
    }
  return at;
}

/* \s+(?!\S)|\s+ at white space: a run but for its last character, which belongs to the word behind
 * it; all of the run at the end of the text, or where it has one character. */
static inline guint32
scan_space (const char *text, guint32 at, guint32 end)
{
  guint32 stop = skip_run (text, at, end, SPACE), last = stop;

  if (stop == end)
    return end;
  while (((guint8) text[--last] & 0xc0) == 0x80)
    ;
  return last > at ? last : stop;
}

/* 's|'t|'re|'ve|'m|'ll|'d at an apostrophe; its size, 0 if there is none. */
static inline guint
match_contraction (const char *text, guint32 at, guint32 end, gboolean ignore_case)
{
  char first = at + 1 < end ? text[at + 1] : 0, second = at + 2 < end ? text[at + 2] : 0;

  if (ignore_case)
    {
      /* LATIN SMALL LETTER LONG S, the only other character whose case folds to one of these. */
      if (first == '\xc5' && second == '\xbf')
        return 3;
      first = g_ascii_tolower (first);
      second = g_ascii_tolower (second);
    }
  if (first == 's' || first == 't' || first == 'm' || first == 'd')
    return 2;
  if ((second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l'))
    return 3;
  return 0;
}

/* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
void
trafo_word_scan_gpt2 (const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  guint32 at = range.start, end = range.end;

  while (at < end)
    {
      guint   size = text[at] == '\'' ? match_contraction (text, at, end, FALSE) : 0, length;
      guint32 begin = at + (text[at] == ' ' && at + 1 < end), stop = at + size;
      guint   flags = trafo_unicode_get_flags_at (text + begin, &length);

      if (size == 0)
        stop = (flags & SPACE) != 0
                   ? scan_space (text, at, end)
                   : skip_run (text, begin + length, end, flags & (LETTER | NUMBER));
      trafo_word_array_append (words, at, stop);
      at = stop;
    }
}

static const struct
{
  const char   *regex;
  TrafoWordScan scan;
} known[] = {
  { "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    trafo_word_scan_gpt2 },
};

/* NULL for a regular expression that is not known. */
TrafoWordScan
trafo_word_scan_find (const char *regex)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].regex, regex))
      return known[i].scan;
  return NULL;
}
