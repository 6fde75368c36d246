/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-pattern-private.h"

G_BEGIN_DECLS

/* What becomes of the parts that a pattern matches, as in tokenizers' SplitDelimiterBehavior. */
typedef enum
{
  TRAFO_SPLIT_REMOVED,
  TRAFO_SPLIT_ISOLATED,
  TRAFO_SPLIT_MERGED_WITH_PREVIOUS,
  TRAFO_SPLIT_MERGED_WITH_NEXT,
  TRAFO_SPLIT_CONTIGUOUS,
} TrafoSplitBehavior;

typedef struct _TrafoWordSplit TrafoWordSplit;

/* Splits @range of @text into words. */
typedef void (*TrafoWordSplitFunc) (const TrafoWordSplit *self,
                                    const char           *text,
                                    TrafoTextRange        range,
                                    TrafoWordArray       *words);

/* A step of a pre-tokenizer that cuts words. */
struct _TrafoWordSplit
{
  TrafoWordSplitFunc apply; /* NULL: by @pattern */
  TrafoSplitBehavior behavior;
  guint              flags;     /* characters that have one of them are matches */
  guint32            delimiter; /* without flags, this character is */
  guint32            n_chars;   /* of a word of fixed length */
  TrafoWordScan      scan;
  TrafoPattern      *pattern;
  gboolean           invert; /* what @pattern does not match is the match */
};

gboolean trafo_word_split_read (TrafoWordSplit *self,
                                const char     *type,
                                GVariant       *component,
                                const char     *where,
                                GError        **error);
void     trafo_word_split_clear (TrafoWordSplit *self);
gboolean trafo_word_split_apply (const TrafoWordSplit *self,
                                 const char           *text,
                                 TrafoTextRange        range,
                                 TrafoWordArray       *matches,
                                 TrafoWordArray       *words,
                                 GError              **error);

void trafo_word_split_by_char (const TrafoWordSplit *self,
                               const char           *text,
                               TrafoTextRange        range,
                               TrafoWordArray       *words);
void trafo_word_split_by_scan (const TrafoWordSplit *self,
                               const char           *text,
                               TrafoTextRange        range,
                               TrafoWordArray       *words);

G_END_DECLS
