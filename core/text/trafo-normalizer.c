/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-normalizer-private.h"

#include <string.h>

#include "trafo-byte-alphabet-private.h"
#include "trafo-charsmap-private.h"
#include "trafo-component-private.h"
#include "trafo-pattern-private.h"

typedef struct _Step Step;

/* One step: from @text to the builder. */
typedef void (*StepFunc) (const Step              *self,
                          const TrafoAlignedText  *text,
                          TrafoAlignedTextBuilder *builder,
                          TrafoNormalizerScratch  *scratch);

struct _Step
{
  StepFunc       apply;
  gboolean       clean_text;
  gboolean       handle_chinese_chars;
  gboolean       strip_accents;
  gboolean       has_strip_accents; /* FALSE: as @lowercase */
  gboolean       lowercase;
  gboolean       composes;
  gboolean       compatibility;
  gboolean       strip_left;
  gboolean       strip_right;
  char          *content;
  TrafoPattern  *pattern;
  TrafoCharsmap *charsmap;
};

struct _TrafoNormalizer
{
  GArray *steps;
};

void
trafo_normalizer_scratch_clear (TrafoNormalizerScratch *self)
{
  trafo_aligned_text_builder_clear (&self->builders[0]);
  trafo_aligned_text_builder_clear (&self->builders[1]);
  trafo_normal_form_clear (&self->form);
  trafo_word_array_clear (&self->matches);
}

/* BERT's clean-up, one character: 0 if it is dropped, a space for white space. */
static guint32
clean (guint32 point, guint flags)
{
  if (point == '\t' || point == '\n' || point == '\r')
    return ' ';
  if ((flags & TRAFO_UNICODE_CONTROL) != 0)
    return 0;
  return (flags & TRAFO_UNICODE_WHITESPACE) != 0 ? ' ' : point;
}

/* How many of the characters at @offset are ASCII that the clean-up leaves as they are: ' ' to '~',
 * eight at a time. */
static gsize
get_clean_ascii_length (const TrafoAlignedText *text, gsize offset)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  const char   *p = text->text + offset;
  gsize         n = text->size_bytes - offset, i = 0;

  for (; i + 8 <= n; i += 8)
    {
      guint64 word;

      memcpy (&word, p + i, 8);
      if (((word | (word - ones * ' ') | (word + ones)) & (ones * 0x80)) != 0)
        break;
    }
  while (i < n && p[i] >= ' ' && p[i] <= '~')
    i++;
  return i;
}

static void
push_bert (const Step              *self,
           TrafoAlignedTextBuilder *builder,
           TrafoNormalForm         *form,
           guint32                  point,
           guint32                  start,
           guint32                  end)
{
  guint32 lower[2] = { point };
  guint   n = 1;

  if (form->strips_nonspacing)
    {
      trafo_normal_form_push (form, point, start, end);
      return;
    }
  if (self->lowercase)
    n = trafo_unicode_to_lower (point, lower);
  for (guint i = 0; i < n; i++)
    trafo_aligned_text_builder_append (builder, lower[i], start, end);
}

/* BERT's normalizer in one pass: drop control characters, set spaces around Chinese ones,
 * decompose and drop the accents, lower the case. */
static void
apply_bert (const Step              *self,
            const TrafoAlignedText  *text,
            TrafoAlignedTextBuilder *builder,
            TrafoNormalizerScratch  *scratch)
{
  TrafoNormalForm *form = &scratch->form;

  form->compatibility = form->composes = FALSE;
  form->strips_nonspacing = self->has_strip_accents ? self->strip_accents : self->lowercase;
  form->lowers = self->lowercase;
  for (gsize i = 0; i < text->size_bytes && !builder->failed;)
    {
      gsize   n_ascii = get_clean_ascii_length (text, i);
      guint32 point, start, end;
      guint   length, flags;

      if (n_ascii > 0)
        {
          trafo_normal_form_push_ascii (form, text, i, n_ascii);
          i += n_ascii;
          continue;
        }
      length = trafo_utf8_decode (text->text + i, &point);
      flags = trafo_unicode_get_flags (point);
      trafo_aligned_text_get_origin (text, i, length, &start, &end);
      i += length;
      if (self->clean_text && (point = clean (point, flags)) == 0)
        continue;
      if (self->handle_chinese_chars && (flags & TRAFO_UNICODE_CJK) != 0)
        {
          push_bert (self, builder, form, ' ', start, end);
          push_bert (self, builder, form, point, start, end);
          point = ' ';
        }
      push_bert (self, builder, form, point, start, end);
    }
  trafo_normal_form_flush (form);
}

