/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-execution-private.h"

G_BEGIN_DECLS

/* Whether @kernel keeps what its task_rows() and run_rows() promise, if it has them, for @n_threads threads:
 * tasks write the rows that they say and no others, and rows alone have the bits of the step's output. */
gboolean rows_check (const TrafoStep *step, const TrafoKernel *kernel, guint n_threads);

G_END_DECLS
