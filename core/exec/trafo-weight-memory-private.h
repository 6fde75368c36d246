/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Host memory that packed weights lie in, close together in large mappings, so that large pages are
 * filled. */
typedef struct
{
  GArray *chunks; /* the last has room */
} TrafoWeightMemory;

void trafo_weight_memory_init (TrafoWeightMemory *self);
void trafo_weight_memory_clear (TrafoWeightMemory *self);

/* Aligned for any kernel, all zeros where it was never taken before. NULL if there is no memory. */
gpointer trafo_weight_memory_take (TrafoWeightMemory *self, gsize size_bytes);
/* Of what was taken last. */
void trafo_weight_memory_give_back (TrafoWeightMemory *self, gsize size_bytes);

/* What was taken, as TrafoWeightSegment. */
GArray *trafo_weight_memory_list_segments (const TrafoWeightMemory *self);

G_END_DECLS
