/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-opt.h"

#include <math.h>
#include <string.h>

/* OPT: a causal decoder like GPT-2's.
 * Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models", section 2.1;
 * transformers/models/opt/{configuration,modeling}_opt.py.
 * Checked with checkpoints of transformers 5.23, with the norms of opt-125m and of opt-350m.
 * Other than GPT-2 it counts positions over the tokens that the mask shows, from row 2 of their
 * table; opt-350m has its norms after the blocks, none at the end, and projects narrower
 * embeddings. B: batch, T: sequence, C: hidden_size, W: word_embed_proj_dim. */

/* Rows of the table of positions before the first; what the mask hides has row 1. */
#define POSITION_OFFSET 2
/* torch.nn.LayerNorm's own. */
#define LAYER_NORM_EPSILON 1e-5

enum
{
  TASK_BASE,
  TASK_CAUSAL_LM,
  TASK_SEQUENCE_CLASSIFICATION,
  TASK_QUESTION_ANSWERING,
};

static const TrafoModelTask tasks[] = {
  [TASK_BASE] = { "base", "OPTModel" },
  [TASK_CAUSAL_LM] = { "causal-lm", "OPTForCausalLM" },
  [TASK_SEQUENCE_CLASSIFICATION] = { "sequence-classification", "OPTForSequenceClassification" },
  [TASK_QUESTION_ANSWERING] = { "question-answering", "OPTForQuestionAnswering" },
};

struct _TrafoOpt
{
  GObject parent_instance;

  gint         task;
  gint64       vocab_size;
  gint64       hidden_size;
  gint64       num_hidden_layers;
  gint64       ffn_dim;
  gint64       max_position_embeddings;
  gboolean     do_layer_norm_before;
  gboolean     remove_final_layer_norm;
  gint64       word_embed_proj_dim;
  double       dropout;
  gint64       num_attention_heads;
  char        *activation_function;
  double       init_std;
  gint64       pad_token_id;
  gboolean     enable_bias;
  gboolean     layer_norm_elementwise_affine;
  gboolean     tie_word_embeddings;
  gint64       num_labels;
  TrafoProblem problem;
};

static void trafo_opt_model_init (TrafoModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoOpt,
                               trafo_opt,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, trafo_opt_model_init))

/* What tells the variants of the layers apart. */
static void
read_layers (TrafoOpt *self, TrafoConfig *config)
{
  self->do_layer_norm_before = trafo_config_get_boolean (config, "do_layer_norm_before", TRUE);
  self->remove_final_layer_norm =
      trafo_config_get_boolean (config, "_remove_final_layer_norm", FALSE);
  self->enable_bias = trafo_config_get_boolean (config, "enable_bias", TRUE);
  self->layer_norm_elementwise_affine =
      trafo_config_get_boolean (config, "layer_norm_elementwise_affine", TRUE);
  self->num_attention_heads = trafo_config_get_int (config, "num_attention_heads", 12, 1, 1 << 16);
  if (self->num_attention_heads > 0 && self->hidden_size % self->num_attention_heads != 0)
    trafo_config_fail (config,
                       "'hidden_size' is %" G_GINT64_FORMAT
                       ", expected a multiple of 'num_attention_heads', %" G_GINT64_FORMAT,
                       self->hidden_size,
                       self->num_attention_heads);
}

/* Keys and defaults of configuration_opt.py. */
static gboolean
trafo_opt_configure (TrafoModel *model, TrafoConfig *config, const char *task, GError **error)
{
  TrafoOpt *self = TRAFO_OPT (model);
  g_auto (GStrv) labels = NULL;
  gsize n_labels;

  self->task = trafo_model_find_task (model, tasks, G_N_ELEMENTS (tasks), task, error);
  if (self->task < 0)
    return FALSE;
  self->vocab_size = trafo_config_get_int (config, "vocab_size", 50272, 1, G_MAXINT32);
  self->hidden_size = trafo_config_get_int (config, "hidden_size", 768, 1, 1 << 20);
  self->num_hidden_layers = trafo_config_get_int (config, "num_hidden_layers", 12, 0, 10000);
  self->ffn_dim = trafo_config_get_int (config, "ffn_dim", 3072, 1, 1 << 24);
  self->max_position_embeddings = trafo_config_get_int (config,
                                                        "max_position_embeddings",
                                                        2048,
                                                        1,
                                                        G_MAXINT32 - POSITION_OFFSET);
  self->word_embed_proj_dim =
      trafo_config_get_int (config, "word_embed_proj_dim", self->hidden_size, 1, 1 << 20);
  self->dropout = trafo_config_get_double (config, "dropout", 0.1, 0, 1);
  g_free (self->activation_function);
  self->activation_function =
      g_strdup (trafo_config_get_string (config, "activation_function", "relu"));
  self->init_std = trafo_config_get_double (config, "init_std", 0.02, 0, 1000);
  self->pad_token_id = trafo_config_get_token_id (config, "pad_token_id", 1);
  self->tie_word_embeddings = trafo_config_get_boolean (config, "tie_word_embeddings", TRUE);
  self->problem = trafo_config_get_problem (config);
  trafo_config_set_default (config, "bos_token_id", g_variant_new_int64 (2));
  trafo_config_set_default (config, "eos_token_id", g_variant_new_int64 (2));
  labels = trafo_config_get_labels (config, &n_labels);
  self->num_labels = n_labels;
  read_layers (self, config);
  return trafo_config_check (config, error);
}

