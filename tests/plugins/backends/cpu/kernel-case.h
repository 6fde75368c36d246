/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "cpu-tier.h"

/* What every kernel test needs: operands that end where readable memory ends, and one way to run a
 * kernel as core would. All operands of a case live until kernel_case_clear(). */
typedef struct
{
  TrafoKernelArgs    args;
  GPtrArray         *guards;
  const TrafoKernel *kernel; /* that ran last */
} KernelCase;

void kernel_case_init (KernelCase *self, guint16 op, gconstpointer attrs);
void kernel_case_clear (KernelCase *self);

/* Memory before an unreadable page; a read or a write behind it ends the test. */
gpointer kernel_case_alloc (KernelCase *self, gsize size_bytes);

/* An operand of @shape (ended by -1), whose rows are @row_stride elements apart, 0 for contiguous;
 * floats are random in [-1, 1), integers zero. */
TrafoOperand
kernel_case_operand (KernelCase *self, guint8 dtype, const gint64 *shape, gint64 row_stride);
#define SHAPE(...) ((const gint64[]){ __VA_ARGS__, -1 })

void kernel_case_add_input (KernelCase *self, TrafoOperand operand);

/* Runs the first kernel of @tier that supports the case, as @n_threads threads would. */
gboolean kernel_case_is_supported (KernelCase *self, const TrafoCpuKernels *tier);
void     kernel_case_run (KernelCase *self, const TrafoCpuKernels *tier, guint n_threads);

/* Element at the given indices of a float operand, in any float dtype. */
double kernel_case_get (const TrafoOperand *operand, const gint64 *index);

/* Runs every kernel of @tier that supports the case, with several numbers of threads, and requires the same
 * bits each time. */
void kernel_case_run_all (KernelCase *self, const TrafoCpuKernels *tier);

float kernel_case_random (void);

/* Adds "/NAME/TIER" for each tier of this machine; @function gets the tier. */
void kernel_case_add_tests (const char *name, GTestDataFunc function);
