/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Where the two read the same text differently, it is written anew: the classes \s \w \d \h and word
 * boundaries, which PCRE2 defines by other properties, and sets within sets. What cannot be said in
 * PCRE2 is refused by name. Oniguruma's rules stand in its doc/RE; PCRE2's in pcre2pattern(3). */
#include "trafo-oniguruma-private.h"

#include <string.h>

#define SPACES                                                                                     \
  "\\x09-\\x0d\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}" \
  "\\x{3000}"
#define NO_SPACES                                                                                  \
  "\\x00-\\x08\\x0e-\\x1f\\x21-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"         \
  "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"                   \
  "\\x{3001}-\\x{10ffff}"
/* Outside of sets, a word has the numbers of Latin-1 too. */
#define SET_WORDS "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"
#define WORDS SET_WORDS "\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}"

/* What an escape stands for: in a set, and outside of one. NULL: as it is; "": refused. */
static const struct
{
  char        letter;
  const char *in_set;
  const char *outside;
} escapes[] = {
  { 's', SPACES, "[" SPACES "]" },
  { 'S', NO_SPACES, "[^" SPACES "]" },
  { 'w', SET_WORDS, "[" WORDS "]" },
  { 'W', "", "[^" WORDS "]" },
  { 'd', "\\p{Nd}", "\\p{Nd}" },
  { 'D', "\\P{Nd}", "\\P{Nd}" },
  { 'h', "0-9a-fA-F", "[0-9a-fA-F]" },
  { 'H', "", "[^0-9a-fA-F]" },
  { 'b', "\\x08", "(?:(?<=[" WORDS "])(?![" WORDS "])|(?<![" WORDS "])(?=[" WORDS "]))" },
  { 'B', "", "(?:(?<=[" WORDS "])(?=[" WORDS "])|(?<![" WORDS "])(?![" WORDS "]))" },
  { 'y', "", "" },
  { 'Y', "", "" },
  { 'K', "", NULL },
  { 'g', "", "" },
  { 'M', "", "" },
  { 'C', "", "" },
  { 'N', "", "" },
  { 'O', "", "" },
  { 'v', "\\x0b", "\\x0b" },
};

typedef struct
{
  const char *regex;
  const char *where;
  const char *p;
  GString    *out;
  guint       set_depth; /* sets within sets; 0 outside */
} Translation;

static gboolean
refuse (const Translation *self, const char *what, GError **error)
{
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_UNKNOWN,
               "%s: the regular expression '%.200s' has %s at byte %" G_GSIZE_FORMAT
               ", which is not supported",
               self->where,
               self->regex,
               what,
               (gsize) (self->p - self->regex));
  return FALSE;
}

/* \uHHHH */
static gboolean
translate_code_point (Translation *self, GError **error)
{
  for (guint i = 2; i < 6; i++)
    if (!g_ascii_isxdigit (self->p[i]))
      return refuse (self, "a \\u without four digits", error);
  g_string_append_printf (self->out, "\\x{%.4s}", self->p + 2);
  self->p += 6;
  return TRUE;
}

static gboolean
translate_escape (Translation *self, GError **error)
{
  const char *end;
  char        letter = self->p[1];

  if (letter == 'u')
    return translate_code_point (self, error);
  for (guint i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (escapes[i].letter == letter)
      {
        const char *text = self->set_depth > 0 ? escapes[i].in_set : escapes[i].outside;
        char        what[] = { 't', 'h', 'e', ' ', '\\', letter, '\0' };

        if (text == NULL)
          break;
        if (*text == '\0')
          return refuse (self, what, error);
        g_string_append (self->out, text);
        self->p += 2;
        return TRUE;
      }
  g_string_append_c (self->out, '\\');
  self->p++;
  if (*self->p == '\0')
    return TRUE;
  end = g_utf8_next_char (self->p);
  /* The braces of \p{L}, \x{e9} and their like are no interval's. */
  if (strchr ("pPxo", letter) != NULL && *end == '{' && strchr (end, '}') != NULL)
    end = strchr (end, '}') + 1;
  g_string_append_len (self->out, self->p, end - self->p);
  self->p = end;
  return TRUE;
}

/* A set within a set adds its members: the brackets are left out. */
static gboolean
translate_in_set (Translation *self, GError **error)
{
  switch (*self->p)
    {
    case '[':
      if (self->p[1] == ':')
        return refuse (self, "a POSIX bracket", error);
      if (self->p[1] == '^')
        return refuse (self, "a negated set within a set", error);
      self->set_depth++;
      self->p++;
      return TRUE;
    case ']':
      if (--self->set_depth == 0)
        g_string_append_c (self->out, ']');
      self->p++;
      return TRUE;
    case '&':
      if (self->p[1] == '&')
        return refuse (self, "an intersection of sets", error);
      break;
    default:
      break;
    }
  g_string_append_len (self->out, self->p, g_utf8_next_char (self->p) - self->p);
  self->p = g_utf8_next_char (self->p);
  return TRUE;
}

static gboolean
begin_set (Translation *self)
{
  self->set_depth = 1;
  g_string_append_c (self->out, *self->p++);
  if (*self->p == '^')
    g_string_append_c (self->out, *self->p++);
  if (*self->p == ']')
    {
      g_string_append (self->out, "\\]");
      self->p++;
    }
  return TRUE;
}

/* (?m) lets the dot match a line's end in Oniguruma, which is PCRE2's (?s); ^ and $ match at each
 * line there whatever the options. */
static gboolean
translate_group (Translation *self, GError **error)
{
  const char *end = self->p + 1;

  if (*end == '?')
    for (end++; g_ascii_isalpha (*end) || *end == '-';)
      end++;
  if (end <= self->p + 2 || (*end != ':' && *end != ')'))
    {
      if (self->p[1] == '?' && strchr (":=!<>#", self->p[2]) == NULL)
        return refuse (self, "a group of an unknown kind", error);
      g_string_append_c (self->out, *self->p++);
      return TRUE;
    }
  for (const char *p = self->p + 2; p < end; p++)
    if (*p != 'i' && *p != 'm' && *p != 'x' && *p != '-')
      return refuse (self, "an option other than i, m and x", error);
  for (; self->p < end; self->p++)
    g_string_append_c (self->out, *self->p == 'm' ? 's' : *self->p);
  return TRUE;
}

static gboolean
translate_outside (Translation *self, GError **error)
{
  if (*self->p == '[')
    return begin_set (self);
  if (*self->p == '(')
    return translate_group (self, error);
  if (*self->p == '}' && self->p[1] == '+')
    return refuse (self, "a plus behind an interval", error);
  g_string_append_len (self->out, self->p, g_utf8_next_char (self->p) - self->p);
  self->p = g_utf8_next_char (self->p);
  return TRUE;
}

char *
trafo_oniguruma_to_pcre2 (const char *regex, const char *where, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  Translation self = { regex, where, regex, out, 0 };

  while (*self.p != '\0')
    {
      gboolean done;

      if (*self.p == '\\')
        done = translate_escape (&self, error);
      else if (self.set_depth > 0)
        done = translate_in_set (&self, error);
      else
        done = translate_outside (&self, error);
      if (!done)
        return NULL;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
