/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "panel.h"

/* Codes of 4 bits as the inner loops read them: panels of PANEL columns, which consist of groups of K,
 * the elements of a column that share a scale.
 *
 *   header
 *   [panel][group][words of K][PANEL columns]   words of 8 codes, the first in the lowest bits
 *                 [PANEL columns]               float32, the scales of the group
 *
 * A group is no longer than its floats leave room for others in the first-level cache. */
#define CODES_PER_WORD 8
#define MIN_CODE_GROUP 32
#define MAX_CODE_GROUP 64

typedef union
{
  guint32 group; /* codes of a column */
  guint8  padding[64];
} CodePanelHeader;

/* 32-bit words. */
static inline gsize
code_group_words (gsize group)
{
  return (group / CODES_PER_WORD + 1) * PANEL;
}

/* float32, behind the codes of a group. */
static inline const float *
code_group_scales (const guint32 *words, gsize group)
{
  return (const float *) (words + group / CODES_PER_WORD * PANEL);
}

typedef struct
{
  const float   *values; /* what the 16 codes stand for */
  const guint32 *words;
  gsize          group, n_groups;
} CodePanel;

/* totals [n][PANEL] = rows [n][K] panel, for the n it is listed under: codes become floats in registers. */
typedef void (*CodePanelTile) (const CodePanel *panel, const float *const *rows, float *totals);

extern const CodePanelTile TRAFO_CPU_SYMBOL (code_panel_tiles)[PANEL_ROWS + 1];

/* values [group][PANEL] of the group at @words, without its scales. */
void TRAFO_CPU_SYMBOL (code_panel_decode) (const CodePanel *panel,
                                           const guint32   *words,
                                           float           *values);
