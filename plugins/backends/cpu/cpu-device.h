/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-kernel.h>

/* The data plane; its device handle is a const TrafoCpuKernels. */
extern const TrafoDeviceOps trafo_cpu_device_ops;
