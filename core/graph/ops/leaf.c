/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "rule-private.h"

/* Leaves: input(), param() and state(), tensors that a run, a checkpoint or what outlives a run brings,
 * any shape and dtype. They are bound, never computed, so that none has a kernel. */

static gboolean
infer_input (TrafoDims            *dims,
             gpointer              attrs,
             const TrafoValueType *inputs,
             guint                 n_inputs,
             TrafoValueType       *output,
             GError              **error)
{
  return trafo_rule_check_asked ("input", dims, output, error);
}

static gboolean
infer_param (TrafoDims            *dims,
             gpointer              attrs,
             const TrafoValueType *inputs,
             guint                 n_inputs,
             TrafoValueType       *output,
             GError              **error)
{
  return trafo_rule_check_asked ("param", dims, output, error);
}

static gboolean
infer_state (TrafoDims            *dims,
             gpointer              attrs,
             const TrafoValueType *inputs,
             guint                 n_inputs,
             TrafoValueType       *output,
             GError              **error)
{
  return trafo_rule_check_asked ("state", dims, output, error);
}

const TrafoOp trafo_op_input = {
  .id = TRAFO_OP_INPUT,
  .name = "input",
  .infer = infer_input,
};

const TrafoOp trafo_op_param = {
  .id = TRAFO_OP_PARAM,
  .name = "param",
  .infer = infer_param,
};

const TrafoOp trafo_op_state = {
  .id = TRAFO_OP_STATE,
  .name = "state",
  .infer = infer_state,
};
