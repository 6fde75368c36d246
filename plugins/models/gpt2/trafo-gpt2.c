/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-gpt2.h"

#include <math.h>
#include <string.h>

/* GPT-2: a causal decoder, layer norm before each block and once at the end.
 * Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3;
 * transformers/models/gpt2/{configuration,modeling}_gpt2.py.
 * Checked with checkpoints of transformers 5.23.
 * OPT differs in its weights' layout, its positions, and where its norms stand. Texts of a batch
 * are classified by their last token even where no padding is known, which transformers refuses.
 * B: batch, T: sequence, C: n_embd. */

enum
{
  TASK_BASE,
  TASK_CAUSAL_LM,
  TASK_SEQUENCE_CLASSIFICATION,
  TASK_TOKEN_CLASSIFICATION,
  TASK_QUESTION_ANSWERING,
};

static const TrafoModelTask tasks[] = {
  [TASK_BASE] = { "base", "GPT2Model" },
  [TASK_CAUSAL_LM] = { "causal-lm", "GPT2LMHeadModel" },
  [TASK_SEQUENCE_CLASSIFICATION] = { "sequence-classification", "GPT2ForSequenceClassification" },
  [TASK_TOKEN_CLASSIFICATION] = { "token-classification", "GPT2ForTokenClassification" },
  [TASK_QUESTION_ANSWERING] = { "question-answering", "GPT2ForQuestionAnswering" },
};

struct _TrafoGpt2
{
  GObject parent_instance;

  gint         task;
  gint64       vocab_size;
  gint64       n_positions;
  gint64       n_embd;
  gint64       n_layer;
  gint64       n_head;
  gint64       n_inner;
  char        *activation_function;
  double       resid_pdrop;
  double       embd_pdrop;
  double       classifier_dropout;
  double       layer_norm_epsilon;
  double       initializer_range;
  gboolean     scale_attn_weights;
  gboolean     scale_attn_by_inverse_layer_idx;
  gboolean     tie_word_embeddings;
  gint64       pad_token_id;
  gint64       num_labels;
  TrafoProblem problem;
};

static void trafo_gpt2_model_init (TrafoModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TrafoGpt2,
                               trafo_gpt2,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, trafo_gpt2_model_init))

/* reorder_and_upcast_attn is about half precision: scores are float32 here anyhow. */
static void
read_attention (TrafoGpt2 *self, TrafoConfig *config)
{
  self->n_head = trafo_config_get_int (config, "n_head|num_attention_heads", 12, 1, 1 << 16);
  self->scale_attn_weights = trafo_config_get_boolean (config, "scale_attn_weights", TRUE);
  self->scale_attn_by_inverse_layer_idx =
      trafo_config_get_boolean (config, "scale_attn_by_inverse_layer_idx", FALSE);
  if (self->n_head > 0 && self->n_embd % self->n_head != 0)
    trafo_config_fail (config,
                       "'n_embd' is %" G_GINT64_FORMAT
                       ", expected a multiple of 'n_head', %" G_GINT64_FORMAT,
                       self->n_embd,
                       self->n_head);
  if (trafo_config_get_boolean (config, "add_cross_attention", FALSE))
    trafo_config_fail (config, "'add_cross_attention' is true, expected a decoder of its own");
}

