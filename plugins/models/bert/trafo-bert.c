/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-bert.h"

#include <string.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>

/* BERT: a bidirectional encoder, layer norm after each block.
 * Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers for Language
 * Understanding", sections 3 and 4; transformers/models/bert/{configuration,modeling}_bert.py.
 * Checked with checkpoints of transformers 5.23 and with all-MiniLM-L6-v2.
 * The encoder that its relatives are told apart from: DistilBERT drops the token types and the
 * pooler. B: batch, T: sequence, C: hidden_size. */

enum
{
  TASK_BASE,
  TASK_SEQUENCE_CLASSIFICATION,
  TASK_TOKEN_CLASSIFICATION,
  TASK_QUESTION_ANSWERING,
  TASK_MASKED_LM,
};

static const TrafoModelTask tasks[] = {
  [TASK_BASE] = { "base", "BertModel" },
  [TASK_SEQUENCE_CLASSIFICATION] = { "sequence-classification", "BertForSequenceClassification" },
  [TASK_TOKEN_CLASSIFICATION] = { "token-classification", "BertForTokenClassification" },
  [TASK_QUESTION_ANSWERING] = { "question-answering", "BertForQuestionAnswering" },
  [TASK_MASKED_LM] = { "masked-lm", "BertForMaskedLM" },
};

struct _TrafoBert
{
  GObject parent_instance;

  gint         task;
  gint64       vocab_size;
  gint64       hidden_size;
  gint64       num_hidden_layers;
  gint64       num_attention_heads;
  gint64       intermediate_size;
  char        *hidden_act;
  gint64       max_position_embeddings;
  gint64       type_vocab_size;
  double       layer_norm_eps;
  gint64       pad_token_id;
  double       initializer_range;
  double       hidden_dropout_prob;
  double       classifier_dropout;
  gboolean     tie_word_embeddings;
  gboolean     is_decoder;
  gint64       num_labels;
  TrafoProblem problem;
};

static void trafo_bert_model_init (TrafoModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoBert,
                               trafo_bert,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, trafo_bert_model_init))

/* Keys and defaults of configuration_bert.py. */
static gboolean
trafo_bert_configure (TrafoModel *model, TrafoConfig *config, const char *task, GError **error)
{
  TrafoBert *self = TRAFO_BERT (model);
  g_auto (GStrv) labels = NULL;
  gsize       n_labels;
  const char *positions;

  self->task = trafo_model_find_task (model, tasks, G_N_ELEMENTS (tasks), task, error);
  if (self->task < 0)
    return FALSE;
  self->vocab_size = trafo_config_get_int (config, "vocab_size", 30522, 1, G_MAXINT32);
  self->hidden_size = trafo_config_get_int (config, "hidden_size", 768, 1, 1 << 20);
  self->num_hidden_layers = trafo_config_get_int (config, "num_hidden_layers", 12, 0, 10000);
  self->num_attention_heads = trafo_config_get_int (config, "num_attention_heads", 12, 1, 1 << 16);
  self->intermediate_size = trafo_config_get_int (config, "intermediate_size", 3072, 1, 1 << 24);
  g_free (self->hidden_act);
  self->hidden_act = g_strdup (trafo_config_get_string (config, "hidden_act", "gelu"));
  self->max_position_embeddings =
      trafo_config_get_int (config, "max_position_embeddings", 512, 1, G_MAXINT32);
  self->type_vocab_size = trafo_config_get_int (config, "type_vocab_size", 2, 1, G_MAXINT32);
  self->layer_norm_eps = trafo_config_get_double (config, "layer_norm_eps", 1e-12, 0, G_MAXDOUBLE);
  self->pad_token_id = trafo_config_get_token_id (config, "pad_token_id", 0);
  self->initializer_range = trafo_config_get_double (config, "initializer_range", 0.02, 0, 1000);
  self->hidden_dropout_prob = trafo_config_get_double (config, "hidden_dropout_prob", 0.1, 0, 1);
  /* nothing drops attention, but a wrong value is named */
  trafo_config_get_double (config, "attention_probs_dropout_prob", 0.1, 0, 1);
  self->classifier_dropout =
      trafo_config_get_double (config, "classifier_dropout", self->hidden_dropout_prob, 0, 1);
  self->tie_word_embeddings = trafo_config_get_boolean (config, "tie_word_embeddings", TRUE);
  self->problem = trafo_config_get_problem (config);
  labels = trafo_config_get_labels (config, &n_labels);
  self->num_labels = n_labels;
  positions = trafo_config_get_string (config, "position_embedding_type", "absolute");
  if (g_strcmp0 (positions, "absolute") != 0)
    trafo_config_fail (config,
                       "'position_embedding_type' is '%s', expected absolute",
                       positions != NULL ? positions : "null");
  self->is_decoder = trafo_config_get_boolean (config, "is_decoder", FALSE);
  if (trafo_config_get_boolean (config, "add_cross_attention", FALSE))
    trafo_config_fail (config,
                       "'add_cross_attention' is true, expected false: attention to another "
                       "model's states is not supported");
  if (self->num_attention_heads > 0 && self->hidden_size % self->num_attention_heads != 0)
    trafo_config_fail (config,
                       "'hidden_size' is %" G_GINT64_FORMAT
                       ", expected a multiple of 'num_attention_heads', %" G_GINT64_FORMAT,
                       self->hidden_size,
                       self->num_attention_heads);
  return trafo_config_check (config, error);
}

