/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-json-string-private.h"

#include <string.h>

#define ALL_BYTES(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))
#define SHOWN_SIZE_BYTES 80

/* Whether one of the eight bytes ends a plain run: a quote, a backslash or a control character.
 * The classic zero-byte test: (w - 1) & ~w has its high bit set where a byte of w was zero; with
 * 0x20 in place of 1, where it was below 0x20. */
static inline gboolean
holds_special (guint64 word)
{
  guint64 quote = word ^ ALL_BYTES ('"');
  guint64 backslash = word ^ ALL_BYTES ('\\');
  guint64 found = ((quote - ALL_BYTES (1)) & ~quote) | ((backslash - ALL_BYTES (1)) & ~backslash) |
                  ((word - ALL_BYTES (0x20)) & ~word);

  return (found & ALL_BYTES (0x80)) != 0;
}

/* Four hex digits at @digits, or -1. */
static gint32
parse_hex4 (const char *digits)
{
  gint32 value = 0;

  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (digits[i]);

      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }
  return value;
}

/* The character of the \uXXXX escape at @text, its size in the text in *ret_size_bytes: 12 for a
 * surrogate pair. Returns -1 when it is malformed or half a pair. */
static gint32
parse_unicode_escape (const char *text, gsize size_bytes, gsize *ret_size_bytes)
{
  gint32 high, low;

  *ret_size_bytes = 6;
  if (size_bytes < 6 || text[1] != 'u')
    return -1;
  high = parse_hex4 (text + 2);
  if (high < 0xd800 || high > 0xdfff)
    return high;
  if (high > 0xdbff || size_bytes < 12 || text[6] != '\\' || text[7] != 'u')
    return -1;
  low = parse_hex4 (text + 8);
  if (low < 0xdc00 || low > 0xdfff)
    return -1;
  *ret_size_bytes = 12;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* The size of the escape whose backslash is at @text, or 0 if it is not a valid one. */
static gsize
scan_escape (const char *text, gsize size_bytes)
{
  gsize escape_size;

  if (size_bytes < 2 || text[1] == '\0')
    return 0;
  if (strchr ("\"\\/bfnrt", text[1]) != NULL)
    return 2;
  return parse_unicode_escape (text, size_bytes, &escape_size) < 0 ? 0 : escape_size;
}

const char *
trafo_json_string_scan (const char      *text,
                        gsize            size_bytes,
                        gsize            start,
                        TrafoJsonString *ret_string,
                        gsize           *ret_offset)
{
  guint64     seen = 0;
  gsize       i = start;
  gboolean    has_escape = FALSE;
  const char *bad;

  for (;;)
    {
      gsize   escape_size;
      guint64 word;

      for (; i + 8 <= size_bytes; i += 8)
        {
          memcpy (&word, text + i, 8);
          if (holds_special (word))
            break;
          seen |= word;
        }
      while (i < size_bytes && text[i] != '"' && text[i] != '\\' && (guchar) text[i] >= 0x20)
        seen |= (guchar) text[i++];
      *ret_offset = i;
      if (i == size_bytes)
        return "the string's closing '\"'";
      if (text[i] == '"')
        break;
      if (text[i] != '\\')
        return "no control character in a string";
      escape_size = scan_escape (text + i, size_bytes - i);
      if (escape_size == 0)
        {
          /* an escape that the end of the text cuts */
          if (size_bytes - i < 6 && memchr (text + i, '"', size_bytes - i) == NULL)
            *ret_offset = size_bytes;
          return "a valid escape (surrogates only in pairs)";
        }
      has_escape = TRUE;
      i += escape_size;
    }

  if ((seen & ALL_BYTES (0x80)) != 0 && !g_utf8_validate_len (text + start, i - start, &bad))
    {
      *ret_offset = bad - text;
      return "valid UTF-8";
    }
  ret_string->start = start;
  ret_string->end = i;
  ret_string->has_escape = has_escape;
  return NULL;
}

/* The character that \@letter stands for. */
static char
unescape (char letter)
{
  switch (letter)
    {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
    }
}

gsize
trafo_json_string_decode (const char *text, const TrafoJsonString *string, char *value)
{
  const char *from = text + string->start;
  const char *end = text + string->end;
  char       *to = value;

  if (!string->has_escape)
    {
      memcpy (value, from, end - from);
      return end - from;
    }
  while (from < end)
    {
      const char *backslash = memchr (from, '\\', end - from);
      gsize       plain_size = (backslash != NULL ? backslash : end) - from;
      gsize       escape_size = 2;

      memcpy (to, from, plain_size);
      to += plain_size;
      from += plain_size;
      if (backslash == NULL)
        break;
      if (from[1] == 'u')
        to += g_unichar_to_utf8 (parse_unicode_escape (from, end - from, &escape_size), to);
      else
        *to++ = unescape (from[1]);
      from += escape_size;
    }
  return to - value;
}

char *
trafo_json_string_show (const char *value, gsize size_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (value, MIN (size_bytes, SHOWN_SIZE_BYTES));
  GString         *shown = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (g_unichar_isprint (character))
        g_string_append_unichar (shown, character);
      else
        g_string_append_printf (shown, "\\u%04x", character);
    }
  if (size_bytes > SHOWN_SIZE_BYTES)
    g_string_append (shown, "...");
  return g_string_free (shown, FALSE);
}
