/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What may be done to a row of scores before a token is chosen from it: one function for each
 * logits processor of transformers (generation/logits_process.py), in place, float32 as there.
 * @ids is what the row holds so far, prompt and padding included. */

/* A row: the tokens that may be chosen and their scores, at first one for each token of the vocabulary.
 * Filters take out what they drop, so that the next one has fewer to look at. */
typedef struct
{
  gsize    n_scores;
  float   *scores;
  gboolean is_whole; /* score i is token i's */
  guint32 *tokens;   /* of each score, ascending, unless @is_whole */

  /* of trafo_logits_find_maximum() */
  float  maximum;
  float *maxima; /* of each block (score-blocks-private.h) */

  /* of trafo_logits_weigh() */
  float  *weights; /* proportional to the probabilities */
  double *sums;    /* of the weights of each block */
  double  sum;

  guint32 *keys; /* room for what orders the tokens */
} TrafoLogits;

/* Room for @n_scores; the row is whole. */
gboolean trafo_logits_init (TrafoLogits *self, gsize n_scores, GError **error);
void     trafo_logits_clear (TrafoLogits *self);

static inline gsize
trafo_logits_get_token (const TrafoLogits *self, gsize index)
{
  return self->is_whole ? index : self->tokens[index];
}

/* A whole row of @n_scores, which are to be written. */
void trafo_logits_reset (TrafoLogits *self, gsize n_scores);
/* Makes the row whole again, with -inf for each of the @n_tokens that was dropped. */
void trafo_logits_spread (TrafoLogits *self, gsize n_tokens);

/* Tokens that end a sequence, and what it adds to their score. */
typedef struct
{
  gint64 *ids;
  gsize   n_ids;
  float   bias;
} TrafoSequenceBias;

/* The first ones have a whole row. */

/* Adds the bias of each sequence to the score of its last token where @ids ends in the others. */
void trafo_logits_bias_sequences (TrafoLogits             *self,
                                  const gint64            *ids,
                                  gsize                    n_ids,
                                  const TrafoSequenceBias *biases,
                                  gsize                    n_biases);
/* Makes each token of @ids, once, less likely (@penalty > 1) or more. */
void trafo_logits_penalize_repetition (TrafoLogits  *self,
                                       const gint64 *ids,
                                       gsize         n_ids,
                                       double        penalty);
/* No sequence of @ngram_size tokens of @source may be ended by the next token of @ids. */
void trafo_logits_forbid_ngrams (TrafoLogits  *self,
                                 const gint64 *source,
                                 gsize         n_source,
                                 const gint64 *ids,
                                 gsize         n_ids,
                                 gsize         ngram_size);
/* None of @tokens may come, or none but @tokens. Those beyond the vocabulary are passed over. */
void trafo_logits_forbid (TrafoLogits *self, const gint64 *tokens, gsize n_tokens);
void trafo_logits_force (TrafoLogits *self, const gint64 *tokens, gsize n_tokens);
/* NaN becomes 0, an infinity the largest finite number. */
void trafo_logits_replace_invalid (TrafoLogits *self);
/* Adds |score| (factor^n_beyond - 1) to the finite scores of @tokens. */
void trafo_logits_decay_length (TrafoLogits  *self,
                                const gint64 *tokens,
                                gsize         n_tokens,
                                double        factor,
                                gsize         n_beyond);
void trafo_logits_divide (TrafoLogits *self, double temperature);

/* Filters. Each keeps at least the best @min_tokens_to_keep, and all where the scores have no
 * probabilities, but for top_k. */
void trafo_logits_keep_top_h (TrafoLogits *self, double top_h);
void trafo_logits_keep_top_k (TrafoLogits *self, gsize top_k);
void trafo_logits_keep_top_p (TrafoLogits *self, double top_p, gsize min_tokens_to_keep);
void trafo_logits_keep_min_p (TrafoLogits *self, double min_p, gsize min_tokens_to_keep);
void trafo_logits_keep_typical (TrafoLogits *self, double typical_p, gsize min_tokens_to_keep);
void trafo_logits_keep_epsilon (TrafoLogits *self, double epsilon, gsize min_tokens_to_keep);
void trafo_logits_keep_eta (TrafoLogits *self, double epsilon, gsize min_tokens_to_keep);

/* log softmax. */
void trafo_logits_normalize (TrafoLogits *self);

/* The largest score, and those of the blocks; NaN where there is one. */
float trafo_logits_find_maximum (TrafoLogits *self);
/* softmax, not yet divided by the sum; FALSE if the scores have none: NaN, inf, or nothing above -inf. */
gboolean trafo_logits_weigh (TrafoLogits *self);
/* The entropy in nats of the distribution that was weighed. */
double trafo_logits_get_entropy (const TrafoLogits *self);

G_END_DECLS
