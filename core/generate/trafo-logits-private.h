/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What may be done to a row of scores before a token is chosen from it: one function for each
 * logits processor of transformers (generation/logits_process.py), in place, float32 as there.
 * @scores has one number for each token of the vocabulary; @ids is what the row holds so far,
 * prompt and padding included. */

/* Room that the functions share, for one row. */
typedef struct
{
  gsize    n_scores;
  guint32 *keys;
  float   *weights;
} TrafoLogitsRoom;

gboolean trafo_logits_room_init (TrafoLogitsRoom *self, gsize n_scores, GError **error);
void     trafo_logits_room_clear (TrafoLogitsRoom *self);

/* Tokens that end a sequence, and what it adds to their score. */
typedef struct
{
  gint64 *ids;
  gsize   n_ids;
  float   bias;
} TrafoSequenceBias;

/* Adds the bias of each sequence to the score of its last token where @ids ends in the others. */
void trafo_logits_bias_sequences (float                   *scores,
                                  TrafoLogitsRoom         *room,
                                  const gint64            *ids,
                                  gsize                    n_ids,
                                  const TrafoSequenceBias *biases,
                                  gsize                    n_biases);
/* Makes each token of @ids, once, less likely (@penalty > 1) or more. */
void trafo_logits_penalize_repetition (float           *scores,
                                       TrafoLogitsRoom *room,
                                       const gint64    *ids,
                                       gsize            n_ids,
                                       double           penalty);
/* No sequence of @ngram_size tokens of @source may be ended by the next token of @ids. */
void trafo_logits_forbid_ngrams (float        *scores,
                                 gsize         n_scores,
                                 const gint64 *source,
                                 gsize         n_source,
                                 const gint64 *ids,
                                 gsize         n_ids,
                                 gsize         ngram_size);
/* None of @tokens may come, or none but @tokens. Those beyond the vocabulary are passed over. */
void trafo_logits_forbid (float *scores, gsize n_scores, const gint64 *tokens, gsize n_tokens);
void trafo_logits_force (float *scores, gsize n_scores, const gint64 *tokens, gsize n_tokens);
/* NaN becomes 0, an infinity the largest finite number. */
void trafo_logits_replace_invalid (float *scores, gsize n_scores);
/* Adds |score| (factor^n_beyond - 1) to the finite scores of @tokens. */
void trafo_logits_decay_length (float        *scores,
                                gsize         n_scores,
                                const gint64 *tokens,
                                gsize         n_tokens,
                                double        factor,
                                gsize         n_beyond);
void trafo_logits_divide (float *scores, gsize n_scores, double temperature);

/* Filters: what they drop gets -inf. Each keeps at least the best @min_tokens_to_keep. */
void trafo_logits_keep_top_h (float *scores, TrafoLogitsRoom *room, double top_h);
void trafo_logits_keep_top_k (float *scores, TrafoLogitsRoom *room, gsize top_k);
void trafo_logits_keep_top_p (float           *scores,
                              TrafoLogitsRoom *room,
                              double           top_p,
                              gsize            min_tokens_to_keep);
void trafo_logits_keep_min_p (float           *scores,
                              TrafoLogitsRoom *room,
                              double           min_p,
                              gsize            min_tokens_to_keep);
void trafo_logits_keep_typical (float           *scores,
                                TrafoLogitsRoom *room,
                                double           typical_p,
                                gsize            min_tokens_to_keep);
void trafo_logits_keep_epsilon (float           *scores,
                                TrafoLogitsRoom *room,
                                double           epsilon,
                                gsize            min_tokens_to_keep);
void trafo_logits_keep_eta (float           *scores,
                            TrafoLogitsRoom *room,
                            double           epsilon,
                            gsize            min_tokens_to_keep);

/* log softmax. */
void trafo_logits_normalize (float *scores, gsize n_scores);
/* softmax; FALSE if the scores have none: a NaN, or nothing above -inf. */
gboolean trafo_logits_get_probabilities (const float *scores, gsize n_scores, float *probabilities);
/* The entropy of a distribution in nats. */
double trafo_logits_get_entropy (const float *probabilities, gsize n_scores);

G_END_DECLS
