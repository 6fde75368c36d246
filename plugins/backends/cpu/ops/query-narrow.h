/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "query-group.h"

/* Many queries of a group in bfloat16, on the tier that has AMX. */
gsize TRAFO_CPU_SYMBOL (query_narrow_scratch_size) (gsize head_size, gsize n_rows);

/* Lays out @scratch for @n_rows queries; returns what lies behind. */
gpointer TRAFO_CPU_SYMBOL (query_narrow_init) (QueryGroup *g, gsize n_rows, gpointer scratch);

/* Packs the group's queries. */
void TRAFO_CPU_SYMBOL (query_narrow_begin) (QueryGroup *g);
void TRAFO_CPU_SYMBOL (query_narrow_add_block) (QueryGroup *g);
