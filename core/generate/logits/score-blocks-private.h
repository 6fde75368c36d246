/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Loops over many scores, a block at a time, which the compiler makes vectors of. What is summed is
 * summed in the order that the block says, so that it has the same bits whatever the vectors are. */
#define TRAFO_SCORE_BLOCK 64
#define TRAFO_N_SCORE_BLOCKS(n_scores) (((n_scores) + TRAFO_SCORE_BLOCK - 1) / TRAFO_SCORE_BLOCK)

/* The largest score of each block; of one with a NaN a NaN. */
void trafo_score_blocks_get_maxima (const float *scores, gsize n_scores, float *maxima);

/* exp (score - maximum) to 1 ulp, 0 where that is less than 2^-125, and the sum of each block; no score
 * is above @maximum, which is finite. @weights has room for whole blocks. */
void trafo_score_blocks_get_weights (const float *scores,
                                     gsize        n_scores,
                                     float        maximum,
                                     float       *weights,
                                     double      *sums);

/* The sum of weight * (maximum - score). */
double trafo_score_blocks_get_deficit (const float *scores,
                                       gsize        n_scores,
                                       float        maximum,
                                       const float *weights);

/* Of each score trafo_selection_key(). */
void trafo_score_blocks_get_keys (const float *scores, gsize n_scores, guint32 *keys);

void trafo_score_blocks_add (float *scores, gsize n_scores, float term);
void trafo_score_blocks_divide (float *scores, gsize n_scores, float divisor);

G_END_DECLS
