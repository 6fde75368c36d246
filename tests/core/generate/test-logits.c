/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-logits-private.h"
#include "trafo-selection-private.h"

/* Each case is a hundred random rows and one hash of what transformers makes of them. */
typedef enum
{
  TOP_K,
  TOP_P,
  MIN_P,
  TYPICAL,
  EPSILON,
  ETA,
  TOP_H,
  REPETITION,
  NGRAMS,
  BIAS,
  FORBID,
  FORCE,
  INVALID,
  DECAY,
  TEMPERATURE,
} Kind;

static const struct
{
  Kind     kind;
  double   a;
  double   b;
  gboolean has_ties;
  gsize    size;
  guint64  seed;
  guint64  hash;
} cases[] = {
#include "cases/logits.h"
};

#define N_ROWS 100
#define MAX_SIZE 1000
#define MAX_IDS 24

typedef struct
{
  float  scores[MAX_SIZE + MAX_IDS];
  gint64 ids[MAX_IDS];
  gsize  n_ids;
} Row;

static guint64
splitmix64 (guint64 seed, guint64 index)
{
  guint64 x = seed + (index + 1) * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

  x = (x ^ x >> 30) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  x = (x ^ x >> 27) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return x ^ x >> 31;
}

/* As make-logits-cases.py does. */
static void
draw (Row *row, guint64 seed, guint index, gsize size, gboolean has_ties)
{
  guint64 start = seed * 1000003 + index * 8191;

  for (gsize i = 0; i < size; i++)
    {
      guint64 word = splitmix64 (start, i);
      gint64  sum = 0;

      for (guint lane = 0; lane < 4; lane++)
        sum += word >> (16 * lane) & 0xFFFF;
      row->scores[i] = (float) (sum - 131070) / 8192;
      if (has_ties && index % 4 == 3)
        row->scores[i] = floorf (row->scores[i] * 8) / 8;
      if (index % 3 == 1 && word % 5 == 0)
        row->scores[i] = -INFINITY;
    }
  row->n_ids = 1 + (splitmix64 (start, size) >> 40) % MAX_IDS;
  for (gsize i = 0; i < row->n_ids; i++)
    row->ids[i] = splitmix64 (start, size + i) % size;
}

static void
bias (Row *row, TrafoLogitsRoom *room, double single, double pair)
{
  gint64            first = row->ids[0], last = row->ids[row->n_ids - 1];
  gint64            second = row->ids[MIN (1, row->n_ids - 1)];
  gint64            triple_ids[] = { last, second, first };
  TrafoSequenceBias biases[] = {
    { &first, 1, (float) single },
    { triple_ids, 2, (float) pair },
    { triple_ids, 3, -1 },
  };

  trafo_logits_bias_sequences (row->scores, room, row->ids, row->n_ids, biases, 3);
}

static void
apply (guint c, Row *row, TrafoLogitsRoom *room)
{
  double a = cases[c].a, b = cases[c].b;
  float *scores = row->scores;
  gsize  size = cases[c].size;

  switch (cases[c].kind)
    {
    case TOP_K:
      return trafo_logits_keep_top_k (scores, room, (gsize) a);
    case TOP_P:
      return trafo_logits_keep_top_p (scores, room, a, (gsize) b);
    case MIN_P:
      return trafo_logits_keep_min_p (scores, room, a, (gsize) b);
    case TYPICAL:
      return trafo_logits_keep_typical (scores, room, a, (gsize) b);
    case EPSILON:
      return trafo_logits_keep_epsilon (scores, room, a, (gsize) b);
    case ETA:
      return trafo_logits_keep_eta (scores, room, a, (gsize) b);
    case TOP_H:
      return trafo_logits_keep_top_h (scores, room, a);
    case REPETITION:
      return trafo_logits_penalize_repetition (scores, room, row->ids, row->n_ids, a);
    case NGRAMS:
      return trafo_logits_forbid_ngrams (scores,
                                         size,
                                         row->ids,
                                         row->n_ids,
                                         row->ids,
                                         row->n_ids,
                                         (gsize) a);
    case BIAS:
      return bias (row, room, a, b);
    case FORBID:
      return trafo_logits_forbid (scores, size, row->ids, MIN (row->n_ids, 5));
    case FORCE:
      return trafo_logits_force (scores, size, row->ids, MIN (row->n_ids, 2));
    case INVALID:
      return trafo_logits_replace_invalid (scores, size);
    case DECAY:
      return trafo_logits_decay_length (scores, size, row->ids, 1, a, (gsize) b);
    case TEMPERATURE:
      return trafo_logits_divide (scores, size, a);
    }
}

