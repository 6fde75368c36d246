/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>

G_BEGIN_DECLS

#define ALBERT_TYPE_MODEL (albert_model_get_type ())
G_DECLARE_FINAL_TYPE (AlbertModel, albert_model, ALBERT, MODEL, GObject)

G_END_DECLS
