/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-generation-prompts-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#include "trafo-model-inputs-private.h"
#include "trafo-siphash-private.h"

void
trafo_generation_prompts_free (TrafoGenerationPrompts *self)
{
  for (gsize i = 0; i < self->n_rows; i++)
    {
      g_free (self->rows[i].ids);
      g_free (self->rows[i].mask);
      g_free (self->rows[i].tokens);
    }
  g_free (self->rows);
  g_free (self);
}

/* A contiguous int64 tensor of two dimensions. */
static TrafoTensor *
get_matrix (TrafoTensorDict *inputs, const char *name, GError **error)
{
  TrafoTensor *tensor = trafo_tensor_dict_get (inputs, name);
  g_autoptr (TrafoTensor) integers = NULL;

  if (trafo_tensor_get_n_dims (tensor) != 2 || trafo_tensor_get_n_elements (tensor) == 0)
    {
      g_autofree char *found = trafo_tensor_to_string (tensor);

      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_SHAPE,
                   "found %s = %s, expected rows of tokens, at least one of each",
                   name,
                   found);
      return NULL;
    }
  integers = trafo_tensor_cast (tensor, TRAFO_DTYPE_INT64, error);
  return integers != NULL ? trafo_tensor_contiguous (integers, error) : NULL;
}

/* For a model that is to begin by itself. */
static TrafoTensor *
new_begin (TrafoGenerationConfig *config, GError **error)
{
  gint64 bos = trafo_generation_config_get_integer (config, TRAFO_GENERATION_BOS_TOKEN_ID);

  if (bos >= 0)
    return trafo_tensor_new_from_int64s ((const gint64[]){ 1, 1 }, 2, &bos, 1, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "found neither input_ids nor a bos_token_id to begin with");
  return NULL;
}

static gboolean
contains (const gint64 *ids, gsize n_ids, gint64 id)
{
  for (gsize i = 0; i < n_ids; i++)
    if (ids[i] == id)
      return TRUE;
  return FALSE;
}

/* The token that a mask is to be made of, or -1. */
static gint64
get_masked_token (TrafoGenerationConfig *config)
{
  gint64        pad = trafo_generation_config_get_integer (config, TRAFO_GENERATION_PAD_TOKEN_ID);
  GVariant     *list = trafo_generation_config_get_list (config, TRAFO_GENERATION_EOS_TOKEN_ID);
  gsize         n_ends = 0;
  const gint64 *ends = NULL;

  if (list != NULL)
    ends = g_variant_get_fixed_array (list, &n_ends, sizeof *ends);
  return contains (ends, n_ends, pad) ? -1 : pad;
}

static gboolean
check_ids (const gint64 *ids, gsize n_ids, gsize row, gsize vocab_size, GError **error)
{
  for (gsize i = 0; i < n_ids; i++)
    if (ids[i] < 0 || (gsize) ids[i] >= vocab_size)
      {
        g_set_error (error,
                     TRAFO_ERROR,
                     TRAFO_ERROR_INVALID_ARGUMENT,
                     "input_ids: found token %" G_GINT64_FORMAT " in row %" G_GSIZE_FORMAT
                     ", expected 0 to %" G_GSIZE_FORMAT,
                     ids[i],
                     row,
                     vocab_size - 1);
        return FALSE;
      }
  return TRUE;
}

/* The same for the same tokens, whatever row and machine. */
static guint64
hash_tokens (const TrafoGenerationPrompt *prompt)
{
  const TrafoSipKey key = { 0, 0 };

  return trafo_siphash (&key, prompt->tokens, prompt->n_tokens * sizeof *prompt->tokens);
}

