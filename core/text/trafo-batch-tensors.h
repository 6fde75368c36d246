/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-encoding.h>

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

TRAFO_API TrafoTensorDict *trafo_batch_encoding_to_tensors (TrafoBatchEncoding *self,
                                                            GError            **error);

G_END_DECLS
