/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "../simd/vector.h"

/* A packed weight: panels of PANEL output features, one behind the other; in a panel, for each of
 * the K input features, its PANEL weights. The last panel ends with zeros.
 *
 *   element (n, k) lies at (n / PANEL * K + k) * PANEL + n % PANEL */
#define PANEL_VECTORS 3
#define PANEL (PANEL_VECTORS * V_LANES)
