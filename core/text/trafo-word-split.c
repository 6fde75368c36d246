/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-word-split-private.h"

#include "trafo-component-private.h"
#include "trafo-unicode-private.h"

/* BERT: white space separates and is dropped, each punctuation character is a word. */
static void
split_bert (const TrafoWordSplit *self,
            const char           *text,
            TrafoTextRange        range,
            TrafoWordArray       *words)
{
  guint32 start = range.start;
  guint   length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      guint flags = trafo_unicode_get_flags_at (text + i, &length);

      if ((flags & (TRAFO_UNICODE_WHITESPACE | TRAFO_UNICODE_PUNCTUATION)) == 0)
        continue;
      trafo_word_array_append (words, start, i);
      if ((flags & TRAFO_UNICODE_WHITESPACE) == 0)
        trafo_word_array_append (words, i, i + length);
      start = i + length;
    }
  trafo_word_array_append (words, start, range.end);
}

/* The regular expression \w+|[^\w\s]+: runs of word characters and runs of what is neither word
 * nor white space. */
static void
split_whitespace (const TrafoWordSplit *self,
                  const char           *text,
                  TrafoTextRange        range,
                  TrafoWordArray       *words)
{
  guint32 start = range.start;
  guint   length, kind = TRAFO_UNICODE_WHITESPACE;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      guint flags = trafo_unicode_get_flags_at (text + i, &length);
      guint next = flags & TRAFO_UNICODE_WORD;

      if (next == 0)
        next = flags & TRAFO_UNICODE_WHITESPACE;
      if (next == kind)
        continue;
      if (kind != TRAFO_UNICODE_WHITESPACE && start < i)
        trafo_word_array_append (words, start, i);
      start = i;
      kind = next;
    }
  if (kind != TRAFO_UNICODE_WHITESPACE && start < range.end)
    trafo_word_array_append (words, start, range.end);
}

/* Whether the character between two pieces begins a word of its own. @was: the character before
 * is a match; @is: this one is. */
static gboolean
begins_word (TrafoSplitBehavior behavior, gboolean was, gboolean is)
{
  switch (behavior)
    {
    case TRAFO_SPLIT_MERGED_WITH_PREVIOUS:
      return was;
    case TRAFO_SPLIT_MERGED_WITH_NEXT:
      return is;
    case TRAFO_SPLIT_CONTIGUOUS:
      return was != is;
    default:
      return was || is;
    }
}

static inline gboolean
is_match (const TrafoWordSplit *self, const char *text, guint *length)
{
  guint32 point;

  if (self->flags != 0)
    return (trafo_unicode_get_flags_at (text, length) & self->flags) != 0;
  *length = trafo_utf8_decode (text, &point);
  return point == self->delimiter;
}

/* Each character that has one of the flags, or is the delimiter, is a match. */
void
trafo_word_split_by_char (const TrafoWordSplit *self,
                          const char           *text,
                          TrafoTextRange        range,
                          TrafoWordArray       *words)
{
  guint32  start = range.start;
  gboolean was = FALSE, removes = self->behavior == TRAFO_SPLIT_REMOVED;
  guint    length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      gboolean is = is_match (self, text + i, &length);

      if (start < i && begins_word (self->behavior, was, is))
        {
          if (!was || !removes)
            trafo_word_array_append (words, start, i);
          start = i;
        }
      was = is;
    }
  if (!was || !removes)
    trafo_word_array_append (words, start, range.end);
}

void
trafo_word_split_by_scan (const TrafoWordSplit *self,
                          const char           *text,
                          TrafoTextRange        range,
                          TrafoWordArray       *words)
{
  self->scan (text, range, words);
}

static void
split_fixed_length (const TrafoWordSplit *self,
                    const char           *text,
                    TrafoTextRange        range,
                    TrafoWordArray       *words)
{
  guint32 start = range.start, n_chars = 0;

  for (guint32 i = range.start; i < range.end; n_chars++)
    {
      if (n_chars == self->n_chars)
        {
          trafo_word_array_append (words, start, i);
          start = i;
          n_chars = 0;
        }
      i = g_utf8_next_char (text + i) - text;
    }
  trafo_word_array_append (words, start, range.end);
}

