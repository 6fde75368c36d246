/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

#include "trafo-tensor-dict.h"

G_BEGIN_DECLS

TRAFO_API TrafoTensorDict *
trafo_tokenizer_encode_prompts (TrafoTokenizer *self, const char *const *texts, GError **error);

G_END_DECLS
