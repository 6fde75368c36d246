/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

#include "trafo-encode-options.h"
#include "trafo-text.h"

G_BEGIN_DECLS

/* A token that tokenizer_config.json and its companions name. */
typedef struct
{
  char    *content;
  gboolean single_word;
  gboolean lstrip;
  gboolean rstrip;
  gboolean normalized;
  gboolean special;
} TrafoNamedToken;

/* What a file of JSON holds; @values is NULL where there is no file. */
typedef struct
{
  const char *path;
  GVariant   *values;
} TrafoTokenizerFile;

/* tokenizer_config.json, with special_tokens_map.json and added_tokens.json where it says less. */
typedef struct
{
  GVariant       *values; /* a{sv}: what is not null; a special token is its string */
  TrafoNamedToken special[TRAFO_N_SPECIAL_TOKENS];
  gboolean        is_default[TRAFO_N_SPECIAL_TOKENS]; /* of the tokenizer, no file names it */
  GArray         *added;                              /* of TrafoNamedToken, by id */
  GArray         *extra;                              /* of TrafoNamedToken */
  gboolean        has_added_tokens_decoder;           /* tokenizer_config.json lists the added */
  gint64          model_max_length;                   /* 0: unlimited; negative: of no use */
  TrafoSide       padding_side;
  TrafoSide       truncation_side;
  gboolean        clean_up_tokenization_spaces;
  GVariant       *class_components; /* what the class makes in place of the file's; or NULL */
} TrafoTokenizerConfig;

TrafoTokenizerConfig *trafo_tokenizer_config_new (const TrafoTokenizerFile *config,
                                                  const TrafoTokenizerFile *special_tokens_map,
                                                  const TrafoTokenizerFile *added_tokens,
                                                  GVariant                 *defaults,
                                                  GError                  **error);
void                  trafo_tokenizer_config_free (TrafoTokenizerConfig *self);
void                  trafo_tokenizer_config_complete (TrafoTokenizerConfig *self,
                                                       GVariant             *truncation,
                                                       GVariant             *padding);

const char *trafo_special_token_get_key (TrafoSpecialToken token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTokenizerConfig, trafo_tokenizer_config_free)

G_END_DECLS
