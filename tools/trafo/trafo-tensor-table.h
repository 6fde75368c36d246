/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-command.h"

G_BEGIN_DECLS

/* Prints a checkpoint's tensors: name, dtype, shape, size. Unless @is_full, tensors that differ in
 * the number of their layer alone share a line. */
void trafo_tensor_table_print (TrafoCheckpoint *checkpoint, gboolean is_full);

/* The dims in brackets. */
char *trafo_tensor_table_format_shape (const TrafoCheckpointTensor *tensor);

G_END_DECLS
