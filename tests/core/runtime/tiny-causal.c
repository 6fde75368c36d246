/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "tiny-causal.h"

#include "tiny-model.h"
#include "trafo-model-runtime.h"

const TinyCausalConfig tiny_causal_default = {
  .n_layers = 2,
  .n_heads = 4,
  .n_kv_heads = 2,
  .head_size = 8,
  .vocab_size = 61,
  .n_positions = 512,
  .is_causal = TRUE,
  .logits_dtype = TRAFO_DTYPE_FLOAT32,
};

typedef struct
{
  GObject          parent_instance;
  TinyCausalConfig config;
  guint            n_builds;
} TinyCausal;

typedef struct
{
  GObjectClass parent_class;
} TinyCausalClass;

static GType tiny_causal_get_type (void);
static void  tiny_causal_iface_init (TrafoModelInterface *iface);

G_DEFINE_TYPE_WITH_CODE (TinyCausal,
                         tiny_causal,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, tiny_causal_iface_init))

/* x, result: (B, T, C). */
static TrafoSym
block (TrafoBuilder *b, const TinyCausalConfig *config, TrafoSym x, guint layer)
{
  TrafoAttention attention = { .n_heads = config->n_heads,
                               .n_kv_heads = config->n_kv_heads,
                               .head_size = config->head_size,
                               .is_causal = config->is_causal };
  gint64         C = (gint64) config->n_heads * config->head_size;
  gint64         n_qkv = C + 2 * (gint64) config->n_kv_heads * config->head_size;
  TrafoSym       h;

  trafo_builder_push_scope (b, "h", layer);
  h = trafo_builder_layer_norm (b, "ln_1", x, 1e-5);
  h = trafo_builder_linear_in_out (b, "c_attn", h, n_qkv);
  h = trafo_builder_self_attention (b, h, &attention);
  h = trafo_builder_linear_in_out (b, "c_proj", h, C);
  x = trafo_builder_add (b, x, h);
  h = trafo_builder_layer_norm (b, "ln_2", x, 1e-5);
  h = trafo_builder_linear (b, "fc1", h, 2 * C);
  h = trafo_builder_activation (b, h, "gelu_new");
  h = trafo_builder_linear (b, "fc2", h, C);
  x = trafo_builder_add (b, x, h);
  trafo_builder_pop_scope (b);
  return x;
}

static gboolean
tiny_causal_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  const TinyCausalConfig *config = &((TinyCausal *) model)->config;
  gint64                  C = (gint64) config->n_heads * config->head_size;
  TrafoSym                x;

  ((TinyCausal *) model)->n_builds++;
  trafo_builder_set_initializer_range (b, 0.3);
  x = trafo_builder_embedding (b, "wte", trafo_builder_input_ids (b), config->vocab_size, C);
  if (config->n_positions > 0)
    x = trafo_builder_add (b,
                           x,
                           trafo_builder_embedding (b,
                                                    "wpe",
                                                    trafo_builder_position_ids (b),
                                                    config->n_positions,
                                                    C));
  trafo_builder_hidden_state (b, x);
  for (guint i = 0; i < config->n_layers; i++)
    {
      x = block (b, config, x, i);
      trafo_builder_hidden_state (b, x);
    }
  x = trafo_builder_layer_norm (b, "ln_f", x, 1e-5);
  x = trafo_builder_linear_no_bias (b, "lm_head", x, config->vocab_size);
  if (config->logits_dtype != TRAFO_DTYPE_FLOAT32)
    x = trafo_builder_cast (b, x, config->logits_dtype);
  trafo_builder_output (b, "logits", x);
  return TRUE;
}

static void
tiny_causal_iface_init (TrafoModelInterface *iface)
{
  iface->build = tiny_causal_build;
}

static void
tiny_causal_class_init (TinyCausalClass *klass)
{
}

static void
tiny_causal_init (TinyCausal *self)
{
}

TrafoModel *
tiny_causal_new (const TinyCausalConfig *config, const char *device)
{
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (TrafoLoadOptions) options = trafo_load_options_new ();
  g_autoptr (GError) error = NULL;
  TinyCausal *self = g_object_new (tiny_causal_get_type (), NULL);
  char       *folder;

  /* what the checkpoint lacks is random: it has a tensor that nobody knows */
  tiny_tensors_add (tensors, "unknown", 2, 2);
  folder = tiny_folder_new ("{\"model_type\": \"tiny-causal\"}", tensors);
  self->config = *config;
  trafo_load_options_set_device (options, device);
  trafo_load_options_set_dtype (options, config->dtype);
  trafo_load_options_set_load_in_8bit (options, config->load_in_8bit);
  trafo_model_load (TRAFO_MODEL (self), folder, "causal-lm", options, NULL, &error);
  g_assert_no_error (error);
  tiny_folder_free (folder);
  return TRAFO_MODEL (self);
}

guint
tiny_causal_get_n_builds (TrafoModel *model)
{
  return ((TinyCausal *) model)->n_builds;
}
