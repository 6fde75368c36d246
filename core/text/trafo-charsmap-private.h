/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-aligned-text-private.h"

G_BEGIN_DECLS

/* The normalizer that SentencePiece compiled into its models, "Precompiled" in a tokenizer.json. */
typedef struct _TrafoCharsmap TrafoCharsmap;

TrafoCharsmap *trafo_charsmap_new (const char *base64, const char *where, GError **error);
void           trafo_charsmap_free (TrafoCharsmap *self);
void           trafo_charsmap_apply (const TrafoCharsmap     *self,
                                     const TrafoAlignedText  *text,
                                     TrafoAlignedTextBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoCharsmap, trafo_charsmap_free)

G_END_DECLS
