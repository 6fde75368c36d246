/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-builder-private.h"

#include <string.h>

/* Losses, as torch.nn.functional has them. */

static TrafoSym
sum_all (TrafoBuilder *self, TrafoSym x)
{
  const TrafoValueType *type = trafo_builder_type_of (self, x);
  gint64                n = 1;

  if (type == NULL)
    return 0;
  n = trafo_dims_product (trafo_builder_get_graph (self)->dims, type->dims, type->n_dims);
  x = trafo_builder_sum (self, trafo_builder_reshape (self, x, &n, 1), 0);
  return trafo_builder_reshape (self, x, NULL, 0);
}

/**
 * trafo_builder_cross_entropy:
 * @self: a builder
 * @logits: float32, (..., classes)
 * @labels: int64, @logits' shape without its last axis
 *
 * The mean of -log softmax (logits) at the labels. Labels that name no class, such as -100, do not
 * count; straight inputs are checked to be classes or -100.
 *
 * Returns: float32, without axes
 */
TrafoSym
trafo_builder_cross_entropy (TrafoBuilder *self, TrafoSym logits, TrafoSym labels)
{
  gint64   n_classes = trafo_builder_get_dim (self, logits, -1);
  gint64   dims[TRAFO_MAX_DIMS + 1];
  guint    n_dims = trafo_builder_get_n_dims (self, labels);
  TrafoSym z, is_label, picked, valid, loss;

  if (trafo_builder_has_failed (self))
    return 0;
  if (n_dims >= TRAFO_MAX_DIMS)
    return trafo_builder_failf (self,
                                TRAFO_ERROR_SHAPE,
                                "labels have %u axes, expected fewer than %d",
                                n_dims,
                                TRAFO_MAX_DIMS);
  trafo_builder_bound_ids (self, labels, n_classes, -100);
  for (guint i = 0; i < n_dims; i++)
    dims[i] = trafo_builder_get_dim (self, labels, i);
  dims[n_dims] = 1;
  labels = trafo_builder_reshape (self, labels, dims, n_dims + 1);
  is_label = trafo_builder_compare (self,
                                    TRAFO_COMPARE_EQUAL,
                                    trafo_builder_iota (self, TRAFO_DTYPE_INT64, &n_classes, 1),
                                    labels);
  z = trafo_builder_sub (self, logits, trafo_builder_max (self, logits, -1));
  picked =
      trafo_builder_where (self, is_label, z, trafo_builder_scalar (self, 0, TRAFO_DTYPE_FLOAT32));
  valid = trafo_builder_sum (self, trafo_builder_cast (self, is_label, TRAFO_DTYPE_FLOAT32), -1);
  loss = trafo_builder_log (self, trafo_builder_sum (self, trafo_builder_exp (self, z), -1));
  loss = trafo_builder_sub (self, loss, trafo_builder_sum (self, picked, -1));
  loss = sum_all (self, trafo_builder_mul (self, loss, valid));
  return trafo_builder_div (self, loss, sum_all (self, valid));
}

static TrafoSym
mean_all (TrafoBuilder *self, TrafoSym x)
{
  const TrafoValueType *type = trafo_builder_type_of (self, x);
  gint64                n = 1;

  if (type == NULL)
    return 0;
  n = trafo_dims_product (trafo_builder_get_graph (self)->dims, type->dims, type->n_dims);
  x = trafo_builder_mean (self, trafo_builder_reshape (self, x, &n, 1), 0);
  return trafo_builder_reshape (self, x, NULL, 0);
}

/**
 * trafo_builder_mean_squared_error:
 * @self: a builder
 * @x: float32, any shape
 * @target: float32, of @x's shape
 *
 * The mean of (x - target)^2.
 *
 * Returns: float32, without axes
 */
TrafoSym
trafo_builder_mean_squared_error (TrafoBuilder *self, TrafoSym x, TrafoSym target)
{
  TrafoSym difference = trafo_builder_sub (self, x, target);

  return mean_all (self, trafo_builder_mul (self, difference, difference));
}

/**
 * trafo_builder_binary_cross_entropy:
 * @self: a builder
 * @logits: float32, any shape
 * @target: float32, of @logits' shape, from 0 to 1
 *
 * The mean of -t log sigmoid (x) - (1 - t) log (1 - sigmoid (x)), computed as
 * max (x, 0) - t x + log (1 + exp (-|x|)), which never overflows.
 *
 * Returns: float32, without axes
 */
TrafoSym
trafo_builder_binary_cross_entropy (TrafoBuilder *self, TrafoSym logits, TrafoSym target)
{
  TrafoSym zero = trafo_builder_scalar (self, 0, TRAFO_DTYPE_FLOAT32);
  TrafoSym one = trafo_builder_scalar (self, 1, TRAFO_DTYPE_FLOAT32);
  TrafoSym positive = trafo_builder_maximum (self, logits, zero);
  TrafoSym distance = trafo_builder_minimum (self, logits, trafo_builder_neg (self, logits));
  TrafoSym tail =
      trafo_builder_log (self, trafo_builder_add (self, one, trafo_builder_exp (self, distance)));
  TrafoSym loss = trafo_builder_sub (self, positive, trafo_builder_mul (self, target, logits));

  return mean_all (self, trafo_builder_add (self, loss, tail));
}
