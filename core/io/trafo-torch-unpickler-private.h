/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-pickle-private.h"
#include "trafo-torch-dtype-private.h"

G_BEGIN_DECLS

typedef struct _TrafoTorchStorage TrafoTorchStorage;

/* Elements that lie one after another in the file; tensors are views of it. */
struct _TrafoTorchStorage
{
  const char            *key;
  const TrafoTorchDType *dtype; /* uint8 for one without a type */
  gsize                  size_bytes;
  const guint8          *data;  /* set by who reads the file */
  TrafoTorchStorage     *whole; /* NULL, or what this is a part of, with no data of its own */
  gsize                  offset_bytes;
};

/* A tensor, and where its elements are: those of a storage from @offset on, in elements. None lies
 * outside of it. */
typedef struct
{
  TrafoTorchStorage     *storage;
  const TrafoTorchDType *dtype;
  guint                  n_dims;
  const gint64          *shape;
  const gint64          *strides;
  guint64                n_elements;
  guint64                offset;
  guint64                end; /* one past the last element, or @offset if there is none */
} TrafoTorchTensor;

const guint8 *trafo_torch_storage_get_data (const TrafoTorchStorage *self);

/* Reads pickles of torch.save(): a TrafoPickle that knows the globals of weights. */
typedef struct
{
  TrafoPickle *pickle;
  GTree       *storages;  /* char * -> TrafoTorchStorage * */
  gboolean     is_legacy; /* storages may be parts of others */
} TrafoTorchUnpickler;

TrafoTorchUnpickler *trafo_torch_unpickler_new (const char *name, gboolean is_legacy);
void                 trafo_torch_unpickler_free (TrafoTorchUnpickler *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTorchUnpickler, trafo_torch_unpickler_free)

G_END_DECLS
