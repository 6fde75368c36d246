/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>

G_BEGIN_DECLS

#define EXAMPLE_TYPE_TOKENIZER (example_tokenizer_get_type ())
G_DECLARE_FINAL_TYPE (ExampleTokenizer, example_tokenizer, EXAMPLE, TOKENIZER, GObject)

G_END_DECLS
