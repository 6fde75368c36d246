/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-plugin.h>

G_BEGIN_DECLS

#define EXAMPLE_TYPE_BACKEND (example_backend_get_type ())
G_DECLARE_FINAL_TYPE (ExampleBackend, example_backend, EXAMPLE, BACKEND, GObject)

G_END_DECLS
