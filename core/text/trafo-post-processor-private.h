/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

enum
{
  TRAFO_MAX_TRIMS = 16,
};

/* The offsets of byte-level tokens lose the white space that the tokens begin and end with. */
typedef struct
{
  gboolean add_prefix_space;   /* the first token's may not be in the text: it is not trimmed */
  gboolean is_behind_specials; /* if these are added, the sequence's first token is not the first */
} TrafoTrim;

/* A place of a template: a sequence of the input, or special tokens. */
typedef struct
{
  gint      sequence; /* 0 or 1; -1: special tokens */
  guint32   type_id;
  guint32  *ids;
  gsize     n_ids;
  gboolean  is_masked; /* as special tokens are; those within what others surround are not */
  guint     n_trims;
  TrafoTrim trims[TRAFO_MAX_TRIMS]; /* of the sequence, one after the other */
} TrafoTemplatePiece;

typedef struct
{
  GArray *pieces;  /* of TrafoTemplatePiece */
  gsize   n_added; /* the special tokens that truncation leaves room for */
} TrafoTemplate;

/* The post-processor of a tokenizer.json: what stands around one sequence, and around two. */
typedef struct
{
  TrafoTemplate single;
  TrafoTemplate pair;
} TrafoPostProcessor;

/* A token that stands around sequences. */
typedef struct
{
  guint32  id;
  gboolean is_used;
} TrafoAddedSpecial;

TrafoPostProcessor      *
trafo_post_processor_new (GVariant *component, const char *origin, GError **error);
void trafo_post_processor_set_bos_eos (TrafoPostProcessor *self,
                                       TrafoAddedSpecial   bos,
                                       TrafoAddedSpecial   eos);
void trafo_post_processor_free (TrafoPostProcessor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPostProcessor, trafo_post_processor_free)

G_END_DECLS
