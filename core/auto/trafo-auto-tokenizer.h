/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>
#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_AUTO_TOKENIZER (trafo_auto_tokenizer_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoAutoTokenizer, trafo_auto_tokenizer, TRAFO, AUTO_TOKENIZER, GObject)

TRAFO_API TrafoTokenizer *
trafo_auto_tokenizer_from_pretrained (const char *path, GCancellable *cancellable, GError **error);
TRAFO_API void            trafo_auto_tokenizer_from_pretrained_async (const char         *path,
                                                                      GCancellable       *cancellable,
                                                                      GAsyncReadyCallback callback,
                                                                      gpointer            user_data);
TRAFO_API TrafoTokenizer *trafo_auto_tokenizer_from_pretrained_finish (GAsyncResult *result,
                                                                       GError      **error);

G_END_DECLS
