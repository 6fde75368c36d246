/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>

/* the hyphens are part of the names */
/* clang-format off */
G_DEFINE_QUARK (trafo-error-quark, trafo_error)
G_DEFINE_QUARK (trafo-plugin-error-quark, trafo_plugin_error)
G_DEFINE_QUARK (trafo-device-error-quark, trafo_device_error)
G_DEFINE_QUARK (trafo-format-error-quark, trafo_format_error)
/* clang-format on */
