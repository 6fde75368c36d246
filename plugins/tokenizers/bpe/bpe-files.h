/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "bpe-model.h"

G_BEGIN_DECLS

/* The files that GPT-2's checkpoints had before tokenizer.json. */
GBytes *bpe_files_load (BpeModel *model, const char *folder, GError **error);

G_END_DECLS
