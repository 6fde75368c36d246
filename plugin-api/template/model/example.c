/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

/* The smallest model that computes something: the mean of a text's word vectors, classified.
 * Iyyer et al. 2015, "Deep Unordered Composition Rivals Syntactic Methods for Text Classification",
 * section 2, without hidden layers. B: batch, T: sequence, C: hidden_size. */
struct _ExampleModel
{
  GObject parent_instance;

  gint64 vocab_size;
  gint64 hidden_size;
  gint64 num_labels;
};

static void example_model_iface_init (TrafoModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleModel,
                               example_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_MODEL, example_model_iface_init))

/* Every size comes from a file: name the range that it may have. */
static gboolean
example_model_configure (TrafoModel *model, TrafoConfig *config, const char *task, GError **error)
{
  ExampleModel *self = EXAMPLE_MODEL (model);
  g_auto (GStrv) labels = NULL;
  gsize n_labels;

  if (!g_str_equal (task, "sequence-classification"))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "example: found task '%s', expected sequence-classification",
                   task);
      return FALSE;
    }
  self->vocab_size = trafo_config_get_int (config, "vocab_size", 256, 1, G_MAXINT32);
  self->hidden_size = trafo_config_get_int (config, "hidden_size", 64, 1, 1 << 20);
  labels = trafo_config_get_labels (config, &n_labels);
  self->num_labels = n_labels;
  return trafo_config_check (config, error);
}

static gboolean
example_model_build (TrafoModel *model, TrafoBuilder *b, GError **error)
{
  ExampleModel *self = EXAMPLE_MODEL (model);
  TrafoSym      ids = trafo_builder_input_ids (b); /* (B, T) */
  TrafoSym      x;

  x = trafo_builder_embedding (b, "embeddings", ids, self->vocab_size, self->hidden_size);
  x = trafo_builder_select (b, trafo_builder_mean (b, x, 1), 1, 0); /* (B, C) */
  x = trafo_builder_linear (b, "classifier", x, self->num_labels);
  trafo_builder_output (b, "logits", x);
  return TRUE;
}

static void
example_model_iface_init (TrafoModelInterface *iface)
{
  iface->configure = example_model_configure;
  iface->build = example_model_build;
}

static void
example_model_class_init (ExampleModelClass *klass)
{
}

static void
example_model_init (ExampleModel *self)
{
}
