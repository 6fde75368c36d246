/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* torch.topk() (aten/src/ATen/native/cpu/SortingKernel.cpp) sorts a part with C++'s partial_sort() if
 * it is small, and else selects with nth_element() and sorts what is before. None of them is stable:
 * where equals end up follows from the steps of GNU's implementation, which are these: a heap of the
 * best with the worst on top; quickselect and quicksort around the median of three with insertion for
 * what is left, and with a heap where that takes too many rounds. */
#include "trafo-top-k-private.h"

#include <math.h>

#include "score-blocks-private.h"

#define SELECTED_BY_INSERTION 3
#define SORTED_BY_INSERTION 16
#define SMALL_PART 64 /* a part of this of all is sorted by a heap */
#define N_BLOCKS_AT_ONCE 64

/* Indices [first, last) of an order of scores. */
typedef struct
{
  const float *scores;
  guint32     *first;
  guint32     *last;
} Range;

static inline gboolean
is_before (const Range *range, guint32 a, guint32 b)
{
  float x = range->scores[a], y = range->scores[b];

  return x > y || (isnan (x) && !isnan (y));
}

static inline void
swap (guint32 *a, guint32 *b)
{
  guint32 kept = *a;

  *a = *b;
  *b = kept;
}

/* Moves the hole down to a leaf, to where the worse child was, and @value up from there. */
static void
sift (const Range *heap, gsize hole, gsize n, guint32 value)
{
  const gsize top = hole;
  guint32    *items = heap->first;
  gsize       child;

  while ((child = 2 * hole + 2) < n)
    {
      if (is_before (heap, items[child], items[child - 1]))
        child--;
      items[hole] = items[child];
      hole = child;
    }
  if (child == n)
    {
      items[hole] = items[n - 1];
      hole = n - 1;
    }
  while (hole > top && is_before (heap, items[(hole - 1) / 2], value))
    {
      items[hole] = items[(hole - 1) / 2];
      hole = (hole - 1) / 2;
    }
  items[hole] = value;
}

static void
make_heap (const Range *range, gsize n)
{
  for (gsize i = n / 2; i > 0; i--)
    sift (range, i - 1, n, range->first[i - 1]);
}

/* The best come before @middle, as a heap whose first is the worst of them. */
static void
select_by_heap (const Range *range, guint32 *middle)
{
  gsize n = middle - range->first;

  make_heap (range, n);
  for (guint32 *item = middle; item < range->last; item++)
    if (is_before (range, *item, *range->first))
      {
        guint32 value = *item;

        *item = *range->first;
        sift (range, 0, n, value);
      }
}

/* The same from what is behind @middle in its first order, which is not written. Blocks without any
 * that is before the worst are passed over. */
static void
select_by_blocks (const Range *range, gsize n)
{
  const gsize    n_scores = range->last - range->first;
  const guint32 *worst = range->first;
  float          maxima[N_BLOCKS_AT_ONCE];

  make_heap (range, n);
  for (gsize start = 0; start < n_scores; start += TRAFO_SCORE_BLOCK)
    {
      gsize block = start / TRAFO_SCORE_BLOCK % N_BLOCKS_AT_ONCE;

      if (block == 0)
        trafo_score_blocks_get_maxima (range->scores + start,
                                       MIN (n_scores - start, N_BLOCKS_AT_ONCE * TRAFO_SCORE_BLOCK),
                                       maxima);
      if (maxima[block] <= range->scores[*worst])
        continue;
      for (gsize i = MAX (start, n); i < MIN (start + TRAFO_SCORE_BLOCK, n_scores); i++)
        if (is_before (range, (guint32) i, *worst))
          sift (range, 0, n, (guint32) i);
    }
}

static void
sort_heap (const Range *range, guint32 *middle)
{
  for (gsize n = middle - range->first; n > 1; n--)
    {
      guint32 value = range->first[n - 1];

      range->first[n - 1] = *range->first;
      sift (range, 0, n - 1, value);
    }
}

static void
sort_by_insertion (const Range *range)
{
  for (guint32 *item = range->first; item < range->last; item++)
    {
      guint32  value = *item;
      guint32 *hole = item;

      for (; hole > range->first && is_before (range, value, hole[-1]); hole--)
        *hole = hole[-1];
      *hole = value;
    }
}

/* Of the second item, the one in the middle and the last. */
static guint32 *
find_median (const Range *range)
{
  guint32 *a = range->first + 1, *c = range->last - 1;
  guint32 *b = range->first + (range->last - range->first) / 2;

  if (is_before (range, *a, *b))
    {
      if (is_before (range, *b, *c))
        return b;
      return is_before (range, *a, *c) ? c : a;
    }
  if (is_before (range, *a, *c))
    return a;
  return is_before (range, *b, *c) ? c : b;
}

/* Where what is not before the median begins. The median is put first, and stays there. */
static guint32 *
split (const Range *range)
{
  guint32 *left = range->first + 1, *right = range->last;

  swap (range->first, find_median (range));
  for (;; left++)
    {
      while (is_before (range, *left, *range->first))
        left++;
      do
        right--;
      while (is_before (range, *range->first, *right));
      if (left >= right)
        return left;
      swap (left, right);
    }
}

static guint
count_rounds (const Range *range)
{
  return 2 * (g_bit_storage (range->last - range->first) - 1);
}

/* @nth becomes what it were in the sorted range, with nothing better after it. */
static void
select_nth (Range range, guint32 *nth)
{
  for (guint left = count_rounds (&range); range.last - range.first > SELECTED_BY_INSERTION; left--)
    {
      guint32 *cut;

      if (left == 0)
        {
          select_by_heap (&range, nth + 1);
          swap (range.first, nth);
          return;
        }
      cut = split (&range);
      if (cut <= nth)
        range.first = cut;
      else
        range.last = cut;
    }
  sort_by_insertion (&range);
}

/* Leaves short ranges unsorted, each before what is after it. */
static void
sort_roughly (Range range, guint n_rounds)
{
  for (; range.last - range.first > SORTED_BY_INSERTION; n_rounds--)
    {
      guint32 *cut;

      if (n_rounds == 0)
        {
          select_by_heap (&range, range.last);
          sort_heap (&range, range.last);
          return;
        }
      cut = split (&range);
      sort_roughly ((Range){ range.scores, cut, range.last }, n_rounds - 1);
      range.last = cut;
    }
}

void
trafo_top_k (const float *scores, gsize n_scores, guint32 *order, gsize k)
{
  Range    all = { scores, order, order + n_scores };
  Range    sorted = { scores, order, order + k - 1 };
  gboolean is_small = k <= n_scores / SMALL_PART;

  for (gsize i = 0; i < (is_small ? k : n_scores); i++)
    order[i] = (guint32) i;
  if (is_small)
    {
      select_by_blocks (&all, k);
      sort_heap (&all, order + k);
      return;
    }
  select_nth (all, order + k - 1);
  if (k == 1)
    return;
  sort_roughly (sorted, count_rounds (&sorted));
  sort_by_insertion (&sorted);
}