/* Result: (B, T, C). Section 3, "Input/Output Representations". */
static TrafoSym
build_embeddings (TrafoBert *self, TrafoBuilder *b)
{
  gint64   C = self->hidden_size;
  TrafoSym word, position, type, x;

  trafo_builder_push_scope (b, "embeddings", -1);
  word = trafo_builder_embedding_padded (b,
                                         "word_embeddings",
                                         trafo_builder_input_ids (b),
                                         self->vocab_size,
                                         C,
                                         self->pad_token_id);
  type = trafo_builder_embedding (b,
                                  "token_type_embeddings",
                                  trafo_builder_token_type_ids (b),
                                  self->type_vocab_size,
                                  C);
  position = trafo_builder_embedding (b,
                                      "position_embeddings",
                                      trafo_builder_position_ids (b),
                                      self->max_position_embeddings,
                                      C);
  x = trafo_builder_add (b, trafo_builder_add (b, word, type), position);
  x = trafo_builder_layer_norm (b, "LayerNorm", x, self->layer_norm_eps);
  x = trafo_builder_dropout (b, x, self->hidden_dropout_prob);
  trafo_builder_pop_scope (b);
  return x;
}

/* dense, dropout, residual, layer norm: how every block of the encoder ends. */
static TrafoSym
build_output (TrafoBert *self, TrafoBuilder *b, const char *scope, TrafoSym x, TrafoSym residual)
{
  trafo_builder_push_scope (b, scope, -1);
  x = trafo_builder_linear (b, "dense", x, self->hidden_size);
  x = trafo_builder_dropout (b, x, self->hidden_dropout_prob);
  x = trafo_builder_add (b, x, residual);
  x = trafo_builder_layer_norm (b, "LayerNorm", x, self->layer_norm_eps);
  trafo_builder_pop_scope (b);
  return x;
}

/* x, result: (B, T, C). Vaswani et al. 2017, section 3.1, with the norm after the residual. */
static TrafoSym
build_layer (TrafoBert *self, TrafoBuilder *b, TrafoSym x, gint layer)
{
  gint64         C = self->hidden_size;
  TrafoAttention attention = { .n_heads = self->num_attention_heads,
                               .head_size = C / self->num_attention_heads,
                               .is_causal = self->is_decoder };
  TrafoSym       q, k, v, h;

  trafo_builder_push_scope (b, "layer", layer);
  trafo_builder_push_scope (b, "attention", -1);
  trafo_builder_push_scope (b, "self", -1);
  q = trafo_builder_linear (b, "query", x, C);
  k = trafo_builder_linear (b, "key", x, C);
  v = trafo_builder_linear (b, "value", x, C);
  trafo_builder_pop_scope (b);
  h = trafo_builder_attention (b, q, k, v, &attention);
  x = build_output (self, b, "output", h, x);
  trafo_builder_pop_scope (b);
  h = trafo_builder_linear (b, "intermediate.dense", x, self->intermediate_size);
  trafo_builder_push_scope (b, "intermediate.intermediate_act_fn", -1);
  h = trafo_builder_activation (b, h, self->hidden_act);
  trafo_builder_pop_scope (b);
  x = build_output (self, b, "output", h, x);
  trafo_builder_pop_scope (b);
  return x;
}

/* Result: (B, T, C). */
static TrafoSym
build_encoder (TrafoBert *self, TrafoBuilder *b)
{
  TrafoSym x = build_embeddings (self, b);

  trafo_builder_hidden_state (b, x);
  trafo_builder_push_scope (b, "encoder", -1);
  for (gint layer = 0; layer < self->num_hidden_layers; layer++)
    {
      x = build_layer (self, b, x, layer);
      trafo_builder_hidden_state (b, x);
    }
  trafo_builder_pop_scope (b);
  return x;
}

/* x: (B, T, C), result: (B, C), from the first token. */
static TrafoSym
build_pooler (TrafoBert *self, TrafoBuilder *b, TrafoSym x)
{
  TrafoSym first = trafo_builder_select (b, x, 1, 0);

  return trafo_builder_activation (b,
                                   trafo_builder_linear (b,
                                                         "pooler.dense",
                                                         first,
                                                         self->hidden_size),
                                   "tanh");
}

static void
build_sequence_classification (TrafoBert *self, TrafoBuilder *b, TrafoSym pooled)
{
  pooled = trafo_builder_dropout (b, pooled, self->classifier_dropout);
  trafo_builder_output_classes (b,
                                trafo_builder_linear (b, "classifier", pooled, self->num_labels),
                                self->problem);
}

