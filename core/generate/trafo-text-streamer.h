/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_TEXT_STREAMER (trafo_text_streamer_get_type ())
TRAFO_API
G_DECLARE_FINAL_TYPE (TrafoTextStreamer, trafo_text_streamer, TRAFO, TEXT_STREAMER, GObject)

TRAFO_API TrafoTextStreamer *trafo_text_streamer_new (TrafoTokenizer *tokenizer,
                                                      gboolean        skip_special_tokens);
TRAFO_API char *trafo_text_streamer_put (TrafoTextStreamer *self, gint64 token, GError **error);
TRAFO_API GBytes *
trafo_text_streamer_put_bytes (TrafoTextStreamer *self, gint64 token, GError **error);
TRAFO_API char   *trafo_text_streamer_end (TrafoTextStreamer *self, GError **error);
TRAFO_API GBytes *trafo_text_streamer_end_bytes (TrafoTextStreamer *self, GError **error);

G_END_DECLS
