/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encode-plan-private.h"

#include "trafo-post-processor-private.h"
#include "trafo-text.h"

static gboolean
is_left (TrafoSide wanted, TrafoSide configured)
{
  return (wanted != TRAFO_SIDE_DEFAULT ? wanted : configured) == TRAFO_SIDE_LEFT;
}

/* Without a maximum length the model's own holds; where it has none, nothing is cut or padded. */
static gboolean
choose_max_length (TrafoEncodePlan    *self,
                   TrafoEncodeOptions *options,
                   gint64              model_max_length,
                   GError            **error)
{
  self->max_length = trafo_encode_options_get_max_length (options);
  if (self->truncation == TRAFO_TRUNCATION_AUTO)
    self->truncation = self->max_length > 0 && self->padding == TRAFO_PADDING_DO_NOT_PAD
                           ? TRAFO_TRUNCATION_LONGEST_FIRST
                           : TRAFO_TRUNCATION_DO_NOT_TRUNCATE;
  if (self->max_length > 0)
    return TRUE;
  self->max_length = MAX (model_max_length, 0);
  if (model_max_length > 0)
    return TRUE;
  if (model_max_length < 0 && (self->truncation != TRAFO_TRUNCATION_DO_NOT_TRUNCATE ||
                               self->padding == TRAFO_PADDING_MAX_LENGTH))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "tokenizer_config.json: 'model_max_length' is %" G_GINT64_FORMAT
                   ", expected at least 1; give a maximum length",
                   model_max_length);
      return FALSE;
    }
  self->truncation = TRAFO_TRUNCATION_DO_NOT_TRUNCATE;
  if (self->padding == TRAFO_PADDING_MAX_LENGTH)
    self->padding = TRAFO_PADDING_DO_NOT_PAD;
  return TRUE;
}

/* tokenizers, with_truncation () in tokenizer/mod.rs: it counts the special tokens around one
 * sequence, whatever is encoded then. */
static gboolean
check_stride (const TrafoEncodePlan *self, gsize n_added, GError **error)
{
  if (self->truncation == TRAFO_TRUNCATION_DO_NOT_TRUNCATE || self->max_length < n_added ||
      self->stride <= self->max_length - n_added)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the stride of %" G_GSIZE_FORMAT " is more than the %" G_GSIZE_FORMAT
               " tokens that a maximum length of %" G_GSIZE_FORMAT " leaves beside %" G_GSIZE_FORMAT
               " special ones",
               self->stride,
               self->max_length - n_added,
               self->max_length,
               n_added);
  return FALSE;
}

static gboolean
choose_padding (TrafoEncodePlan       *self,
                const TrafoTextEngine *engine,
                guint                  multiple,
                GError               **error)
{
  gint64 pad_id;

  self->multiple = MAX (multiple, 1);
  if (self->padding == TRAFO_PADDING_DO_NOT_PAD)
    return TRUE;
  pad_id = trafo_tokenizer_get_special_token_id (engine->tokenizer, TRAFO_SPECIAL_TOKEN_PAD);
  if (pad_id < 0)
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "padding was asked for, and the tokenizer has no padding token");
      return FALSE;
    }
  self->pad_id = pad_id;
  if (self->truncation != TRAFO_TRUNCATION_DO_NOT_TRUNCATE &&
      self->max_length % self->multiple != 0)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "the maximum length %" G_GSIZE_FORMAT " is not a multiple of %" G_GSIZE_FORMAT
                   ", to which is padded",
                   self->max_length,
                   self->multiple);
      return FALSE;
    }
  return TRUE;
}

/* @options: NULL for the defaults. The rules are those of transformers,
 * _get_padding_truncation_strategies () in tokenization_utils_base.py. */
gboolean
trafo_encode_plan_make (TrafoEncodePlan       *self,
                        const TrafoTextEngine *engine,
                        TrafoEncodeOptions    *options,
                        GError               **error)
{
  const TrafoTokenizerConfig *config = engine->config;

  *self = (TrafoEncodePlan){
    .add_special_tokens = TRUE,
    .truncation = TRAFO_TRUNCATION_DO_NOT_TRUNCATE,
    .multiple = 1,
  };
  if (options == NULL)
    return TRUE;
  self->add_special_tokens = trafo_encode_options_get_add_special_tokens (options);
  self->truncation = trafo_encode_options_get_truncation (options);
  self->stride = trafo_encode_options_get_stride (options);
  self->with_overflowing = trafo_encode_options_get_return_overflowing_tokens (options);
  self->truncates_left =
      is_left (trafo_encode_options_get_truncation_side (options), config->truncation_side);
  self->padding = trafo_encode_options_get_padding (options);
  self->pads_left = is_left (trafo_encode_options_get_padding_side (options), config->padding_side);
  return choose_max_length (self, options, config->model_max_length, error) &&
         check_stride (self, engine->post_processor->single.n_added, error) &&
         choose_padding (self,
                         engine,
                         trafo_encode_options_get_pad_to_multiple_of (options),
                         error);
}

/* How long every sequence of a batch becomes; @longest is the length of its longest. */
gboolean
trafo_encode_plan_get_padded_length (const TrafoEncodePlan *self,
                                     gsize                  longest,
                                     gsize                 *length,
                                     GError               **error)
{
  gsize target = self->padding == TRAFO_PADDING_LONGEST ? longest : self->max_length;
  gsize excess = target % self->multiple;

  if (self->padding == TRAFO_PADDING_DO_NOT_PAD)
    target = excess = 0;
  if (excess > 0 && !g_size_checked_add (&target, target, self->multiple - excess))
    {
      g_set_error_literal (error,
                           TRAFO_ERROR,
                           TRAFO_ERROR_INVALID_ARGUMENT,
                           "the padded length is out of range");
      return FALSE;
    }
  *length = target;
  return TRUE;
}
