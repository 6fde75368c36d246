/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_AUTO_TOKENIZER (trafo_auto_tokenizer_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoTokenizer, trafo_auto_tokenizer, TRAFO, AUTO_TOKENIZER, GObject)

TRAFO_API TrafoTokenizer *
trafo_auto_tokenizer_from_pretrained (const char *path, GCancellable *cancellable, GError **error);

G_END_DECLS
