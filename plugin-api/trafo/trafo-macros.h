/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* Marks what libtrafo exports; everything else is built with -fvisibility=hidden. */
#define TRAFO_API __attribute__ ((visibility ("default"))) extern

/* True when @field lies within the first table->struct_size bytes, so that a table made by an
 * older or newer build may be read field by field. */
#define TRAFO_HAS(table, field)                                                                    \
  ((table)->struct_size >=                                                                         \
       G_STRUCT_OFFSET (__typeof__ (*(table)), field) + sizeof ((table)->field) &&                 \
   (table)->field != NULL)
