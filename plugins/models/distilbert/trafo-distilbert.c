/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-distilbert.h"

#include <string.h>

/* DistilBERT: half of BERT's layers, without token types and pooler.
 * Sanh et al. 2019, "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and
 * lighter", section 3; transformers/models/distilbert/{configuration,modeling}_distilbert.py.
 * Checked with checkpoints of transformers 5.23.
 * Texts are classified from the first token through a layer with a ReLU.
 * B: batch, T: sequence, C: dim. */

#define LAYER_NORM_EPSILON 1e-12

enum
{
  TASK_BASE,
  TASK_SEQUENCE_CLASSIFICATION,
  TASK_TOKEN_CLASSIFICATION,
  TASK_QUESTION_ANSWERING,
  TASK_MASKED_LM,
};

static const TrafoModelTask tasks[] = {
  [TASK_BASE] = { "base", "DistilBertModel" },
  [TASK_SEQUENCE_CLASSIFICATION] = { "sequence-classification",
                                     "DistilBertForSequenceClassification" },
  [TASK_TOKEN_CLASSIFICATION] = { "token-classification", "DistilBertForTokenClassification" },
  [TASK_QUESTION_ANSWERING] = { "question-answering", "DistilBertForQuestionAnswering" },
  [TASK_MASKED_LM] = { "masked-lm", "DistilBertForMaskedLM" },
};

struct _TrafoDistilBert
{
  GObject parent_instance;

  gint         task;
  gint64       vocab_size;
  gint64       max_position_embeddings;
  gboolean     sinusoidal_pos_embds;
  gint64       n_layers;
  gint64       n_heads;
  gint64       dim;
  gint64       hidden_dim;
  double       dropout;
  char        *activation;
  double       initializer_range;
  double       qa_dropout;
  double       seq_classif_dropout;
  gint64       pad_token_id;
  gboolean     tie_word_embeddings;
  gint64       num_labels;
  TrafoProblem problem;
};

static void trafo_distilbert_model_init (TrafoModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoDistilBert,
                               trafo_distilbert,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL,
                                                      trafo_distilbert_model_init))

static void
check_sizes (TrafoDistilBert *self, TrafoConfig *config)
{
  if (self->n_heads > 0 && self->dim % self->n_heads != 0)
    trafo_config_fail (config,
                       "'dim' is %" G_GINT64_FORMAT
                       ", expected a multiple of 'n_heads', %" G_GINT64_FORMAT,
                       self->dim,
                       self->n_heads);
  if (self->task == TASK_QUESTION_ANSWERING && self->num_labels != 2)
    trafo_config_fail (config,
                       "found %" G_GINT64_FORMAT
                       " labels, expected 2 for question answering: start and end",
                       self->num_labels);
}

/* Keys and defaults of configuration_distilbert.py. */
static gboolean
trafo_distilbert_configure (TrafoModel  *model,
                            TrafoConfig *config,
                            const char  *task,
                            GError     **error)
{
  TrafoDistilBert *self = TRAFO_DISTILBERT (model);
  g_auto (GStrv) labels = NULL;
  gsize n_labels;

  self->task = trafo_model_find_task (model, tasks, G_N_ELEMENTS (tasks), task, error);
  if (self->task < 0)
    return FALSE;
  self->vocab_size = trafo_config_get_int (config, "vocab_size", 30522, 1, G_MAXINT32);
  self->max_position_embeddings =
      trafo_config_get_int (config, "max_position_embeddings", 512, 1, G_MAXINT32);
  self->sinusoidal_pos_embds = trafo_config_get_boolean (config, "sinusoidal_pos_embds", FALSE);
  self->n_layers = trafo_config_get_int (config, "n_layers|num_hidden_layers", 6, 0, 10000);
  self->n_heads = trafo_config_get_int (config, "n_heads|num_attention_heads", 12, 1, 1 << 16);
  self->dim = trafo_config_get_int (config, "dim|hidden_size", 768, 1, 1 << 20);
  self->hidden_dim = trafo_config_get_int (config, "hidden_dim", 3072, 1, 1 << 24);
  self->dropout = trafo_config_get_double (config, "dropout", 0.1, 0, 1);
  g_free (self->activation);
  self->activation = g_strdup (trafo_config_get_string (config, "activation", "gelu"));
  self->initializer_range = trafo_config_get_double (config, "initializer_range", 0.02, 0, 1000);
  self->qa_dropout = trafo_config_get_double (config, "qa_dropout", 0.1, 0, 1);
  self->seq_classif_dropout = trafo_config_get_double (config, "seq_classif_dropout", 0.2, 0, 1);
  self->pad_token_id = trafo_config_get_token_id (config, "pad_token_id", 0);
  self->tie_word_embeddings = trafo_config_get_boolean (config, "tie_word_embeddings", TRUE);
  self->problem = trafo_config_get_problem (config);
  labels = trafo_config_get_labels (config, &n_labels);
  self->num_labels = n_labels;
  check_sizes (self, config);
  return trafo_config_check (config, error);
}

