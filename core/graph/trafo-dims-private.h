/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-builder.h>

G_BEGIN_DECLS

/* What varies besides batch and sequence. In a variant with a cache, batch counts sequences. */
#define TRAFO_DIM_PAGES ((gint64) -3)  /* of a cache: as many as a sequence may have */
#define TRAFO_DIM_LOGITS ((gint64) -4) /* tokens whose logits are wanted */
#define TRAFO_DIM_OPEN ((gint64) -5)   /* of a state: as many as it is bound with; 0 for planning */
#define TRAFO_DIM_PACKED ((gint64) -6) /* tokens of a batch without its padding */
#define TRAFO_DIM_PLACES ((gint64) -7) /* rows of what is un-packed for the caller */
#define TRAFO_N_SLOTS 7

/* The symbolic dimensions of one graph: slots, and their sums and products, each held once in
 * normal form, so that equal dimensions are equal numbers. */
typedef struct _TrafoDims TrafoDims;

TrafoDims *trafo_dims_new (void);
TrafoDims *trafo_dims_copy (const TrafoDims *self);
void       trafo_dims_free (TrafoDims *self);

/* Whether @dim is a length or one of the numbers of @self. */
gboolean trafo_dims_contains (const TrafoDims *self, gint64 dim);

/* Saturate at G_MAXINT64, which every later check of a size refuses; so does a negative number that
 * @self does not contain. */
gint64 trafo_dims_add (TrafoDims *self, gint64 a, gint64 b);
gint64 trafo_dims_mul (TrafoDims *self, gint64 a, gint64 b);
gint64 trafo_dims_product (TrafoDims *self, const gint64 *dims, guint n_dims);

/* numpy's rule for two dimensions: equal, or one is 1. FALSE if they do not fit. */
gboolean trafo_dims_broadcast (gint64 a, gint64 b, gint64 *ret_dim);

/* The numbers of all dimensions for given slots: @values holds trafo_dims_get_size() numbers,
 * and trafo_dims_resolve() looks one up. */
gsize trafo_dims_get_size (const TrafoDims *self);
void trafo_dims_evaluate (const TrafoDims *self, const gint64 slots[TRAFO_N_SLOTS], gint64 *values);
gint64 trafo_dims_resolve (const gint64 *values, gint64 dim);

/* Readable, such as "(batch*sequence, 768)" and "batch+1"; for messages. */
char *trafo_dims_to_string (const TrafoDims *self, const gint64 *dims, guint n_dims);
char *trafo_dims_dim_to_string (const TrafoDims *self, gint64 dim);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoDims, trafo_dims_free)

G_END_DECLS
