/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "albert.h"

/* ALBERT, Lan et al. 2019, "ALBERT: A Lite BERT for Self-supervised Learning of Language
 * Representations", as transformers computes it (models/albert/modeling_albert.py, version 5.23).
 *
 * It differs from BERT in that the embeddings are narrower than the layers (section 3.1, "factorized
 * embedding parameterization") and that layers share their parameters ("cross-layer parameter sharing"):
 * a parameter is its name, so sharing is naming it twice.
 * B: batch, T: sequence, E: embedding_size, C: hidden_size. */

enum
{
  TASK_BASE,
  TASK_MASKED_LM,
  TASK_SEQUENCE_CLASSIFICATION,
};

static const TrafoModelTask tasks[] = {
  [TASK_BASE] = { "base", "AlbertModel" },
  [TASK_MASKED_LM] = { "masked-lm", "AlbertForMaskedLM" },
  [TASK_SEQUENCE_CLASSIFICATION] = { "sequence-classification", "AlbertForSequenceClassification" },
};

struct _AlbertModel
{
  GObject parent_instance;

  gint         task;
  gint64       vocab_size;
  gint64       embedding_size;
  gint64       hidden_size;
  gint64       num_hidden_layers;
  gint64       num_hidden_groups;
  gint64       inner_group_num;
  gint64       num_attention_heads;
  gint64       intermediate_size;
  char        *hidden_act;
  gint64       max_position_embeddings;
  gint64       type_vocab_size;
  double       layer_norm_eps;
  double       hidden_dropout_prob;
  double       classifier_dropout_prob;
  double       initializer_range;
  gint64       pad_token_id;
  gboolean     tie_word_embeddings;
  gint64       num_labels;
  TrafoProblem problem;
};

static void albert_model_iface_init (TrafoModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AlbertModel,
                               albert_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, albert_model_iface_init))

/* Keys and defaults of configuration_albert.py. */
static gboolean
albert_model_configure (TrafoModel *model, TrafoConfig *config, const char *task, GError **error)
{
  AlbertModel *self = ALBERT_MODEL (model);
  g_auto (GStrv) labels = NULL;
  gsize n_labels;

  self->task = trafo_model_find_task (model, tasks, G_N_ELEMENTS (tasks), task, error);
  if (self->task < 0)
    return FALSE;
  self->vocab_size = trafo_config_get_int (config, "vocab_size", 30000, 1, G_MAXINT32);
  self->embedding_size = trafo_config_get_int (config, "embedding_size", 128, 1, 1 << 20);
  self->hidden_size = trafo_config_get_int (config, "hidden_size", 4096, 1, 1 << 20);
  self->num_hidden_layers = trafo_config_get_int (config, "num_hidden_layers", 12, 0, 1000);
  self->num_hidden_groups = trafo_config_get_int (config, "num_hidden_groups", 1, 1, 1000);
  self->inner_group_num = trafo_config_get_int (config, "inner_group_num", 1, 1, 100);
  self->num_attention_heads = trafo_config_get_int (config, "num_attention_heads", 64, 1, 1 << 16);
  self->intermediate_size = trafo_config_get_int (config, "intermediate_size", 16384, 1, 1 << 24);
  self->hidden_act = g_strdup (trafo_config_get_string (config, "hidden_act", "gelu_new"));
  self->max_position_embeddings =
      trafo_config_get_int (config, "max_position_embeddings", 512, 1, G_MAXINT32);
  self->type_vocab_size = trafo_config_get_int (config, "type_vocab_size", 2, 1, G_MAXINT32);
  self->layer_norm_eps = trafo_config_get_double (config, "layer_norm_eps", 1e-12, 0, 1);
  self->hidden_dropout_prob = trafo_config_get_double (config, "hidden_dropout_prob", 0, 0, 1);
  self->classifier_dropout_prob =
      trafo_config_get_double (config, "classifier_dropout_prob", 0.1, 0, 1);
  self->initializer_range = trafo_config_get_double (config, "initializer_range", 0.02, 0, 1000);
  self->pad_token_id = trafo_config_get_token_id (config, "pad_token_id", 0);
  self->tie_word_embeddings = trafo_config_get_boolean (config, "tie_word_embeddings", TRUE);
  self->problem = trafo_config_get_problem (config);
  labels = trafo_config_get_labels (config, &n_labels);
  self->num_labels = n_labels;
  if (self->num_attention_heads > 0 && self->hidden_size % self->num_attention_heads != 0)
    trafo_config_fail (config,
                       "'hidden_size' is %" G_GINT64_FORMAT
                       ", expected a multiple of 'num_attention_heads', %" G_GINT64_FORMAT,
                       self->hidden_size,
                       self->num_attention_heads);
  return trafo_config_check (config, error);
}

