/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pre-tokenizer-private.h"

#include "trafo-component-private.h"

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
typedef void (*StepFunc) (const Step     *self,
                          const char     *text,
                          TrafoTextRange  range,
                          TrafoWordArray *words);

struct _Step
{
  StepFunc apply;
  Behavior behavior;
};

struct _TrafoPreTokenizer
{
  GArray *steps;
};

void
trafo_word_array_clear (TrafoWordArray *self)
{
  g_clear_pointer (&self->ranges, g_free);
  self->n_ranges = self->n_allocated = 0;
}

gboolean
trafo_word_array_grow (TrafoWordArray *self)
{
  gsize           wanted = self->n_allocated * 2 + 64, size;
  TrafoTextRange *grown = NULL;

  if (!self->failed && g_size_checked_mul (&size, wanted, sizeof *grown))
    grown = g_try_realloc (self->ranges, size);
  if (grown == NULL)
    {
      self->failed = TRUE;
      return FALSE;
    }
  self->ranges = grown;
  self->n_allocated = wanted;
  return TRUE;
}

/* For each ASCII character, the flags of TrafoUnicodeFlags that fit a byte. */
static guint8 ascii_flags[128];

static void
init_ascii_flags (void)
{
  static gsize initialized = 0;

  if (g_once_init_enter (&initialized))
    {
      for (guint i = 0; i < G_N_ELEMENTS (ascii_flags); i++)
        ascii_flags[i] = trafo_unicode_get_flags (i) & G_MAXUINT8;
      g_once_init_leave (&initialized, 1);
    }
}

static inline guint
get_flags_at (const char *text, guint *length)
{
  guint32 point;

  if ((guint8) *text < 0x80)
    {
      *length = 1;
      return ascii_flags[(guint8) *text];
    }
  *length = trafo_utf8_decode (text, &point);
  return trafo_unicode_get_flags (point);
}

/* BERT: white space separates and is dropped, each punctuation character is a word. */
static void
apply_bert (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  guint32 start = range.start;
  guint   length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      guint flags = get_flags_at (text + i, &length);

      if ((flags & (TRAFO_UNICODE_WHITESPACE | TRAFO_UNICODE_PUNCTUATION)) == 0)
        continue;
      if (start < i)
        trafo_word_array_append (words, start, i);
      if ((flags & TRAFO_UNICODE_WHITESPACE) == 0)
        trafo_word_array_append (words, i, i + length);
      start = i + length;
    }
  if (start < range.end)
    trafo_word_array_append (words, start, range.end);
}

static void
apply_whitespace_split (const Step     *self,
                        const char     *text,
                        TrafoTextRange  range,
                        TrafoWordArray *words)
{
  guint32 start = range.start;
  guint   length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      if ((get_flags_at (text + i, &length) & TRAFO_UNICODE_WHITESPACE) == 0)
        continue;
      if (start < i)
        trafo_word_array_append (words, start, i);
      start = i + length;
    }
  if (start < range.end)
    trafo_word_array_append (words, start, range.end);
}

/* The regular expression \w+|[^\w\s]+: runs of word characters and runs of what is neither word
 * nor white space. */
static void
apply_whitespace (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  guint32 start = range.start;
  guint   length, kind = TRAFO_UNICODE_WHITESPACE;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      guint flags = get_flags_at (text + i, &length);
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
apply_punctuation (const Step *self, const char *text, TrafoTextRange range, TrafoWordArray *words)
{
  guint32  start = range.start;
  gboolean was = FALSE;
  guint    length;

  for (guint32 i = range.start; i < range.end; i += length)
    {
      gboolean is = (get_flags_at (text + i, &length) & TRAFO_UNICODE_PUNCTUATION) != 0;

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
read_punctuation (Step *self, GVariant *component, const char *where, GError **error)
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

static const struct
{
  const char *type;
  StepFunc    apply;
  gboolean (*read) (Step *self, GVariant *component, const char *where, GError **error);
} kinds[] = {
  { "BertPreTokenizer", apply_bert },
  { "Punctuation", apply_punctuation, read_punctuation },
  { "Whitespace", apply_whitespace },
  { "WhitespaceSplit", apply_whitespace_split },
};

static gboolean
read_step (Step *self, GVariant *component, const char *where, GError **error)
{
  const char *type = trafo_component_get_type (component, where, error);

  if (type == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (type, kinds[i].type))
      {
        self->apply = kinds[i].apply;
        return kinds[i].read == NULL || kinds[i].read (self, component, where, error);
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

  init_ascii_flags ();
  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  flat = trafo_component_flatten (component, "pretokenizers", where, error);
  for (guint i = 0; flat != NULL && i < flat->len; i++)
    {
      Step step = { 0 };

      if (!read_step (&step, g_ptr_array_index (flat, i), where, error))
        return NULL;
      g_array_append_val (self->steps, step);
    }
  return flat != NULL ? g_steal_pointer (&self) : NULL;
}

void
trafo_pre_tokenizer_free (TrafoPreTokenizer *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

/* The words of @text, none of them empty; @result is one of @words, whose memory is used again. */
gboolean
trafo_pre_tokenizer_apply (const TrafoPreTokenizer *self,
                           const TrafoAlignedText  *text,
                           TrafoWordArray           words[2],
                           TrafoWordArray         **result,
                           GError                 **error)
{
  TrafoWordArray *from = &words[0], *to = &words[1];

  from->n_ranges = 0;
  if (text->size_bytes > 0)
    trafo_word_array_append (from, 0, text->size_bytes);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step     *step = &g_array_index (self->steps, Step, i);
      TrafoWordArray *done = from;

      to->n_ranges = 0;
      for (gsize k = 0; k < from->n_ranges; k++)
        step->apply (step, text->text, from->ranges[k], to);
      from = to;
      to = done;
    }
  if (words[0].failed || words[1].failed)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for the words of a text of %" G_GSIZE_FORMAT " bytes",
                   text->size_bytes);
      return FALSE;
    }
  *result = from;
  return TRUE;
}
