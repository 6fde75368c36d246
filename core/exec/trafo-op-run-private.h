/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-device-private.h"
#include "trafo-graph-private.h"
#include "trafo-tensor.h"

G_BEGIN_DECLS

/* Runs one op at once: on @device by the cheapest of its kernels that take the operands, else by
 * the reference. What the op writes, it writes into @inputs. @output is contiguous and of the type that
 * the op's rule gave; views have no kernel and are not for this function. */
gboolean trafo_op_run (const TrafoOp      *op,
                       const TrafoAttrs   *attrs,
                       TrafoDevice        *device,
                       TrafoTensor *const *inputs,
                       guint               n_inputs,
                       TrafoTensor        *output,
                       GError            **error);

gboolean trafo_op_broadcasts (guint op);

G_END_DECLS
