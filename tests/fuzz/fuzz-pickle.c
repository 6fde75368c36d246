/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A pickle of weights that is read has storages of which every tensor's elements are within; what it
 * refuses, it refuses with a message. */
#include "fuzz.h"
#include "trafo-torch-unpickler-private.h"

static void
check_tensor (const TrafoTorchTensor *tensor)
{
  guint64 last = tensor->offset;

  fuzz_check (tensor->storage != NULL);
  for (guint i = 0; i < tensor->n_dims; i++)
    {
      fuzz_check (tensor->shape[i] >= 0 && tensor->strides[i] >= 0);
      if (tensor->n_elements > 0)
        last += (tensor->shape[i] - 1) * tensor->strides[i];
    }
  fuzz_check (tensor->n_elements == 0 || tensor->end == last + 1);
  fuzz_check (tensor->n_elements == 0 ||
              tensor->end <= tensor->storage->size_bytes / tensor->dtype->size_bytes);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  g_autoptr (TrafoTorchUnpickler) unpickler =
      trafo_torch_unpickler_new ("fuzz", size_bytes > 0 && data[0] % 2 == 1);
  g_autoptr (GError) error = NULL;
  const TrafoPickleValue *value;
  gsize                   position = size_bytes > 0 ? 1 : 0;

  value = trafo_pickle_load (unpickler->pickle, data, size_bytes, &position, &error);
  fuzz_check ((value != NULL) == (error == NULL));
  fuzz_check (value != NULL || g_utf8_validate (error->message, -1, NULL));
  fuzz_check (position <= size_bytes);
  if (value == NULL || value->kind != TRAFO_PICKLE_DICT)
    return 0;
  fuzz_check (value->n_items % 2 == 0);
  for (guint i = 1; i < value->n_items; i += 2)
    if (value->items[i]->kind == TRAFO_PICKLE_TENSOR)
      check_tensor (value->items[i]->object);
  return 0;
}
