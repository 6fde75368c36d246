/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint-file-private.h"
#include "trafo-torch-copies-private.h"

G_BEGIN_DECLS

/* Opens what torch.save() wrote: a dict of tensors, or a dict with one as its "state_dict". The
 * tensors are in the order of the dict; what is none is skipped. */
TrafoCheckpointFile *trafo_torch_file_open (const char   *path,
                                            const char   *name,
                                            GCancellable *cancellable,
                                            GError      **error);

/* Sets the file's tensors to those of a pickle, whose storages have their data. */
gboolean trafo_torch_file_take (TrafoCheckpointFile    *file,
                                const TrafoPickleValue *value,
                                TrafoTorchCopies       *copies,
                                GError                **error);

/* The two formats. */
gboolean
trafo_torch_archive_read (TrafoCheckpointFile *file, GCancellable *cancellable, GError **error);
gboolean
trafo_torch_legacy_read (TrafoCheckpointFile *file, GCancellable *cancellable, GError **error);

G_END_DECLS
