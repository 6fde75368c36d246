/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-weights-private.h"

G_BEGIN_DECLS

/* What is smaller, of the parameters that are not packed, is copied. */
#define TRAFO_FILE_TABLE_MIN_BYTES ((gsize) 4 << 20)

/* A large table of which rows are looked up, in a file of the weights' source. Rows are read from there one by
 * one: for a row that is looked up in a mapping Linux maps all of the folio, of up to 2 MiB, that the page
 * cache has there, so that a text would bring the whole table into the process's memory. */
struct _TrafoFileTable
{
  const TrafoWeightSource *source;
  TrafoOperand             operand; /* where the source has it mapped */
  guint                    file;
  gsize                    offset_bytes; /* of its first row in it */
  GError                  *error;        /* of the first row that could not be read */
};

/* NULL if the table is small, or in no file. */
TrafoFileTable *trafo_file_table_new (const TrafoWeightSource *source, const TrafoOperand *operand);
void            trafo_file_table_free (TrafoFileTable *self);

/* The kernel that looks up in @self what TRAFO_OP_GATHER would look up in the mapping, whose bits it gives:
 * @args' first input becomes @self, which no device's kernel may see. NULL if the operands are not such as
 * it takes. Rows that cannot be read are zeros, which is an error of the run. */
const TrafoKernel *trafo_file_table_bind (TrafoFileTable *self, TrafoKernelArgs *args);

/* Whether all rows could be read so far. */
gboolean trafo_file_table_check (TrafoFileTable *self, GError **error);

G_END_DECLS
