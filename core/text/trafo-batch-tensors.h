/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-encoding.h>

#include "trafo-encode-options.h"
#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

TRAFO_API TrafoTensorDict *trafo_batch_encoding_to_tensors (TrafoBatchEncoding *self,
                                                            GError            **error);
TRAFO_API TrafoTensorDict *trafo_tensor_dict_new_from_encodings (TrafoEncoding *const *encodings,
                                                                 gsize                 n_encodings,
                                                                 TrafoSide             padding_side,
                                                                 gint64                pad_token_id,
                                                                 gboolean return_token_type_ids,
                                                                 GError **error);

G_END_DECLS
