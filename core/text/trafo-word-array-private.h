/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

/* Words, as ranges of bytes of one text, in order. */
typedef struct
{
  TrafoTextRange *ranges;
  gsize           n_ranges;
  gsize           n_allocated;
  gboolean        failed; /* memory ran out */
} TrafoWordArray;

void     trafo_word_array_clear (TrafoWordArray *self);
gboolean trafo_word_array_grow (TrafoWordArray *self);

static inline void
trafo_word_array_append_any (TrafoWordArray *self, guint32 start, guint32 end)
{
  if (self->n_ranges == self->n_allocated && !trafo_word_array_grow (self))
    return;
  self->ranges[self->n_ranges++] = (TrafoTextRange){ start, end };
}

/* An empty word is left out. */
static inline void
trafo_word_array_append (TrafoWordArray *self, guint32 start, guint32 end)
{
  if (start != end)
    trafo_word_array_append_any (self, start, end);
}

G_END_DECLS
