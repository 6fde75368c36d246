/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-encoding-private.h"
#include "trafo-text-engine-private.h"

G_BEGIN_DECLS

/* The tokens of one sequence, before anything is cut off or put around them. */
typedef struct
{
  TrafoPieceArray tokens;  /* their ranges are bytes of the original */
  guint32        *offsets; /* the same in code points, two a token; NULL where the text is ASCII */
  gsize           n_offsets_allocated;
  gboolean        is_ascii;
  const char     *text; /* not owned: lives as long as the call that encodes it */
  gsize           size_bytes;
  guint32         n_words;
  GArray         *texts; /* of TrafoTokenText, or NULL */
  gsize           texts_size;
} TrafoTokenRun;

/* What one thread needs to make runs; memory is kept from one text to the next. */
typedef struct
{
  TrafoNormalizerScratch   normalizer;
  TrafoPreTokenizerScratch pre_tokenizer;
  TrafoTokenRun            runs[2];
} TrafoTextScratch;

TrafoTextScratch *trafo_text_scratch_get (void);
void              trafo_text_scratch_trim (TrafoTextScratch *self, gsize size_bytes);

gboolean trafo_token_run_check_size (gsize size_bytes, GError **error);
gboolean trafo_token_run_fill (TrafoTokenRun         *self,
                               const TrafoTextEngine *engine,
                               TrafoTextScratch      *scratch,
                               const char            *text,
                               gsize                  size_bytes,
                               GError               **error);
/* The same for words of a text that are each a text of their own: tokens are of the word's number. */
gboolean trafo_token_run_fill_words (TrafoTokenRun         *self,
                                     const TrafoTextEngine *engine,
                                     TrafoTextScratch      *scratch,
                                     const char            *text,
                                     gsize                  size_bytes,
                                     const TrafoTextRange  *words,
                                     gsize                  n_words,
                                     GError               **error);

G_END_DECLS
