/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-normal-form-private.h"
#include "trafo-word-array-private.h"

G_BEGIN_DECLS

/* The normalizer of a tokenizer.json: a list of steps, "Sequence" being flattened. */
typedef struct _TrafoNormalizer TrafoNormalizer;

/* What one thread needs to apply a normalizer; memory is kept from one text to the next. */
typedef struct
{
  TrafoAlignedTextBuilder builders[2];
  TrafoNormalForm         form;
  TrafoWordArray          matches; /* of a pattern */
} TrafoNormalizerScratch;

void trafo_normalizer_scratch_clear (TrafoNormalizerScratch *self);

TrafoNormalizer *trafo_normalizer_new (GVariant *component, const char *origin, GError **error);
void             trafo_normalizer_free (TrafoNormalizer *self);

gboolean trafo_normalizer_apply (const TrafoNormalizer  *self,
                                 TrafoNormalizerScratch *scratch,
                                 TrafoAlignedText       *text,
                                 GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoNormalizer, trafo_normalizer_free)

G_END_DECLS
