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

/* Where \s*[\r\n]+ ends at white space: behind the last end of a line in it; 0 if it has none. */
static inline guint32
scan_lines (const char *text, guint32 at, guint32 end)
{
  guint32 stop = skip_run (text, at, end, SPACE);

  while (stop > at && text[stop - 1] != '\r' && text[stop - 1] != '\n')
    stop--;
  return stop > at ? stop : 0;
}

/* One match of cl100k's regular expression, with at most @max_digits in a number. */
static inline guint32
scan_cl100k (const char *text, guint32 at, guint32 end, guint max_digits)
{
  guint   contraction = text[at] == '\'' ? match_contraction (text, at, end, TRUE) : 0;
  guint   length, next_length = 0, next_flags = 0;
  guint   flags = trafo_unicode_get_flags_at (text + at, &length);
  guint32 next = at + length, stop = next;

  if (contraction > 0)
    return at + contraction;
  if ((flags & LETTER) != 0)
    return skip_run (text, next, end, LETTER);
  if ((flags & NUMBER) != 0)
    {
      for (guint n = 1; n < max_digits && stop < end; n++, stop += length)
        if ((trafo_unicode_get_flags_at (text + stop, &length) & NUMBER) == 0)
          break;
      return stop;
    }
  if (next < end)
    next_flags = trafo_unicode_get_flags_at (text + next, &next_length);
  if ((next_flags & LETTER) != 0 && text[at] != '\r' && text[at] != '\n')
    return skip_run (text, next, end, LETTER);
  if ((flags & SPACE) != 0)
    {
      if (text[at] != ' ' || next == end || (next_flags & (LETTER | NUMBER | SPACE)) != 0)
        {
          stop = scan_lines (text, at, end);
          return stop > 0 ? stop : scan_space (text, at, end);
        }
      stop += next_length;
    }
  stop = skip_run (text, stop, end, 0);
  while (stop < end && (text[stop] == '\r' || text[stop] == '\n'))
    stop++;
  return stop;
}

static void
scan_llama3 (const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  for (guint32 at = range.start, stop; at < range.end; at = stop)
    {
      stop = scan_cl100k (text, at, range.end, 3);
      trafo_word_array_append (words, at, stop);
    }
}

static void
scan_qwen2 (const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  for (guint32 at = range.start, stop; at < range.end; at = stop)
    {
      stop = scan_cl100k (text, at, range.end, 1);
      trafo_word_array_append (words, at, stop);
    }
}

#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
#define REST "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

static const struct
{
  const char   *regex;
  TrafoWordScan scan;
} known[] = {
  { "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    trafo_word_scan_gpt2 },
  { CONTRACTIONS "\\p{N}{1,3}" REST, scan_llama3 },
  { CONTRACTIONS "\\p{N}" REST, scan_qwen2 },
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
