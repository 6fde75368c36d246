/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"

G_BEGIN_DECLS

/* Whether two tensors of floats of one shape load as the same numbers, whatever types the file has
 * them in. No more than a piece of either stays in memory. FALSE, too, if a file has changed. */
gboolean trafo_checkpoint_equal (TrafoCheckpoint             *checkpoint,
                                 const TrafoCheckpointTensor *a,
                                 const TrafoCheckpointTensor *b);

G_END_DECLS
