/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

/* Texts that end a sequence as soon as its last token has the end of one of them. For byte-level
 * vocabularies the bytes are compared, so that a text may end within a token's character. */
typedef struct _TrafoStopStrings TrafoStopStrings;

TrafoStopStrings      *
trafo_stop_strings_new (const char *const *strings, TrafoTokenizer *tokenizer, GError **error);
void trafo_stop_strings_free (TrafoStopStrings *self);
gboolean trafo_stop_strings_match (TrafoStopStrings *self, const gint64 *ids, gsize n_ids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoStopStrings, trafo_stop_strings_free)

G_END_DECLS