/* Result: (B, T, E). */
static TrafoSym
build_embeddings (AlbertModel *self, TrafoBuilder *b)
{
  gint64   E = self->embedding_size;
  TrafoSym word, type, position, x;

  trafo_builder_push_scope (b, "embeddings", -1);
  word = trafo_builder_embedding_padded (b,
                                         "word_embeddings",
                                         trafo_builder_input_ids (b),
                                         self->vocab_size,
                                         E,
                                         self->pad_token_id);
  type = trafo_builder_embedding (b,
                                  "token_type_embeddings",
                                  trafo_builder_token_type_ids (b),
                                  self->type_vocab_size,
                                  E);
  position = trafo_builder_embedding (b,
                                      "position_embeddings",
                                      trafo_builder_position_ids (b),
                                      self->max_position_embeddings,
                                      E);
  x = trafo_builder_add (b, trafo_builder_add (b, word, type), position);
  x = trafo_builder_layer_norm (b, "LayerNorm", x, self->layer_norm_eps);
  x = trafo_builder_dropout (b, x, self->hidden_dropout_prob);
  trafo_builder_pop_scope (b);
  return x;
}

/* x, result: (B, T, C). */
static TrafoSym
build_attention (AlbertModel *self, TrafoBuilder *b, TrafoSym x)
{
  gint64         C = self->hidden_size;
  TrafoAttention heads = { .n_heads = self->num_attention_heads,
                           .head_size = C / self->num_attention_heads };
  TrafoSym       q, k, v, h;

  trafo_builder_push_scope (b, "attention", -1);
  q = trafo_builder_linear (b, "query", x, C);
  k = trafo_builder_linear (b, "key", x, C);
  v = trafo_builder_linear (b, "value", x, C);
  h = trafo_builder_linear (b, "dense", trafo_builder_attention (b, q, k, v, &heads), C);
  x = trafo_builder_add (b, x, trafo_builder_dropout (b, h, self->hidden_dropout_prob));
  x = trafo_builder_layer_norm (b, "LayerNorm", x, self->layer_norm_eps);
  trafo_builder_pop_scope (b);
  return x;
}

/* x, result: (B, T, C). A layer's norms come after its sums, as in BERT. */
static TrafoSym
build_layer (AlbertModel *self, TrafoBuilder *b, TrafoSym x)
{
  TrafoSym h;

  x = build_attention (self, b, x);
  h = trafo_builder_linear (b, "ffn", x, self->intermediate_size);
  h = trafo_builder_activation (b, h, self->hidden_act);
  h = trafo_builder_linear (b, "ffn_output", h, self->hidden_size);
  return trafo_builder_layer_norm (b,
                                   "full_layer_layer_norm",
                                   trafo_builder_add (b, h, x),
                                   self->layer_norm_eps);
}

/* Result: (B, T, C). The layers are spread over the groups evenly; those of one group have the
 * parameters of the group, which is itself inner_group_num layers. */
static TrafoSym
build_encoder (AlbertModel *self, TrafoBuilder *b)
{
  TrafoSym x = build_embeddings (self, b);

  trafo_builder_push_scope (b, "encoder", -1);
  x = trafo_builder_linear (b, "embedding_hidden_mapping_in", x, self->hidden_size);
  trafo_builder_hidden_state (b, x);
  for (gint64 layer = 0; layer < self->num_hidden_layers; layer++)
    {
      gint64 group = layer * self->num_hidden_groups / self->num_hidden_layers;

      trafo_builder_push_scope (b, "albert_layer_groups", group);
      for (gint64 i = 0; i < self->inner_group_num; i++)
        {
          trafo_builder_push_scope (b, "albert_layers", i);
          x = build_layer (self, b, x);
          trafo_builder_pop_scope (b);
          trafo_builder_hidden_state (b, x);
        }
      trafo_builder_pop_scope (b);
    }
  trafo_builder_pop_scope (b);
  return x;
}

