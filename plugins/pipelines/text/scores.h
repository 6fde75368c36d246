/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "text-task.h"

G_BEGIN_DECLS

/* In place; computed in double and rounded to float, the type in which transformers compares scores,
 * so that ties are the same. */
void scores_softmax (float *scores, gsize n_scores);
void scores_sigmoid (float *scores, gsize n_scores);

/* The first of the largest. */
gsize scores_argmax (const float *scores, gsize n_scores);

/* (transfer full): the places of @scores from the largest on; equal ones keep their order. */
guint *scores_sort (const float *scores, gsize n_scores);

/* (transfer full): the model's labels, of which there must be @n_labels. */
char **scores_get_labels (TrafoModel *model, gsize n_labels, GError **error);

G_END_DECLS
