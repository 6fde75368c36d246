/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* An entry of a zip file. */
typedef struct
{
  const char   *name;
  gconstpointer data; /* as it lies in the file */
  gsize         size_bytes;
  gconstpointer inflated; /* NULL if it is stored; else what it says it is */
  gsize         inflated_size_bytes;
} TorchZipPart;

GByteArray *torch_zip_write (const TorchZipPart *parts, gsize n_parts);

/* Pickles of torch.save(), in pieces. */
#define PICKLE_STORAGE(type, key, n_elements)                                                      \
  "(U\007storagectorch\n" type "\nU\001" key "U\003cpuK" n_elements "tQ"
#define PICKLE_HOOKS "ccollections\nOrderedDict\n)R"
#define PICKLE_TENSOR(storage, offset, shape, strides)                                             \
  "ctorch._utils\n_rebuild_tensor_v2\n(" storage offset shape strides "\211" PICKLE_HOOKS "tR"
/* {"a": ...} */
#define PICKLE_DICT(value) "\200\002}U\001a" value "s."
