/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-device-private.h"
#include "trafo-graph-private.h"

G_BEGIN_DECLS

/* A call of the node's op as a kernel may be asked about before any shape is known: dimensions that are
 * open are 1, and memory is nowhere. */
TrafoKernelArgs
trafo_kernel_query (TrafoDevice *device, const TrafoGraph *graph, const TrafoNode *node);

G_END_DECLS
