/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* A weight as linear layers take it encoded: what TrafoWeight says of one part. */
typedef struct
{
  TrafoOperand codes;
  TrafoOperand scales;
  guint        block_size; /* of 4 bits */
} TrafoEncodedPart;

/* What @n_out rows of @n_in are like; where they lie is not set. */
void trafo_encoded_part_set_shapes (TrafoEncodedPart   *self,
                                    TrafoWeightEncoding encoding,
                                    gint64              n_out,
                                    gint64              n_in,
                                    guint               block_size);

/* @weight, floats in host memory, encoded; codes and scales lie in what is returned, which free()
 * frees. @source, which may be NULL, gets its pages back as they were read. With @is_nested the scales are
 * what 8 bits leave of them. NULL if there is no memory. */
gpointer trafo_encoded_part_new (TrafoEncodedPart        *self,
                                 TrafoWeightEncoding      encoding,
                                 const TrafoOperand      *weight,
                                 const TrafoWeightSource *source,
                                 gboolean                 is_in_out,
                                 gboolean                 is_nested,
                                 GError                 **error);

/* The parts of a weight: as the source has them, or made of its floats. */
typedef struct
{
  TrafoWeightEncoding encoding;
  guint               n_parts;
  TrafoOperand        parts[TRAFO_MAX_PARAM_PARTS];
  TrafoOperand        scales[TRAFO_MAX_PARAM_PARTS];
  guint               block_sizes[TRAFO_MAX_PARAM_PARTS];
  gpointer            memory[TRAFO_MAX_PARAM_PARTS]; /* of what was made */
  gboolean            is_in_out;
  TrafoOperand sources[TRAFO_MAX_PARAM_PARTS]; /* the floats that rows are yet to be made of */
  TrafoOperand floats[TRAFO_MAX_PARAM_PARTS];
} TrafoEncodedParts;

/* What they will be like, of @parts as the source has them; where they lie is not set. */
gboolean trafo_encoded_parts_init (TrafoEncodedParts       *self,
                                   TrafoWeightEncoding      encoding,
                                   const TrafoWeightSource *source,
                                   const TrafoGraphParam   *param,
                                   const TrafoOperand      *parts,
                                   gboolean                 is_in_out,
                                   GError                 **error);

/* Of 4 bits, how many elements share a scale; 0 where that differs from part to part. */
guint trafo_encoded_parts_get_block_size (const TrafoEncodedParts *self);

/* Finds where they lie. Those that are not as the source has them are rows to be made. */
gboolean trafo_encoded_parts_fetch (TrafoEncodedParts       *self,
                                    const TrafoWeightSource *source,
                                    const TrafoGraphParam   *param,
                                    const TrafoOperand      *parts,
                                    GError                 **error);

/* After that: rows [begin, end), over all parts, are made where they are not as the source has them. */
void trafo_encoded_parts_make_rows (TrafoEncodedParts *self, gint64 begin, gint64 end);
void trafo_encoded_parts_make_all (TrafoEncodedParts *self);

/* Rows before @end that were made need no memory any longer, and hold nothing. */
void trafo_encoded_parts_drop_rows (TrafoEncodedParts *self, gint64 end);

/* Of 4 bits: what they stand for, as the floats lie in the model, [K, N] if they are in-out. */
gboolean trafo_encoded_parts_decode (TrafoEncodedParts *self, GError **error);
void     trafo_encoded_parts_clear (TrafoEncodedParts *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoEncodedParts, trafo_encoded_parts_clear)

G_END_DECLS
