/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>
#include <trafo/trafo-optimizer.h>

G_DEFINE_INTERFACE (TrafoOptimizer, trafo_optimizer, G_TYPE_OBJECT)

static void
trafo_optimizer_default_init (TrafoOptimizerInterface *iface)
{
}

/**
 * trafo_optimizer_list_states:
 * @self: an optimizer
 *
 * The names of the tensors that it keeps for each parameter between steps.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names, possibly none
 */
const char *const *
trafo_optimizer_list_states (TrafoOptimizer *self)
{
  static const char *const none[] = { NULL };
  TrafoOptimizerInterface *iface;
  const char *const       *states = NULL;

  g_return_val_if_fail (TRAFO_IS_OPTIMIZER (self), none);
  iface = TRAFO_OPTIMIZER_GET_IFACE (self);
  if (iface->list_states != NULL)
    states = iface->list_states (self);
  return states != NULL ? states : none;
}

/**
 * trafo_optimizer_get_n_states:
 * @self: an optimizer
 *
 * How many tensors of a parameter's size it keeps for each parameter.
 *
 * Returns: the number, 2 for AdamW
 */
guint
trafo_optimizer_get_n_states (TrafoOptimizer *self)
{
  return g_strv_length ((char **) trafo_optimizer_list_states (self));
}

/* What a plugin did not build, in words; NULL if it is complete. */
static const char *
find_missing (TrafoSym new_param, const TrafoSym *new_states, const char *const *states)
{
  if (new_param == 0)
    return "parameter";
  for (guint i = 0; states[i] != NULL; i++)
    if (new_states[i] == 0)
      return states[i];
  return NULL;
}

/**
 * trafo_optimizer_build_update: (skip)
 * @self: an optimizer
 * @builder: where the ops go
 * @update: the parameter, its gradient and its states
 * @new_states: (out caller-allocates): room for trafo_optimizer_get_n_states() symbols
 * @error: return location for an error
 *
 * Emits the ops of one step for one parameter.
 *
 * A plugin that leaves a result out gets an error that names it; if the builder failed before, its
 * own error is the cause and comes first.
 *
 * Returns: the parameter's new value, of its shape, 0 on failure
 */
TrafoSym
trafo_optimizer_build_update (TrafoOptimizer    *self,
                              TrafoBuilder      *builder,
                              const TrafoUpdate *update,
                              TrafoSym          *new_states,
                              GError           **error)
{
  TrafoOptimizerInterface *iface;
  const char *const       *states;
  const char              *missing;
  GError                  *local = NULL;
  TrafoSym                 new_param = 0;

  g_return_val_if_fail (TRAFO_IS_OPTIMIZER (self), 0);
  g_return_val_if_fail (update != NULL, 0);
  iface = TRAFO_OPTIMIZER_GET_IFACE (self);
  states = trafo_optimizer_list_states (self);
  for (guint i = 0; states[i] != NULL; i++)
    new_states[i] = 0;
  if (iface->build_update != NULL)
    new_param = iface->build_update (self, builder, update, new_states, &local);
  missing = find_missing (new_param, new_states, states);
  if (local == NULL && missing == NULL)
    return new_param;
  if (local == NULL)
    g_set_error (&local,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INTERNAL,
                 "%s: build_update() gave no new value of the %s",
                 G_OBJECT_TYPE_NAME (self),
                 missing);
  g_propagate_error (error, local);
  return 0;
}
