/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-dims-private.h"
#include "trafo-op-private.h"

#include <float.h>
#include <math.h>

G_BEGIN_DECLS

/* A tensor as a test writes it: the values in row-major order, rounded to the dtype when used. */
typedef struct
{
  TrafoDType    dtype;
  guint         n_dims;
  gint64        shape[TRAFO_MAX_DIMS];
  const double *values;
} OpTensor;

/* One op on small tensors, and what an independent implementation makes of them. */
typedef struct
{
  const char *name;
  guint16     op;
  const void *attrs;
  guint       n_inputs;
  OpTensor    inputs[TRAFO_MAX_OP_INPUTS];
  OpTensor    output;
} OpCase;

/* Types that an op's rule must refuse. */
typedef struct
{
  const char    *name;
  guint16        op;
  const void    *attrs;
  guint          n_inputs;
  TrafoValueType inputs[TRAFO_MAX_OP_INPUTS];
  TrafoValueType asked; /* what the result is asked to be, where the op takes that */
  TrafoError     code;
  const char    *message;
} OpError;

/* Register one test a case: the rule; the reference kernel over contiguous and spread-out memory;
 * the decomposition, where there is one. */
void op_case_add (const OpCase *cases, gsize n_cases);

void op_error_add (const OpError *errors, gsize n_errors);

G_END_DECLS
