/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-quantization.h"

#include <math.h>
#include <stdlib.h>

#include "trafo-element-private.h"
#include "trafo-encoded-parts-private.h"
#include "trafo-llm-int8-private.h"
#include "trafo-model-runtime-private.h"

/* What integers are off by. */
typedef struct
{
  double greatest;
  double squares;        /* of the differences */
  double squares_of_all; /* of the weights */
} Deviation;

static Deviation
measure (const TrafoOperand *weight,
         gboolean            is_in_out,
         const TrafoOperand *integers,
         const TrafoOperand *scales)
{
  const gint8 *integer = integers->data;
  gint64       n_stride = weight->strides[is_in_out ? 1 : 0];
  gint64       k_stride = weight->strides[is_in_out ? 0 : 1];
  Deviation    deviation = { 0 };

  for (gint64 n = 0; n < integers->shape[0]; n++)
    for (gint64 k = 0; k < integers->shape[1]; k++)
      {
        double value = trafo_element_get (weight->dtype, weight->data, n * n_stride + k * k_stride);
        double kept = (double) *integer++ * ((const float *) scales->data)[n] * TRAFO_LLM_INT8_UNIT;

        deviation.greatest = MAX (deviation.greatest, fabs (kept - value));
        deviation.squares += (kept - value) * (kept - value);
        deviation.squares_of_all += value * value;
      }
  return deviation;
}

static TrafoValue *
describe (const TrafoEncodedWeight *encoded,
          const TrafoOperand       *weight,
          const TrafoOperand       *integers,
          const Deviation          *deviation)
{
  TrafoValue *record = trafo_value_new_record ();
  TrafoValue *shape = trafo_value_new_list ();
  gint64      n_out = integers->shape[0], n_in = integers->shape[1];

  trafo_value_append (shape, trafo_value_new_integer (n_out));
  trafo_value_append (shape, trafo_value_new_integer (n_in));
  trafo_value_set (record, "name", trafo_value_new_string (encoded->name));
  trafo_value_set (record, "shape", shape);
  trafo_value_set_double (record, "max_error", deviation->greatest);
  trafo_value_set_double (record,
                          "relative_rms",
                          deviation->squares_of_all > 0
                              ? sqrt (deviation->squares / deviation->squares_of_all)
                              : 0);
  trafo_value_set_integer (record,
                           "size_bytes",
                           n_out * n_in * (gint64) trafo_dtype_get_size (weight->dtype));
  trafo_value_set_integer (record,
                           "quantized_size_bytes",
                           n_out * n_in + n_out * (gint64) sizeof (float));
  return record;
}

/**
 * trafo_model_measure_quantization:
 * @self: a model that was loaded in 8 bits from a checkpoint of floats
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * How far the weights that linear layers keep as integers are from those of the checkpoint.
 *
 * Each is a record of its "name", its "shape" [outputs, inputs], the "max_error" of an element, the
 * "relative_rms" of all, which is the root of the sum of squared errors over that of squared weights,
 * and "size_bytes" before and "quantized_size_bytes" after. Weights that the checkpoint has as integers
 * already are left out, and so is what stays floats.
 *
 * Returns: (transfer full): a list of records; %NULL with an error of the domain %TRAFO_ERROR if the
 *   model was not loaded or there is no memory, or of %G_IO_ERROR if it was cancelled
 */
TrafoValue *
trafo_model_measure_quantization (TrafoModel *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TrafoValue) list = NULL;
  TrafoModelSource *source;

  g_return_val_if_fail (TRAFO_IS_MODEL (self), NULL);
  source = trafo_model_get_source (self, error);
  if (source == NULL)
    return NULL;
  list = trafo_value_new_list ();
  for (guint i = 0; i < source->names->len; i++)
    {
      const char               *name = g_ptr_array_index (source->names, i);
      const TrafoEncodedWeight *encoded = g_hash_table_lookup (source->encoded, name);
      TrafoOperand              weight, integers, scales;
      Deviation                 deviation;
      gpointer                  memory;

      if (encoded == NULL)
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !trafo_model_source_lookup (source, name, &weight, error))
        return NULL;
      if (weight.dtype == TRAFO_DTYPE_INT8)
        continue;
      memory = trafo_encoded_part_new (&weight, encoded->is_in_out, &integers, &scales, error);
      if (memory == NULL)
        return NULL;
      deviation = measure (&weight, encoded->is_in_out, &integers, &scales);
      free (memory);
      trafo_value_append (list, describe (encoded, &weight, &integers, &deviation));
    }
  return g_steal_pointer (&list);
}
