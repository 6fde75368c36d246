/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "op-case.h"

#include "cases/activation.h"

/* clang-format off */
static const OpError errors[] = {
  { "activation", TRAFO_OP_ACTIVATION, &(const TrafoActivationAttrs){ .struct_size = sizeof (TrafoActivationAttrs), .activation = 8 }, 1,
    { { TRAFO_DTYPE_FLOAT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_INVALID_ARGUMENT,
    "activation: there is no activation 8" },
  { "integer", TRAFO_OP_ACTIVATION, &(const TrafoActivationAttrs){ .struct_size = sizeof (TrafoActivationAttrs) }, 1,
    { { TRAFO_DTYPE_INT32, 1, { 2 } } },
    { 0 }, TRAFO_ERROR_DTYPE,
    "activation: x is int32, expected float32, float16 or bfloat16" },
};
/* clang-format on */

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_add (cases, G_N_ELEMENTS (cases));
  op_error_add (errors, G_N_ELEMENTS (errors));
  return g_test_run ();
}
