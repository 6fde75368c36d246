/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-padded-prompt-private.h"

#include <string.h>

#include "trafo-model-forward.h"
#include "trafo-model-runtime-private.h"

/* What the model has no input for it does without, as it does when it runs prompts. */
static gboolean
has_input (TrafoModel *model, const char *name)
{
  TrafoVariant  variant = { .has_mask = TRUE };
  TrafoProgram *program = trafo_model_get_program (model, &variant, NULL);

  return program != NULL &&
         trafo_graph_find_input (trafo_program_get_graph (program), name) != NULL;
}

static gboolean
add_input (TrafoTensorDict *inputs,
           const char      *name,
           const gint64    *row,
           gsize            length,
           GError         **error)
{
  const gint64 shape[] = { 1, (gint64) length };
  g_autoptr (TrafoTensor) tensor = trafo_tensor_new_from_int64s (shape, 2, row, length, error);

  if (tensor != NULL)
    trafo_tensor_dict_set (inputs, name, tensor);
  return tensor != NULL;
}

/* Padding stands at 0, wherever it is. */
static gint64 *
count_positions (const TrafoGenerationPrompt *prompt, gsize length)
{
  gint64 *positions = g_new (gint64, length);
  gint64  n_tokens = 0;

  for (gsize i = 0; i < length; i++)
    positions[i] = prompt->mask[i] ? n_tokens++ : 0;
  return positions;
}

gboolean
trafo_padded_prompt_run (TrafoModel                  *model,
                         const TrafoGenerationPrompt *prompt,
                         gsize                        length,
                         float                       *ret_logits,
                         gsize                        vocab_size,
                         GCancellable                *cancellable,
                         GError                     **error)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autofree gint64 *positions = count_positions (prompt, length);
  const float       *logits;

  if (!add_input (inputs, "input_ids", prompt->ids, length, error) ||
      (has_input (model, "attention_mask") &&
       !add_input (inputs, "attention_mask", prompt->mask, length, error)) ||
      (has_input (model, "position_ids") &&
       !add_input (inputs, "position_ids", positions, length, error)))
    return FALSE;
  /* the last token may be one that the mask hides: only with hidden states are these computed */
  outputs = trafo_model_forward (model, inputs, TRUE, cancellable, error);
  if (outputs == NULL)
    return FALSE;
  logits = trafo_tensor_get_data (trafo_tensor_dict_get (outputs, "logits"));
  memcpy (ret_logits, logits + (length - 1) * vocab_size, vocab_size * sizeof *logits);
  return TRUE;
}
