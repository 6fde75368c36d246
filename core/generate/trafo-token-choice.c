/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-token-choice-private.h"

#include <trafo/trafo-error.h>

#include "trafo-philox-private.h"
#include "trafo-top-k-private.h"

double
trafo_token_draws_get (const TrafoTokenDraws *self, guint32 step, guint32 index)
{
  guint32 words[4];

  trafo_philox (self->seed, self->stream, (guint64) step << 32 | index, words);
  return (double) (((guint64) words[0] << 32 | words[1]) >> 11) * 0x1p-53;
}

gsize
trafo_token_choose_best (const float *scores, gsize n_scores)
{
  gsize best = 0;

  for (gsize i = 1; i < n_scores; i++)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

/* The token at which the sum of the room's weights exceeds @target; the last with any weight where
 * rounding leaves none. */
static gsize
find_share (const TrafoLogitsRoom *room, double target)
{
  double sum = 0;
  gsize  last = 0;

  for (gsize i = 0; i < room->n_scores; i++)
    if (room->weights[i] > 0)
      {
        sum += room->weights[i];
        last = i;
        if (sum > target)
          break;
      }
  return last;
}

static double
sum_weights (const TrafoLogitsRoom *room)
{
  double sum = 0;

  for (gsize i = 0; i < room->n_scores; i++)
    sum += room->weights[i];
  return sum;
}

static gboolean
read_weights (const float *scores, TrafoLogitsRoom *room, GError **error)
{
  if (trafo_logits_get_probabilities (scores, room->n_scores, room->weights))
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "no token can be drawn: none has a finite score");
  return FALSE;
}

gboolean
trafo_token_draw (const float     *scores,
                  TrafoLogitsRoom *room,
                  double           number,
                  gsize           *ret_token,
                  GError         **error)
{
  if (!read_weights (scores, room, error))
    return FALSE;
  *ret_token = find_share (room, number * sum_weights (room));
  return TRUE;
}

void
trafo_token_choose_many (const float *scores, TrafoLogitsRoom *room, gsize *tokens, gsize n_tokens)
{
  trafo_top_k (scores, room->n_scores, room->keys, n_tokens);
  for (gsize i = 0; i < n_tokens; i++)
    tokens[i] = room->keys[i];
}

/* Where fewer have a probability than are asked for, those without one follow in their order. */
gboolean
trafo_token_draw_many (const float           *scores,
                       TrafoLogitsRoom       *room,
                       const TrafoTokenDraws *draws,
                       guint32                step,
                       gsize                 *tokens,
                       gsize                  n_tokens,
                       GError               **error)
{
  gsize n_drawn = 0;

  if (!read_weights (scores, room, error))
    return FALSE;
  for (double sum; n_drawn < n_tokens && (sum = sum_weights (room)) > 0; n_drawn++)
    {
      double number = trafo_token_draws_get (draws, step, (guint32) n_drawn);

      tokens[n_drawn] = find_share (room, number * sum);
      room->weights[tokens[n_drawn]] = 0;
    }
  for (gsize i = 0; i < n_drawn; i++)
    room->weights[tokens[i]] = 1;
  for (gsize i = 0; i < room->n_scores && n_drawn < n_tokens; i++)
    if (room->weights[i] == 0)
      tokens[n_drawn++] = i;
  return TRUE;
}
