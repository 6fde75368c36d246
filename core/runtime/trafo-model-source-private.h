/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-model.h>

#include "trafo-checkpoint.h"
#include "trafo-encoded-tensors-private.h"
#include "trafo-quantization-private.h"
#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* The parameters of a model's graph, found in a checkpoint: by name, by the name without or with
 * the base class's prefix, by an older name; what the checkpoint lacks is initialised, as all is
 * without one. */
typedef struct
{
  TrafoCheckpoint *checkpoint; /* nullable */
  guint64          seed;
  GHashTable      *operands; /* name of a parameter to TrafoOperand */
  GHashTable      *scales;   /* the same to TrafoWeightScales, of those whose operands are codes */
  GPtrArray       *names;    /* of char *, of the parameters, in the order of the graph */
  GPtrArray       *memory;   /* what is not mapped */
  GPtrArray       *missing;  /* of char *, sorted */
  GPtrArray       *unexpected; /* of char *, sorted */
  GHashTable      *untied;     /* nullable: what the graph was traced with */
  guint64          n_parameters;

  TrafoQuantization quantization;
  GHashTable       *encoded; /* name of a parameter to TrafoEncodedWeight */
} TrafoModelSource;

/* The set of those second names of the graph's parameters that the checkpoint holds beside the first
 * with other values, for trafo_builder_set_untied(); NULL: cancelled, or a tensor of theirs does not fit. */
GHashTable *trafo_model_source_find_untied (TrafoModel              *model,
                                            const TrafoGraph        *graph,
                                            TrafoCheckpoint         *checkpoint,
                                            const TrafoQuantization *quantization,
                                            GCancellable            *cancellable,
                                            GError                 **error);

/* @quantization: copied; what it chooses for @task is encoded, and what the checkpoint has encoded. */
TrafoModelSource *trafo_model_source_new (TrafoModel              *model,
                                          const TrafoGraph        *graph,
                                          TrafoCheckpoint         *checkpoint /* nullable */,
                                          GHashTable              *untied /* nullable */,
                                          const TrafoQuantization *quantization,
                                          const char              *task,
                                          guint64                  seed,
                                          GCancellable            *cancellable,
                                          GError                 **error);
void              trafo_model_source_free (TrafoModelSource *self);

/* A parameter by its name: in host memory, of the type that the checkpoint has; float32 for float64, and
 * of one that is encoded there the integers, [N, K], or the bytes of its codes of 4 bits, [n]. */
gboolean trafo_model_source_lookup (TrafoModelSource *self,
                                    const char       *name,
                                    TrafoOperand     *ret_operand,
                                    GError          **error);
/* What belongs to such codes. */
gboolean trafo_model_source_lookup_scales (TrafoModelSource  *self,
                                           const char        *name,
                                           TrafoWeightScales *ret_scales,
                                           GError           **error);

/* The source takes part in @ret_source, which does not free it. */
void trafo_model_source_get (TrafoModelSource *self, TrafoWeightSource *ret_source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoModelSource, trafo_model_source_free)

G_END_DECLS
