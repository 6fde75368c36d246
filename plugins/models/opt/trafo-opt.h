/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_OPT (trafo_opt_get_type ())
G_DECLARE_FINAL_TYPE (TrafoOpt, trafo_opt, TRAFO, OPT, GObject)

G_END_DECLS
