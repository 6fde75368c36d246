/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-pooling-private.h"
#include "trafo-sentence-dense-private.h"

G_BEGIN_DECLS

/* What a checkpoint of sentence-transformers says in modules.json, sentence_bert_config.json,
 * config_sentence_transformers.json and 1_Pooling/config.json. */
typedef struct
{
  gboolean     is_given;           /* FALSE: there is no modules.json, and the rest is assumed */
  char        *transformer_folder; /* where the model and its tokenizer are */
  guint        max_seq_length;     /* tokens, special ones too; 0: what the tokenizer says */
  gboolean     do_lower_case;
  char        *prompt;     /* what each text begins with; NULL: nothing */
  guint        n_poolings; /* one at least; their vectors are put behind each other */
  TrafoPooling poolings[TRAFO_N_POOLINGS];
  GPtrArray   *layers; /* of TrafoSentenceDense, behind the pooling; NULL: scaled to length 1 */
} TrafoSentenceModules;

TrafoSentenceModules *trafo_sentence_modules_read (const char *folder, GError **error);
void                  trafo_sentence_modules_free (TrafoSentenceModules *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoSentenceModules, trafo_sentence_modules_free)

G_END_DECLS
