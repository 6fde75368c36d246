/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-checkpoint.h"

G_BEGIN_DECLS

/* transformers' "50GB". */
#define TRAFO_CHECKPOINT_MAX_SHARD_SIZE_BYTES ((guint64) 50 * 1000 * 1000 * 1000)

/* Writes tensors into a folder as transformers does: model.safetensors, or, where they are larger
 * than one file may be, model-00001-of-0000N.safetensors and their index. They are distributed in
 * the order in which they come; one that is larger has a file of its own. What an earlier save left
 * there and this one does not write is removed at the end. */
gboolean trafo_checkpoint_save (const char                  *folder,
                                const TrafoCheckpointTensor *tensors,
                                gsize                        n_tensors,
                                guint64                      max_shard_size_bytes,
                                GCancellable                *cancellable,
                                GError                     **error);

/* Writes a text as a file of the folder, as a whole or not at all. */
gboolean
trafo_checkpoint_save_text (const char *folder, const char *name, const char *text, GError **error);

G_END_DECLS
