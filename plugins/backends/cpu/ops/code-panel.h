/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "panel.h"

/* Codes of 4 bits as the inner loops read them: panels of PANEL columns, which consist of groups of K, of
 * which each column has one scale or two, for its halves.
 *
 *   header
 *   [panel][group][words of K][PANEL columns]   words of 8 codes, the first in the lowest bits
 *                 [PANEL columns]               float32, the scales of the group; or
 *                 [vectors][2][V_LANES columns] float16, those of the halves
 *
 * A group is no longer than its floats leave room for others in the first-level cache. */
#define CODES_PER_WORD 8
#define MIN_CODE_GROUP 32
#define MAX_CODE_GROUP 64

typedef union
{
  struct
  {
    guint32 group; /* codes of a column */
    guint32 n_scales;
  };
  guint8 padding[64];
} CodePanelHeader;

/* 32-bit words. */
static inline gsize
code_group_words (gsize group)
{
  return (group / CODES_PER_WORD + 1) * PANEL;
}

/* Vector @j of the scales number @i of @n_scales, which lie behind the codes of a group. */
static inline VFloat
code_group_scales (const guint32 *scales, guint n_scales, guint i, guint j)
{
  return n_scales == 1 ? v_load ((const float *) scales + j * V_LANES)
                       : v_load_float16 ((const guint16 *) scales + (2 * j + i) * V_LANES);
}

typedef struct
{
  const float   *values; /* what the 16 codes stand for */
  const guint32 *words;
  gsize          group, n_groups;
  guint          n_scales;
} CodePanel;

/* totals [n][PANEL] = rows [n][K] panel, for the n it is listed under: codes become floats in registers. */
typedef void (*CodePanelTile) (const CodePanel *panel, const float *const *rows, float *totals);

extern const CodePanelTile TRAFO_CPU_SYMBOL (code_panel_tiles)[PANEL_ROWS + 1];

/* values [group][PANEL] of the group at @words, without its scales. */
void TRAFO_CPU_SYMBOL (code_panel_decode) (const CodePanel *panel,
                                           const guint32   *words,
                                           float           *values);

/* totals [n][PANEL] += scales [PANEL] * (rows [n][n_k] values [n_k][PANEL]), for codes that are floats by now. */
typedef void (*ScaledTile) (const float *const *rows,
                            const float        *values,
                            gsize               n_k,
                            const float        *scales,
                            float              *totals);

extern const ScaledTile TRAFO_CPU_SYMBOL (scaled_tiles)[PANEL_ROWS + 1];
