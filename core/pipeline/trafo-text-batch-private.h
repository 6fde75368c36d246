/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-encoding.h>

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

/* Rows of equal length as a model takes them: int64 "input_ids", "attention_mask" and, where a row
 * has a second segment, "token_type_ids", each (n_rows, n_tokens). */
TrafoTensorDict *trafo_text_batch_new (TrafoBatchEncoding *encodings, GError **error);

G_END_DECLS
