/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-checkpoint.h"
#include "trafo-graph-private.h"

G_BEGIN_DECLS

/* What bitsandbytes writes as JSON beside a weight in 4 bits (functional.py, QuantState.as_dict()). */
typedef struct
{
  TrafoWeightEncoding encoding;   /* quant_type */
  guint               block_size; /* blocksize */
  TrafoDType          dtype;      /* of the floats that the weight was */
  gint64              shape[2];   /* of the weight, [N, K] */
  gboolean            is_nested;
  double              nested_offset;
} Trafo4BitState;

/* As quantization_config and the names of tensors have it, "nf4" or "fp4"; NONE for another. */
TrafoWeightEncoding trafo_4bit_encoding_from_name (const char *name);
const char         *trafo_4bit_encoding_get_name (TrafoWeightEncoding encoding);

gboolean
trafo_4bit_state_read (Trafo4BitState *self, const TrafoCheckpointTensor *tensor, GError **error);

/* The same text, byte for byte. */
char *trafo_4bit_state_to_json (const Trafo4BitState *self);

G_END_DECLS