/* Keys and defaults of configuration_gpt2.py. */
static gboolean
trafo_gpt2_configure (TrafoModel *model, TrafoConfig *config, const char *task, GError **error)
{
  TrafoGpt2 *self = TRAFO_GPT2 (model);
  g_auto (GStrv) labels = NULL;
  gsize n_labels;

  self->task = trafo_model_find_task (model, tasks, G_N_ELEMENTS (tasks), task, error);
  if (self->task < 0)
    return FALSE;
  self->vocab_size = trafo_config_get_int (config, "vocab_size", 50257, 1, G_MAXINT32);
  self->n_positions =
      trafo_config_get_int (config, "n_positions|max_position_embeddings", 1024, 1, G_MAXINT32);
  self->n_embd = trafo_config_get_int (config, "n_embd|hidden_size", 768, 1, 1 << 20);
  self->n_layer = trafo_config_get_int (config, "n_layer|num_hidden_layers", 12, 0, 10000);
  self->n_inner = trafo_config_get_int (config, "n_inner", 4 * self->n_embd, 1, 1 << 24);
  g_free (self->activation_function);
  self->activation_function =
      g_strdup (trafo_config_get_string (config, "activation_function", "gelu_new"));
  self->resid_pdrop = trafo_config_get_double (config, "resid_pdrop", 0.1, 0, 1);
  self->embd_pdrop = trafo_config_get_double (config, "embd_pdrop", 0.1, 0, 1);
  self->classifier_dropout =
      trafo_config_get_double (config, "classifier_dropout|hidden_dropout", 0.1, 0, 1);
  self->layer_norm_epsilon =
      trafo_config_get_double (config, "layer_norm_epsilon", 1e-5, 0, G_MAXDOUBLE);
  self->initializer_range = trafo_config_get_double (config, "initializer_range", 0.02, 0, 1000);
  self->tie_word_embeddings = trafo_config_get_boolean (config, "tie_word_embeddings", TRUE);
  self->pad_token_id = trafo_config_get_token_id (config, "pad_token_id", -1);
  self->problem = trafo_config_get_problem (config);
  trafo_config_set_default (config, "bos_token_id", g_variant_new_int64 (50256));
  trafo_config_set_default (config, "eos_token_id", g_variant_new_int64 (50256));
  labels = trafo_config_get_labels (config, &n_labels);
  self->num_labels = n_labels;
  read_attention (self, config);
  return trafo_config_check (config, error);
}

/* Result: (B, T, C). Segments, if there are any, are looked up among the words. */
static TrafoSym
build_embeddings (TrafoGpt2 *self, TrafoBuilder *b)
{
  gint64   C = self->n_embd;
  TrafoSym word, position, type, x;

  word = trafo_builder_embedding (b, "wte", trafo_builder_input_ids (b), self->vocab_size, C);
  position =
      trafo_builder_embedding (b, "wpe", trafo_builder_position_ids (b), self->n_positions, C);
  x = trafo_builder_add (b, word, position);
  if (trafo_builder_has_token_type_ids (b))
    {
      type =
          trafo_builder_embedding (b, "wte", trafo_builder_token_type_ids (b), self->vocab_size, C);
      x = trafo_builder_add (b, x, type);
    }
  return trafo_builder_dropout (b, x, self->embd_pdrop);
}

/* What every block adds to the residual. Its weights begin smaller, the more of them add up. */
static TrafoSym
build_projection (TrafoGpt2 *self, TrafoBuilder *b, const char *name, TrafoSym x)
{
  trafo_builder_set_initializer_range (b, self->initializer_range / sqrt (2.0 * self->n_layer));
  x = trafo_builder_linear_in_out (b, name, x, self->n_embd);
  trafo_builder_set_initializer_range (b, self->initializer_range);
  return trafo_builder_dropout (b, x, self->resid_pdrop);
}

/* x, result: (B, T, C). Section 2.3, with the norm before each block. */
static TrafoSym
build_layer (TrafoGpt2 *self, TrafoBuilder *b, TrafoSym x, gint layer)
{
  gint64         head_size = self->n_embd / self->n_head;
  TrafoAttention attention = { .n_heads = self->n_head, .head_size = head_size, .is_causal = TRUE };
  TrafoSym       h;

  attention.scale = self->scale_attn_weights ? 1 / sqrt (head_size) : 1;
  if (self->scale_attn_by_inverse_layer_idx)
    attention.scale /= layer + 1;
  trafo_builder_push_scope (b, "h", layer);
  h = trafo_builder_layer_norm (b, "ln_1", x, self->layer_norm_epsilon);
  h = trafo_builder_linear_in_out (b, "attn.c_attn", h, 3 * self->n_embd);
  h = trafo_builder_self_attention (b, h, &attention);
  x = trafo_builder_add (b, build_projection (self, b, "attn.c_proj", h), x);
  h = trafo_builder_layer_norm (b, "ln_2", x, self->layer_norm_epsilon);
  h = trafo_builder_linear_in_out (b, "mlp.c_fc", h, self->n_inner);
  trafo_builder_push_scope (b, "mlp.act", -1);
  h = trafo_builder_activation (b, h, self->activation_function);
  trafo_builder_pop_scope (b);
  x = trafo_builder_add (b, build_projection (self, b, "mlp.c_proj", h), x);
  trafo_builder_pop_scope (b);
  return x;
}

