/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

G_BEGIN_DECLS

/* Weights in codes of 4 bits: as bitsandbytes keeps them (TRAFO_WEIGHT_ENCODING_NF4 and _FP4), bit for bit
 * as its quantize_4bit() makes them on the CPU, or as integers with the numbers of llama.cpp's Q4_0
 * (TRAFO_WEIGHT_ENCODING_INT4). The former's scales may be kept in 8 bits in their turn, which is called
 * nested, or double quantization. */

#define TRAFO_4BIT_N_VALUES 16
#define TRAFO_4BIT_N_NESTED_VALUES 256
#define TRAFO_4BIT_MAX_BLOCK_SIZE 64     /* of what is made here */
#define TRAFO_4BIT_NESTED_BLOCK_SIZE 256 /* scales that share one of theirs */

gboolean trafo_4bit_is_encoding (TrafoWeightEncoding encoding);
/* How many elements share a scale, in what is made here; 0 for another encoding. */
guint trafo_4bit_get_block_size (TrafoWeightEncoding encoding);
/* Whether its scales may be nested. */
gboolean trafo_4bit_nests (TrafoWeightEncoding encoding);

void trafo_4bit_get_nested_values (float values[TRAFO_4BIT_N_NESTED_VALUES]);

gsize trafo_4bit_count_blocks (gsize n_elements, gsize block_size);

/* Blocks [@first_block, @first_block + @n_blocks) of the encoding's size of @weight, a matrix of any float
 * dtype in host memory, [K, N] if @is_in_out; @codes and @scales are those of all blocks. */
void trafo_4bit_encode (TrafoWeightEncoding encoding,
                        const TrafoOperand *weight,
                        gboolean            is_in_out,
                        gsize               first_block,
                        gsize               n_blocks,
                        guint8             *codes,
                        float              *scales);

typedef struct
{
  TrafoWeightEncoding encoding;
  const guint8       *codes;
  const float        *scales;
  gsize               block_size;
} Trafo4BitCodes;

/* The floats of elements [@first, @first + @n), counted in the order of [N, K]. */
void trafo_4bit_decode (const Trafo4BitCodes *self, gsize first, gsize n, float *values);

/* @n scales to codes, and back. */
void trafo_4bit_nest (const float *scales,
                      gsize        n,
                      guint8      *codes,
                      float       *nested_scales,
                      float       *ret_offset);
void trafo_4bit_unnest (const guint8 *codes,
                        gsize         n,
                        const float  *nested_values,
                        const float  *nested_scales,
                        float         offset,
                        float        *scales);

G_END_DECLS
