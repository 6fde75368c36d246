/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-plugin.h>

#include "text-task.h"

TRAFO_PLUGIN_DEFINE (
    text,
    "0.1.0",
    "MIT",
    "Tasks on texts, as the pipelines of transformers have them",
    TRAFO_PLUGIN_PIPELINE ("feature-extraction",
                           TrafoFeatureExtraction,
                           trafo_feature_extraction,
                           TRAFO_RANK_PRIMARY),
    TRAFO_PLUGIN_PIPELINE ("fill-mask", TrafoFillMask, trafo_fill_mask, TRAFO_RANK_PRIMARY),
    TRAFO_PLUGIN_PIPELINE ("question-answering",
                           TrafoQuestionAnswering,
                           trafo_question_answering,
                           TRAFO_RANK_PRIMARY),
    TRAFO_PLUGIN_PIPELINE ("sentence-similarity",
                           TrafoSentenceSimilarity,
                           trafo_sentence_similarity,
                           TRAFO_RANK_PRIMARY),
    TRAFO_PLUGIN_PIPELINE ("text-classification",
                           TrafoTextClassification,
                           trafo_text_classification,
                           TRAFO_RANK_PRIMARY,
                           TRAFO_ANSWERS_TO ("sentiment-analysis")),
    TRAFO_PLUGIN_PIPELINE ("text-generation",
                           TrafoTextGeneration,
                           trafo_text_generation,
                           TRAFO_RANK_PRIMARY),
    TRAFO_PLUGIN_PIPELINE ("token-classification",
                           TrafoTokenClassification,
                           trafo_token_classification,
                           TRAFO_RANK_PRIMARY,
                           TRAFO_ANSWERS_TO ("ner")),
    TRAFO_PLUGIN_PIPELINE ("zero-shot-classification",
                           TrafoZeroShotClassification,
                           trafo_zero_shot_classification,
                           TRAFO_RANK_PRIMARY))
