/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>
#include <trafo/trafo.h>

G_BEGIN_DECLS

/* What a pipeline is called with. */
typedef struct
{
  TrafoModel     *model;
  TrafoTokenizer *tokenizer;
  TrafoValue     *inputs;
  gboolean        is_list;    /* whether @inputs are several */
  TrafoValue     *parameters; /* a record */
  GVariant       *given;      /* the parameters as they came */
  GCancellable   *cancellable;
} TextCall;

/* The inputs, which are one where they are no list. */
guint       text_call_get_n_items (const TextCall *self);
TrafoValue *text_call_get_item (const TextCall *self, guint index);

/* For an input that is none of the task's: FALSE, with an error that says what is expected. */
gboolean text_call_fail_input (TrafoValue *input, const char *expected, GError **error);

/* Whether the record @input has no member but those of @names; FALSE with an error that names one. */
gboolean text_call_check_members (TrafoValue *input, const char *const *names, GError **error);

/* (transfer full): @results, one for each input, as the caller wants it: what is in it where one input
 * came alone. Takes @results. */
TrafoValue *text_call_shape (const TextCall *self, TrafoValue *results);

/* What all tasks of this plugin are: a row of constants and a function. */
#define TRAFO_TYPE_TEXT_TASK (trafo_text_task_get_type ())
G_DECLARE_DERIVABLE_TYPE (TrafoTextTask, trafo_text_task, TRAFO, TEXT_TASK, GObject)

struct _TrafoTextTaskClass
{
  GObjectClass parent_class;

  const char        *model_task;
  const char *const *parameters; /* NULL: the function knows */
  TrafoValue *(*run) (const TextCall *call, GError **error);
};

/* Makes the type of one task of the names of its parameters and the function run() of the file. */
#define TEXT_TASK_DEFINE(TypeName, type_name, model_task_, ...)                                    \
  static const char *const type_name##_parameters[] = { __VA_ARGS__, NULL };                       \
  TEXT_TASK_DEFINE_WITH_PARAMETERS (TypeName, type_name, model_task_, type_name##_parameters)

#define TEXT_TASK_DEFINE_WITH_PARAMETERS(TypeName, type_name, model_task_, parameters_)            \
  struct _##TypeName                                                                               \
  {                                                                                                \
    TrafoTextTask parent_instance;                                                                 \
  };                                                                                               \
  G_DEFINE_FINAL_TYPE (TypeName, type_name, TRAFO_TYPE_TEXT_TASK)                                  \
  static void type_name##_class_init (TypeName##Class *klass)                                      \
  {                                                                                                \
    TrafoTextTaskClass *task_class = TRAFO_TEXT_TASK_CLASS (klass);                                \
    task_class->model_task = model_task_;                                                          \
    task_class->parameters = parameters_;                                                          \
    task_class->run = run;                                                                         \
  }                                                                                                \
  static void type_name##_init (TypeName *self) {}

G_DECLARE_FINAL_TYPE (TrafoFeatureExtraction,
                      trafo_feature_extraction,
                      TRAFO,
                      FEATURE_EXTRACTION,
                      TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoFillMask, trafo_fill_mask, TRAFO, FILL_MASK, TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoQuestionAnswering,
                      trafo_question_answering,
                      TRAFO,
                      QUESTION_ANSWERING,
                      TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoSentenceSimilarity,
                      trafo_sentence_similarity,
                      TRAFO,
                      SENTENCE_SIMILARITY,
                      TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoTextClassification,
                      trafo_text_classification,
                      TRAFO,
                      TEXT_CLASSIFICATION,
                      TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoTextGeneration,
                      trafo_text_generation,
                      TRAFO,
                      TEXT_GENERATION,
                      TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoTokenClassification,
                      trafo_token_classification,
                      TRAFO,
                      TOKEN_CLASSIFICATION,
                      TrafoTextTask)
G_DECLARE_FINAL_TYPE (TrafoZeroShotClassification,
                      trafo_zero_shot_classification,
                      TRAFO,
                      ZERO_SHOT_CLASSIFICATION,
                      TrafoTextTask)

G_END_DECLS
