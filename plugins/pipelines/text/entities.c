/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "entities.h"

#include <string.h>

#include "scores.h"

/* Places of an array may have been given away. */
static void
entity_free (gpointer data)
{
  Entity *self = data;

  if (self == NULL)
    return;
  g_free (self->word);
  g_free (self->label);
  g_free (self);
}

GPtrArray *
entities_new (void)
{
  return g_ptr_array_new_with_free_func (entity_free);
}

void
token_clear (gpointer token)
{
  g_free (((Token *) token)->word);
}

static Entity *
entity_new (const Token *token, const char *const *labels, const float *scores, gsize n_labels)
{
  Entity *self = g_new0 (Entity, 1);
  gsize   best = scores_argmax (scores, n_labels);

  self->label = g_strdup (labels[best]);
  self->score = scores[best];
  self->index = token->index;
  self->start = token->start;
  self->end = token->end;
  return self;
}

/* Which token's scores count for a word whose best one decides. */
static const float *
choose_scores (const Token *tokens, gsize n_tokens, gsize n_labels)
{
  const float *chosen = tokens[0].scores;

  for (gsize i = 1; i < n_tokens; i++)
    if (tokens[i].scores[scores_argmax (tokens[i].scores, n_labels)] >
        chosen[scores_argmax (chosen, n_labels)])
      chosen = tokens[i].scores;
  return chosen;
}

/* (transfer full) */
static float *
average_scores (const Token *tokens, gsize n_tokens, gsize n_labels)
{
  float *average = g_new0 (float, n_labels);

  for (gsize i = 0; i < n_tokens; i++)
    for (gsize j = 0; j < n_labels; j++)
      average[j] += tokens[i].scores[j];
  for (gsize j = 0; j < n_labels; j++)
    average[j] /= n_tokens;
  return average;
}

/* The tokens of one word as one entity. */
static Entity *
join_word (const Token       *tokens,
           gsize              n_tokens,
           Aggregation        aggregation,
           const char *const *labels,
           TrafoTokenizer    *tokenizer,
           GError           **error)
{
  gsize                   n_labels = g_strv_length ((char **) labels);
  const float            *scores = tokens[0].scores;
  g_autofree float       *average = NULL;
  g_autofree const char **words = g_new0 (const char *, n_tokens + 1);
  g_autofree char        *word = NULL;
  Entity                 *entity;

  for (gsize i = 0; i < n_tokens; i++)
    words[i] = tokens[i].word;
  word = trafo_tokenizer_convert_tokens_to_string (tokenizer, words, error);
  if (word == NULL)
    return NULL;
  if (aggregation == AGGREGATION_MAX)
    scores = choose_scores (tokens, n_tokens, n_labels);
  else if (aggregation == AGGREGATION_AVERAGE)
    scores = average = average_scores (tokens, n_tokens, n_labels);
  entity = entity_new (tokens, labels, scores, n_labels);
  entity->word = g_steal_pointer (&word);
  entity->end = tokens[n_tokens - 1].end;
  return entity;
}

static GPtrArray *
join_words (GArray            *tokens,
            Aggregation        aggregation,
            const char *const *labels,
            TrafoTokenizer    *tokenizer,
            GError           **error)
{
  g_autoptr (GPtrArray) words = entities_new ();
  const Token *all = (const Token *) (gpointer) tokens->data;
  guint        end;

  for (guint i = 0; i < tokens->len; i = end)
    {
      Entity *word;

      for (end = i + 1; end < tokens->len && all[end].is_subword; end++)
        ;
      word = join_word (all + i, end - i, aggregation, labels, tokenizer, error);
      if (word == NULL)
        return NULL;
      g_ptr_array_add (words, word);
    }
  return g_steal_pointer (&words);
}

static GPtrArray *
take_each (GArray *tokens, const char *const *labels)
{
  GPtrArray *entities = entities_new ();
  gsize      n_labels = g_strv_length ((char **) labels);

  for (guint i = 0; i < tokens->len; i++)
    {
      const Token *token = &g_array_index (tokens, Token, i);
      Entity      *entity = entity_new (token, labels, token->scores, n_labels);

      entity->word = g_strdup (token->word);
      g_ptr_array_add (entities, entity);
    }
  return entities;
}

