/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>
#include <trafo/trafo-builder.h>

#include "trafo-tensor.h"

G_BEGIN_DECLS

TRAFO_API TrafoBuilder *trafo_builder_new_eager (TrafoDevice *device);
TRAFO_API TrafoSym      trafo_builder_constant (TrafoBuilder *self, TrafoTensor *tensor);
TRAFO_API TrafoTensor  *trafo_builder_get_value (TrafoBuilder *self, TrafoSym x, GError **error);

G_END_DECLS
