/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-aligned-text-private.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 point;
  gint16  change;
  guint8  combining_class;
} TrafoMark;

typedef struct
{
  TrafoMark *marks;
  gsize      n_marks;
  gsize      n_allocated;
} TrafoMarkArray;

typedef struct
{
  guint32 start;
  guint32 end;
} TrafoOrigin;

/* Unicode's normal forms, character by character (UAX #15), with the origins that tokenizers'
 * NormalizedString gives. It hands the origins of the characters that came in, in their order, to
 * those that go out, in theirs, so marks that change places swap origins: a change of 0 takes the
 * next origin, -N passes over N more, 1 (a character that was added) shares the one taken last. */
typedef struct
{
  TrafoAlignedTextBuilder *builder;
  gboolean                 compatibility;
  gboolean                 composes;
  gboolean                 strips_nonspacing;
  gboolean                 lowers;

  TrafoMarkArray pending; /* marks since the last starter, not yet in canonical order */
  TrafoMarkArray ordered;
  TrafoOrigin   *origins;
  gsize          first_origin;
  gsize          n_origins;
  gsize          n_origins_allocated;
  TrafoOrigin    last_origin;

  gboolean       has_starter; /* @starter may still compose with what follows */
  TrafoMark      starter;
  TrafoMarkArray blocked; /* marks behind @starter that did not compose with it */
} TrafoNormalForm;

void
trafo_normal_form_begin (TrafoNormalForm *self, TrafoAlignedTextBuilder *builder, guint32 base);
void trafo_normal_form_push (TrafoNormalForm *self, guint32 point, guint32 start, guint32 end);
void trafo_normal_form_push_ascii (TrafoNormalForm        *self,
                                   const TrafoAlignedText *source,
                                   gsize                   offset,
                                   gsize                   n_bytes);
void trafo_normal_form_flush (TrafoNormalForm *self);
void trafo_normal_form_clear (TrafoNormalForm *self);

G_END_DECLS