/* A label without "B-" or "I-". */
static const char *
get_tag (const char *label)
{
  return g_str_has_prefix (label, "B-") || g_str_has_prefix (label, "I-") ? label + 2 : label;
}

static Entity *
join_group (Entity *const *entities, gsize n_entities, TrafoTokenizer *tokenizer, GError **error)
{
  g_autofree const char **words = g_new0 (const char *, n_entities + 1);
  g_autofree char        *word = NULL;
  const char             *dash = strchr (entities[0]->label, '-');
  double                  sum = 0;
  Entity                 *group;

  for (gsize i = 0; i < n_entities; i++)
    {
      words[i] = entities[i]->word;
      sum += entities[i]->score;
    }
  word = trafo_tokenizer_convert_tokens_to_string (tokenizer, words, error);
  if (word == NULL)
    return NULL;
  group = g_new0 (Entity, 1);
  group->word = g_steal_pointer (&word);
  group->label = g_strdup (dash != NULL ? dash + 1 : entities[0]->label);
  group->score = sum / n_entities;
  group->start = entities[0]->start;
  group->end = entities[n_entities - 1]->end;
  group->is_group = TRUE;
  return group;
}

/* A neighbour with the same tag joins unless it begins an entity of its own. */
static gboolean
continues (const Entity *self, const Entity *before)
{
  return !g_str_has_prefix (self->label, "B-") &&
         g_str_equal (get_tag (self->label), get_tag (before->label));
}

static GPtrArray *
join_groups (GPtrArray *entities, TrafoTokenizer *tokenizer, GError **error)
{
  g_autoptr (GPtrArray) groups = entities_new ();
  Entity *const *all = (Entity *const *) entities->pdata;
  guint          end;

  for (guint i = 0; i < entities->len; i = end)
    {
      Entity *group;

      for (end = i + 1; end < entities->len && continues (all[end], all[end - 1]); end++)
        ;
      group = join_group (all + i, end - i, tokenizer, error);
      if (group == NULL)
        return NULL;
      g_ptr_array_add (groups, group);
    }
  return g_steal_pointer (&groups);
}

GPtrArray *
entities_aggregate (GArray            *tokens,
                    Aggregation        aggregation,
                    const char *const *labels,
                    TrafoTokenizer    *tokenizer,
                    GError           **error)
{
  g_autoptr (GPtrArray) entities = NULL;

  if (aggregation == AGGREGATION_NONE)
    return take_each (tokens, labels);
  if (aggregation == AGGREGATION_SIMPLE)
    entities = take_each (tokens, labels);
  else
    entities = join_words (tokens, aggregation, labels, tokenizer, error);
  return entities != NULL ? join_groups (entities, tokenizer, error) : NULL;
}

static gint
compare_starts (gconstpointer a, gconstpointer b)
{
  const Entity *left = *(Entity *const *) a, *right = *(Entity *const *) b;

  return left->start < right->start ? -1 : left->start > right->start;
}

static gboolean
is_better (const Entity *self, const Entity *other)
{
  guint length = self->end - self->start, other_length = other->end - other->start;

  return length > other_length || (length == other_length && self->score > other->score);
}

GPtrArray *
entities_resolve_overlaps (GPtrArray *entities)
{
  g_autoptr (GPtrArray) sorted = entities;
  GPtrArray *kept = entities_new ();
  guint      best = 0;

  /* stable, as the sort of GLib's arrays is documented to be for GPtrArray and GArray */
  g_ptr_array_sort (sorted, compare_starts);
  for (guint i = 1; i <= sorted->len; i++)
    {
      Entity       *previous = sorted->pdata[best];
      const Entity *entity = i < sorted->len ? sorted->pdata[i] : NULL;

      if (entity != NULL && entity->start < previous->end)
        {
          if (is_better (entity, previous))
            best = i;
          continue;
        }
      sorted->pdata[best] = NULL;
      g_ptr_array_add (kept, previous);
      best = i;
    }
  return kept;
}
