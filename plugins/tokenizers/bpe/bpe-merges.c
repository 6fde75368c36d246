/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "bpe-merges.h"

enum
{
  FIRST_BITS = 4,
};

static gboolean
grow (BpeMerges *self, guint n_bits, GError **error)
{
  BpeMerge *old = self->slots, *slots;
  gsize     n_old = old != NULL ? (gsize) 1 << self->n_bits : 0;

  slots = g_try_new (BpeMerge, (gsize) 1 << n_bits);
  if (slots == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for %" G_GSIZE_FORMAT " merges",
                   self->n_merges);
      return FALSE;
    }
  for (gsize i = 0; i < (gsize) 1 << n_bits; i++)
    slots[i] = (BpeMerge){ .rank = BPE_NO_RANK };
  self->slots = slots;
  self->n_bits = n_bits;
  if (old == NULL)
    self->seed = (guint64) g_random_int () << 32 | g_random_int ();
  for (gsize i = 0; i < n_old; i++)
    if (old[i].rank != BPE_NO_RANK)
      *bpe_merges_find (self, old[i].left, old[i].right) = old[i];
  g_free (old);
  return TRUE;
}

/* Makes room for so many at once. */
gboolean
bpe_merges_reserve (BpeMerges *self, gsize n_merges, GError **error)
{
  guint n_bits = MAX (g_bit_storage (n_merges) + 1, FIRST_BITS);

  return (self->slots != NULL && self->n_bits >= n_bits) || grow (self, n_bits, error);
}

/* A pair that is there already gets the new rank. Before the first merge nothing can be found. */
gboolean
bpe_merges_add (BpeMerges *self, BpeMerge merge, GError **error)
{
  BpeMerge *slot;

  if ((self->slots == NULL || self->n_merges * 2 >= (gsize) 1 << self->n_bits) &&
      !grow (self, self->slots != NULL ? self->n_bits + 1 : FIRST_BITS, error))
    return FALSE;
  slot = bpe_merges_find (self, merge.left, merge.right);
  if (slot->rank == BPE_NO_RANK)
    self->n_merges++;
  *slot = merge;
  return TRUE;
}

void
bpe_merges_clear (BpeMerges *self)
{
  g_clear_pointer (&self->slots, g_free);
  self->n_merges = 0;
}
