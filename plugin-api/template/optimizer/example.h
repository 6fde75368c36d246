/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>

G_BEGIN_DECLS

#define EXAMPLE_TYPE_OPTIMIZER (example_optimizer_get_type ())
G_DECLARE_FINAL_TYPE (ExampleOptimizer, example_optimizer, EXAMPLE, OPTIMIZER, GObject)

G_END_DECLS
