/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* Prints what trafo_profile_to_value() says of @n_runs runs, as a table on stdout: an op with its shapes is
 * one row, wherever in the model it stands. */
void trafo_profile_report_print (TrafoValue *profile, guint n_runs);

G_END_DECLS