/* Result: (B, T, C). */
static TrafoSym
build_positions (TrafoDistilBert *self, TrafoBuilder *b)
{
  gint64   dims[] = { self->max_position_embeddings, self->dim };
  TrafoSym table;

  table = trafo_builder_param (b,
                               "position_embeddings.weight",
                               dims,
                               2,
                               self->sinusoidal_pos_embds ? TRAFO_INITIALIZER_SINUSOIDS
                                                          : TRAFO_INITIALIZER_NORMAL);
  return trafo_builder_gather (b, table, trafo_builder_position_ids (b));
}

/* Result: (B, T, C). */
static TrafoSym
build_embeddings (TrafoDistilBert *self, TrafoBuilder *b)
{
  gint64   C = self->dim;
  TrafoSym word, x;

  trafo_builder_push_scope (b, "embeddings", -1);
  word = trafo_builder_embedding_padded (b,
                                         "word_embeddings",
                                         trafo_builder_input_ids (b),
                                         self->vocab_size,
                                         C,
                                         self->pad_token_id);
  x = trafo_builder_add (b, word, build_positions (self, b));
  x = trafo_builder_layer_norm (b, "LayerNorm", x, LAYER_NORM_EPSILON);
  x = trafo_builder_dropout (b, x, self->dropout);
  trafo_builder_pop_scope (b);
  return x;
}

/* x, result: (B, T, C). Self-attention between its projections. */
static TrafoSym
build_attention (TrafoDistilBert *self, TrafoBuilder *b, TrafoSym x)
{
  gint64         C = self->dim;
  TrafoAttention attention = { .n_heads = self->n_heads, .head_size = C / self->n_heads };
  TrafoSym       q, k, v;

  trafo_builder_push_scope (b, "attention", -1);
  q = trafo_builder_linear (b, "q_lin", x, C);
  k = trafo_builder_linear (b, "k_lin", x, C);
  v = trafo_builder_linear (b, "v_lin", x, C);
  x = trafo_builder_attention (b, q, k, v, &attention);
  x = trafo_builder_linear (b, "out_lin", x, C);
  trafo_builder_pop_scope (b);
  return x;
}

static TrafoSym
build_activation (TrafoDistilBert *self, TrafoBuilder *b, const char *name, TrafoSym x)
{
  trafo_builder_push_scope (b, name, -1);
  x = trafo_builder_activation (b, x, self->activation);
  trafo_builder_pop_scope (b);
  return x;
}

/* x, result: (B, T, C). Vaswani et al. 2017, section 3.1, with the norm after the residual. */
static TrafoSym
build_layer (TrafoDistilBert *self, TrafoBuilder *b, TrafoSym x, gint layer)
{
  TrafoSym h;

  trafo_builder_push_scope (b, "transformer.layer", layer);
  h = build_attention (self, b, x);
  x = trafo_builder_layer_norm (b,
                                "sa_layer_norm",
                                trafo_builder_add (b, h, x),
                                LAYER_NORM_EPSILON);
  h = trafo_builder_linear (b, "ffn.lin1", x, self->hidden_dim);
  h = build_activation (self, b, "ffn.activation", h);
  h = trafo_builder_linear (b, "ffn.lin2", h, self->dim);
  h = trafo_builder_dropout (b, h, self->dropout);
  x = trafo_builder_layer_norm (b,
                                "output_layer_norm",
                                trafo_builder_add (b, h, x),
                                LAYER_NORM_EPSILON);
  trafo_builder_pop_scope (b);
  return x;
}

/* Result: (B, T, C). */
static TrafoSym
build_encoder (TrafoDistilBert *self, TrafoBuilder *b)
{
  TrafoSym x = build_embeddings (self, b);

  trafo_builder_hidden_state (b, x);
  for (gint layer = 0; layer < self->n_layers; layer++)
    {
      x = build_layer (self, b, x, layer);
      trafo_builder_hidden_state (b, x);
    }
  return x;
}

