/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-passes-private.h"

#include "trafo-device-private.h"
#include "trafo-rewrite-private.h"

/* Merging copies weights, which costs nothing where they are copied anyway. */
static gboolean
copies_weights (TrafoDevice *device)
{
  return !trafo_device_is_host (device) || TRAFO_HAS (trafo_device_get_ops (device), packed_size);
}

TrafoGraph *
trafo_passes_run (TrafoGraph *graph, TrafoDevice *device, TrafoDType dtype, GError **error)
{
  trafo_pass_narrow_attention (graph, device, dtype);
  if (copies_weights (device))
    graph = trafo_pass_merge_linear (graph, error);
  if (graph != NULL)
    graph = trafo_pass_fuse_epilogue (graph, error);
  if (graph != NULL && TRAFO_HAS (trafo_device_get_ops (device), packed_size))
    graph = trafo_pass_narrow_values (graph, device, dtype, error);
  if (graph != NULL && !trafo_device_is_host (device))
    graph = trafo_pass_decompose (graph, device, error);
  /* leaves behind what fusion made superfluous */
  return graph != NULL ? trafo_rewrite (graph, NULL, NULL, error) : NULL;
}
