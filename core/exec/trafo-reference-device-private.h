/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

/* The device "reference": host memory and no kernel of its own, so that every op runs its
 * reference. What all others are compared with. */
TrafoDevice *trafo_reference_device_new (void);

G_END_DECLS
