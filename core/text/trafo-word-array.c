/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-word-array-private.h"

void
trafo_word_array_clear (TrafoWordArray *self)
{
  g_clear_pointer (&self->ranges, g_free);
  self->n_ranges = self->n_allocated = 0;
  self->failed = FALSE;
}

gboolean
trafo_word_array_grow (TrafoWordArray *self)
{
  gsize           wanted = self->n_allocated * 2 + 64, size;
  TrafoTextRange *grown = NULL;

  if (!self->failed && g_size_checked_mul (&size, wanted, sizeof *grown))
    grown = g_try_realloc (self->ranges, size);
  if (grown == NULL)
    {
      self->failed = TRUE;
      return FALSE;
    }
  self->ranges = grown;
  self->n_allocated = wanted;
  return TRUE;
}
