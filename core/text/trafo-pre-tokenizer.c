/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pre-tokenizer-private.h"

#include "trafo-byte-alphabet-private.h"
#include "trafo-component-private.h"
#include "trafo-word-scan-private.h"

/* What becomes of the characters that a pattern matches, as in tokenizers' SplitDelimiterBehavior.
 */
typedef enum
{
  BEHAVIOR_REMOVED,
  BEHAVIOR_ISOLATED,
  BEHAVIOR_MERGED_WITH_PREVIOUS,
  BEHAVIOR_MERGED_WITH_NEXT,
  BEHAVIOR_CONTIGUOUS,
} Behavior;

typedef struct _Step Step;

/* Splits @range of @text into words. */
typedef void (*SplitFunc) (const Step     *self,
                           const char     *text,
                           TrafoTextRange  range,
                           TrafoWordArray *words);

/* Writes what becomes of the word at @range of @text. */
typedef void (*RewriteFunc) (const Step              *self,
                             const TrafoAlignedText  *text,
                             TrafoTextRange           range,
                             TrafoAlignedTextBuilder *builder);

/* One of @split and @rewrite is NULL. */
struct _Step
{
  SplitFunc   split;
  RewriteFunc rewrite;
  Behavior    behavior;
};

struct _TrafoPreTokenizer
{
  GArray *steps;
};

void
trafo_pre_tokenizer_scratch_clear (TrafoPreTokenizerScratch *self)
{
  for (guint i = 0; i < 2; i++)
    {
      trafo_word_array_clear (&self->words[i]);
      trafo_aligned_text_builder_clear (&self->builders[i]);
    }
}

/* BERT: white space separates and is dropped, each punctuation character is a word. */
static void
split_bert (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
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

static void
split_whitespace_split (const Step     *self,
                        const char     *text,
                        TrafoTextRange  range,
                        TrafoWordArray *words)
{
  guint32 start = range.start;
  guint   length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      if ((trafo_unicode_get_flags_at (text + i, &length) & TRAFO_UNICODE_WHITESPACE) == 0)
        continue;
      trafo_word_array_append (words, start, i);
      start = i + length;
    }
  trafo_word_array_append (words, start, range.end);
}

/* The regular expression \w+|[^\w\s]+: runs of word characters and runs of what is neither word
 * nor white space. */
static void
split_whitespace (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
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
 * was punctuation; @is: this one is. */
static gboolean
begins_word (Behavior behavior, gboolean was, gboolean is)
{
  switch (behavior)
    {
    case BEHAVIOR_MERGED_WITH_PREVIOUS:
      return was;
    case BEHAVIOR_MERGED_WITH_NEXT:
      return is;
    case BEHAVIOR_CONTIGUOUS:
      return was != is;
    default:
      return was || is;
    }
}

static void
split_punctuation (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  guint32  start = range.start;
  gboolean was = FALSE;
  guint    length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      gboolean is =
          (trafo_unicode_get_flags_at (text + i, &length) & TRAFO_UNICODE_PUNCTUATION) != 0;

      if (start < i && begins_word (self->behavior, was, is))
        {
          if (!was || self->behavior != BEHAVIOR_REMOVED)
            trafo_word_array_append (words, start, i);
          start = i;
        }
      was = is;
    }
  if (start < range.end && (!was || self->behavior != BEHAVIOR_REMOVED))
    trafo_word_array_append (words, start, range.end);
}

