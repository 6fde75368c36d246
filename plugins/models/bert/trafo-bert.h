/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_BERT (trafo_bert_get_type ())
G_DECLARE_FINAL_TYPE (TrafoBert, trafo_bert, TRAFO, BERT, GObject)

G_END_DECLS
