/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-logits-private.h"

#include <trafo/trafo-error.h>

gboolean
trafo_logits_room_init (TrafoLogitsRoom *self, gsize n_scores, GError **error)
{
  self->n_scores = n_scores;
  self->keys = g_try_new (guint32, n_scores);
  self->weights = g_try_new (float, n_scores);
  if (self->keys != NULL && self->weights != NULL)
    return TRUE;
  trafo_logits_room_clear (self);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for the scores of %" G_GSIZE_FORMAT " tokens",
               n_scores);
  return FALSE;
}

void
trafo_logits_room_clear (TrafoLogitsRoom *self)
{
  g_clear_pointer (&self->keys, g_free);
  g_clear_pointer (&self->weights, g_free);
}
