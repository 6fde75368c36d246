/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_GPT2 (trafo_gpt2_get_type ())
G_DECLARE_FINAL_TYPE (TrafoGpt2, trafo_gpt2, TRAFO, GPT2, GObject)

G_END_DECLS
