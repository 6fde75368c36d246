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
