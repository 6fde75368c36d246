/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

#include "trafo-aligned-text-private.h"

G_BEGIN_DECLS

/* Words, as ranges of bytes of one aligned text. */
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
trafo_word_array_append (TrafoWordArray *self, guint32 start, guint32 end)
{
  if (self->n_ranges == self->n_allocated && !trafo_word_array_grow (self))
    return;
  self->ranges[self->n_ranges++] = (TrafoTextRange){ start, end };
}

/* The pre-tokenizer of a tokenizer.json: a list of steps, each of which splits what the one before
 * it left. */
typedef struct _TrafoPreTokenizer TrafoPreTokenizer;

TrafoPreTokenizer          *
trafo_pre_tokenizer_new (GVariant *component, const char *origin, GError **error);
void     trafo_pre_tokenizer_free (TrafoPreTokenizer *self);
gboolean trafo_pre_tokenizer_apply (const TrafoPreTokenizer *self,
                                    const TrafoAlignedText  *text,
                                    TrafoWordArray           words[2],
                                    TrafoWordArray         **result,
                                    GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPreTokenizer, trafo_pre_tokenizer_free)

G_END_DECLS
