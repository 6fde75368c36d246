/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-macros.h>

G_BEGIN_DECLS

/**
 * TrafoTruncation:
 * @TRAFO_TRUNCATION_AUTO: as %TRAFO_TRUNCATION_LONGEST_FIRST if a maximum length is set and padding
 *   is not, else none
 * @TRAFO_TRUNCATION_DO_NOT_TRUNCATE: none
 * @TRAFO_TRUNCATION_LONGEST_FIRST: take from the longer sequence of a pair
 * @TRAFO_TRUNCATION_ONLY_FIRST: take from the first sequence
 * @TRAFO_TRUNCATION_ONLY_SECOND: take from the second sequence
 *
 * What is cut off when tokens exceed the maximum length. %TRAFO_TRUNCATION_AUTO is what
 * Hugging Face's `truncation=None` means, %TRAFO_TRUNCATION_LONGEST_FIRST its `truncation=True`.
 */
typedef enum
{
  TRAFO_TRUNCATION_AUTO,
  TRAFO_TRUNCATION_DO_NOT_TRUNCATE,
  TRAFO_TRUNCATION_LONGEST_FIRST,
  TRAFO_TRUNCATION_ONLY_FIRST,
  TRAFO_TRUNCATION_ONLY_SECOND,
} TrafoTruncation;

/**
 * TrafoPadding:
 * @TRAFO_PADDING_DO_NOT_PAD: none
 * @TRAFO_PADDING_LONGEST: up to the longest of the batch
 * @TRAFO_PADDING_MAX_LENGTH: up to the maximum length
 *
 * How far sequences are padded. %TRAFO_PADDING_LONGEST is Hugging Face's `padding=True`.
 */
typedef enum
{
  TRAFO_PADDING_DO_NOT_PAD,
  TRAFO_PADDING_LONGEST,
  TRAFO_PADDING_MAX_LENGTH,
} TrafoPadding;

/**
 * TrafoSide:
 * @TRAFO_SIDE_DEFAULT: what the tokenizer's configuration says
 * @TRAFO_SIDE_RIGHT: at the end
 * @TRAFO_SIDE_LEFT: at the start
 *
 * Where tokens are added or taken away.
 */
typedef enum
{
  TRAFO_SIDE_DEFAULT,
  TRAFO_SIDE_RIGHT,
  TRAFO_SIDE_LEFT,
} TrafoSide;

#define TRAFO_TYPE_ENCODE_OPTIONS (trafo_encode_options_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoEncodeOptions, trafo_encode_options, TRAFO, ENCODE_OPTIONS, GObject)

TRAFO_API TrafoEncodeOptions *trafo_encode_options_new (void);
TRAFO_API gboolean            trafo_encode_options_update (TrafoEncodeOptions *self,
                                                           GVariant           *parameters,
                                                           GError            **error);

TRAFO_API gboolean        trafo_encode_options_get_add_special_tokens (TrafoEncodeOptions *self);
TRAFO_API void            trafo_encode_options_set_add_special_tokens (TrafoEncodeOptions *self,
                                                                       gboolean            add_special_tokens);
TRAFO_API TrafoTruncation trafo_encode_options_get_truncation (TrafoEncodeOptions *self);
TRAFO_API void            trafo_encode_options_set_truncation (TrafoEncodeOptions *self,
                                                               TrafoTruncation     truncation);
TRAFO_API guint           trafo_encode_options_get_max_length (TrafoEncodeOptions *self);
TRAFO_API void     trafo_encode_options_set_max_length (TrafoEncodeOptions *self, guint max_length);
TRAFO_API guint    trafo_encode_options_get_stride (TrafoEncodeOptions *self);
TRAFO_API void     trafo_encode_options_set_stride (TrafoEncodeOptions *self, guint stride);
TRAFO_API gboolean trafo_encode_options_get_return_overflowing_tokens (TrafoEncodeOptions *self);
TRAFO_API void
                       trafo_encode_options_set_return_overflowing_tokens (TrafoEncodeOptions *self,
                                                                           gboolean            return_overflowing_tokens);
TRAFO_API TrafoPadding trafo_encode_options_get_padding (TrafoEncodeOptions *self);
TRAFO_API void trafo_encode_options_set_padding (TrafoEncodeOptions *self, TrafoPadding padding);
TRAFO_API TrafoSide trafo_encode_options_get_padding_side (TrafoEncodeOptions *self);
TRAFO_API void trafo_encode_options_set_padding_side (TrafoEncodeOptions *self, TrafoSide side);
TRAFO_API TrafoSide trafo_encode_options_get_truncation_side (TrafoEncodeOptions *self);
TRAFO_API void  trafo_encode_options_set_truncation_side (TrafoEncodeOptions *self, TrafoSide side);
TRAFO_API guint trafo_encode_options_get_pad_to_multiple_of (TrafoEncodeOptions *self);
TRAFO_API void  trafo_encode_options_set_pad_to_multiple_of (TrafoEncodeOptions *self,
                                                             guint               multiple);

G_END_DECLS