/* Words of one script each; a character of any script stays with what stands before it, and is dropped
 * where it comes first. Japanese is one script: SentencePiece's rule. */
static void
split_unicode_scripts (const TrafoWordSplit *self,
                       const char           *text,
                       TrafoTextRange        range,
                       TrafoWordArray       *words)
{
  guint32 start = range.end, point;
  guint   last = 0;

  for (guint32 i = range.start; i < range.end;)
    {
      guint32 at = i;
      guint   script;

      i += trafo_utf8_decode (text + i, &point);
      script = trafo_unicode_get_script (point);
      if (script == 0 || script == last)
        continue;
      if (last != 0)
        trafo_word_array_append (words, start, at);
      start = at;
      last = script;
    }
  trafo_word_array_append (words, start, range.end);
}

/* The parts of a text, matches and what lies between them, one after the other. */
typedef struct
{
  const TrafoWordArray *matches;
  guint32               size;
  gboolean              invert;
  gsize                 next; /* match */
  guint32               at;
} Parts;

typedef struct
{
  guint32  start;
  guint32  end;
  gboolean is_match;
} Part;

static gboolean
next_part (Parts *self, Part *part)
{
  const TrafoTextRange *match = &self->matches->ranges[self->next];
  gboolean              has_match = self->next < self->matches->n_ranges;

  if (has_match && match->start == self->at)
    {
      *part = (Part){ match->start, match->end, !self->invert };
      self->next++;
    }
  else if (self->at < self->size)
    *part = (Part){ self->at, has_match ? match->start : self->size, self->invert };
  else
    return FALSE;
  self->at = part->end;
  return TRUE;
}

/* Whether the second of two neighbours is one word with the first. */
static gboolean
are_joined (TrafoSplitBehavior behavior, const Part *first, const Part *second)
{
  switch (behavior)
    {
    case TRAFO_SPLIT_CONTIGUOUS:
      return first->is_match == second->is_match;
    case TRAFO_SPLIT_MERGED_WITH_PREVIOUS:
      return !first->is_match && second->is_match;
    case TRAFO_SPLIT_MERGED_WITH_NEXT:
      return first->is_match && !second->is_match;
    default:
      return FALSE;
    }
}

static void
split_by_matches (const TrafoWordSplit *self,
                  TrafoTextRange        range,
                  const TrafoWordArray *matches,
                  TrafoWordArray       *words)
{
  Parts    parts = { matches, range.end - range.start, self->invert };
  Part     part, next;
  gboolean has_part = next_part (&parts, &part);

  while (has_part)
    {
      guint32  start = part.start, end = part.end;
      gboolean is_kept = self->behavior != TRAFO_SPLIT_REMOVED || !part.is_match;

      while ((has_part = next_part (&parts, &next)) && are_joined (self->behavior, &part, &next))
        {
          end = next.end;
          part = next;
        }
      part = next;
      if (is_kept)
        trafo_word_array_append (words, range.start + start, range.start + end);
    }
}

