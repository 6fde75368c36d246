/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-word-scan-private.h"

G_BEGIN_DECLS

/* What a tokenizer.json calls a pattern: {"String": "..."} or {"Regex": "..."}. */
typedef struct _TrafoPattern TrafoPattern;

TrafoPattern *trafo_pattern_new (GVariant *component, const char *where, GError **error);
void          trafo_pattern_free (TrafoPattern *self);
TrafoWordScan trafo_pattern_get_scan (const TrafoPattern *self);
gboolean      trafo_pattern_find (const TrafoPattern *self,
                                  const char         *text,
                                  gsize               size_bytes,
                                  TrafoWordArray     *matches,
                                  GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPattern, trafo_pattern_free)

G_END_DECLS
