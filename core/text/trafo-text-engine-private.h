/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-added-tokens-private.h"
#include "trafo-post-processor-private.h"
#include "trafo-pre-tokenizer-private.h"
#include "trafo-text-decoder-private.h"
#include "trafo-tokenizer-config-private.h"

G_BEGIN_DECLS

/* What a tokenizer.json says but for the model: attached to the plugin's object, and read only once
 * it is made. */
typedef struct
{
  TrafoTokenizer       *tokenizer; /* not owned: it owns this */
  TrafoNormalizer      *normalizer;
  TrafoAddedTokens     *added_tokens;
  TrafoPreTokenizer    *pre_tokenizer;
  TrafoPostProcessor   *post_processor;
  TrafoTextDecoder     *decoder;
  TrafoTokenizerConfig *config;
  char                 *model_type; /* "WordPiece", or NULL */
  gint64                surface_id; /* the token that reads as its text, or -1 */
  char                 *folder;     /* what it was loaded from, or NULL */
} TrafoTextEngine;

TrafoTextEngine *trafo_text_engine_new (TrafoTokenizer       *tokenizer,
                                        GBytes               *text,
                                        const char           *origin,
                                        gboolean              has_model,
                                        TrafoTokenizerConfig *config,
                                        GError              **error);
void             trafo_text_engine_free (TrafoTextEngine *self);
TrafoTextEngine *trafo_text_engine_get (TrafoTokenizer *tokenizer, GError **error);
void             trafo_text_engine_attach (TrafoTextEngine *self);
char    *trafo_text_engine_get_content (const TrafoTextEngine *self, guint32 id, gsize *size_bytes);
char    *trafo_text_engine_get_token (const TrafoTextEngine *self, guint32 id, gsize *size_bytes);
gboolean trafo_text_engine_is_special_id (const TrafoTextEngine *self, guint32 id);
void     trafo_text_engine_append_token (const TrafoTextEngine *self,
                                         TrafoTokenList        *tokens,
                                         guint32                id,
                                         gboolean               skip_special_tokens);
gboolean trafo_text_engine_may_clean_up (const TrafoTextEngine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTextEngine, trafo_text_engine_free)

G_END_DECLS
