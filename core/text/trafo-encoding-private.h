/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-encoding.h>
#include <trafo/trafo-tokenizer.h>

G_BEGIN_DECLS

/* The text of a token that is not just what its id stands for. */
typedef struct
{
  gsize index;
  char *text; /* a GRefString */
} TrafoTokenText;

guint trafo_token_texts_find (const GArray *self, gsize index);

/* The arrays stand behind the structure, in one piece of memory. */
struct _TrafoEncoding
{
  gatomicrefcount ref_count;
  TrafoTokenizer *tokenizer;
  gsize           n_tokens;
  guint32        *ids;
  guint32        *type_ids;
  guint32        *attention_mask;
  guint32        *special_tokens_mask;
  guint32        *byte_offsets; /* two a token */
  guint32        *offsets;      /* the same memory where the text is ASCII */
  gint32         *word_ids;
  gint32         *sequence_ids;
  GArray         *texts;       /* of TrafoTokenText, or NULL */
  GPtrArray      *overflowing; /* of TrafoEncoding, or NULL */
};

TrafoEncoding *trafo_encoding_new (TrafoTokenizer *tokenizer,
                                   gsize           n_tokens,
                                   gboolean        has_char_offsets,
                                   GError        **error);
void           trafo_encoding_add_text (TrafoEncoding *self, gsize index, char *text);
TrafoEncoding *trafo_encoding_pad (TrafoEncoding *self,
                                   gsize          n_tokens,
                                   gboolean       on_left,
                                   guint32        pad_id,
                                   GError       **error);

TrafoBatchEncoding *trafo_batch_encoding_new (GPtrArray *encodings);

G_END_DECLS