/* x: (B, T, C), result: (B, num_labels), from the first token. */
static TrafoSym
build_classifier (TrafoDistilBert *self, TrafoBuilder *b, TrafoSym x)
{
  x = trafo_builder_select (b, x, 1, 0);
  x = trafo_builder_linear (b, "pre_classifier", x, self->dim);
  x = trafo_builder_activation (b, x, "relu");
  x = trafo_builder_dropout (b, x, self->seq_classif_dropout);
  return trafo_builder_linear (b, "classifier", x, self->num_labels);
}

/* The last layer's weight is the table of word embeddings, unless the configuration says that they
 * are not tied. x: (B, T, C), result: (B, T, vocab_size). */
static TrafoSym
build_lm_head (TrafoDistilBert *self, TrafoBuilder *b, TrafoSym x)
{
  gint64   dims[] = { self->vocab_size, self->dim };
  TrafoSym table, bias;

  x = trafo_builder_linear (b, "vocab_transform", x, self->dim);
  x = build_activation (self, b, "activation", x);
  x = trafo_builder_layer_norm (b, "vocab_layer_norm", x, LAYER_NORM_EPSILON);
  if (!self->tie_word_embeddings)
    return trafo_builder_linear (b, "vocab_projector", x, self->vocab_size);
  table = trafo_builder_param (b,
                               "distilbert.embeddings.word_embeddings.weight",
                               dims,
                               2,
                               TRAFO_INITIALIZER_NORMAL);
  table = trafo_builder_tie (b, table, "vocab_projector.weight");
  bias = trafo_builder_param (b, "vocab_projector.bias", dims, 1, TRAFO_INITIALIZER_ZEROS);
  return trafo_builder_linear_with (b, x, table, bias);
}

static void
build_head (TrafoDistilBert *self, TrafoBuilder *b, TrafoSym x)
{
  switch (self->task)
    {
    case TASK_SEQUENCE_CLASSIFICATION:
      trafo_builder_output_classes (b, build_classifier (self, b, x), self->problem);
      break;
    case TASK_TOKEN_CLASSIFICATION:
      x = trafo_builder_dropout (b, x, self->dropout);
      trafo_builder_output_tokens (b, trafo_builder_linear (b, "classifier", x, self->num_labels));
      break;
    case TASK_QUESTION_ANSWERING:
      x = trafo_builder_dropout (b, x, self->qa_dropout);
      trafo_builder_output_spans (b, trafo_builder_linear (b, "qa_outputs", x, 2));
      break;
    case TASK_MASKED_LM:
      trafo_builder_output_tokens (b, build_lm_head (self, b, x));
      break;
    case TASK_BASE:
    default:
      trafo_builder_output (b, "last_hidden_state", x);
      break;
    }
}

static gboolean
trafo_distilbert_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  TrafoDistilBert *self = TRAFO_DISTILBERT (model);
  TrafoSym         x;

  trafo_builder_set_initializer_range (b, self->initializer_range);
  if (self->task != TASK_BASE)
    trafo_builder_push_scope (b, "distilbert", -1);
  x = build_encoder (self, b);
  if (self->task != TASK_BASE)
    trafo_builder_pop_scope (b);
  build_head (self, b, x);
  return TRUE;
}

static const char *
trafo_distilbert_get_base_prefix (TrafoModel *model)
{
  return "distilbert";
}

/* Old checkpoints hold the buffer of positions, which is no parameter. */
static char *
trafo_distilbert_map_name (TrafoModel *model, const char *name)
{
  return g_str_has_suffix (name, "embeddings.position_ids") ? NULL : g_strdup (name);
}

static const char *
trafo_distilbert_get_architecture (TrafoModel *model)
{
  return tasks[TRAFO_DISTILBERT (model)->task].architecture;
}

static void
trafo_distilbert_model_init (TrafoModelInterface *iface)
{
  iface->configure = trafo_distilbert_configure;
  iface->build = trafo_distilbert_build;
  iface->get_base_prefix = trafo_distilbert_get_base_prefix;
  iface->map_name = trafo_distilbert_map_name;
  iface->get_architecture = trafo_distilbert_get_architecture;
}

static void
trafo_distilbert_finalize (GObject *object)
{
  g_free (TRAFO_DISTILBERT (object)->activation);
  G_OBJECT_CLASS (trafo_distilbert_parent_class)->finalize (object);
}

static void
trafo_distilbert_class_init (TrafoDistilBertClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_distilbert_finalize;
}

static void
trafo_distilbert_init (TrafoDistilBert *self)
{
}
