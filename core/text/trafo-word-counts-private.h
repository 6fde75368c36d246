/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-normalizer-private.h"
#include "trafo-pre-tokenizer-private.h"

G_BEGIN_DECLS

/* How often each word comes in texts, of which every line is one for itself. */
typedef struct _TrafoWordCounts TrafoWordCounts;

typedef struct
{
  const char *text;
  guint32     size_bytes;
  guint64     count;
} TrafoWordCount;

TrafoWordCounts *trafo_word_counts_new (void);
void             trafo_word_counts_free (TrafoWordCounts *self);

/* Counts the words of @text with all threads; @offset is where it stands, for messages. */
gboolean trafo_word_counts_add (TrafoWordCounts         *self,
                                const TrafoNormalizer   *normalizer,
                                const TrafoPreTokenizer *pre_tokenizer,
                                const char              *text,
                                gsize                    size_bytes,
                                guint64                  offset,
                                GCancellable            *cancellable,
                                GError                 **error);

/* The words in the order of their bytes, so that neither threads nor hashing show in what is made of
 * them. They live as long as @self and until more are added. */
TrafoWordCount *
trafo_word_counts_list (const TrafoWordCounts *self, gsize *n_words, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoWordCounts, trafo_word_counts_free)

G_END_DECLS
