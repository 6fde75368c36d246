/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

TRAFO_API TrafoTensorDict *trafo_tensor_dict_load (const char *filename, GError **error);
TRAFO_API gboolean         trafo_tensor_dict_save (TrafoTensorDict *self,
                                                   const char      *filename,
                                                   GError         **error);

G_END_DECLS
