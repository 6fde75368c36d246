/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

/* What the classes of transformers end in, whatever the model: the outputs of each task, and its
 * loss where the caller gave labels. */

static gboolean
has_labels (TrafoBuilder *self)
{
  return trafo_builder_get_labels_dtype (self) != TRAFO_DTYPE_NONE;
}

/* The last token of each row that is none of the padding, counted over the whole batch; the first
 * of a row that is nothing but padding. Result: int64, (B, 1). */
static TrafoSym
last_token_index (TrafoBuilder *self, TrafoSym ids, gint64 padding_id)
{
  gint64   dims[] = { trafo_builder_get_dim (self, ids, 0), trafo_builder_get_dim (self, ids, 1) };
  gint64   n_tokens = trafo_builder_dim_mul (self, dims[0], dims[1]);
  TrafoSym index = trafo_builder_iota (self, TRAFO_DTYPE_INT64, &n_tokens, 1);
  TrafoSym is_text;

  index = trafo_builder_reshape (self, index, dims, 2);
  if (padding_id >= 0)
    {
      is_text = trafo_builder_compare (self,
                                       TRAFO_COMPARE_NOT_EQUAL,
                                       ids,
                                       trafo_builder_scalar (self, padding_id, TRAFO_DTYPE_INT64));
      index =
          trafo_builder_where (self, is_text, index, trafo_builder_slice (self, index, 1, 0, 1, 1));
    }
  return trafo_builder_max (self, index, 1);
}

/**
 * trafo_builder_last_token:
 * @self: a builder
 * @x: float32, (batch, sequence, features), of the tokens in input_ids
 * @padding_id: the id of the padding, or -1 where there is none
 *
 * What a causal model has to say of each text: the features of the last token that is not padding,
 * whichever side the padding is on (transformers, GPT2ForSequenceClassification).
 *
 * Returns: float32, (batch, features)
 */
TrafoSym
trafo_builder_last_token (TrafoBuilder *self, TrafoSym x, gint64 padding_id)
{
  TrafoSym index = last_token_index (self, trafo_builder_input_ids (self), padding_id);
  gint64   n_rows = trafo_builder_get_dim (self, x, 0);
  gint64   n_features = trafo_builder_get_dim (self, x, -1);
  gint64   n_tokens = trafo_builder_dim_mul (self, n_rows, trafo_builder_get_dim (self, x, 1));

  x = trafo_builder_reshape (self, x, (gint64[]){ n_tokens, n_features }, 2);
  x = trafo_builder_gather (self, x, index);
  return trafo_builder_reshape (self, x, (gint64[]){ n_rows, n_features }, 2);
}

static TrafoProblem
infer_problem (TrafoBuilder *self, gint64 n_labels)
{
  if (n_labels == 1)
    return TRAFO_PROBLEM_REGRESSION;
  return trafo_builder_get_labels_dtype (self) == TRAFO_DTYPE_INT64
             ? TRAFO_PROBLEM_SINGLE_LABEL_CLASSIFICATION
             : TRAFO_PROBLEM_MULTI_LABEL_CLASSIFICATION;
}

/* The loss that problem_type names, or that the labels imply (transformers,
 * BertForSequenceClassification.forward). logits: (B, n_labels). */
static TrafoSym
classification_loss (TrafoBuilder *self, TrafoSym logits, TrafoProblem problem)
{
  gint64   dims[] = { TRAFO_DIM_BATCH, trafo_builder_get_dim (self, logits, -1) };
  gsize    n_dims;
  TrafoSym labels;

  if (problem == TRAFO_PROBLEM_INFERRED)
    problem = infer_problem (self, dims[1]);
  if (problem == TRAFO_PROBLEM_SINGLE_LABEL_CLASSIFICATION)
    {
      labels = trafo_builder_input (self,
                                    "labels",
                                    TRAFO_DTYPE_INT64,
                                    dims,
                                    1,
                                    TRAFO_FILL_RULE_REQUIRED);
      return trafo_builder_cross_entropy (self, logits, labels);
    }
  n_dims = problem == TRAFO_PROBLEM_REGRESSION && dims[1] == 1 ? 1 : 2;
  labels = trafo_builder_input (self,
                                "labels",
                                TRAFO_DTYPE_FLOAT32,
                                dims,
                                n_dims,
                                TRAFO_FILL_RULE_REQUIRED);
  labels = trafo_builder_reshape (self, labels, dims, 2);
  return problem == TRAFO_PROBLEM_REGRESSION
             ? trafo_builder_mean_squared_error (self, logits, labels)
             : trafo_builder_binary_cross_entropy (self, logits, labels);
}

/**
 * trafo_builder_output_classes:
 * @self: a builder
 * @logits: float32, (batch, labels)
 * @problem: what the labels are
 *
 * The outputs of a model that classifies texts, or gives each a number.
 *
 * "labels" are int64 (batch) for one class each, float32 (batch) for one number each, else float32
 * of @logits' shape.
 */
