/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "text-task.h"

G_BEGIN_DECLS

typedef enum
{
  AGGREGATION_NONE,
  AGGREGATION_SIMPLE,
  AGGREGATION_FIRST,
  AGGREGATION_AVERAGE,
  AGGREGATION_MAX,
} Aggregation;

/* What tokens were taken for. */
typedef struct
{
  char    *word;
  char    *label; /* of a group: without what begins it before the first '-' */
  float    score;
  guint    index; /* of the token, where nothing was grouped */
  guint    start; /* in code points of the text */
  guint    end;
  gboolean is_group;
} Entity;

GPtrArray *entities_new (void); /* of Entity */

/* A token with the probability of each label, before it is taken for anything. */
typedef struct
{
  char        *word;
  const float *scores;
  guint        index;
  guint        start;
  guint        end;
  gboolean     is_subword; /* whether it continues the word before it */
} Token;

void token_clear (gpointer token);

/* Takes @tokens, of Token, for entities as @aggregation says: transformers' aggregate(). NULL with an
 * error if a text would become too long. */
GPtrArray *entities_aggregate (GArray            *tokens,
                               Aggregation        aggregation,
                               const char *const *labels,
                               TrafoTokenizer    *tokenizer,
                               GError           **error);

/* Of entities that overlap, as they come from windows of one text, keeps the longest, then the one
 * with the best score. */
GPtrArray *entities_resolve_overlaps (GPtrArray *entities);

G_END_DECLS
