/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-load-options.h"

G_BEGIN_DECLS

/* @self: nullable, as the defaults. Transfer full. */
TrafoLoadOptions *trafo_load_options_copy (TrafoLoadOptions *self);

G_END_DECLS