static void
apply_lowercase (const Step              *self,
                 const TrafoAlignedText  *text,
                 TrafoAlignedTextBuilder *builder,
                 TrafoNormalizerScratch  *scratch)
{
  for (gsize i = 0; i < text->size_bytes && !builder->failed;)
    {
      gsize   n_ascii = trafo_utf8_get_ascii_length (text->text + i, text->size_bytes - i);
      guint32 point, lower[2], start, end;
      guint   length, n;

      trafo_aligned_text_builder_append_lower_ascii (builder, text, i, n_ascii);
      i += n_ascii;
      if (i == text->size_bytes)
        break;
      length = trafo_utf8_decode (text->text + i, &point);
      trafo_aligned_text_get_origin (text, i, length, &start, &end);
      n = trafo_unicode_to_lower (point, lower);
      for (guint k = 0; k < n; k++)
        trafo_aligned_text_builder_append (builder, lower[k], start, end);
      i += length;
    }
}

static void
apply_normal_form (const Step              *self,
                   const TrafoAlignedText  *text,
                   TrafoAlignedTextBuilder *builder,
                   TrafoNormalizerScratch  *scratch)
{
  TrafoNormalForm *form = &scratch->form;

  form->compatibility = self->compatibility;
  form->composes = self->composes;
  form->strips_nonspacing = form->lowers = FALSE;
  for (gsize i = 0; i < text->size_bytes && !builder->failed;)
    {
      gsize   n_ascii = trafo_utf8_get_ascii_length (text->text + i, text->size_bytes - i);
      guint32 point, start, end;
      guint   length;

      if (n_ascii > 0)
        {
          trafo_normal_form_push_ascii (form, text, i, n_ascii);
          i += n_ascii;
          continue;
        }
      length = trafo_utf8_decode (text->text + i, &point);
      trafo_aligned_text_get_origin (text, i, length, &start, &end);
      trafo_normal_form_push (form, point, start, end);
      i += length;
    }
  trafo_normal_form_flush (form);
}

static void
apply_strip_accents (const Step              *self,
                     const TrafoAlignedText  *text,
                     TrafoAlignedTextBuilder *builder,
                     TrafoNormalizerScratch  *scratch)
{
  gsize   kept = 0;
  guint32 point;

  for (gsize i = 0; i < text->size_bytes;)
    {
      guint length = trafo_utf8_decode (text->text + i, &point);

      if ((trafo_unicode_get_flags (point) & TRAFO_UNICODE_COMBINING) != 0)
        {
          trafo_aligned_text_builder_append_run (builder, text, kept, i - kept);
          kept = i + length;
        }
      i += length;
    }
  trafo_aligned_text_builder_append_run (builder, text, kept, text->size_bytes - kept);
}

/* @content, all of it from one origin. */
static void
append_content (TrafoAlignedTextBuilder *builder, const char *content, guint32 start, guint32 end)
{
  guint32 point;

  for (gsize i = 0; content[i] != '\0' && !builder->failed;)
    {
      i += trafo_utf8_decode (content + i, &point);
      trafo_aligned_text_builder_append (builder, point, start, end);
    }
}

/* What replaces a match comes, all of it, from the last character before the match's end. */
static void
apply_replace (const Step              *self,
               const TrafoAlignedText  *text,
               TrafoAlignedTextBuilder *builder,
               TrafoNormalizerScratch  *scratch)
{
  gsize kept = 0;

  for (gsize i = 0; i < scratch->matches.n_ranges && !builder->failed; i++)
    {
      TrafoTextRange match = scratch->matches.ranges[i];
      guint32        start = text->base, end = text->base;

      if (match.end > 0)
        {
          const char *last = g_utf8_prev_char (text->text + match.end);

          trafo_aligned_text_get_origin (text,
                                         last - text->text,
                                         text->text + match.end - last,
                                         &start,
                                         &end);
        }
      trafo_aligned_text_builder_append_run (builder, text, kept, match.start - kept);
      append_content (builder, self->content, start, end);
      kept = match.end;
    }
  trafo_aligned_text_builder_append_run (builder, text, kept, text->size_bytes - kept);
}

/* The first character counts as put before itself, so that it comes from nowhere if nothing is
 * prepended: tokenizers, NormalizedString::prepend(). */
