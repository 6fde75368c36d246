/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* The parts of a weight in LLM.int8(): as the source has them, or made of its floats. */
typedef struct
{
  TrafoOperand parts[TRAFO_MAX_PARAM_PARTS];
  TrafoOperand scales[TRAFO_MAX_PARAM_PARTS];
  gpointer     memory[TRAFO_MAX_PARAM_PARTS]; /* of those that were made */
} TrafoEncodedParts;

/* What they will be like, of @parts as the source has them; where they lie is not set. */
void trafo_encoded_parts_set_shapes (TrafoEncodedParts  *self,
                                     const TrafoOperand *parts,
                                     guint               n_parts,
                                     gboolean            is_in_out);

gboolean trafo_encoded_parts_fetch (TrafoEncodedParts       *self,
                                    const TrafoWeightSource *source,
                                    const TrafoGraphParam   *param,
                                    const TrafoOperand      *parts,
                                    gboolean                 is_in_out,
                                    GError                 **error);
void     trafo_encoded_parts_clear (TrafoEncodedParts *self);

/* What the integers and scales of @n_out rows of @n_in are like; where they lie is not set. */
void trafo_encoded_part_set_shapes (TrafoOperand *integers,
                                    TrafoOperand *scales,
                                    gint64        n_out,
                                    gint64        n_in);

/* @weight, floats in host memory, as integers and scales; both lie in what is returned, which free()
 * frees. NULL if there is no memory. */
gpointer trafo_encoded_part_new (const TrafoOperand *weight,
                                 gboolean            is_in_out,
                                 TrafoOperand       *ret_integers,
                                 TrafoOperand       *ret_scales,
                                 GError            **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoEncodedParts, trafo_encoded_parts_clear)

G_END_DECLS
