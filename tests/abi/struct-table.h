/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* One field, or, without a field's name, a whole struct. Written by make-struct-table.py; a row
 * without a name ends the table. */
typedef struct
{
  const char *name;
  const char *field;
  gsize       offset;
  gsize       size_bytes;
} StructRow;

extern const StructRow struct_table[];
