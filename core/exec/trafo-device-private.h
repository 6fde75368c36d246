/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

G_BEGIN_DECLS

/* The data plane's calls with GErrors. */

gboolean trafo_device_is_host (TrafoDevice *self);

/* That a plugin's device has a name and all functions that core will call. */
gboolean trafo_device_check_complete (TrafoDevice *self, GError **error);

/* FALSE and the error unless @status is success. */
gboolean trafo_device_check (TrafoDevice        *self,
                             TrafoStatus         status,
                             const TrafoMessage *message,
                             GError            **error);

/* A buffer with a copy of @bytes; NULL upon failure. */
gpointer
trafo_device_upload (TrafoDevice *self, gconstpointer bytes, gsize size_bytes, GError **error);

/* A kernel that takes certain operands. */
typedef struct
{
  const TrafoKernel *kernel;
  double             cost_ns; /* 0, if it is alone and has none */
} TrafoKernelCandidate;

/* More of one op for the same operands are not looked at. */
#define TRAFO_MAX_CANDIDATES 8

/* The first kernel of the device's list that takes @args and, if that has a cost, those behind it that
 * have one too, at most TRAFO_MAX_CANDIDATES; returns how many. */
guint trafo_device_list_candidates (TrafoDevice           *self,
                                    const TrafoKernelArgs *args,
                                    TrafoKernelCandidate  *ret_candidates);

/* The cheapest of them, the first among equals, or NULL. */
const TrafoKernel *trafo_device_choose_kernel (TrafoDevice *self, const TrafoKernelArgs *args);
gboolean           trafo_device_has_kernel (TrafoDevice *self, guint op);

/* How a kernel in host memory splits its work, and the room it needs for that. */
typedef struct
{
  guint n_tasks;        /* at least 1 */
  guint n_finish_tasks; /* at most n_tasks */
  gsize scratch_bytes;  /* for each thread; aligned, and so is what follows */
  gsize shared_bytes;
} TrafoKernelSplit;

void trafo_kernel_split (const TrafoKernel     *kernel,
                         const TrafoKernelArgs *args,
                         guint                  n_threads,
                         TrafoKernelSplit      *ret_split);

/* What a measurement depends on: where, which is the device, whose description has a processor's name and
 * tier, and the number of threads; and the builds of the backend and of this library, NULL if one of them
 * does not say. */
char *trafo_device_describe_place (TrafoDevice *self);
char *trafo_device_describe_builds (TrafoDevice *self);

G_END_DECLS
