/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-builder.h>
#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* What linear shares with activation. */

gboolean trafo_activation_check (const char *op, guint activation, GError **error);
/* f(x), for one number. */
double trafo_activation_apply (guint activation, double x);
/* The name that config.json has for it, NULL for TRAFO_ACTIVATION_NONE. */
const char *trafo_activation_get_name (guint activation);

G_END_DECLS
