/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-builder.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_OPTIMIZER (trafo_optimizer_get_type ())
TRAFO_API
G_DECLARE_INTERFACE (TrafoOptimizer, trafo_optimizer, TRAFO, OPTIMIZER, GObject)

/**
 * TrafoUpdate:
 * @struct_size: sizeof (TrafoUpdate) of the build that made it
 * @param: the parameter
 * @gradient: its gradient
 * @step: scalar: 1 at the first update
 * @learning_rate: scalar, so that a schedule never builds anew
 * @has_weight_decay: whether weight decay applies to the parameter
 * @states: in the order of list_states()
 *
 * What one parameter's update is made from.
 *
 * All but the two scalars have the parameter's shape; everything is float32.
 */
typedef struct
{
  guint32         struct_size;
  TrafoSym        param;
  TrafoSym        gradient;
  TrafoSym        step;
  TrafoSym        learning_rate;
  guint8          has_weight_decay;
  guint8          reserved[3];
  const TrafoSym *states;
} TrafoUpdate;

/**
 * TrafoOptimizerInterface:
 * @g_iface: the parent interface
 * @list_states: the names of the tensors kept for each parameter between steps, as checkpoints
 *   name them (`exp_avg`, `exp_avg_sq`), %NULL-terminated and never freed; %NULL for none. They
 *   begin as zeros
 * @build_update: emits the ops of one step for one parameter, fills @new_states, and returns the
 *   parameter's new value; 0 with @error on failure. An error in the builder sticks there and needs
 *   no @error
 *
 * What an optimizer plugin implements. It emits ops, so it runs on every backend and is fused like
 * any other part of the graph. Its hyper-parameters are GObject properties, all readable, writable
 * and with a default; they are read while the update is built.
 */
struct _TrafoOptimizerInterface
{
  GTypeInterface g_iface;

  const char *const *(*list_states) (TrafoOptimizer *self);
  TrafoSym (*build_update) (TrafoOptimizer    *self,
                            TrafoBuilder      *builder,
                            const TrafoUpdate *update,
                            TrafoSym          *new_states,
                            GError           **error);
};

TRAFO_API const char *const *trafo_optimizer_list_states (TrafoOptimizer *self);
TRAFO_API guint              trafo_optimizer_get_n_states (TrafoOptimizer *self);
TRAFO_API TrafoSym           trafo_optimizer_build_update (TrafoOptimizer    *self,
                                                           TrafoBuilder      *builder,
                                                           const TrafoUpdate *update,
                                                           TrafoSym          *new_states,
                                                           GError           **error);

G_END_DECLS