void
trafo_builder_output_classes (TrafoBuilder *self, TrafoSym logits, TrafoProblem problem)
{
  if (has_labels (self))
    trafo_builder_output (self, "loss", classification_loss (self, logits, problem));
  trafo_builder_output (self, "logits", logits);
}

static TrafoSym
token_labels (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "labels", TRAFO_FILL_RULE_REQUIRED);
}

/**
 * trafo_builder_output_tokens:
 * @self: a builder
 * @logits: float32, (batch, sequence, classes)
 *
 * The outputs of a model that has a class, or a word, for each token. "labels" are int64 (batch,
 * sequence), -100 for a token that does not count.
 */
void
trafo_builder_output_tokens (TrafoBuilder *self, TrafoSym logits)
{
  if (has_labels (self))
    trafo_builder_output (self,
                          "loss",
                          trafo_builder_cross_entropy (self, logits, token_labels (self)));
  trafo_builder_output (self, "logits", logits);
}

/* labels (B, T), each one place earlier; behind the last stands -100. */
static TrafoSym
shift_labels (TrafoBuilder *self, TrafoSym labels)
{
  static const guint swapped[] = { 1, 0 };
  gint64             length = trafo_builder_get_dim (self, labels, 1);
  TrafoSym           index = trafo_builder_iota (self, TRAFO_DTYPE_INT64, &length, 1);
  TrafoSym           one = trafo_builder_scalar (self, 1, TRAFO_DTYPE_INT64);
  TrafoSym           shifted, is_last;

  /* the index behind the last is clamped to it, and not used */
  shifted = trafo_builder_gather (self,
                                  trafo_builder_permute (self, labels, swapped, 2),
                                  trafo_builder_add (self, index, one));
  is_last =
      trafo_builder_compare (self, TRAFO_COMPARE_EQUAL, index, trafo_builder_max (self, index, 0));
  return trafo_builder_where (self,
                              is_last,
                              trafo_builder_scalar (self, -100, TRAFO_DTYPE_INT64),
                              trafo_builder_permute (self, shifted, swapped, 2));
}

/**
 * trafo_builder_output_next_tokens:
 * @self: a builder
 * @logits: float32, (batch, sequence, vocabulary)
 *
 * The outputs of a model that predicts the token behind each. "labels" are int64 (batch, sequence),
 * mostly input_ids themselves, -100 for a token that does not count: those of one position are
 * compared with the logits of the one before.
 */
void
trafo_builder_output_next_tokens (TrafoBuilder *self, TrafoSym logits)
{
  TrafoSym labels;

  if (has_labels (self))
    {
      labels = token_labels (self);
      trafo_builder_bound_ids (self, labels, trafo_builder_get_dim (self, logits, -1), -100);
      labels = shift_labels (self, labels);
      trafo_builder_output (self, "loss", trafo_builder_cross_entropy (self, logits, labels));
    }
  trafo_builder_output (self, "logits", logits);
}

static TrafoSym
span_loss (TrafoBuilder *self, const char *name, TrafoSym logits)
{
  static const gint64 dims[] = { TRAFO_DIM_BATCH };
  TrafoSym            positions;

  positions =
      trafo_builder_input (self, name, TRAFO_DTYPE_INT64, dims, 1, TRAFO_FILL_RULE_REQUIRED);
  /* a position behind the text names no class and so does not count; one before it is the first */
  positions =
      trafo_builder_maximum (self, positions, trafo_builder_scalar (self, 0, TRAFO_DTYPE_INT64));
  return trafo_builder_cross_entropy (self, logits, positions);
}

/**
 * trafo_builder_output_spans:
 * @self: a builder
 * @logits: float32, (batch, sequence, 2)
 *
 * The outputs of a model that finds where an answer begins and ends: "start_logits" and
 * "end_logits", (batch, sequence). "start_positions" and "end_positions" are int64 (batch); those
 * behind the text do not count.
 */
void
trafo_builder_output_spans (TrafoBuilder *self, TrafoSym logits)
{
  TrafoSym start = trafo_builder_select (self, logits, -1, 0);
  TrafoSym end = trafo_builder_select (self, logits, -1, 1);
  TrafoSym loss;

  if (has_labels (self))
    {
      loss = trafo_builder_add (self,
                                span_loss (self, "start_positions", start),
                                span_loss (self, "end_positions", end));
      loss = trafo_builder_mul (self, loss, trafo_builder_scalar (self, 0.5, TRAFO_DTYPE_FLOAT32));
      trafo_builder_output (self, "loss", loss);
    }
  trafo_builder_output (self, "start_logits", start);
  trafo_builder_output (self, "end_logits", end);
}
