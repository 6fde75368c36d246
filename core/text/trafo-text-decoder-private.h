/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-text-buffer-private.h"

G_BEGIN_DECLS

/* Tokens, one behind the other in one text. */
typedef struct
{
  TrafoTextBuffer text;
  gsize          *ends;
  gsize           n_tokens;
  gsize           n_allocated;
} TrafoTokenList;

void trafo_token_list_append (TrafoTokenList *self, const char *token, gsize size_bytes);
void trafo_token_list_clear (TrafoTokenList *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoTokenList, trafo_token_list_clear)

/* The decoder of a tokenizer.json: steps, each of which rewrites the list of tokens. */
typedef struct _TrafoTextDecoder TrafoTextDecoder;

TrafoTextDecoder *trafo_text_decoder_new (GVariant *component, const char *origin, GError **error);
void              trafo_text_decoder_free (TrafoTextDecoder *self);

/* A decoder at work on one text, whose tokens may come one after the other. */
typedef struct _TrafoTextDecoding TrafoTextDecoding;

TrafoTextDecoding *trafo_text_decoding_new (const TrafoTextDecoder *decoder);
void               trafo_text_decoding_free (TrafoTextDecoding *self);
gboolean           trafo_text_decoding_push (TrafoTextDecoding *self,
                                             TrafoTokenList    *tokens,
                                             gboolean           is_end,
                                             GError           **error);

/* The bytes that a token stands for, complete characters or not; FALSE if the decoder knows only
 * characters. */
gboolean trafo_text_decoder_append_bytes (const TrafoTextDecoder *self,
                                          const char             *token,
                                          gsize                   size_bytes,
                                          TrafoTextBuffer        *to);

void trafo_text_clean_up (TrafoTextBuffer *text, gsize from);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTextDecoder, trafo_text_decoder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTextDecoding, trafo_text_decoding_free)

G_END_DECLS
