/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-execution-private.h"

G_BEGIN_DECLS

/* What @kernel does not keep of what its task_rows() and run_rows() promise, if it has them, for @n_threads
 * threads: tasks write the rows that they say, each row in one piece and no others, and rows that are
 * computed alone have the bits of the step's output. NULL: it keeps all. */
const char *rows_explain (const TrafoStep *step, const TrafoKernel *kernel, guint n_threads);

G_END_DECLS
