/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

/* Leaves that most models have: the inputs that tokenizers make, and constants. */

/* With a cache the new tokens of all sequences lie side by side in one row. */
TrafoSym
trafo_builder_token_input (TrafoBuilder *self, const char *name, TrafoFillRule rule)
{
  gboolean is_packed = trafo_builder_get_variant (self)->has_cache;
  gint64   dims[] = { is_packed ? 1 : TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE };

  return trafo_builder_input (self, name, TRAFO_DTYPE_INT64, dims, 2, rule);
}

/**
 * trafo_builder_input_ids:
 * @self: a builder
 *
 * The token ids: int64, (batch, sequence).
 *
 * Returns: the input "input_ids"
 */
TrafoSym
trafo_builder_input_ids (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "input_ids", TRAFO_FILL_RULE_REQUIRED);
}

/**
 * trafo_builder_token_type_ids:
 * @self: a builder
 *
 * The segment of each token: int64, (batch, sequence); zeros where the caller gives none.
 *
 * Returns: the input "token_type_ids"
 */
TrafoSym
trafo_builder_token_type_ids (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "token_type_ids", TRAFO_FILL_RULE_ZEROS);
}

/**
 * trafo_builder_position_ids:
 * @self: a builder
 *
 * The position of each token: int64, (batch, sequence); counted from 0 where the caller gives none.
 * Generation gives them.
 *
 * Returns: the input "position_ids"
 */
TrafoSym
trafo_builder_position_ids (TrafoBuilder *self)
{
  return trafo_builder_token_input (self, "position_ids", TRAFO_FILL_RULE_POSITIONS);
}

/**
 * trafo_builder_masked_position_ids:
 * @self: a builder
 *
 * The position of each token among those that attention_mask shows, -1 where it hides one: int64,
 * (batch, sequence), as transformers' OPT counts them; counted from the past length where the
 * caller gives neither positions nor a mask.
 *
 * Returns: the input "position_ids"
 */
TrafoSym
trafo_builder_masked_position_ids (TrafoBuilder *self)
{
  /* the mask is an input then, even of a model without attention */
  if (trafo_builder_get_variant (self)->has_mask)
    trafo_builder_token_input (self, "attention_mask", TRAFO_FILL_RULE_REQUIRED);
  return trafo_builder_token_input (self, "position_ids", TRAFO_FILL_RULE_MASKED_POSITIONS);
}

/**
 * trafo_builder_fill:
 * @self: a builder
 * @value: the value
 * @dtype: its type
 * @dims: (array length=n_dims): the shape
 * @n_dims: the number of axes
 *
 * A tensor whose elements are all the same.
 *
 * Returns: the tensor
 */
TrafoSym
trafo_builder_fill (TrafoBuilder *self,
                    double        value,
                    TrafoDType    dtype,
                    const gint64 *dims,
                    gsize         n_dims)
{
  TrafoFillAttrs attrs = { .struct_size = sizeof attrs, .value = value };
  TrafoValueType type;

  trafo_builder_wanted_type (self, dtype, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_FILL, &attrs, NULL, 0, &type);
}

/**
 * trafo_builder_scalar:
 * @self: a builder
 * @value: the value
 * @dtype: its type
 *
 * A number, as an operand of element-wise ops.
 *
 * Returns: a tensor without axes
 */
TrafoSym
trafo_builder_scalar (TrafoBuilder *self, double value, TrafoDType dtype)
{
  return trafo_builder_fill (self, value, dtype, NULL, 0);
}

/**
 * trafo_builder_iota:
 * @self: a builder
 * @dtype: the type of the numbers
 * @dims: (array length=n_dims): the shape
 * @n_dims: the number of axes, at least 1
 *
 * The numbers 0, 1, ... along the last axis.
 *
 * Returns: the tensor
 */
TrafoSym
trafo_builder_iota (TrafoBuilder *self, TrafoDType dtype, const gint64 *dims, gsize n_dims)
{
  TrafoValueType type;

  trafo_builder_wanted_type (self, dtype, dims, n_dims, &type);
  return trafo_builder_append (self, TRAFO_OP_IOTA, NULL, NULL, 0, &type);
}
