/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "text-task.h"

G_BEGIN_DECLS

/* What a model is run on: tokens, one encoding a row, and which input each is of. A text that
 * overflows has several rows. */
typedef struct
{
  GPtrArray *encodings;   /* of TrafoEncoding */
  GArray    *items;       /* of guint */
  gboolean   has_padding; /* what stands at padding is wanted too */
} Rows;

Rows *rows_new (void);
void  rows_free (Rows *self);

/* Appends the rows of input @item. @pair may be NULL. */
gboolean rows_add (Rows               *self,
                   const TextCall     *call,
                   guint               item,
                   const char         *text,
                   const char         *pair,
                   TrafoEncodeOptions *options,
                   GError            **error);

/* The same for an item that is several texts, one row each, and for one that is the words of a text. */
gboolean rows_add_texts (Rows               *self,
                         const TextCall     *call,
                         guint               item,
                         const char *const  *texts,
                         TrafoEncodeOptions *options,
                         GError            **error);
gboolean rows_add_words (Rows               *self,
                         const TextCall     *call,
                         guint               item,
                         const char *const  *words,
                         const char         *delimiter,
                         TrafoEncodeOptions *options,
                         GError            **error);

/* One row and what the model made of it. */
typedef struct
{
  TrafoEncoding   *encoding;
  guint            item;
  gboolean         is_last;  /* of its item */
  TrafoTensorDict *outputs;  /* of the batch */
  guint            index;    /* in the batch */
  gsize            n_before; /* tokens of padding before those of the encoding */
} Row;

typedef gboolean (*RowFunc) (const Row *row, gpointer data, GError **error);

/* Runs the model on the rows, "batch_size" at a time, and calls @func for each, in order. Where that is
 * not given, each row gets what it gets alone. */
gboolean
rows_forward (const Rows *self, const TextCall *call, RowFunc func, gpointer data, GError **error);

/* (transfer full): what a model takes, of @n_rows rows from @first on, padded to one
 * length. */
TrafoTensorDict *rows_make_inputs (const Rows     *self,
                                   const TextCall *call,
                                   gsize           first,
                                   gsize           n_rows,
                                   TrafoSide       padding_side,
                                   GError        **error);

/* Whether the caller says how many rows run together. */
gboolean rows_has_batch_size (const TextCall *call);

/* Whether some row has padding of its own. */
gboolean rows_hide_tokens (const Rows *self);

/* How many rows run together; FALSE with an error for a "batch_size" that is none. */
gboolean rows_get_batch_size (const TextCall *call, gsize *batch_size, GError **error);

/* (transfer full): the output @name of one row, without gaps and float32: that of the whole row, or
 * (tokens, ...) for the tokens of its encoding. NULL stands for the first that is
 * no hidden state. */
TrafoTensor *row_get_output (const Row *self, const char *name, GError **error);
TrafoTensor *row_get_token_outputs (const Row *self, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rows, rows_free)

G_END_DECLS