static void
build_token_classification (TrafoBert *self, TrafoBuilder *b, TrafoSym x)
{
  x = trafo_builder_dropout (b, x, self->classifier_dropout);
  trafo_builder_output_tokens (b, trafo_builder_linear (b, "classifier", x, self->num_labels));
}

/* The decoder's weight is the table of word embeddings, its bias the head's own, unless the
 * configuration says that they are not tied: then nothing uses the head's bias, which checkpoints
 * hold all the same. x: (B, T, C), result: (B, T, vocab_size). */
static TrafoSym
build_decoder (TrafoBert *self, TrafoBuilder *b, TrafoSym x)
{
  gint64   dims[] = { self->vocab_size, self->hidden_size };
  TrafoSym table, bias;

  bias = trafo_builder_param (b, "cls.predictions.bias", dims, 1, TRAFO_INITIALIZER_ZEROS);
  if (!self->tie_word_embeddings)
    return trafo_builder_linear (b, "cls.predictions.decoder", x, self->vocab_size);
  table = trafo_builder_param (b,
                               "bert.embeddings.word_embeddings.weight",
                               dims,
                               2,
                               TRAFO_INITIALIZER_NORMAL);
  table = trafo_builder_tie (b, table, "cls.predictions.decoder.weight");
  bias = trafo_builder_tie (b, bias, "cls.predictions.decoder.bias");
  return trafo_builder_linear_with (b, x, table, bias);
}

static void
build_masked_lm (TrafoBert *self, TrafoBuilder *b, TrafoSym x)
{
  trafo_builder_push_scope (b, "cls.predictions", -1);
  x = trafo_builder_linear (b, "transform.dense", x, self->hidden_size);
  trafo_builder_push_scope (b, "transform.transform_act_fn", -1);
  x = trafo_builder_activation (b, x, self->hidden_act);
  trafo_builder_pop_scope (b);
  x = trafo_builder_layer_norm (b, "transform.LayerNorm", x, self->layer_norm_eps);
  trafo_builder_pop_scope (b);
  trafo_builder_output_tokens (b, build_decoder (self, b, x));
}

static void
build_head (TrafoBert *self, TrafoBuilder *b, TrafoSym x, TrafoSym pooled)
{
  switch (self->task)
    {
    case TASK_SEQUENCE_CLASSIFICATION:
      build_sequence_classification (self, b, pooled);
      break;
    case TASK_TOKEN_CLASSIFICATION:
      build_token_classification (self, b, x);
      break;
    case TASK_QUESTION_ANSWERING:
      trafo_builder_output_spans (b, trafo_builder_linear (b, "qa_outputs", x, 2));
      break;
    case TASK_MASKED_LM:
      build_masked_lm (self, b, x);
      break;
    case TASK_BASE:
    default:
      trafo_builder_output (b, "last_hidden_state", x);
      trafo_builder_output (b, "pooler_output", pooled);
      break;
    }
}

static gboolean
trafo_bert_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  TrafoBert *self = TRAFO_BERT (model);
  gboolean   has_pooler = self->task == TASK_BASE || self->task == TASK_SEQUENCE_CLASSIFICATION;
  TrafoSym   x, pooled = 0;

  trafo_builder_set_initializer_range (b, self->initializer_range);
  if (self->task != TASK_BASE)
    trafo_builder_push_scope (b, "bert", -1);
  x = build_encoder (self, b);
  if (has_pooler)
    pooled = build_pooler (self, b, x);
  if (self->task != TASK_BASE)
    trafo_builder_pop_scope (b);
  build_head (self, b, x, pooled);
  return TRUE;
}

static const char *
trafo_bert_get_base_prefix (TrafoModel *model)
{
  return "bert";
}

/* Old checkpoints hold the buffer of positions, which is no parameter. */
static char *
trafo_bert_map_name (TrafoModel *model, const char *name)
{
  return g_str_has_suffix (name, "embeddings.position_ids") ? NULL : g_strdup (name);
}

static const char *
trafo_bert_get_architecture (TrafoModel *model)
{
  return tasks[TRAFO_BERT (model)->task].architecture;
}

static void
trafo_bert_model_init (TrafoModelInterface *iface)
{
  iface->configure = trafo_bert_configure;
  iface->build = trafo_bert_build;
  iface->get_base_prefix = trafo_bert_get_base_prefix;
  iface->map_name = trafo_bert_map_name;
  iface->get_architecture = trafo_bert_get_architecture;
}

static void
trafo_bert_finalize (GObject *object)
{
  g_free (TRAFO_BERT (object)->hidden_act);
  G_OBJECT_CLASS (trafo_bert_parent_class)->finalize (object);
}

static void
trafo_bert_class_init (TrafoBertClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_bert_finalize;
}

static void
trafo_bert_init (TrafoBert *self)
{
}