static void
apply_prepend (const Step              *self,
               const TrafoAlignedText  *text,
               TrafoAlignedTextBuilder *builder,
               TrafoNormalizerScratch  *scratch)
{
  guint32 point, start, end;
  guint   length;

  if (text->size_bytes == 0)
    return;
  length = trafo_utf8_decode (text->text, &point);
  if (*self->content == '\0')
    {
      trafo_aligned_text_builder_append (builder, point, text->base, text->base);
      trafo_aligned_text_builder_append_run (builder, text, length, text->size_bytes - length);
      return;
    }
  trafo_aligned_text_get_origin (text, 0, length, &start, &end);
  append_content (builder, self->content, start, end);
  trafo_aligned_text_builder_append_run (builder, text, 0, text->size_bytes);
}

/* As tokenizers' normalizers/unicode.rs: SentencePiece's rules for control characters and spaces. */
static void
apply_nmt (const Step              *self,
           const TrafoAlignedText  *text,
           TrafoAlignedTextBuilder *builder,
           TrafoNormalizerScratch  *scratch)
{
  for (gsize i = 0; i < text->size_bytes && !builder->failed;)
    {
      guint32 point, start, end;
      guint   length = trafo_utf8_decode (text->text + i, &point);

      trafo_aligned_text_get_origin (text, i, length, &start, &end);
      i += length;
      if ((point >= 0x1 && point <= 0x8) || point == 0xb || (point >= 0xe && point <= 0x1f) ||
          point == 0x7f || point == 0x8f || point == 0x9f)
        continue;
      if (point == 0x9 || point == 0xa || point == 0xc || point == 0xd || point == 0x1680 ||
          (point >= 0x200b && point <= 0x200f) || point == 0x2028 || point == 0x2029 ||
          point == 0x2581 || point == 0xfeff || point == 0xfffd)
        point = ' ';
      trafo_aligned_text_builder_append (builder, point, start, end);
    }
}

static void
apply_byte_level (const Step              *self,
                  const TrafoAlignedText  *text,
                  TrafoAlignedTextBuilder *builder,
                  TrafoNormalizerScratch  *scratch)
{
  trafo_byte_alphabet_append (builder, text, 0, text->size_bytes);
}

static void
apply_charsmap (const Step              *self,
                const TrafoAlignedText  *text,
                TrafoAlignedTextBuilder *builder,
                TrafoNormalizerScratch  *scratch)
{
  trafo_charsmap_apply (self->charsmap, text, builder);
}

static gboolean
is_whitespace_at (const char *text)
{
  guint32 point;

  trafo_utf8_decode (text, &point);
  return (trafo_unicode_get_flags (point) & TRAFO_UNICODE_WHITESPACE) != 0;
}

static void
apply_strip (const Step              *self,
             const TrafoAlignedText  *text,
             TrafoAlignedTextBuilder *builder,
             TrafoNormalizerScratch  *scratch)
{
  const char *start = text->text, *end = text->text + text->size_bytes;

  while (self->strip_left && start < end && is_whitespace_at (start))
    start = g_utf8_next_char (start);
  while (self->strip_right && end > start && is_whitespace_at (g_utf8_prev_char (end)))
    end = g_utf8_prev_char (end);
  trafo_aligned_text_builder_append_run (builder, text, start - text->text, end - start);
}

static gboolean
read_bert (Step *self, GVariant *component, const char *where, GError **error)
{
  g_autoptr (GVariant) accents = trafo_component_get (component, "strip_accents");

  self->clean_text = self->handle_chinese_chars = self->lowercase = TRUE;
  self->has_strip_accents = accents != NULL;
  return trafo_component_read_boolean (component, where, "clean_text", &self->clean_text, error) &&
         trafo_component_read_boolean (component,
                                       where,
                                       "handle_chinese_chars",
                                       &self->handle_chinese_chars,
                                       error) &&
         trafo_component_read_boolean (component,
                                       where,
                                       "strip_accents",
                                       &self->strip_accents,
                                       error) &&
         trafo_component_read_boolean (component, where, "lowercase", &self->lowercase, error);
}

static gboolean
read_replace (Step *self, GVariant *component, const char *where, GError **error)
{
  g_autoptr (GVariant) pattern = trafo_component_get (component, "pattern");

  self->pattern = trafo_pattern_new (pattern, where, error);
  return self->pattern != NULL &&
         trafo_component_read_string (component, where, "content", &self->content, error);
}

