/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

#include "trafo-graph-private.h"
#include "trafo-weight-cache-private.h"

G_BEGIN_DECLS

/* What belongs to the codes of a weight that a source has encoded: the scales of rows, or of blocks of
 * 4 bits. Nested scales are codes of 8 bits: scale = nested_values[code] * nested_scales[index / 256]
 * + nested_offset. */
typedef struct
{
  gint64       shape[2]; /* of the weight, [N, K] */
  TrafoOperand scales;
  guint        block_size; /* of 4 bits: elements that share a scale */
  TrafoDType   dtype;      /* of 4 bits: of the floats that they were made of */
  gboolean     is_nested;
  TrafoOperand nested_values;
  TrafoOperand nested_scales;
  float        nested_offset;
} TrafoWeightScales;

/* Where parameters come from. lookup: the tensor in host memory, rows contiguous, valid as long as
 * the source; its shape is what the graph asks for. release: the bytes will not be read again
 * soon, or little of them, so that a mapped file's pages need not stay in memory. A tensor that is kept encoded, for
 * an encoded use alone, comes as its integers, [N, K], or bytes, [n], of codes of 4 bits; lookup_scales
 * gives what belongs to them. nests_scales: NF4 and FP4 that are made of floats get nested scales. locate,
 * which may be NULL: in which of the source's files the tensor lies, and where; FALSE if it is in none. read,
 * which may be NULL: copies a part of a file, from any thread; it is an error if the file ends earlier. */
typedef struct
{
  gpointer       data;
  GDestroyNotify destroy;
  gboolean (*lookup) (gpointer               data,
                      const TrafoGraphParam *param,
                      guint                  part,
                      TrafoOperand          *ret_operand,
                      GError               **error);
  void (*release) (gpointer data, const TrafoOperand *operand);
  gboolean (*lookup_scales) (gpointer               data,
                             const TrafoGraphParam *param,
                             guint                  part,
                             TrafoWeightScales     *ret_scales,
                             GError               **error);
  gboolean nests_scales;
  gboolean (*locate) (gpointer            data,
                      const TrafoOperand *operand,
                      guint              *ret_file,
                      gsize              *ret_offset_bytes);
  gboolean (*read) (gpointer data,
                    guint    file,
                    gsize    offset_bytes,
                    gpointer destination,
                    gsize    size_bytes,
                    GError **error);
} TrafoWeightSource;

/* What was read of a parameter will not be read again soon, for it lives elsewhere by now. */
void trafo_weight_source_release (const TrafoWeightSource *self, const TrafoGraphParam *param);

/* A smaller parameter that is looked at as it lies in a file is copied, and a larger table is not mapped. */
#define TRAFO_WEIGHT_SMALL_BYTES ((gsize) 4 << 20)

/* So much of a source is read before its pages are given back. */
#define TRAFO_WEIGHT_PIECE_BYTES ((gsize) 4 << 20)

/* In how many pieces @n_tasks go that read, or write, so many bytes. Of [K, N] each task reads a part of all
 * rows, of which no piece leaves any. */
static inline guint
trafo_weight_count_pieces (gboolean is_in_out, gsize size_bytes, guint n_tasks)
{
  return is_in_out ? 1 : (guint) CLAMP (size_bytes / TRAFO_WEIGHT_PIECE_BYTES, 1, MAX (n_tasks, 1));
}

/* How an op takes a parameter. */
typedef enum
{
  TRAFO_WEIGHT_USE_FLOAT,  /* float32, row-major */
  TRAFO_WEIGHT_USE_TABLE,  /* as the file has it, row-major: rows are looked up */
  TRAFO_WEIGHT_USE_LINEAR, /* [N, K], packed where the device packs */
  TRAFO_WEIGHT_USE_IN_OUT, /* [K, N], the same; behind it both of each encoding */
  TRAFO_N_WEIGHT_USES = TRAFO_WEIGHT_USE_LINEAR + 2 * TRAFO_N_WEIGHT_ENCODINGS
} TrafoWeightUse;

static inline TrafoWeightUse
trafo_weight_use_of_linear (TrafoWeightEncoding encoding, gboolean is_in_out)
{
  return TRAFO_WEIGHT_USE_LINEAR + 2 * encoding + (is_in_out != 0);
}

static inline gboolean
trafo_weight_use_is_linear (TrafoWeightUse self)
{
  return self >= TRAFO_WEIGHT_USE_LINEAR;
}

static inline TrafoWeightEncoding
trafo_weight_use_get_encoding (TrafoWeightUse self)
{
  return trafo_weight_use_is_linear (self) ? (self - TRAFO_WEIGHT_USE_LINEAR) / 2
                                           : TRAFO_WEIGHT_ENCODING_NONE;
}

static inline gboolean
trafo_weight_use_is_in_out (TrafoWeightUse self)
{
  return trafo_weight_use_is_linear (self) && (self - TRAFO_WEIGHT_USE_LINEAR) % 2 != 0;
}

TrafoWeightUse trafo_weight_use_of (const TrafoNode *consumer, guint operand);

/* The parameters of one model on one device, in every form that some program of it takes, each made
 * when first asked for and held once. Thread-safe. */
typedef struct _TrafoWeights TrafoWeights;

/* @dtype: what linear layers compute with, where the device packs it; all else is float32. */
TrafoWeights *
trafo_weights_new (TrafoDevice *device, TrafoDType dtype, const TrafoWeightSource *source);
TrafoWeights *trafo_weights_ref (TrafoWeights *self);
void          trafo_weights_unref (TrafoWeights *self);
TrafoDevice  *trafo_weights_get_device (TrafoWeights *self);
TrafoDType    trafo_weights_get_dtype (TrafoWeights *self); /* of packed ones */

/* Takes packed weights from @cache, which it takes, where they are in it. Before the first weight. */
void trafo_weights_set_cache (TrafoWeights *self, TrafoWeightCache *cache);
/* After a run: see trafo_weight_cache_settle(). */
void trafo_weights_settle (TrafoWeights *self);

/* @ret_operand stays valid as long as @self. */
gboolean trafo_weights_get (TrafoWeights          *self,
                            const TrafoGraphParam *param,
                            const TrafoValueType  *type,
                            TrafoWeightUse         use,
                            TrafoOperand          *ret_operand,
                            GError               **error);

/* The table that trafo_weights_get() gave, where its rows are to be read from a file; else NULL. Valid as long
 * as @self. */
struct _TrafoFileTable *trafo_weights_find_table (TrafoWeights *self, const TrafoOperand *operand);

/* What is held beyond the memory of the source and of the cache's file. */
gsize trafo_weights_get_size_bytes (TrafoWeights *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoWeights, trafo_weights_unref)

G_END_DECLS
