/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-normal-form-private.h"

#include <string.h>

/* Starts a part of the text whose original begins at byte @base; the form's flags are kept. */
void
trafo_normal_form_begin (TrafoNormalForm *self, TrafoAlignedTextBuilder *builder, guint32 base)
{
  self->builder = builder;
  self->pending.n_marks = self->blocked.n_marks = 0;
  self->first_origin = self->n_origins = 0;
  self->last_origin = (TrafoOrigin){ base, base };
  self->has_starter = FALSE;
}

void
trafo_normal_form_clear (TrafoNormalForm *self)
{
  g_free (self->pending.marks);
  g_free (self->ordered.marks);
  g_free (self->blocked.marks);
  g_free (self->origins);
  memset (self, 0, sizeof *self);
}

static gboolean
reserve_marks (TrafoMarkArray *self, gsize n_marks)
{
  gsize      wanted = n_marks + n_marks / 2 + 16, size;
  TrafoMark *grown;

  if (n_marks <= self->n_allocated)
    return TRUE;
  if (!g_size_checked_mul (&size, wanted, sizeof *grown))
    return FALSE;
  grown = g_try_realloc (self->marks, size);
  if (grown == NULL)
    return FALSE;
  self->marks = grown;
  self->n_allocated = wanted;
  return TRUE;
}

static void
push_mark (TrafoNormalForm *self, TrafoMarkArray *array, TrafoMark mark)
{
  if (reserve_marks (array, array->n_marks + 1))
    array->marks[array->n_marks++] = mark;
  else
    self->builder->failed = TRUE;
}

static void
push_origin (TrafoNormalForm *self, guint32 start, guint32 end)
{
  if (self->first_origin == self->n_origins)
    self->first_origin = self->n_origins = 0;
  if (self->n_origins == self->n_origins_allocated)
    {
      gsize        wanted = self->n_origins * 2 + 16, size;
      TrafoOrigin *grown = NULL;

      if (g_size_checked_mul (&size, wanted, sizeof *grown))
        grown = g_try_realloc (self->origins, size);
      if (grown == NULL)
        {
          self->builder->failed = TRUE;
          return;
        }
      self->origins = grown;
      self->n_origins_allocated = wanted;
    }
  self->origins[self->n_origins++] = (TrafoOrigin){ start, end };
}

static void
take_origin (TrafoNormalForm *self)
{
  if (self->first_origin < self->n_origins)
    self->last_origin = self->origins[self->first_origin++];
}

/* The last station of a character. */
static void
finish (TrafoNormalForm *self, guint32 point, TrafoOrigin origin)
{
  guint32 lower[2];
  guint   flags = trafo_unicode_get_flags (point);

  if (self->strips_nonspacing && (flags & TRAFO_UNICODE_NONSPACING) != 0)
    return;
  if (self->lowers && (flags & TRAFO_UNICODE_LOWER) != 0)
    {
      guint n = trafo_unicode_to_lower (point, lower);

      for (guint i = 0; i < n; i++)
        trafo_aligned_text_builder_append (self->builder, lower[i], origin.start, origin.end);
      return;
    }
  trafo_aligned_text_builder_append (self->builder, point, origin.start, origin.end);
}

static void
emit (TrafoNormalForm *self, guint32 point, gint change)
{
  TrafoOrigin origin;

  if (change <= 0)
    take_origin (self);
  origin = self->last_origin;
  for (gint i = 0; i > change; i--)
    take_origin (self);
  finish (self, point, origin);
}

static void
emit_starter (TrafoNormalForm *self)
{
  if (self->has_starter)
    emit (self, self->starter.point, self->starter.change);
  for (gsize i = 0; i < self->blocked.n_marks; i++)
    emit (self, self->blocked.marks[i].point, self->blocked.marks[i].change);
  self->blocked.n_marks = 0;
  self->has_starter = FALSE;
}

/* Canonical composition: a character joins the last starter unless one between them, of the same
 * or a higher class, blocks it. */
