/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* A large table of which rows are looked up, in a file of the weights' source. Rows are read from there one by
 * one: for a row that is looked up in a mapping Linux maps all of the folio, of up to 2 MiB, that the page
 * cache has there, so that a text would bring the whole table into the process's memory. */
typedef struct _TrafoFileTable TrafoFileTable;

/* NULL if the table is small, or in no file. */
TrafoFileTable *trafo_file_table_new (const TrafoWeightSource *source, const TrafoOperand *operand);
void            trafo_file_table_free (TrafoFileTable *self);

/* Whether @operand is that table, all of it and as it lies in the mapping. */
gboolean trafo_file_table_is (const TrafoFileTable *self, const TrafoOperand *operand);

/* The kernel that looks up in @self what TRAFO_OP_GATHER would look up in the mapping, whose bits it gives:
 * @args' first input becomes @self, which no device's kernel may see. NULL if the operands are not such as
 * it takes. Rows that cannot be read are zeros; why the first could not is then in *@error, which is NULL
 * before. */
const TrafoKernel *
trafo_file_table_bind (TrafoFileTable *self, TrafoKernelArgs *args, GError **error);

G_END_DECLS
