/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <string.h>
#include <trafo/trafo-tokenizer.h>
#include <trafo/trafo-vocabulary.h>

#include "trafo-normalizer-private.h"

G_BEGIN_DECLS

/* A token that is cut out of the text before the model sees it. */
typedef struct
{
  char    *content;
  gsize    size_bytes;
  char    *pattern; /* what is looked for: @content, or its normalized form */
  gsize    pattern_size;
  guint32  id;
  gboolean single_word;
  gboolean lstrip;
  gboolean rstrip;
  gboolean normalized; /* looked for in the normalized text */
  gboolean special;
} TrafoAddedToken;

/* Whether the normalizer makes another text of the token. */
static inline gboolean
trafo_added_token_is_renamed (const TrafoAddedToken *self)
{
  return self->pattern_size != self->size_bytes ||
         memcmp (self->pattern, self->content, self->size_bytes) != 0;
}

typedef struct _TrafoAddedTokens TrafoAddedTokens;

TrafoAddedTokens *trafo_added_tokens_new (TrafoTokenizer *model, const TrafoNormalizer *normalizer);
void              trafo_added_tokens_free (TrafoAddedTokens *self);

gboolean
trafo_added_tokens_read_json (TrafoAddedTokens *self, TrafoJsonReader *reader, GError **error);
gboolean trafo_added_tokens_add (TrafoAddedTokens *self, TrafoAddedToken token, GError **error);
void     trafo_added_tokens_end_batch (TrafoAddedTokens *self);
gboolean trafo_added_tokens_finish (TrafoAddedTokens *self, GError **error);
void     trafo_added_tokens_split_special (TrafoAddedTokens *self);

gboolean trafo_added_tokens_has_renamed (const TrafoAddedTokens *self);
guint    trafo_added_tokens_get_n_new (const TrafoAddedTokens *self);
const TrafoAddedToken *
trafo_added_tokens_lookup (const TrafoAddedTokens *self, const char *content, gsize size_bytes);
const TrafoAddedToken *trafo_added_tokens_lookup_id (const TrafoAddedTokens *self, guint32 id);

/* The occurrences in a text, one after the other. @normalized: which of the two sets of tokens is
 * looked for. */
typedef struct
{
  const TrafoAddedTokens *tokens;
  const char             *text;
  gsize                   size_bytes;
  gboolean                normalized;
  gsize                   position;   /* where the search goes on */
  gsize                   empty_from; /* from where on a pattern may be empty */
  gsize                   taken;      /* the end of the last occurrence, white space included */
  gsize                   space_end;  /* white space reaches from before @position up to here */
} TrafoAddedTokenSearch;

const TrafoAddedToken *
trafo_added_token_search_next (TrafoAddedTokenSearch *self, gsize *start, gsize *end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoAddedTokens, trafo_added_tokens_free)

G_END_DECLS