static gboolean
read_behavior (Step *self, GVariant *component, const char *where, GError **error)
{
  static const char *const names[] = {
    [BEHAVIOR_REMOVED] = "Removed",
    [BEHAVIOR_ISOLATED] = "Isolated",
    [BEHAVIOR_MERGED_WITH_PREVIOUS] = "MergedWithPrevious",
    [BEHAVIOR_MERGED_WITH_NEXT] = "MergedWithNext",
    [BEHAVIOR_CONTIGUOUS] = "Contiguous",
  };
  g_autofree char *name = g_strdup (names[BEHAVIOR_ISOLATED]);
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

static void
add_step (TrafoPreTokenizer *self, Step step)
{
  g_array_append_val (self->steps, step);
}

static gboolean
read_punctuation (TrafoPreTokenizer *self, GVariant *component, const char *where, GError **error)
{
  Step step = { .split = split_punctuation };

  if (!read_behavior (&step, component, where, error))
    return FALSE;
  add_step (self, step);
  return TRUE;
}

static void
split_gpt2 (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  trafo_word_scan_gpt2 (text, range, words);
}

static void
rewrite_bytes (const Step              *self,
               const TrafoAlignedText  *text,
               TrafoTextRange           range,
               TrafoAlignedTextBuilder *builder)
{
  trafo_byte_alphabet_append (builder, text, range.start, range.end - range.start);
}

/* A space before a word that has none; it comes from where the word's first character comes from. */
static void
rewrite_with_space (const Step              *self,
                    const TrafoAlignedText  *text,
                    TrafoTextRange           range,
                    TrafoAlignedTextBuilder *builder)
{
  guint32 point, start, end;
  guint   length = trafo_utf8_decode (text->text + range.start, &point);

  trafo_aligned_text_get_origin (text, range.start, length, &start, &end);
  if (point != ' ')
    trafo_aligned_text_builder_append (builder, ' ', start, end);
  trafo_aligned_text_builder_append_run (builder, text, range.start, range.end - range.start);
}

static gboolean
read_byte_level (TrafoPreTokenizer *self, GVariant *component, const char *where, GError **error)
{
  gboolean add_prefix_space = TRUE, use_regex = TRUE;

  if (!trafo_component_read_boolean (component,
                                     where,
                                     "add_prefix_space",
                                     &add_prefix_space,
                                     error) ||
      !trafo_component_read_boolean (component, where, "use_regex", &use_regex, error))
    return FALSE;
  if (add_prefix_space)
    add_step (self, (Step){ .rewrite = rewrite_with_space });
  if (use_regex)
    add_step (self, (Step){ .split = split_gpt2 });
  add_step (self, (Step){ .rewrite = rewrite_bytes });
  return TRUE;
}

/* A type is one split, or what @read makes of it. */
static const struct
{
  const char *type;
  SplitFunc   split;
  gboolean (*read) (TrafoPreTokenizer *self,
                    GVariant          *component,
                    const char        *where,
                    GError           **error);
} kinds[] = {
  { "BertPreTokenizer", split_bert },
  { "ByteLevel", NULL, read_byte_level },
  { "Punctuation", NULL, read_punctuation },
  { "Whitespace", split_whitespace },
  { "WhitespaceSplit", split_whitespace_split },
};

static gboolean
read_component (TrafoPreTokenizer *self, GVariant *component, const char *where, GError **error)
{
  const char *type = trafo_component_get_type (component, where, error);

  if (type == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (type, kinds[i].type))
      {
        if (kinds[i].read != NULL)
          return kinds[i].read (self, component, where, error);
        add_step (self, (Step){ .split = kinds[i].split });
        return TRUE;
      }
  trafo_component_set_unknown (error, where, type);
  return FALSE;
}

/* @component: the "pre_tokenizer" of a tokenizer.json, or NULL; @origin: the file. */
TrafoPreTokenizer *
trafo_pre_tokenizer_new (GVariant *component, const char *origin, GError **error)
{
  g_autoptr (TrafoPreTokenizer) self = g_new0 (TrafoPreTokenizer, 1);
  g_autoptr (GPtrArray) flat = NULL;
  g_autofree char *where = g_strconcat (origin, ": pre_tokenizer", NULL);

  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  flat = trafo_component_flatten (component, "pretokenizers", where, error);
  for (guint i = 0; flat != NULL && i < flat->len; i++)
    if (!read_component (self, g_ptr_array_index (flat, i), where, error))
      return NULL;
  return flat != NULL ? g_steal_pointer (&self) : NULL;
}

void
trafo_pre_tokenizer_free (TrafoPreTokenizer *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

/* @builder: where the text of all words goes, one behind the other. */
static gboolean
rewrite_words (const Step              *step,
               TrafoAlignedText        *text,
               const TrafoWordArray    *from,
               TrafoWordArray          *to,
               TrafoAlignedTextBuilder *builder,
               GError                 **error)
{
  for (gsize i = 0; i < from->n_ranges && !builder->failed; i++)
    {
      gsize start = builder->size_bytes;

      step->rewrite (step, text, from->ranges[i], builder);
      trafo_word_array_append (to, start, builder->size_bytes);
    }
  return trafo_aligned_text_builder_finish (builder, text, error);
}

/* Replaces @text by what the words' text becomes, which lives in @scratch as @words does. */
gboolean
trafo_pre_tokenizer_apply (const TrafoPreTokenizer  *self,
                           TrafoPreTokenizerScratch *scratch,
                           TrafoAlignedText         *text,
                           const TrafoWordArray    **words,
                           GError                  **error)
{
  TrafoWordArray *from = &scratch->words[0], *to = &scratch->words[1];
  gsize           n_rewritten = 0, size_bytes = text->size_bytes;
  gsize           limit = trafo_aligned_text_get_limit (size_bytes);

  from->n_ranges = 0;
  trafo_word_array_append (from, 0, text->size_bytes);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step              *step = &g_array_index (self->steps, Step, i);
      TrafoWordArray          *done = from;
      TrafoAlignedTextBuilder *builder = &scratch->builders[n_rewritten % 2];

      to->n_ranges = 0;
      for (gsize k = 0; step->split != NULL && k < from->n_ranges; k++)
        step->split (step, text->text, from->ranges[k], to);
      if (step->rewrite != NULL)
        {
          trafo_aligned_text_builder_begin (builder, text->base, limit);
          if (!rewrite_words (step, text, from, to, builder, error))
            return FALSE;
          n_rewritten++;
        }
      from = to;
      to = done;
    }
  if (from->failed || to->failed)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for the words of a text of %" G_GSIZE_FORMAT " bytes",
                   size_bytes);
      return FALSE;
    }
  *words = from;
  return TRUE;
}
