/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pre-tokenizer-private.h"

#include <string.h>

#include "trafo-byte-alphabet-private.h"
#include "trafo-component-private.h"
#include "trafo-word-split-private.h"

typedef struct _Step Step;

/* Writes what becomes of the word at @range of @text. */
typedef void (*RewriteFunc) (const Step              *self,
                             const TrafoAlignedText  *text,
                             TrafoTextRange           range,
                             TrafoAlignedTextBuilder *builder);

/* Where a word gets the replacement before it. */
typedef enum
{
  PREPEND_ALWAYS,
  PREPEND_FIRST, /* where it is the text's first */
  PREPEND_NEVER,
} PrependScheme;

struct _Step
{
  RewriteFunc    rewrite; /* NULL: @split is what the step does */
  TrafoWordSplit split;
  guint32        replacement; /* for a space */
  PrependScheme  prepend_scheme;
};

struct _TrafoPreTokenizer
{
  GArray *steps;
};

void
trafo_pre_tokenizer_scratch_clear (TrafoPreTokenizerScratch *self)
{
  trafo_word_array_clear (&self->matches);
  for (guint i = 0; i < 2; i++)
    {
      trafo_word_array_clear (&self->words[i]);
      trafo_aligned_text_builder_clear (&self->builders[i]);
    }
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

static void
rewrite_metaspace (const Step              *self,
                   const TrafoAlignedText  *text,
                   TrafoTextRange           range,
                   TrafoAlignedTextBuilder *builder)
{
  guint32 point, start, end, kept = range.start;
  guint   length = trafo_utf8_decode (text->text + range.start, &point);

  trafo_aligned_text_get_origin (text, range.start, length, &start, &end);
  if (point != ' ' && point != self->replacement &&
      (self->prepend_scheme == PREPEND_ALWAYS ||
       (self->prepend_scheme == PREPEND_FIRST && start == 0)))
    trafo_aligned_text_builder_append (builder, self->replacement, start, end);
  for (const char *space = text->text + kept;
       (space = memchr (space, ' ', text->text + range.end - space)) != NULL;
       space++)
    {
      guint32 at = space - text->text;

      trafo_aligned_text_builder_append_run (builder, text, kept, at - kept);
      trafo_aligned_text_get_origin (text, at, 1, &start, &end);
      trafo_aligned_text_builder_append (builder, self->replacement, start, end);
      kept = at + 1;
    }
  trafo_aligned_text_builder_append_run (builder, text, kept, range.end - kept);
}

static void
add_step (TrafoPreTokenizer *self, Step step)
{
  g_array_append_val (self->steps, step);
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
    add_step (self,
              (Step){
                  .split = { .apply = trafo_word_split_by_scan, .scan = trafo_word_scan_gpt2 } });
  add_step (self, (Step){ .rewrite = rewrite_bytes });
  return TRUE;
}

/* Older files have add_prefix_space, of which only false says something. */
static gboolean
read_prepend_scheme (Step *self, GVariant *component, const char *where, GError **error)
{
  static const char *const names[] = {
    [PREPEND_ALWAYS] = "always",
    [PREPEND_FIRST] = "first",
    [PREPEND_NEVER] = "never",
  };
  g_autoptr (GVariant) member = trafo_component_get (component, "prepend_scheme");
  g_autofree char *name = g_strdup (names[PREPEND_ALWAYS]);
  gboolean         add_prefix_space = TRUE;

  if ((member != NULL &&
       !trafo_component_read_string (component, where, "prepend_scheme", &name, error)) ||
      !trafo_component_read_boolean (component,
                                     where,
                                     "add_prefix_space",
                                     &add_prefix_space,
                                     error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]) && (add_prefix_space || i == PREPEND_NEVER))
      {
        self->prepend_scheme = i;
        return TRUE;
      }
  trafo_component_set_wrong (error, where, "prepend_scheme", "scheme that add_prefix_space allows");
  return FALSE;
}

static gboolean
read_metaspace (TrafoPreTokenizer *self, GVariant *component, const char *where, GError **error)
{
  Step     step = { .rewrite = rewrite_metaspace };
  gboolean split = TRUE;

  if (!trafo_component_read_char (component, where, "replacement", &step.replacement, error) ||
      !read_prepend_scheme (&step, component, where, error) ||
      !trafo_component_read_boolean (component, where, "split", &split, error))
    return FALSE;
  add_step (self, step);
  if (split)
    add_step (self,
              (Step){ .split = { .apply = trafo_word_split_by_char,
                                 .behavior = TRAFO_SPLIT_MERGED_WITH_NEXT,
                                 .delimiter = step.replacement } });
  return TRUE;
}

static gboolean
read_component (TrafoPreTokenizer *self, GVariant *component, const char *where, GError **error)
{
  const char *type = trafo_component_get_type (component, where, error);
  Step        step = { NULL };

  if (type == NULL)
    return FALSE;
  if (g_str_equal (type, "ByteLevel"))
    return read_byte_level (self, component, where, error);
  if (g_str_equal (type, "Metaspace"))
    return read_metaspace (self, component, where, error);
  if (!trafo_word_split_read (&step.split, type, component, where, error))
    {
      trafo_word_split_clear (&step.split);
      return FALSE;
    }
  add_step (self, step);
  return TRUE;
}

static void
clear_step (gpointer data)
{
  Step *step = data;

  trafo_word_split_clear (&step->split);
}

/* @component: the "pre_tokenizer" of a tokenizer.json, or NULL; @origin: the file. */
TrafoPreTokenizer *
trafo_pre_tokenizer_new (GVariant *component, const char *origin, GError **error)
{
  g_autoptr (TrafoPreTokenizer) self = g_new0 (TrafoPreTokenizer, 1);
  g_autoptr (GPtrArray) flat = NULL;
  g_autofree char *where = g_strconcat (origin, ": pre_tokenizer", NULL);

  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, clear_step);
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
      for (gsize k = 0; step->rewrite == NULL && k < from->n_ranges; k++)
        if (!trafo_word_split_apply (&step->split,
                                     text->text,
                                     from->ranges[k],
                                     &scratch->matches,
                                     to,
                                     error))
          return FALSE;
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