static TrafoSym
build_linear (TrafoOpt *self, TrafoBuilder *b, const char *name, TrafoSym x, gint64 n_out)
{
  return self->enable_bias ? trafo_builder_linear (b, name, x, n_out)
                           : trafo_builder_linear_no_bias (b, name, x, n_out);
}

static TrafoSym
build_norm (TrafoOpt *self, TrafoBuilder *b, const char *name, TrafoSym x)
{
  return self->layer_norm_elementwise_affine
             ? trafo_builder_layer_norm (b, name, x, LAYER_NORM_EPSILON)
             : trafo_builder_layer_norm_no_affine (b, x, LAYER_NORM_EPSILON);
}

/* Result: (B, T, C). */
static TrafoSym
build_embeddings (TrafoOpt *self, TrafoBuilder *b)
{
  gint64   C = self->hidden_size;
  TrafoSym ids = trafo_builder_masked_position_ids (b);
  TrafoSym word, position;

  trafo_builder_bound_input (b, ids, -POSITION_OFFSET, self->max_position_embeddings - 1);
  ids = trafo_builder_add (b, ids, trafo_builder_scalar (b, POSITION_OFFSET, TRAFO_DTYPE_INT64));
  word = trafo_builder_embedding_padded (b,
                                         "embed_tokens",
                                         trafo_builder_input_ids (b),
                                         self->vocab_size,
                                         self->word_embed_proj_dim,
                                         self->pad_token_id);
  if (self->word_embed_proj_dim != C)
    word = trafo_builder_linear_no_bias (b, "project_in", word, C);
  position = trafo_builder_embedding (b,
                                      "embed_positions",
                                      ids,
                                      self->max_position_embeddings + POSITION_OFFSET,
                                      C);
  return trafo_builder_add (b, word, position);
}

/* x, result: (B, T, C). Self-attention between its projections. */
static TrafoSym
build_attention (TrafoOpt *self, TrafoBuilder *b, TrafoSym x)
{
  gint64         C = self->hidden_size;
  TrafoAttention attention = { .n_heads = self->num_attention_heads,
                               .head_size = C / self->num_attention_heads,
                               .is_causal = TRUE };
  TrafoSym       q, k, v;

  trafo_builder_push_scope (b, "self_attn", -1);
  q = build_linear (self, b, "q_proj", x, C);
  k = build_linear (self, b, "k_proj", x, C);
  v = build_linear (self, b, "v_proj", x, C);
  x = trafo_builder_attention (b, q, k, v, &attention);
  x = build_linear (self, b, "out_proj", x, C);
  trafo_builder_pop_scope (b);
  return trafo_builder_dropout (b, x, self->dropout);
}

/* x, result: (B, T, C). */
static TrafoSym
build_feed_forward (TrafoOpt *self, TrafoBuilder *b, TrafoSym x)
{
  x = build_linear (self, b, "fc1", x, self->ffn_dim);
  trafo_builder_push_scope (b, "activation_fn", -1);
  x = trafo_builder_activation (b, x, self->activation_function);
  trafo_builder_pop_scope (b);
  x = build_linear (self, b, "fc2", x, self->hidden_size);
  return trafo_builder_dropout (b, x, self->dropout);
}

