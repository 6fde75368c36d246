/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>

G_BEGIN_DECLS

#define EXAMPLE_TYPE_MODEL (example_model_get_type ())
G_DECLARE_FINAL_TYPE (ExampleModel, example_model, EXAMPLE, MODEL, GObject)

G_END_DECLS
