/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generation-result-private.h"

/**
 * TrafoGenerationResult:
 *
 * What a generation wrote: one sequence a prompt, or num_return_sequences of them one after the
 * other.
 */
struct _TrafoGenerationResult
{
  GObject parent_instance;

  GArray      *rows; /* of TrafoGeneratedRow */
  TrafoTensor *sequences;
  TrafoTensor *sequences_scores;
  TrafoTensor *scores;
  TrafoTensor *logits;
  gint64       seed;
};

G_DEFINE_FINAL_TYPE (TrafoGenerationResult, trafo_generation_result, G_TYPE_OBJECT)

static void
trafo_generation_result_finalize (GObject *object)
{
  TrafoGenerationResult *self = TRAFO_GENERATION_RESULT (object);

  g_clear_pointer (&self->rows, g_array_unref);
  g_clear_pointer (&self->sequences, trafo_tensor_unref);
  g_clear_pointer (&self->sequences_scores, trafo_tensor_unref);
  g_clear_pointer (&self->scores, trafo_tensor_unref);
  g_clear_pointer (&self->logits, trafo_tensor_unref);
  G_OBJECT_CLASS (trafo_generation_result_parent_class)->finalize (object);
}

static void
trafo_generation_result_class_init (TrafoGenerationResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_generation_result_finalize;
}

static void
trafo_generation_result_init (TrafoGenerationResult *self)
{
}

static TrafoTensor *
ref_tensor (TrafoTensor *tensor)
{
  return tensor != NULL ? trafo_tensor_ref (tensor) : NULL;
}

TrafoGenerationResult *
trafo_generation_result_new (GArray      *rows,
                             TrafoTensor *sequences,
                             TrafoTensor *sequences_scores,
                             TrafoTensor *scores,
                             TrafoTensor *logits,
                             gint64       seed)
{
  TrafoGenerationResult *self = g_object_new (TRAFO_TYPE_GENERATION_RESULT, NULL);

  self->rows = rows;
  self->sequences = ref_tensor (sequences);
  self->sequences_scores = ref_tensor (sequences_scores);
  self->scores = ref_tensor (scores);
  self->logits = ref_tensor (logits);
  self->seed = seed;
  return self;
}

/**
 * trafo_generation_result_get_n_sequences:
 * @self: a result
 *
 * The number of sequences.
 *
 * Returns: at least 1
 */
guint
trafo_generation_result_get_n_sequences (TrafoGenerationResult *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), 0);
  return self->rows->len;
}

/**
 * trafo_generation_result_get_new_tokens:
 * @self: a result
 * @row: which sequence
 * @n_tokens: (out): how many
 *
 * The tokens after the prompt, up to and with the one that ended the sequence.
 *
 * Returns: (transfer none) (array length=n_tokens): ids
 */
const gint64 *
trafo_generation_result_get_new_tokens (TrafoGenerationResult *self, guint row, gsize *n_tokens)
{
  *n_tokens = 0;
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), NULL);
  g_return_val_if_fail (row < self->rows->len, NULL);
  *n_tokens = g_array_index (self->rows, TrafoGeneratedRow, row).n_tokens;
  return g_array_index (self->rows, TrafoGeneratedRow, row).tokens;
}

/**
 * trafo_generation_result_is_ended:
 * @self: a result
 * @row: which sequence
 *
 * Whether an end token or a stop string ended the sequence, not its length or the time.
 *
 * Returns: %TRUE if it came to its end
 */
gboolean
trafo_generation_result_is_ended (TrafoGenerationResult *self, guint row)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), FALSE);
  g_return_val_if_fail (row < self->rows->len, FALSE);
  return g_array_index (self->rows, TrafoGeneratedRow, row).is_ended;
}

/**
 * trafo_generation_result_get_sequences:
 * @self: a result
 *
 * All sequences with their prompts, filled up on the right with the padding token.
 *
 * Returns: (transfer none): int64 (sequences, tokens)
 */
TrafoTensor *
trafo_generation_result_get_sequences (TrafoGenerationResult *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), NULL);
  return self->sequences;
}

/**
 * trafo_generation_result_get_sequences_scores:
 * @self: a result
 *
 * What a beam search ranked the sequences by: sums of log-probabilities, divided by the length to the
 * power of length_penalty.
 *
 * Returns: (transfer none) (nullable): float32 (sequences); %NULL without a beam search
 */
TrafoTensor *
trafo_generation_result_get_sequences_scores (TrafoGenerationResult *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), NULL);
  return self->sequences_scores;
}

/**
 * trafo_generation_result_get_scores:
 * @self: a result
 *
 * The scores by which tokens were chosen, after all processing: of log-probabilities in a beam
 * search, whose rows are the beams of all prompts. Rows that had ended are 0.
 *
 * Returns: (transfer none) (nullable): float32 (steps, rows, vocabulary); %NULL without output_scores
 */
TrafoTensor *
trafo_generation_result_get_scores (TrafoGenerationResult *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), NULL);
  return self->scores;
}

/**
 * trafo_generation_result_get_logits:
 * @self: a result
 *
 * The scores as the model gave them; else as [method@Trafo.GenerationResult.get_scores].
 *
 * Returns: (transfer none) (nullable): float32 (steps, rows, vocabulary); %NULL without output_logits
 */
TrafoTensor *
trafo_generation_result_get_logits (TrafoGenerationResult *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), NULL);
  return self->logits;
}

/**
 * trafo_generation_result_get_seed:
 * @self: a result
 *
 * What was drawn by: with this "seed" the same is drawn again.
 *
 * Returns: the seed
 */
gint64
trafo_generation_result_get_seed (TrafoGenerationResult *self)
{
  g_return_val_if_fail (TRAFO_IS_GENERATION_RESULT (self), 0);
  return self->seed;
}
