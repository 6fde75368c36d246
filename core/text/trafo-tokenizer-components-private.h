/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tokenizer-trainer.h"

G_BEGIN_DECLS

/* What a tokenizer.json holds besides tokens: each the text of its member, or NULL. */
typedef struct
{
  GBytes  *normalizer;
  GBytes  *pre_tokenizer;
  GBytes  *post_processor;
  GBytes  *decoder;
  gboolean is_recipe; /* what depends on the vocabulary is completed when it is there */
} TrafoTokenizerComponents;

void     trafo_tokenizer_components_clear (TrafoTokenizerComponents *self);
gboolean trafo_tokenizer_components_read (TrafoTokenizerComponents *self,
                                          GBytes                   *tokenizer_json,
                                          GError                  **error);
void     trafo_tokenizer_components_set_recipe (TrafoTokenizerComponents *self,
                                                TrafoTokenizerRecipe      recipe);

G_END_DECLS
