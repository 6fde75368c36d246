/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-json-reader.h>

G_BEGIN_DECLS

/* The tokens of a model and their ids, for tokenizer plugins. Ids may have gaps and be as large as
 * 4294967295; tokens may hold NULs. Filled first, then finished, then read by any thread. */
typedef struct _TrafoVocabulary TrafoVocabulary;

TRAFO_API TrafoVocabulary *trafo_vocabulary_new (void);
TRAFO_API void             trafo_vocabulary_free (TrafoVocabulary *self);

TRAFO_API gboolean trafo_vocabulary_reserve (TrafoVocabulary *self, gsize n_tokens, GError **error);
TRAFO_API gboolean trafo_vocabulary_add (TrafoVocabulary *self,
                                         const char      *token,
                                         gsize            size_bytes,
                                         guint32          id,
                                         GError         **error);
TRAFO_API gboolean trafo_vocabulary_read_json (TrafoVocabulary *self,
                                               TrafoJsonReader *reader,
                                               GError         **error);
TRAFO_API gboolean trafo_vocabulary_finish (TrafoVocabulary *self, GError **error);

TRAFO_API gsize    trafo_vocabulary_get_n_tokens (const TrafoVocabulary *self);
TRAFO_API gboolean trafo_vocabulary_lookup (const TrafoVocabulary *self,
                                            const char            *token,
                                            gsize                  size_bytes,
                                            guint32               *id);
TRAFO_API void
trafo_vocabulary_prefetch (const TrafoVocabulary *self, const char *token, gsize size_bytes);
TRAFO_API const char *
trafo_vocabulary_lookup_id (const TrafoVocabulary *self, guint32 id, gsize *size_bytes);
TRAFO_API const char *
trafo_vocabulary_get_nth (const TrafoVocabulary *self, gsize index, gsize *size_bytes, guint32 *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoVocabulary, trafo_vocabulary_free)

G_END_DECLS