/* x, result: (B, T, C). Vaswani et al. 2017, section 3.1, with the norm before or after. */
static TrafoSym
build_layer (TrafoOpt *self, TrafoBuilder *b, TrafoSym x, gint layer)
{
  trafo_builder_push_scope (b, "layers", layer);
  if (self->do_layer_norm_before)
    {
      TrafoSym h = build_norm (self, b, "self_attn_layer_norm", x);

      x = trafo_builder_add (b, build_attention (self, b, h), x);
      h = build_norm (self, b, "final_layer_norm", x);
      x = trafo_builder_add (b, build_feed_forward (self, b, h), x);
    }
  else
    {
      x = trafo_builder_add (b, build_attention (self, b, x), x);
      x = build_norm (self, b, "self_attn_layer_norm", x);
      x = trafo_builder_add (b, build_feed_forward (self, b, x), x);
      x = build_norm (self, b, "final_layer_norm", x);
    }
  trafo_builder_pop_scope (b);
  return x;
}

/* Result: (B, T, W). */
static TrafoSym
build_decoder (TrafoOpt *self, TrafoBuilder *b)
{
  TrafoSym x;

  trafo_builder_push_scope (b, "decoder", -1);
  x = build_embeddings (self, b);
  for (gint layer = 0; layer < self->num_hidden_layers; layer++)
    {
      trafo_builder_hidden_state (b, x);
      x = build_layer (self, b, x, layer);
    }
  if (self->do_layer_norm_before && !self->remove_final_layer_norm)
    x = build_norm (self, b, "final_layer_norm", x);
  if (self->word_embed_proj_dim != self->hidden_size)
    x = trafo_builder_linear_no_bias (b, "project_out", x, self->word_embed_proj_dim);
  trafo_builder_hidden_state (b, x);
  trafo_builder_pop_scope (b);
  return x;
}

/* The logits of the next token come from the table of words, unless the configuration says that
 * they are not tied. x: (B, T, W), result: (B, T, vocab_size). */
static TrafoSym
build_lm_head (TrafoOpt *self, TrafoBuilder *b, TrafoSym x)
{
  gint64   dims[] = { self->vocab_size, self->word_embed_proj_dim };
  TrafoSym table;

  if (!self->tie_word_embeddings)
    return trafo_builder_linear_no_bias (b, "lm_head", x, self->vocab_size);
  table = trafo_builder_param (b,
                               "model.decoder.embed_tokens.weight",
                               dims,
                               2,
                               TRAFO_INITIALIZER_NORMAL);
  table = trafo_builder_tie (b, table, "lm_head.weight");
  return trafo_builder_linear_with (b, x, table, 0);
}

static void
build_head (TrafoOpt *self, TrafoBuilder *b, TrafoSym x)
{
  switch (self->task)
    {
    case TASK_CAUSAL_LM:
      trafo_builder_output_next_tokens (b, build_lm_head (self, b, x));
      break;
    case TASK_SEQUENCE_CLASSIFICATION:
      x = trafo_builder_last_token (b, x, self->pad_token_id);
      x = trafo_builder_linear_no_bias (b, "score", x, self->num_labels);
      trafo_builder_output_classes (b, x, self->problem);
      break;
    case TASK_QUESTION_ANSWERING:
      trafo_builder_output_spans (b, trafo_builder_linear (b, "qa_outputs", x, 2));
      break;
    case TASK_BASE:
    default:
      trafo_builder_output (b, "last_hidden_state", x);
      break;
    }
}

static gboolean
trafo_opt_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  TrafoOpt *self = TRAFO_OPT (model);
  TrafoSym  x;

  trafo_builder_set_initializer_range (b, self->init_std);
  if (self->task != TASK_BASE)
    trafo_builder_push_scope (b, "model", -1);
  x = build_decoder (self, b);
  if (self->task != TASK_BASE)
    trafo_builder_pop_scope (b);
  build_head (self, b, x);
  return TRUE;
}

static const char *
trafo_opt_get_base_prefix (TrafoModel *model)
{
  return "model";
}

static const char *
trafo_opt_get_architecture (TrafoModel *model)
{
  return tasks[TRAFO_OPT (model)->task].architecture;
}

static void
trafo_opt_model_init (TrafoModelInterface *iface)
{
  iface->configure = trafo_opt_configure;
  iface->build = trafo_opt_build;
  iface->get_base_prefix = trafo_opt_get_base_prefix;
  iface->get_architecture = trafo_opt_get_architecture;
}

static void
trafo_opt_finalize (GObject *object)
{
  g_free (TRAFO_OPT (object)->activation_function);
  G_OBJECT_CLASS (trafo_opt_parent_class)->finalize (object);
}

static void
trafo_opt_class_init (TrafoOptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_opt_finalize;
}

static void
trafo_opt_init (TrafoOpt *self)
{
}
