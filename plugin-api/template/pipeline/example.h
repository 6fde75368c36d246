/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>

G_BEGIN_DECLS

#define EXAMPLE_TYPE_PIPELINE (example_pipeline_get_type ())
G_DECLARE_FINAL_TYPE (ExamplePipeline, example_pipeline, EXAMPLE, PIPELINE, GObject)

G_END_DECLS
