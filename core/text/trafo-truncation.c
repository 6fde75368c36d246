/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-truncation-private.h"

/* From the longer sequence first, until both are as long; then from both, where the first loses an
 * odd token unless it was the longer one. tokenizers' utils/truncation.rs. */
static void
choose_longest_first (gsize max_length, const gsize lengths[2], gsize kept[2])
{
  gboolean first_is_longer = lengths[0] > lengths[1];
  gsize    shorter = MIN (lengths[0], lengths[1]), longer;

  if (shorter < max_length && max_length - shorter >= shorter)
    longer = max_length - shorter;
  else
    {
      shorter = max_length / 2;
      longer = max_length - shorter;
    }
  kept[first_is_longer ? 0 : 1] = longer;
  kept[first_is_longer ? 1 : 0] = shorter;
}

static gboolean
choose_only (guint       target,
             gsize       max_length,
             gboolean    is_pair,
             const gsize lengths[2],
             gsize       kept[2],
             GError    **error)
{
  gsize excess = lengths[0] + lengths[1] - max_length;

  if (target == 1 && !is_pair)
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "truncation only_second needs a pair, and there is one sequence");
      return FALSE;
    }
  if (lengths[target] <= excess)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "the %s sequence has %" G_GSIZE_FORMAT
                   " tokens, too few to take %" G_GSIZE_FORMAT " of them away",
                   target == 0 ? "first" : "second",
                   lengths[target],
                   excess);
      return FALSE;
    }
  kept[target] = lengths[target] - excess;
  return TRUE;
}

/* How many tokens of each sequence are kept, so that no more than @max_length remain. */
gboolean
trafo_truncation_choose (TrafoTruncation strategy,
                         gsize           max_length,
                         gboolean        is_pair,
                         const gsize     lengths[2],
                         gsize           kept[2],
                         GError        **error)
{
  kept[0] = lengths[0];
  kept[1] = lengths[1];
  if (max_length == 0)
    {
      kept[0] = kept[1] = 0;
      return TRUE;
    }
  if (lengths[0] + lengths[1] <= max_length)
    return TRUE;
  if (strategy != TRAFO_TRUNCATION_LONGEST_FIRST)
    return choose_only (strategy == TRAFO_TRUNCATION_ONLY_SECOND,
                        max_length,
                        is_pair,
                        lengths,
                        kept,
                        error);
  if (is_pair)
    choose_longest_first (max_length, lengths, kept);
  else
    kept[0] = max_length;
  return TRUE;
}

/* Cuts a sequence into parts of @kept tokens, of which neighbours share @stride. The first part is
 * what is kept, the others what overflows. With nothing kept, all overflows at once. */
gboolean
trafo_truncation_cut (gsize    length,
                      gsize    kept,
                      gsize    stride,
                      gboolean on_left,
                      gboolean with_overflowing,
                      GArray  *parts,
                      GError **error)
{
  TrafoPart part = { on_left ? length - MIN (kept, length) : 0,
                     on_left ? length : MIN (kept, length) };
  TrafoPart whole = { 0, length };

  g_array_append_val (parts, part);
  if (kept >= length)
    return TRUE;
  if (kept > 0 && stride >= kept)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "the stride of %" G_GSIZE_FORMAT " is not less than the %" G_GSIZE_FORMAT
                   " tokens of a part",
                   stride,
                   kept);
      return FALSE;
    }
  if (!with_overflowing)
    return TRUE;
  if (kept == 0)
    {
      g_array_append_val (parts, whole);
      return TRUE;
    }
  while (on_left ? part.start > 0 : part.end < length)
    {
      if (on_left)
        {
          part.end -= kept - stride;
          part.start = part.end > kept ? part.end - kept : 0;
        }
      else
        {
          part.start += kept - stride;
          part.end = MIN (part.start + kept, length);
        }
      g_array_append_val (parts, part);
    }
  return TRUE;
}
