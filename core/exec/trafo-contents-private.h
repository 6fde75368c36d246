/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"

G_BEGIN_DECLS

/* What a checkpoint's files hold, wherever they lie and whenever they were written: a line for each, of its
 * size and a sum of its bytes under a secret of this user's cache folder, so that nobody can make a file
 * that is taken for another. To learn a sum is to read the file; it is kept beside what tells the file
 * from all others and from itself before and after a change, so that each state of a file is read once.
 *
 * NULL if some file cannot be told from its next state, or was touched since it was opened, or there is no
 * cache folder, and without @reads if some file was not read yet. */
char *
trafo_contents_describe (TrafoCheckpoint *checkpoint, gboolean reads, GCancellable *cancellable);

/* Whether the files hold what they held when they were opened. */
gboolean trafo_contents_are_untouched (TrafoCheckpoint *checkpoint);

G_END_DECLS
