/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor.h"

G_BEGIN_DECLS

TRAFO_API gpointer     trafo_tensor_to_dlpack (TrafoTensor *self, GError **error);
TRAFO_API gpointer     trafo_tensor_to_dlpack_versioned (TrafoTensor *self, gboolean is_copied);
TRAFO_API TrafoTensor *trafo_tensor_new_from_dlpack (gpointer managed, GError **error);
TRAFO_API TrafoTensor *trafo_tensor_new_from_dlpack_versioned (gpointer managed, GError **error);

G_END_DECLS
