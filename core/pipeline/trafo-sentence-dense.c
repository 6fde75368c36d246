/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* What sentence_transformers/base/modules/dense.py (6.2) computes. */
#include "trafo-sentence-dense-private.h"

#include <string.h>
#include <trafo/trafo-config.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-ops.h>

#include "ops/activation-private.h"
#include "trafo-tensor-dict-file.h"

#define MAX_FEATURES (1 << 16)
#define DEFAULT_ACTIVATION "torch.nn.modules.activation.Tanh"

/* Classes of torch, by their last name. */
static const struct
{
  const char     *name;
  TrafoActivation activation;
} activations[] = {
  { "Tanh", TRAFO_ACTIVATION_TANH },       { "Identity", TRAFO_ACTIVATION_NONE },
  { "ReLU", TRAFO_ACTIVATION_RELU },       { "GELU", TRAFO_ACTIVATION_GELU },
  { "Sigmoid", TRAFO_ACTIVATION_SIGMOID }, { "SiLU", TRAFO_ACTIVATION_SILU },
};

static void
read_activation (TrafoSentenceDense *self, TrafoConfig *config)
{
  const char *class = trafo_config_get_string (config, "activation_function", DEFAULT_ACTIVATION);
  const char *point = strrchr (class, '.');

  for (gsize i = 0; i < G_N_ELEMENTS (activations); i++)
    if (g_str_equal (point != NULL ? point + 1 : class, activations[i].name))
      {
        self->activation = activations[i].activation;
        return;
      }
  trafo_config_fail (config,
                     "'activation_function' is \"%s\", expected torch's Tanh, Identity, ReLU, "
                     "GELU, "
                     "Sigmoid or SiLU",
                     class);
}

/* That the module takes the pooled vector, gives its result as one, and adds nothing to it. */
static void
check_places (TrafoConfig *config)
{
  static const char *const keys[] = { "module_input_name", "module_output_name" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *name = trafo_config_get_string (config, keys[i], "sentence_embedding");

      if (!g_str_equal (name, "sentence_embedding"))
        trafo_config_fail (config, "'%s' is \"%s\", expected sentence_embedding", keys[i], name);
    }
  if (trafo_config_get_boolean (config, "use_residual", FALSE))
    trafo_config_fail (config, "'use_residual' is true, expected false");
}

/* NULL, with an error, unless the tensor is there with that shape. */
static TrafoTensor *
take_tensor (TrafoTensorDict *tensors,
             const char      *folder,
             const char      *name,
             const gint64    *shape,
             guint            n_dims,
             GError         **error)
{
  TrafoTensor *tensor = trafo_tensor_dict_get (tensors, name);
  gboolean     is_right = tensor != NULL && trafo_tensor_get_n_dims (tensor) == n_dims &&
                      trafo_dtype_is_float (trafo_tensor_get_dtype (tensor));

  for (guint i = 0; is_right && i < n_dims; i++)
    is_right = trafo_tensor_get_dim (tensor, i) == shape[i];
  if (is_right)
    return trafo_tensor_cast (tensor, TRAFO_DTYPE_FLOAT32, error);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_SHAPE,
               "%s: found no tensor '%s' of floats with the shape that config.json says",
               folder,
               name);
  return NULL;
}

static gboolean
read_tensors (TrafoSentenceDense *self, const char *folder, gboolean has_bias, GError **error)
{
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_load (folder, error);
  gint64 shape[] = { self->out_features, self->in_features };

  if (tensors == NULL)
    return FALSE;
  self->weight = take_tensor (tensors, folder, "linear.weight", shape, 2, error);
  if (self->weight == NULL)
    return FALSE;
  if (has_bias)
    self->bias = take_tensor (tensors, folder, "linear.bias", shape, 1, error);
  return !has_bias || self->bias != NULL;
}

TrafoSentenceDense *
trafo_sentence_dense_read (const char *folder, GError **error)
{
  g_autoptr (TrafoSentenceDense) self = g_new0 (TrafoSentenceDense, 1);
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (folder, error);
  gboolean has_bias;

  if (config == NULL)
    return NULL;
  self->in_features = trafo_config_get_int (config, "in_features", 1, 1, MAX_FEATURES);
  self->out_features = trafo_config_get_int (config, "out_features", 1, 1, MAX_FEATURES);
  has_bias = trafo_config_get_boolean (config, "bias", TRUE);
  read_activation (self, config);
  check_places (config);
  if (!trafo_config_check (config, error) || !read_tensors (self, folder, has_bias, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trafo_sentence_dense_free (TrafoSentenceDense *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->weight, trafo_tensor_unref);
  g_clear_pointer (&self->bias, trafo_tensor_unref);
  g_free (self);
}

void
trafo_sentence_dense_apply (const TrafoSentenceDense *self, const float *x, float *y)
{
  const float *weight = trafo_tensor_get_data (self->weight);
  const float *bias = self->bias != NULL ? trafo_tensor_get_data (self->bias) : NULL;

  for (gsize i = 0; i < self->out_features; i++)
    {
      double sum = bias != NULL ? bias[i] : 0;

      for (gsize j = 0; j < self->in_features; j++)
        sum += (double) weight[i * self->in_features + j] * x[j];
      y[i] = trafo_activation_apply (self->activation, sum);
    }
}
