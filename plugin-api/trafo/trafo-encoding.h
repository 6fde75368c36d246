/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-macros.h>

G_BEGIN_DECLS

#define TRAFO_TYPE_ENCODING (trafo_encoding_get_type ())
#define TRAFO_TYPE_BATCH_ENCODING (trafo_batch_encoding_get_type ())

/**
 * TrafoEncoding:
 *
 * The tokens of a text, or of a pair of texts. Immutable.
 */
typedef struct _TrafoEncoding TrafoEncoding;

/**
 * TrafoBatchEncoding:
 *
 * The tokens of several texts, one encoding a row. Immutable.
 */
typedef struct _TrafoBatchEncoding TrafoBatchEncoding;

TRAFO_API GType          trafo_encoding_get_type (void) G_GNUC_CONST;
TRAFO_API TrafoEncoding *trafo_encoding_ref (TrafoEncoding *self);
TRAFO_API void           trafo_encoding_unref (TrafoEncoding *self);

TRAFO_API gsize          trafo_encoding_get_n_tokens (TrafoEncoding *self);
TRAFO_API const guint32 *trafo_encoding_get_ids (TrafoEncoding *self, gsize *n_tokens);
TRAFO_API const guint32 *trafo_encoding_get_type_ids (TrafoEncoding *self, gsize *n_tokens);
TRAFO_API const guint32 *trafo_encoding_get_attention_mask (TrafoEncoding *self, gsize *n_tokens);
TRAFO_API const guint32 *trafo_encoding_get_special_tokens_mask (TrafoEncoding *self,
                                                                 gsize         *n_tokens);
TRAFO_API const guint32 *trafo_encoding_get_offsets (TrafoEncoding *self, gsize *n_offsets);
TRAFO_API const guint32 *trafo_encoding_get_byte_offsets (TrafoEncoding *self, gsize *n_offsets);
TRAFO_API const gint32  *trafo_encoding_get_word_ids (TrafoEncoding *self, gsize *n_tokens);
TRAFO_API const gint32  *trafo_encoding_get_sequence_ids (TrafoEncoding *self, gsize *n_tokens);
TRAFO_API char          *trafo_encoding_get_token (TrafoEncoding *self, gsize index);
TRAFO_API GBytes        *trafo_encoding_get_token_bytes (TrafoEncoding *self, gsize index);
TRAFO_API char         **trafo_encoding_get_tokens (TrafoEncoding *self);
TRAFO_API gsize          trafo_encoding_get_n_overflowing (TrafoEncoding *self);
TRAFO_API TrafoEncoding *trafo_encoding_get_overflowing (TrafoEncoding *self, gsize index);

TRAFO_API GType               trafo_batch_encoding_get_type (void) G_GNUC_CONST;
TRAFO_API TrafoBatchEncoding *trafo_batch_encoding_ref (TrafoBatchEncoding *self);
TRAFO_API void                trafo_batch_encoding_unref (TrafoBatchEncoding *self);

TRAFO_API gsize          trafo_batch_encoding_get_n_rows (TrafoBatchEncoding *self);
TRAFO_API TrafoEncoding *trafo_batch_encoding_get_row (TrafoBatchEncoding *self, gsize index);
TRAFO_API const guint32 *
trafo_batch_encoding_get_overflow_to_sample_mapping (TrafoBatchEncoding *self, gsize *n_rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoEncoding, trafo_encoding_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoBatchEncoding, trafo_batch_encoding_unref)

G_END_DECLS
