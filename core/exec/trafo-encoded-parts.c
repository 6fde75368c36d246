/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoded-parts-private.h"

#include <stdlib.h>

#include "trafo-llm-int8-private.h"
#include "trafo-tensor-private.h"
#include "trafo-thread-pool-private.h"

#define TASK_ELEMENTS (64 * 1024)

typedef struct
{
  const TrafoOperand *weight;
  gboolean            is_in_out;
  gint64              n_out, n_in, rows_per_task;
  gint8              *integers;
  float              *scales;
} Encoding;

static void
encode_task (gpointer data, guint task)
{
  const Encoding *encoding = data;
  gint64          first = task * encoding->rows_per_task;
  gint64          n_rows = MIN (encoding->rows_per_task, encoding->n_out - first);

  trafo_llm_int8_encode (encoding->weight,
                         encoding->is_in_out,
                         first,
                         n_rows,
                         encoding->integers + first * encoding->n_in,
                         encoding->scales + first);
}

void
trafo_encoded_part_set_shapes (TrafoOperand *integers,
                               TrafoOperand *scales,
                               gint64        n_out,
                               gint64        n_in)
{
  *integers = (TrafoOperand){ .dtype = TRAFO_DTYPE_INT8,
                              .n_dims = 2,
                              .shape = { n_out, n_in },
                              .strides = { n_in, 1 } };
  *scales = (TrafoOperand){ .dtype = TRAFO_DTYPE_FLOAT32,
                            .n_dims = 1,
                            .shape = { n_out },
                            .strides = { 1 } };
}

gpointer
trafo_encoded_part_new (const TrafoOperand *weight,
                        gboolean            is_in_out,
                        TrafoOperand       *ret_integers,
                        TrafoOperand       *ret_scales,
                        GError            **error)
{
  Encoding encoding = { .weight = weight, .is_in_out = is_in_out };
  gsize    offset, size_bytes = G_MAXSIZE;
  guint8  *memory = NULL;

  encoding.n_out = weight->shape[is_in_out ? 1 : 0];
  encoding.n_in = weight->shape[is_in_out ? 0 : 1];
  encoding.rows_per_task = MAX (TASK_ELEMENTS / MAX (encoding.n_in, 1), 1);
  if (trafo_llm_int8_layout (encoding.n_out, encoding.n_in, &offset, &size_bytes))
    memory = trafo_aligned_try_alloc (size_bytes);
  if (memory == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for %" G_GSIZE_FORMAT " bytes of integers",
                   size_bytes);
      return NULL;
    }
  encoding.integers = (gint8 *) memory;
  encoding.scales = (float *) (memory + offset);
  trafo_thread_pool_run_tasks (trafo_thread_pool_get_default (),
                               (guint) ((encoding.n_out + encoding.rows_per_task - 1) /
                                        encoding.rows_per_task),
                               encode_task,
                               &encoding);
  trafo_encoded_part_set_shapes (ret_integers, ret_scales, encoding.n_out, encoding.n_in);
  ret_integers->data = encoding.integers;
  ret_scales->data = encoding.scales;
  return memory;
}

void
trafo_encoded_parts_set_shapes (TrafoEncodedParts  *self,
                                const TrafoOperand *parts,
                                guint               n_parts,
                                gboolean            is_in_out)
{
  for (guint i = 0; i < n_parts; i++)
    {
      gboolean is_turned = is_in_out && parts[i].dtype != TRAFO_DTYPE_INT8;

      trafo_encoded_part_set_shapes (&self->parts[i],
                                     &self->scales[i],
                                     parts[i].shape[is_turned ? 1 : 0],
                                     parts[i].shape[is_turned ? 0 : 1]);
    }
}

gboolean
trafo_encoded_parts_fetch (TrafoEncodedParts       *self,
                           const TrafoWeightSource *source,
                           const TrafoGraphParam   *param,
                           const TrafoOperand      *parts,
                           gboolean                 is_in_out,
                           GError                 **error)
{
  for (guint i = 0; i < param->names->len; i++)
    {
      if (parts[i].dtype != TRAFO_DTYPE_INT8)
        {
          self->memory[i] = trafo_encoded_part_new (&parts[i],
                                                    is_in_out,
                                                    &self->parts[i],
                                                    &self->scales[i],
                                                    error);
          if (self->memory[i] == NULL)
            return FALSE;
          continue;
        }
      self->parts[i] = parts[i];
      if (!source->lookup_scales (source->data, param, i, &self->scales[i], error))
        return FALSE;
    }
  return TRUE;
}

void
trafo_encoded_parts_clear (TrafoEncodedParts *self)
{
  for (guint i = 0; i < TRAFO_MAX_PARAM_PARTS; i++)
    g_clear_pointer (&self->memory[i], free);
}
