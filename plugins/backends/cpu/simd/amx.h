/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>
#include <immintrin.h>

/* What a tile register holds at most in palette 1, which every processor with AMX has. */
#define AMX_ROWS 16
#define AMX_ROW_BYTES 64

/* Intel SDM volume 1, 18.3: the operand of ldtilecfg. */
typedef struct
{
  guint8  palette;
  guint8  start_row;
  guint8  reserved[14];
  guint16 row_bytes[16];
  guint8  n_rows[16];
} AmxConfig;

#define AMX_ALL(n)                                                                                 \
  {                                                                                                \
    n, n, n, n, n, n, n, n                                                                         \
  }

/* All eight tiles as large as they can be. */
static const AmxConfig amx_config = { 1, 0, { 0 }, AMX_ALL (AMX_ROW_BYTES), AMX_ALL (AMX_ROWS) };

/* Not the compiler's intrinsic, which it takes for one that reads eight bytes. */
static inline void
amx_configure (const AmxConfig *config)
{
  __asm__ volatile("ldtilecfg %0" : : "m"(*config));
}