static void
compose (TrafoNormalForm *self, TrafoMark mark)
{
  gsize   n_blocked = self->blocked.n_marks;
  guint32 composed = 0;

  if (!self->has_starter && mark.combining_class != 0)
    {
      emit (self, mark.point, mark.change);
      return;
    }
  if (self->has_starter &&
      (n_blocked == 0 || self->blocked.marks[n_blocked - 1].combining_class < mark.combining_class))
    composed = trafo_unicode_compose (self->starter.point, mark.point);
  if (composed != 0)
    {
      self->starter.point = composed;
      self->starter.change += mark.change - 1;
      return;
    }
  if (mark.combining_class != 0)
    {
      push_mark (self, &self->blocked, mark);
      return;
    }
  emit_starter (self);
  self->starter = mark;
  self->has_starter = TRUE;
}

static void
deliver (TrafoNormalForm *self, TrafoMark mark)
{
  if (self->composes)
    compose (self, mark);
  else
    emit (self, mark.point, mark.change);
}

/* A stable sort by combining class: by counting, since a hostile text may be nothing but marks. */
static void
order_marks (TrafoNormalForm *self)
{
  gsize counts[256] = { 0 }, total = 0;

  if (!reserve_marks (&self->ordered, self->pending.n_marks))
    {
      self->builder->failed = TRUE;
      return;
    }
  for (gsize i = 0; i < self->pending.n_marks; i++)
    counts[self->pending.marks[i].combining_class]++;
  for (guint class = 0; class < 256; class ++)
    {
      gsize count = counts[class];

      counts[class] = total;
      total += count;
    }
  for (gsize i = 0; i < self->pending.n_marks; i++)
    self->ordered.marks[counts[self->pending.marks[i].combining_class]++] = self->pending.marks[i];
  for (gsize i = 0; i < self->pending.n_marks; i++)
    deliver (self, self->ordered.marks[i]);
}

static void
flush_marks (TrafoNormalForm *self)
{
  const TrafoMark *marks = self->pending.marks;
  gsize            n_marks = self->pending.n_marks;
  gboolean         in_order = TRUE;

  for (gsize i = 1; i < n_marks; i++)
    in_order = in_order && marks[i - 1].combining_class <= marks[i].combining_class;
  if (!in_order)
    order_marks (self);
  for (gsize i = 0; in_order && i < n_marks; i++)
    deliver (self, marks[i]);
  self->pending.n_marks = 0;
}

/* One character of the text, which came from the bytes @start to @end. */
void
trafo_normal_form_push (TrafoNormalForm *self, guint32 point, guint32 start, guint32 end)
{
  guint   kind = trafo_unicode_get_kind (point);
  guint   decomposes = self->compatibility ? TRAFO_UNICODE_COMPATIBILITY : TRAFO_UNICODE_CANONICAL;
  guint32 decomposed[TRAFO_UNICODE_MAX_DECOMPOSITION] = { point };
  guint   n = 1;

  if ((trafo_unicode_flags[kind] & decomposes) != 0)
    n = trafo_unicode_decompose (point, self->compatibility, decomposed);
  else if (trafo_unicode_combining_classes[kind] == 0 && !self->composes &&
           self->pending.n_marks == 0)
    {
      self->last_origin = (TrafoOrigin){ start, end };
      finish (self, point, self->last_origin);
      return;
    }
  push_origin (self, start, end);
  for (guint i = 0; i < n; i++)
    {
      TrafoMark mark = {
        .point = decomposed[i],
        .change = i > 0,
        .combining_class = trafo_unicode_get_combining_class (decomposed[i]),
      };

      if (mark.combining_class != 0)
        {
          push_mark (self, &self->pending, mark);
          continue;
        }
      flush_marks (self);
      deliver (self, mark);
    }
}

/* A run of ASCII, none of which has a decomposition; the last character may compose. */
void
trafo_normal_form_push_ascii (TrafoNormalForm        *self,
                              const TrafoAlignedText *source,
                              gsize                   offset,
                              gsize                   n_bytes)
{
  gsize   held = self->composes && n_bytes > 0;
  guint32 start, end;

  trafo_normal_form_flush (self);
  if (self->lowers)
    trafo_aligned_text_builder_append_lower_ascii (self->builder, source, offset, n_bytes - held);
  else
    trafo_aligned_text_builder_append_run (self->builder, source, offset, n_bytes - held);
  if (!held)
    return;
  trafo_aligned_text_get_origin (source, offset + n_bytes - 1, 1, &start, &end);
  trafo_normal_form_push (self, source->text[offset + n_bytes - 1], start, end);
}

/* Writes what was held back. */
void
trafo_normal_form_flush (TrafoNormalForm *self)
{
  flush_marks (self);
  emit_starter (self);
}
