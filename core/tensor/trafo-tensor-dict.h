/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-tensor.h"

G_BEGIN_DECLS

/**
 * TrafoTensorDict: (ref-func trafo_tensor_dict_ref) (unref-func trafo_tensor_dict_unref)
 *
 * Tensors by name, in the order in which they were set: what a model takes and gives.
 */
typedef struct _TrafoTensorDict TrafoTensorDict;

#define TRAFO_TYPE_TENSOR_DICT (trafo_tensor_dict_get_type ())
TRAFO_API GType trafo_tensor_dict_get_type (void);

TRAFO_API TrafoTensorDict *trafo_tensor_dict_new (void);
TRAFO_API TrafoTensorDict *trafo_tensor_dict_ref (TrafoTensorDict *self);
TRAFO_API void             trafo_tensor_dict_unref (TrafoTensorDict *self);

TRAFO_API void trafo_tensor_dict_set (TrafoTensorDict *self, const char *name, TrafoTensor *tensor);
TRAFO_API TrafoTensor *trafo_tensor_dict_get (const TrafoTensorDict *self, const char *name);
TRAFO_API guint        trafo_tensor_dict_get_size (const TrafoTensorDict *self);
TRAFO_API const char  *trafo_tensor_dict_get_name (const TrafoTensorDict *self, guint index);
TRAFO_API char       **trafo_tensor_dict_list_names (const TrafoTensorDict *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTensorDict, trafo_tensor_dict_unref)

G_END_DECLS
