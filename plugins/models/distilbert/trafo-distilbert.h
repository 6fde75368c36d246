/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_DISTILBERT (trafo_distilbert_get_type ())
G_DECLARE_FINAL_TYPE (TrafoDistilBert, trafo_distilbert, TRAFO, DISTILBERT, GObject)

G_END_DECLS
