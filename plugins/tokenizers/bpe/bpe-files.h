/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "bpe-model.h"

G_BEGIN_DECLS

/* The files that GPT-2's checkpoints had before tokenizer.json. @is_roberta: what stands around the
 * text is as in RoBERTa. */
GBytes *bpe_files_load (BpeModel   *model,
                        const char *folder,
                        GVariant   *config,
                        gboolean    is_roberta,
                        GError    **error);

G_END_DECLS