static gboolean
read_behavior (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  static const char *const names[] = {
    [TRAFO_SPLIT_REMOVED] = "Removed",
    [TRAFO_SPLIT_ISOLATED] = "Isolated",
    [TRAFO_SPLIT_MERGED_WITH_PREVIOUS] = "MergedWithPrevious",
    [TRAFO_SPLIT_MERGED_WITH_NEXT] = "MergedWithNext",
    [TRAFO_SPLIT_CONTIGUOUS] = "Contiguous",
  };
  g_autofree char *name = g_strdup (names[TRAFO_SPLIT_ISOLATED]);
  g_autoptr (GVariant) member = trafo_component_get (component, "behavior");

  if (member != NULL && !trafo_component_read_string (component, where, "behavior", &name, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      {
        self->behavior = i;
        return TRUE;
      }
  trafo_component_set_wrong (error, where, "behavior", "known behavior");
  return FALSE;
}

static gboolean
read_punctuation (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  self->flags = TRAFO_UNICODE_PUNCTUATION;
  return read_behavior (self, component, where, error);
}

static gboolean
read_whitespace_split (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  self->flags = TRAFO_UNICODE_WHITESPACE;
  self->behavior = TRAFO_SPLIT_REMOVED;
  return TRUE;
}

static gboolean
read_digits (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  gboolean individual_digits = FALSE;

  if (!trafo_component_read_boolean (component,
                                     where,
                                     "individual_digits",
                                     &individual_digits,
                                     error))
    return FALSE;
  self->flags = TRAFO_UNICODE_NUMERIC;
  self->behavior = individual_digits ? TRAFO_SPLIT_ISOLATED : TRAFO_SPLIT_CONTIGUOUS;
  return TRUE;
}

static gboolean
read_delimiter (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  self->behavior = TRAFO_SPLIT_REMOVED;
  return trafo_component_read_char (component, where, "delimiter", &self->delimiter, error);
}

static gboolean
read_fixed_length (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  g_autoptr (GVariant) member = trafo_component_get (component, "length");

  self->n_chars = 5;
  if (member != NULL &&
      !trafo_component_read_id (component, where, "length", &self->n_chars, error))
    return FALSE;
  if (self->n_chars > 0)
    return TRUE;
  trafo_component_set_wrong (error, where, "length", "number above 0");
  return FALSE;
}

/* Where the matches are all of the text, and each is a word, nothing need be remembered. */
static gboolean
read_split (TrafoWordSplit *self, GVariant *component, const char *where, GError **error)
{
  g_autoptr (GVariant) pattern = trafo_component_get (component, "pattern");

  if (!read_behavior (self, component, where, error) ||
      !trafo_component_read_boolean (component, where, "invert", &self->invert, error))
    return FALSE;
  self->pattern = trafo_pattern_new (pattern, where, error);
  if (self->pattern == NULL)
    return FALSE;
  self->scan = trafo_pattern_get_scan (self->pattern);
  if (self->scan != NULL && (self->behavior == TRAFO_SPLIT_ISOLATED ||
                             (self->behavior == TRAFO_SPLIT_REMOVED && self->invert)))
    self->apply = trafo_word_split_by_scan;
  return TRUE;
}

static const struct
{
  const char        *type;
  TrafoWordSplitFunc apply;
  gboolean (*read) (TrafoWordSplit *self, GVariant *component, const char *where, GError **error);
} kinds[] = {
  { "BertPreTokenizer", split_bert },
  { "CharDelimiterSplit", trafo_word_split_by_char, read_delimiter },
  { "Digits", trafo_word_split_by_char, read_digits },
  { "FixedLength", split_fixed_length, read_fixed_length },
  { "Punctuation", trafo_word_split_by_char, read_punctuation },
  { "Split", NULL, read_split },
  { "UnicodeScripts", split_unicode_scripts },
  { "Whitespace", split_whitespace },
  { "WhitespaceSplit", trafo_word_split_by_char, read_whitespace_split },
};

gboolean
trafo_word_split_read (TrafoWordSplit *self,
                       const char     *type,
                       GVariant       *component,
                       const char     *where,
                       GError        **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (type, kinds[i].type))
      {
        self->apply = kinds[i].apply;
        return kinds[i].read == NULL || kinds[i].read (self, component, where, error);
      }
  trafo_component_set_unknown (error, where, type);
  return FALSE;
}

void
trafo_word_split_clear (TrafoWordSplit *self)
{
  g_clear_pointer (&self->pattern, trafo_pattern_free);
}

/* @matches: memory for those of a pattern. */
gboolean
trafo_word_split_apply (const TrafoWordSplit *self,
                        const char           *text,
                        TrafoTextRange        range,
                        TrafoWordArray       *matches,
                        TrafoWordArray       *words,
                        GError              **error)
{
  if (self->apply != NULL)
    {
      self->apply (self, text, range, words);
      return TRUE;
    }
  if (!trafo_pattern_find (self->pattern,
                           text + range.start,
                           range.end - range.start,
                           matches,
                           error))
    return FALSE;
  words->failed |= matches->failed;
  if (!words->failed)
    split_by_matches (self, range, matches, words);
  return TRUE;
}