/* Result: (B, T, C). */
static TrafoSym
build_decoder (TrafoGpt2 *self, TrafoBuilder *b)
{
  TrafoSym x = build_embeddings (self, b);

  for (gint layer = 0; layer < self->n_layer; layer++)
    {
      trafo_builder_hidden_state (b, x);
      x = build_layer (self, b, x, layer);
    }
  x = trafo_builder_layer_norm (b, "ln_f", x, self->layer_norm_epsilon);
  trafo_builder_hidden_state (b, x);
  return x;
}

/* The logits of the next token come from the table of words, unless the configuration says that
 * they are not tied. x: (B, T, C), result: (B, T, vocab_size). */
static TrafoSym
build_lm_head (TrafoGpt2 *self, TrafoBuilder *b, TrafoSym x)
{
  gint64   dims[] = { self->vocab_size, self->n_embd };
  TrafoSym table;

  if (!self->tie_word_embeddings)
    return trafo_builder_linear_no_bias (b, "lm_head", x, self->vocab_size);
  table = trafo_builder_param (b, "transformer.wte.weight", dims, 2, TRAFO_INITIALIZER_NORMAL);
  table = trafo_builder_tie (b, table, "lm_head.weight");
  return trafo_builder_linear_with (b, x, table, 0);
}

static void
build_head (TrafoGpt2 *self, TrafoBuilder *b, TrafoSym x)
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
    case TASK_TOKEN_CLASSIFICATION:
      x = trafo_builder_dropout (b, x, self->classifier_dropout);
      trafo_builder_output_tokens (b, trafo_builder_linear (b, "classifier", x, self->num_labels));
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
trafo_gpt2_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  TrafoGpt2 *self = TRAFO_GPT2 (model);
  TrafoSym   x;

  trafo_builder_set_initializer_range (b, self->initializer_range);
  if (self->task != TASK_BASE)
    trafo_builder_push_scope (b, "transformer", -1);
  x = build_decoder (self, b);
  if (self->task != TASK_BASE)
    trafo_builder_pop_scope (b);
  build_head (self, b, x);
  return TRUE;
}

static const char *
trafo_gpt2_get_base_prefix (TrafoModel *model)
{
  return "transformer";
}

/* Old checkpoints hold the causal mask of each layer, which is no parameter. */
static char *
trafo_gpt2_map_name (TrafoModel *model, const char *name)
{
  if (g_str_has_suffix (name, ".attn.bias") || g_str_has_suffix (name, ".attn.masked_bias"))
    return NULL;
  return g_strdup (name);
}

static const char *
trafo_gpt2_get_architecture (TrafoModel *model)
{
  return tasks[TRAFO_GPT2 (model)->task].architecture;
}

static void
trafo_gpt2_model_init (TrafoModelInterface *iface)
{
  iface->configure = trafo_gpt2_configure;
  iface->build = trafo_gpt2_build;
  iface->get_base_prefix = trafo_gpt2_get_base_prefix;
  iface->map_name = trafo_gpt2_map_name;
  iface->get_architecture = trafo_gpt2_get_architecture;
}

static void
trafo_gpt2_finalize (GObject *object)
{
  g_free (TRAFO_GPT2 (object)->activation_function);
  G_OBJECT_CLASS (trafo_gpt2_parent_class)->finalize (object);
}

static void
trafo_gpt2_class_init (TrafoGpt2Class *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trafo_gpt2_finalize;
}

static void
trafo_gpt2_init (TrafoGpt2 *self)
{
}