/* x: (B, T, C), result: (B, C), from the first token. */
static TrafoSym
build_pooler (AlbertModel *self, TrafoBuilder *b, TrafoSym x)
{
  TrafoSym first = trafo_builder_select (b, x, 1, 0);

  return trafo_builder_activation (b,
                                   trafo_builder_linear (b, "pooler", first, self->hidden_size),
                                   "tanh");
}

/* x: (B, T, C), result: (B, T, vocab_size). The last matrix is the table of words, unless the
 * configuration says otherwise. */
static TrafoSym
build_masked_lm (AlbertModel *self, TrafoBuilder *b, TrafoSym x)
{
  gint64   dims[] = { self->vocab_size, self->embedding_size };
  TrafoSym table, bias;

  x = trafo_builder_linear (b, "predictions.dense", x, self->embedding_size);
  x = trafo_builder_activation (b, x, self->hidden_act);
  x = trafo_builder_layer_norm (b, "predictions.LayerNorm", x, self->layer_norm_eps);
  if (!self->tie_word_embeddings)
    return trafo_builder_linear (b, "predictions.decoder", x, self->vocab_size);
  table = trafo_builder_param (b,
                               "albert.embeddings.word_embeddings.weight",
                               dims,
                               2,
                               TRAFO_INITIALIZER_NORMAL);
  table = trafo_builder_tie (b, table, "predictions.decoder.weight");
  bias = trafo_builder_param (b, "predictions.bias", dims, 1, TRAFO_INITIALIZER_ZEROS);
  bias = trafo_builder_tie (b, bias, "predictions.decoder.bias");
  return trafo_builder_linear_with (b, x, table, bias);
}

static gboolean
albert_model_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  AlbertModel *self = ALBERT_MODEL (model);
  TrafoSym     x, pooled = 0;

  trafo_builder_set_initializer_range (b, self->initializer_range);
  if (self->task != TASK_BASE)
    trafo_builder_push_scope (b, "albert", -1);
  x = build_encoder (self, b);
  if (self->task != TASK_MASKED_LM)
    pooled = build_pooler (self, b, x);
  if (self->task != TASK_BASE)
    trafo_builder_pop_scope (b);
  switch (self->task)
    {
    case TASK_MASKED_LM:
      trafo_builder_output_tokens (b, build_masked_lm (self, b, x));
      break;
    case TASK_SEQUENCE_CLASSIFICATION:
      x = trafo_builder_dropout (b, pooled, self->classifier_dropout_prob);
      x = trafo_builder_linear (b, "classifier", x, self->num_labels);
      trafo_builder_output_classes (b, x, self->problem);
      break;
    default:
      trafo_builder_output (b, "last_hidden_state", x);
      trafo_builder_output (b, "pooler_output", pooled);
      break;
    }
  return TRUE;
}

static const char *
albert_model_get_base_prefix (TrafoModel *model)
{
  return "albert";
}

/* Old checkpoints hold the buffer of positions, which is no parameter; those of a head that is not tied
 * a second bias, which nothing uses. */
static char *
albert_model_map_name (TrafoModel *model, const char *name)
{
  AlbertModel *self = ALBERT_MODEL (model);
  gboolean     is_unused = self->task == TASK_MASKED_LM && !self->tie_word_embeddings &&
                       g_str_equal (name, "predictions.bias");

  return is_unused || g_str_has_suffix (name, "embeddings.position_ids") ? NULL : g_strdup (name);
}

static const char *
albert_model_get_architecture (TrafoModel *model)
{
  return tasks[ALBERT_MODEL (model)->task].architecture;
}

static void
albert_model_iface_init (TrafoModelInterface *iface)
{
  iface->configure = albert_model_configure;
  iface->build = albert_model_build;
  iface->get_base_prefix = albert_model_get_base_prefix;
  iface->map_name = albert_model_map_name;
  iface->get_architecture = albert_model_get_architecture;
}

static void
albert_model_finalize (GObject *object)
{
  g_free (ALBERT_MODEL (object)->hidden_act);
  G_OBJECT_CLASS (albert_model_parent_class)->finalize (object);
}

static void
albert_model_class_init (AlbertModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = albert_model_finalize;
}

static void
albert_model_init (AlbertModel *self)
{
}