/* @mask is NULL where all but @masked_token counts. */
static gboolean
read_row (TrafoGenerationPrompts *self,
          gsize                   row,
          const gint64           *ids,
          const gint64           *mask,
          gint64                  masked_token,
          GError                **error)
{
  TrafoGenerationPrompt *prompt = &self->rows[row];

  prompt->ids = g_memdup2 (ids, self->length * sizeof *ids);
  prompt->mask = g_new (gint64, self->length);
  prompt->tokens = g_new (gint64, self->length);
  for (gsize i = 0; i < self->length; i++)
    {
      prompt->mask[i] = mask != NULL ? mask[i] != 0 : ids[i] != masked_token;
      if (prompt->mask[i])
        prompt->tokens[prompt->n_tokens++] = ids[i];
      else if (prompt->n_tokens == 0)
        prompt->n_padding++;
    }
  prompt->ends_in_padding = !prompt->mask[self->length - 1];
  prompt->stream = hash_tokens (prompt);
  for (gsize i = 0; i < row; i++)
    if (self->rows[i].n_tokens == prompt->n_tokens &&
        memcmp (self->rows[i].tokens, prompt->tokens, prompt->n_tokens * sizeof *ids) == 0)
      prompt->stream++;
  if (prompt->n_tokens > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "row %" G_GSIZE_FORMAT " of the prompts is padding alone, expected a token",
               row);
  return FALSE;
}

static gboolean
check_shape (TrafoTensor *mask, const TrafoGenerationPrompts *prompts, GError **error)
{
  if ((gsize) trafo_tensor_get_dim (mask, 0) == prompts->n_rows &&
      (gsize) trafo_tensor_get_dim (mask, 1) == prompts->length)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "attention_mask: found shape (%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
               "), expected that of input_ids, (%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ")",
               trafo_tensor_get_dim (mask, 0),
               trafo_tensor_get_dim (mask, 1),
               prompts->n_rows,
               prompts->length);
  return FALSE;
}

static gboolean
check_names (TrafoTensorDict *inputs, GError **error)
{
  for (guint i = 0; i < trafo_tensor_dict_get_size (inputs); i++)
    {
      const char *name = trafo_tensor_dict_get_name (inputs, i);

      if (!g_str_equal (name, "input_ids") && !g_str_equal (name, "attention_mask"))
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_INVALID_ARGUMENT,
                       "generation takes no input '%s'; it takes input_ids, attention_mask",
                       name);
          return FALSE;
        }
    }
  return TRUE;
}

TrafoGenerationPrompts *
trafo_generation_prompts_new (TrafoTensorDict       *inputs,
                              TrafoGenerationConfig *config,
                              gsize                  vocab_size,
                              GError               **error)
{
  g_autoptr (TrafoGenerationPrompts) self = g_new0 (TrafoGenerationPrompts, 1);
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  const gint64 *values, *masked = NULL;
  gint64        masked_token = get_masked_token (config);

  if (!check_names (inputs, error))
    return NULL;
  if (trafo_tensor_dict_get (inputs, "input_ids") != NULL)
    ids = get_matrix (inputs, "input_ids", error);
  else
    ids = new_begin (config, error);
  if (ids == NULL)
    return NULL;
  self->length = trafo_tensor_get_dim (ids, 1);
  self->rows = g_new0 (TrafoGenerationPrompt, trafo_tensor_get_dim (ids, 0));
  self->n_rows = trafo_tensor_get_dim (ids, 0);
  values = trafo_tensor_get_data (ids);
  if (trafo_tensor_dict_get (inputs, "attention_mask") != NULL)
    {
      if (!trafo_model_inputs_check_mask (trafo_tensor_dict_get (inputs, "attention_mask"), error))
        return NULL;
      mask = get_matrix (inputs, "attention_mask", error);
      if (mask == NULL || !check_shape (mask, self, error))
        return NULL;
      masked = trafo_tensor_get_data (mask);
    }
  for (gsize row = 0; row < self->n_rows; row++)
    if (!check_ids (values + row * self->length, self->length, row, vocab_size, error) ||
        !read_row (self,
                   row,
                   values + row * self->length,
                   masked != NULL ? masked + row * self->length : NULL,
                   masked_token,
                   error))
      return NULL;
  return g_steal_pointer (&self);
}
