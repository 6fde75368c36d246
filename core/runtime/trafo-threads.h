/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>
#include <trafo/trafo-macros.h>

G_BEGIN_DECLS

TRAFO_API guint trafo_get_n_threads (void);

G_END_DECLS
