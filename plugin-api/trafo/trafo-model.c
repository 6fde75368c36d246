/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>
#include <trafo/trafo-model.h>

G_DEFINE_INTERFACE (TrafoModel, trafo_model, G_TYPE_OBJECT)

static void
trafo_model_default_init (TrafoModelInterface *iface)
{
}

/* A plugin may break the contract of GError; the caller never sees that. */
static gboolean
settle (TrafoModel *self, const char *function, gboolean done, GError *local, GError **error)
{
  if (done && local == NULL)
    return TRUE;
  if (local == NULL)
    g_set_error (&local,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INTERNAL,
                 "%s: %s() failed without a reason",
                 G_OBJECT_TYPE_NAME (self),
                 function);
  g_propagate_error (error, local);
  return FALSE;
}

/**
 * trafo_model_configure:
 * @self: a model
 * @config: the checkpoint's config.json
 * @task: what the model is for, such as "base" or "masked-lm"
 * @error: return location for an error
 *
 * Reads the model's sizes.
 *
 * Returns: %TRUE if the configuration can be built
 */
gboolean
trafo_model_configure (TrafoModel *self, TrafoConfig *config, const char *task, GError **error)
{
  TrafoModelInterface *iface;
  GError              *local = NULL;
  gboolean             done;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), FALSE);
  iface = TRAFO_MODEL_GET_IFACE (self);
  if (iface->configure == NULL)
    return TRUE;
  done = iface->configure (self, config, task, &local);
  return settle (self, "configure", done, local, error);
}

/**
 * trafo_model_build:
 * @self: a configured model
 * @builder: what records or runs the ops
 * @error: return location for an error
 *
 * Writes the forward pass into @builder.
 *
 * Returns: %TRUE if every op was accepted
 */
gboolean
trafo_model_build (TrafoModel *self, TrafoBuilder *builder, GError **error)
{
  TrafoModelInterface *iface;
  GError              *local = NULL;
  gboolean             done;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), FALSE);
  iface = TRAFO_MODEL_GET_IFACE (self);
  if (iface->build == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_UNSUPPORTED,
                   "%s does not implement build()",
                   G_OBJECT_TYPE_NAME (self));
      return FALSE;
    }
  done = iface->build (self, builder, &local);
  return settle (self, "build", done, local, error);
}

/**
 * trafo_model_get_base_prefix:
 * @self: a model
 *
 * The first component of parameter names that checkpoints of the base class leave out.
 *
 * Returns: (transfer none) (nullable): such as "bert"
 */
const char *
trafo_model_get_base_prefix (TrafoModel *self)
{
  TrafoModelInterface *iface;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  iface = TRAFO_MODEL_GET_IFACE (self);
  return iface->get_base_prefix != NULL ? iface->get_base_prefix (self) : NULL;
}

/**
 * trafo_model_map_name:
 * @self: a model
 * @name: the name of a tensor in a checkpoint
 *
 * Translates an older or foreign name.
 *
 * Returns: (transfer full) (nullable): the name that build() uses, %NULL to ignore the tensor
 */
char *
trafo_model_map_name (TrafoModel *self, const char *name)
{
  TrafoModelInterface *iface;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  iface = TRAFO_MODEL_GET_IFACE (self);
  return iface->map_name != NULL ? iface->map_name (self, name) : g_strdup (name);
}

/**
 * trafo_model_get_architecture:
 * @self: a configured model
 *
 * The class of transformers that the model is, as in the architectures of config.json.
 *
 * Returns: (transfer none) (nullable): such as "BertForMaskedLM", %NULL if transformers has none
 */
const char *
trafo_model_get_architecture (TrafoModel *self)
{
  TrafoModelInterface *iface;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  iface = TRAFO_MODEL_GET_IFACE (self);
  return iface->get_architecture != NULL ? iface->get_architecture (self) : NULL;
}

/**
 * trafo_model_find_task: (skip)
 * @self: a model
 * @tasks: (array length=n_tasks): what it can be loaded for
 * @n_tasks: their number, at least 1
 * @task: what it is loaded for
 * @error: return location for an error
 *
 * Finds a task, for configure().
 *
 * Returns: its index, or -1 with %TRAFO_ERROR_UNSUPPORTED
 */
gint
trafo_model_find_task (TrafoModel           *self,
                       const TrafoModelTask *tasks,
                       gsize                 n_tasks,
                       const char           *task,
                       GError              **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (gsize i = 0; i < n_tasks; i++)
    {
      if (g_str_equal (task, tasks[i].task))
        return i;
      if (i > 0)
        g_string_append (known, i + 1 < n_tasks ? ", " : " or ");
      g_string_append (known, tasks[i].task);
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "found task '%s', expected %s",
               task,
               known->str);
  return -1;
}