/* FNV-1a over the numbers' bits. */
static guint64
hash_row (guint64 hash, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      union
      {
        float   value;
        guint32 bits;
      } as = { .value = values[i] == 0 ? 0 : values[i] };

      hash = (hash ^ as.bits) * G_GUINT64_CONSTANT (0x100000001B3);
    }
  return hash;
}

static void
test_cases (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      guint64         hash = G_GUINT64_CONSTANT (0xCBF29CE484222325);
      TrafoLogitsRoom room;
      Row             row;

      g_test_message ("case %u: kind %d, %g, %g", c, cases[c].kind, cases[c].a, cases[c].b);
      g_assert_true (trafo_logits_room_init (&room, cases[c].size, NULL));
      for (guint i = 0; i < N_ROWS; i++)
        {
          draw (&row, cases[c].seed, i, cases[c].size, cases[c].has_ties);
          apply (c, &row, &room);
          hash = hash_row (hash, row.scores, cases[c].size);
        }
      trafo_logits_room_clear (&room);
      g_assert_cmphex (hash, ==, cases[c].hash);
    }
}

/* Against sorting: any weights, many ties. */
static void
test_selection (void)
{
  guint32 keys[64];
  float   weights[64];

  for (guint round = 0; round < 2000; round++)
    {
      double         total = 0, target, above = 0, mass = 0;
      TrafoSelection found;
      guint32        expected = 0;

      for (guint i = 0; i < 64; i++)
        {
          guint64 word = splitmix64 (round, i);

          keys[i] = (guint32) word >> (round % 32);
          weights[i] = (float) (word >> 56);
          total += weights[i];
        }
      target = total * (double) (splitmix64 (round, 64) >> 40) / (1 << 24);
      /* the largest key that reaches the target */
      for (guint i = 0; i < 64; i++)
        {
          mass = 0;
          for (guint j = 0; j < 64; j++)
            mass += keys[j] >= keys[i] ? weights[j] : 0;
          if (mass >= target)
            expected = MAX (expected, keys[i]);
        }
      for (guint j = 0; j < 64; j++)
        above += keys[j] > expected ? weights[j] : 0;
      trafo_selection_find (keys, weights, 64, target, &found);
      if (target > 0)
        g_assert_cmpuint (found.key, ==, expected);
      g_assert_cmpfloat (found.weight_above, ==, target > 0 ? above : 0);
    }
}

static void
test_selection_keys (void)
{
  const float sorted[] = { NAN, -INFINITY, -1e30f, -1, -1e-45f, 0, 1e-45f, 0.5f, 3e38f, INFINITY };

  for (gsize i = 1; i < G_N_ELEMENTS (sorted); i++)
    g_assert_cmpuint (trafo_selection_key (sorted[i - 1]), <, trafo_selection_key (sorted[i]));
  g_assert_cmpuint (trafo_selection_key (-0.0f), ==, trafo_selection_key (0.0f));
}

static void
test_invalid_values (void)
{
  float scores[] = { NAN, INFINITY, -INFINITY, 1.5f };

  trafo_logits_replace_invalid (scores, 4);
  g_assert_cmpfloat (scores[0], ==, 0);
  g_assert_cmpfloat (scores[1], ==, 3.40282347e38f);
  g_assert_cmpfloat (scores[2], ==, -3.40282347e38f);
  g_assert_cmpfloat (scores[3], ==, 1.5f);
}

static void
test_normalize (void)
{
  float  scores[] = { 1000, -INFINITY, 998, 1000 };
  double log_sum = log (2 + exp (-2));

  trafo_logits_normalize (scores, 4);
  g_assert_cmpfloat_with_epsilon (scores[0], -log_sum, 1e-6);
  g_assert_cmpfloat (scores[1], ==, -INFINITY);
  g_assert_cmpfloat_with_epsilon (scores[2], -2 - log_sum, 1e-6);
}

/* Nothing to choose from is told, not computed with. */
static void
test_no_distribution (void)
{
  float probabilities[2];

  g_assert_false (
      trafo_logits_get_probabilities ((const float[]){ -INFINITY, -INFINITY }, 2, probabilities));
  g_assert_false (trafo_logits_get_probabilities ((const float[]){ 1, NAN }, 2, probabilities));
  g_assert_true (
      trafo_logits_get_probabilities ((const float[]){ 1, -INFINITY }, 2, probabilities));
  g_assert_cmpfloat (probabilities[0], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/logits/cases", test_cases);
  g_test_add_func ("/core/generate/logits/invalid-values", test_invalid_values);
  g_test_add_func ("/core/generate/logits/normalize", test_normalize);
  g_test_add_func ("/core/generate/logits/no-distribution", test_no_distribution);
  g_test_add_func ("/core/generate/selection/find", test_selection);
  g_test_add_func ("/core/generate/selection/keys", test_selection_keys);
  return g_test_run ();
}
