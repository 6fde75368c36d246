/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>
#include <string.h>

#include "trafo-logits-private.h"
#include "trafo-selection-private.h"

/* Each case is some random rows and one hash of what transformers makes of them. */
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

#define MAX_ROWS 100
#define MAX_SCORES 100000 /* of all rows */
#define MAX_IDS 24

typedef struct
{
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
draw (Row *row, TrafoLogits *logits, guint64 seed, guint index, gsize size, gboolean has_ties)
{
  guint64 start = seed * 1000003 + index * 8191;

  trafo_logits_reset (logits, size);
  for (gsize i = 0; i < size; i++)
    {
      guint64 word = splitmix64 (start, i);
      gint64  sum = 0;

      for (guint lane = 0; lane < 4; lane++)
        sum += word >> (16 * lane) & 0xFFFF;
      logits->scores[i] = (float) (sum - 131070) / 8192;
      if (has_ties && index % 4 == 3)
        logits->scores[i] = floorf (logits->scores[i] * 8) / 8;
      if (index % 3 == 1 && word % 5 == 0)
        logits->scores[i] = -INFINITY;
    }
  row->n_ids = 1 + (splitmix64 (start, size) >> 40) % MAX_IDS;
  for (gsize i = 0; i < row->n_ids; i++)
    row->ids[i] = splitmix64 (start, size + i) % size;
}

static void
bias (Row *row, TrafoLogits *logits, double single, double pair)
{
  gint64            first = row->ids[0], last = row->ids[row->n_ids - 1];
  gint64            second = row->ids[MIN (1, row->n_ids - 1)];
  gint64            triple_ids[] = { last, second, first };
  TrafoSequenceBias biases[] = {
    { &first, 1, (float) single },
    { triple_ids, 2, (float) pair },
    { triple_ids, 3, -1 },
  };

  trafo_logits_bias_sequences (logits, row->ids, row->n_ids, biases, 3);
}

static void
apply (guint c, Row *row, TrafoLogits *logits)
{
  double a = cases[c].a, b = cases[c].b;

  switch (cases[c].kind)
    {
    case TOP_K:
      return trafo_logits_keep_top_k (logits, (gsize) a);
    case TOP_P:
      return trafo_logits_keep_top_p (logits, a, (gsize) b);
    case MIN_P:
      return trafo_logits_keep_min_p (logits, a, (gsize) b);
    case TYPICAL:
      return trafo_logits_keep_typical (logits, a, (gsize) b);
    case EPSILON:
      return trafo_logits_keep_epsilon (logits, a, (gsize) b);
    case ETA:
      return trafo_logits_keep_eta (logits, a, (gsize) b);
    case TOP_H:
      return trafo_logits_keep_top_h (logits, a);
    case REPETITION:
      return trafo_logits_penalize_repetition (logits, row->ids, row->n_ids, a);
    case NGRAMS:
      return trafo_logits_forbid_ngrams (logits,
                                         row->ids,
                                         row->n_ids,
                                         row->ids,
                                         row->n_ids,
                                         (gsize) a);
    case BIAS:
      return bias (row, logits, a, b);
    case FORBID:
      return trafo_logits_forbid (logits, row->ids, MIN (row->n_ids, 5));
    case FORCE:
      return trafo_logits_force (logits, row->ids, MIN (row->n_ids, 2));
    case INVALID:
      return trafo_logits_replace_invalid (logits);
    case DECAY:
      return trafo_logits_decay_length (logits, row->ids, 1, a, (gsize) b);
    case TEMPERATURE:
      return trafo_logits_divide (logits, a);
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
      guint64     hash = G_GUINT64_CONSTANT (0xCBF29CE484222325);
      TrafoLogits logits;
      Row         row;

      g_test_message ("case %u: kind %d, %g, %g", c, cases[c].kind, cases[c].a, cases[c].b);
      g_assert_true (trafo_logits_init (&logits, cases[c].size, NULL));
      for (guint i = 0; i < MIN (MAX_ROWS, MAX_SCORES / cases[c].size); i++)
        {
          draw (&row, &logits, cases[c].seed, i, cases[c].size, cases[c].has_ties);
          apply (c, &row, &logits);
          trafo_logits_spread (&logits, cases[c].size);
          hash = hash_row (hash, logits.scores, cases[c].size);
        }
      trafo_logits_clear (&logits);
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
    {
      g_assert_cmpuint (trafo_selection_key (sorted[i - 1]), <, trafo_selection_key (sorted[i]));
      g_assert_cmpfloat (trafo_selection_value (trafo_selection_key (sorted[i])), ==, sorted[i]);
    }
  g_assert_cmpuint (trafo_selection_key (-0.0f), ==, trafo_selection_key (0.0f));
}

static void
test_invalid_values (void)
{
  float       scores[] = { NAN, INFINITY, -INFINITY, 1.5f };
  TrafoLogits logits = { .n_scores = 4, .scores = scores, .is_whole = TRUE };

  trafo_logits_replace_invalid (&logits);
  g_assert_cmpfloat (scores[0], ==, 0);
  g_assert_cmpfloat (scores[1], ==, 3.40282347e38f);
  g_assert_cmpfloat (scores[2], ==, -3.40282347e38f);
  g_assert_cmpfloat (scores[3], ==, 1.5f);
}

static void
fill (TrafoLogits *logits, const float *scores, gsize n_scores)
{
  trafo_logits_reset (logits, n_scores);
  memcpy (logits->scores, scores, n_scores * sizeof *scores);
}

static void
test_normalize (void)
{
  TrafoLogits logits;
  double      log_sum = log (2 + exp (-2));

  g_assert_true (trafo_logits_init (&logits, 4, NULL));
  fill (&logits, (const float[]){ 1000, -INFINITY, 998, 1000 }, 4);
  trafo_logits_normalize (&logits);
  g_assert_cmpfloat_with_epsilon (logits.scores[0], -log_sum, 1e-6);
  g_assert_cmpfloat (logits.scores[1], ==, -INFINITY);
  g_assert_cmpfloat_with_epsilon (logits.scores[2], -2 - log_sum, 1e-6);
  trafo_logits_clear (&logits);
}

/* Nothing to choose from is told, not computed with, and no filter drops any of it. */
static void
test_no_distribution (void)
{
  static const float rows[][3] = {
    { -INFINITY, -INFINITY, -INFINITY },
    { 1, NAN, 2 },
    { 1, INFINITY, -INFINITY },
  };
  TrafoLogits logits;

  g_assert_true (trafo_logits_init (&logits, 3, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      fill (&logits, rows[i], 3);
      g_assert_false (trafo_logits_weigh (&logits));
      trafo_logits_keep_top_p (&logits, 0.5, 1);
      trafo_logits_keep_min_p (&logits, 0.5, 1);
      trafo_logits_keep_typical (&logits, 0.5, 1);
      trafo_logits_keep_epsilon (&logits, 0.5, 1);
      trafo_logits_keep_eta (&logits, 0.5, 1);
      g_assert_cmpmem (logits.scores, sizeof rows[i], rows[i], sizeof rows[i]);
      trafo_logits_normalize (&logits);
      for (guint k = 0; k < 3; k++)
        g_assert_true (isnan (logits.scores[k]));
    }
  fill (&logits, (const float[]){ 1, -INFINITY }, 2);
  g_assert_true (trafo_logits_weigh (&logits));
  g_assert_cmpfloat (logits.weights[0], ==, 1);
  g_assert_cmpfloat (logits.sum, ==, 1);
  trafo_logits_clear (&logits);
}

/* One filter after the other on what is left, and the row as it was but for what they dropped. */
static void
test_spread (void)
{
  TrafoLogits logits;

  g_assert_true (trafo_logits_init (&logits, 200, NULL));
  for (gsize i = 0; i < 200; i++)
    logits.scores[i] = (float) (i * 77 % 200) / 8;
  trafo_logits_keep_top_k (&logits, 20);
  g_assert_cmpuint (logits.n_scores, ==, 20);
  trafo_logits_keep_top_p (&logits, 0.5, 1);
  g_assert_cmpuint (logits.n_scores, <, 20);
  for (gsize i = 0; i < logits.n_scores; i++)
    g_assert_cmpfloat (logits.scores[i], ==, (float) (logits.tokens[i] * 77 % 200) / 8);
  trafo_logits_spread (&logits, 200);
  for (gsize i = 0; i < 200; i++)
    g_assert_true (logits.scores[i] == (float) (i * 77 % 200) / 8 || logits.scores[i] == -INFINITY);
  trafo_logits_clear (&logits);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/generate/logits/cases", test_cases);
  g_test_add_func ("/core/generate/logits/invalid-values", test_invalid_values);
  g_test_add_func ("/core/generate/logits/normalize", test_normalize);
  g_test_add_func ("/core/generate/logits/no-distribution", test_no_distribution);
  g_test_add_func ("/core/generate/logits/spread", test_spread);
  g_test_add_func ("/core/generate/selection/find", test_selection);
  g_test_add_func ("/core/generate/selection/keys", test_selection_keys);
  return g_test_run ();
}
