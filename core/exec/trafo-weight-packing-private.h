/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-encoded-parts-private.h"
#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* What a device makes of a linear layer's weight for its kernels, and which weights it does that for. */

/* Of an encoding, for errors and keys. */
const char *trafo_weight_packing_name (TrafoWeightEncoding encoding);

/* Whether linear layers can compute with @dtype, or with weights in @encoding, there. */
gboolean trafo_weight_packing_check_dtype (TrafoDevice *device, TrafoDType dtype, GError **error);
gboolean trafo_weight_packing_check_encoding (TrafoDevice        *device,
                                              TrafoWeightEncoding encoding,
                                              GError            **error);

/* The bytes of @weight in the layout of the device's kernels, 0 if they take it as it is. */
gsize trafo_weight_packing_get_size (TrafoDevice *device, const TrafoWeight *weight);

/* What a linear layer's weight is packed in: where the layer computes in float32, in the type that all
 * parts have already, if that changes no bit of what the device's kernels make of it. */
TrafoDType trafo_weight_packing_choose_dtype (TrafoDevice        *device,
                                              const TrafoOperand *parts,
                                              guint               n_parts,
                                              TrafoDType          dtype);

/* Packs @weight, which is made of @param, into the @size_bytes at @destination, with all threads. A large one
 * goes piece by piece, behind each of which @source gets its pages back; so do rows of @encoded, whose parts are
 * the weight's, or NULL. It is an error if float16 cannot hold some element. */
gboolean trafo_weight_packing_run (TrafoDevice             *device,
                                   const TrafoWeightSource *source,
                                   const TrafoGraphParam   *param,
                                   const TrafoWeight       *weight,
                                   TrafoEncodedParts       *encoded,
                                   gpointer                 destination,
                                   gsize                    size_bytes,
                                   GError                 **error);

G_END_DECLS
