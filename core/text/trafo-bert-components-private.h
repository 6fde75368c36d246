/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Classes that transformers 5 writes of its own, BERT's among them, take the vocabulary alone out of
 * tokenizer.json and make the components anew (models/bert/tokenization_bert.py). */

/* The components, each as one of tokenizer.json, of the a{sv} of tokenizer_config.json. Floating. */
GVariant *trafo_bert_components_new_normalizer (GVariant *config);
GVariant *trafo_bert_components_new_pre_tokenizer (void);
GVariant *trafo_bert_components_new_decoder (void);
GVariant *trafo_bert_components_new_post_processor (guint32 cls_id, guint32 sep_id);

G_END_DECLS
