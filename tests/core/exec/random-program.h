/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "fake-device.h"

G_BEGIN_DECLS

/* Numbers of N(0, 1), the same for the same shape. */
TrafoTensor *random_tensor (gint64 batch, gint64 sequence, gint64 width);

void assert_same_bits (TrafoTensor *a, TrafoTensor *b);

/* With its one input. */
void run_one (TrafoExecution *execution, TrafoTensor *x);

/* The program of a random graph, with one input (batch, sequence, 4) and three outputs. */
TrafoProgram *random_program (TrafoDevice *device, guint32 seed);

/* Runs that on @device and on the reference with several shapes. Both are finite, and no element is further
 * apart than @tolerance times the largest. */
void compare_devices (TrafoDevice *device, guint32 seed, double tolerance);

G_END_DECLS