static gboolean
read_charsmap (Step *self, GVariant *component, const char *where, GError **error)
{
  g_autofree char *base64 = NULL;

  if (!trafo_component_read_string (component, where, "precompiled_charsmap", &base64, error))
    return FALSE;
  self->charsmap = trafo_charsmap_new (base64, where, error);
  return self->charsmap != NULL;
}

static gboolean
read_prepend (Step *self, GVariant *component, const char *where, GError **error)
{
  return trafo_component_read_string (component, where, "prepend", &self->content, error);
}

static gboolean
read_strip (Step *self, GVariant *component, const char *where, GError **error)
{
  self->strip_left = self->strip_right = TRUE;
  return trafo_component_read_boolean (component, where, "strip_left", &self->strip_left, error) &&
         trafo_component_read_boolean (component, where, "strip_right", &self->strip_right, error);
}

static const struct
{
  const char *type;
  StepFunc    apply;
  gboolean (*read) (Step *self, GVariant *component, const char *where, GError **error);
  gboolean composes;
  gboolean compatibility;
} kinds[] = {
  { "BertNormalizer", apply_bert, read_bert },
  { "ByteLevel", apply_byte_level },
  { "Lowercase", apply_lowercase },
  { "NFC", apply_normal_form, NULL, TRUE, FALSE },
  { "NFD", apply_normal_form, NULL, FALSE, FALSE },
  { "NFKC", apply_normal_form, NULL, TRUE, TRUE },
  { "NFKD", apply_normal_form, NULL, FALSE, TRUE },
  { "Nmt", apply_nmt },
  { "Precompiled", apply_charsmap, read_charsmap },
  { "Prepend", apply_prepend, read_prepend },
  { "Replace", apply_replace, read_replace },
  { "Strip", apply_strip, read_strip },
  { "StripAccents", apply_strip_accents },
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
        self->composes = kinds[i].composes;
        self->compatibility = kinds[i].compatibility;
        return kinds[i].read == NULL || kinds[i].read (self, component, where, error);
      }
  trafo_component_set_unknown (error, where, type);
  return FALSE;
}

static void
clear_step (gpointer data)
{
  Step *self = data;

  g_clear_pointer (&self->pattern, trafo_pattern_free);
  g_clear_pointer (&self->charsmap, trafo_charsmap_free);
  g_free (self->content);
}

/* @component: the "normalizer" of a tokenizer.json, or NULL; @origin: the file. */
TrafoNormalizer *
trafo_normalizer_new (GVariant *component, const char *origin, GError **error)
{
  g_autoptr (TrafoNormalizer) self = g_new0 (TrafoNormalizer, 1);
  g_autoptr (GPtrArray) flat = NULL;
  g_autofree char *where = g_strconcat (origin, ": normalizer", NULL);

  self->steps = g_array_new (FALSE, TRUE, sizeof (Step));
  g_array_set_clear_func (self->steps, clear_step);
  flat = trafo_component_flatten (component, "normalizers", where, error);
  for (guint i = 0; flat != NULL && i < flat->len; i++)
    {
      Step step = { 0 };

      if (!read_step (&step, g_ptr_array_index (flat, i), where, error))
        {
          clear_step (&step);
          return NULL;
        }
      g_array_append_val (self->steps, step);
    }
  return flat != NULL ? g_steal_pointer (&self) : NULL;
}

void
trafo_normalizer_free (TrafoNormalizer *self)
{
  g_array_unref (self->steps);
  g_free (self);
}

/* Replaces @text, valid UTF-8, by its normalized form, which lives in @scratch. */
gboolean
trafo_normalizer_apply (const TrafoNormalizer  *self,
                        TrafoNormalizerScratch *scratch,
                        TrafoAlignedText       *text,
                        GError                **error)
{
  gsize limit = trafo_aligned_text_get_limit (text->size_bytes);

  for (guint i = 0; i < self->steps->len; i++)
    {
      const Step              *step = &g_array_index (self->steps, Step, i);
      TrafoAlignedTextBuilder *builder = &scratch->builders[i % 2];

      trafo_aligned_text_builder_begin (builder, text->base, limit);
      trafo_normal_form_begin (&scratch->form, builder, text->base);
      if (step->pattern != NULL && !trafo_pattern_find (step->pattern,
                                                        text->text,
                                                        text->size_bytes,
                                                        &scratch->matches,
                                                        error))
        return FALSE;
      step->apply (step, text, builder, scratch);
      builder->failed |= scratch->matches.failed;
      if (!trafo_aligned_text_builder_finish (builder, text, error))
        return FALSE;
    }
  return TRUE;
}
