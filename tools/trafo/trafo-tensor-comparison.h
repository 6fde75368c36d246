/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-command.h"

G_BEGIN_DECLS

/* What is wrong with a tensor, compared with the one expected. */
typedef enum
{
  TRAFO_VERDICT_AGREES,
  TRAFO_VERDICT_DIFFERS,
  TRAFO_VERDICT_SHAPE,   /* shape or number of dimensions */
  TRAFO_VERDICT_MISSING, /* the model has no such output */
} TrafoVerdict;

/* Tensors that were compared, in their order. */
typedef struct _TrafoTensorComparison TrafoTensorComparison;

/* Numbers agree up to @tolerance times the largest expected value of their tensor. */
TrafoTensorComparison *trafo_tensor_comparison_new (double tolerance);
void                   trafo_tensor_comparison_free (TrafoTensorComparison *self);

/* @found: NULL if there is none. @mask: NULL, or (batch, sequence): where it is 0, tensors whose first
 * axes are those mean nothing and are not compared. Not-a-number agrees with itself. */
void trafo_tensor_comparison_add (TrafoTensorComparison *self,
                                  const char            *name,
                                  TrafoTensor           *found,
                                  TrafoTensor           *expected,
                                  TrafoTensor           *mask);

guint trafo_tensor_comparison_get_n_tensors (const TrafoTensorComparison *self);
guint trafo_tensor_comparison_get_n_failed (const TrafoTensorComparison *self);

/* A line a tensor, on stdout. */
void trafo_tensor_comparison_print (const TrafoTensorComparison *self);

/* A list with a record for each tensor. */
TrafoValue *trafo_tensor_comparison_to_value (const TrafoTensorComparison *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTensorComparison, trafo_tensor_comparison_free)

G_END_DECLS
