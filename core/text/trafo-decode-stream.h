/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_DECODE_STREAM (trafo_decode_stream_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoDecodeStream, trafo_decode_stream, TRAFO, DECODE_STREAM, GObject)

TRAFO_API TrafoDecodeStream *trafo_decode_stream_new (TrafoTokenizer *tokenizer,
                                                      gboolean        skip_special_tokens,
                                                      gboolean        clean_up_tokenization_spaces);
TRAFO_API char *trafo_decode_stream_step (TrafoDecodeStream *self, guint32 id, GError **error);
TRAFO_API GBytes *
trafo_decode_stream_step_bytes (TrafoDecodeStream *self, guint32 id, GError **error);
TRAFO_API char   *trafo_decode_stream_end (TrafoDecodeStream *self, GError **error);
TRAFO_API GBytes *trafo_decode_stream_end_bytes (TrafoDecodeStream *self, GError **error);

G_END_DECLS
