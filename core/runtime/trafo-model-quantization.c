/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-model-quantization.h"

#include <math.h>
#include <stdlib.h>

#include "trafo-4bit-private.h"
#include "trafo-element-private.h"
#include "trafo-encoded-parts-private.h"
#include "trafo-llm-int8-private.h"
#include "trafo-model-runtime-private.h"

/* What codes are off by. */
typedef struct
{
  double greatest;
  double squares;        /* of the differences */
  double squares_of_all; /* of the weights */
} Deviation;

/* An element, and what is kept of it. */
static void
measure_element (Deviation *deviation, double value, double kept)
{
  deviation->greatest = MAX (deviation->greatest, fabs (kept - value));
  deviation->squares += (kept - value) * (kept - value);
  deviation->squares_of_all += value * value;
}

/* What row @n of @part stands for. */
static void
decode_row (const TrafoEncodedPart *part, TrafoWeightEncoding encoding, gint64 n, float *values)
{
  gint64         n_in = part->codes.shape[1];
  const gint8   *integers = (const gint8 *) part->codes.data + n * n_in;
  Trafo4BitCodes codes = { encoding, part->codes.data, part->scales.data, part->block_size };

  if (encoding != TRAFO_WEIGHT_ENCODING_LLM_INT8)
    trafo_4bit_decode (&codes, (gsize) (n * n_in), (gsize) n_in, values);
  else
    for (gint64 k = 0; k < n_in; k++)
      values[k] = (float) ((double) integers[k] * ((const float *) part->scales.data)[n] *
                           TRAFO_LLM_INT8_UNIT);
}

static gboolean
measure (const TrafoOperand     *weight,
         gboolean                is_in_out,
         const TrafoEncodedPart *part,
         TrafoWeightEncoding     encoding,
         Deviation              *ret_deviation,
         GError                **error)
{
  gint64            n_stride = weight->strides[is_in_out ? 1 : 0];
  gint64            k_stride = weight->strides[is_in_out ? 0 : 1];
  gint64            n_in = part->codes.shape[1];
  g_autofree float *values = g_try_new (float, MAX (n_in, 1));

  *ret_deviation = (Deviation){ 0 };
  if (values == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory for a row of %" G_GINT64_FORMAT " weights",
                   n_in);
      return FALSE;
    }
  for (gint64 n = 0; n < part->codes.shape[0]; n++)
    {
      decode_row (part, encoding, n, values);
      for (gint64 k = 0; k < n_in; k++)
        measure_element (ret_deviation,
                         trafo_element_get (weight->dtype,
                                            weight->data,
                                            n * n_stride + k * k_stride),
                         values[k]);
    }
  return TRUE;
}

/* What codes and scales take in a file. */
static gint64
count_bytes (const TrafoEncodedPart *part, gboolean is_nested)
{
  gint64 n_codes = part->codes.shape[0] * part->codes.shape[1];
  gint64 n_scales = part->scales.shape[0];
  gint64 n_nested =
      (gint64) trafo_4bit_count_blocks ((gsize) n_scales, TRAFO_4BIT_NESTED_BLOCK_SIZE);
  gint64 scale_bytes = (gint64) sizeof (float);

  return (part->codes.dtype == TRAFO_DTYPE_INT8 ? n_codes : (n_codes + 1) / 2) +
         (is_nested ? n_scales + n_nested * scale_bytes : n_scales * scale_bytes);
}

static TrafoValue *
describe (const TrafoEncodedWeight *encoded,
          const TrafoOperand       *weight,
          const TrafoEncodedPart   *part,
          gboolean                  is_nested,
          const Deviation          *deviation)
{
  TrafoValue *record = trafo_value_new_record ();
  TrafoValue *shape = trafo_value_new_list ();
  gint64      n_out = part->codes.shape[0], n_in = part->codes.shape[1];

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
  trafo_value_set_integer (record, "quantized_size_bytes", count_bytes (part, is_nested));
  return record;
}

/* The record of a weight. */
static TrafoValue *
measure_weight (const TrafoQuantization  *quantization,
                const TrafoEncodedWeight *encoded,
                const TrafoOperand       *weight,
                GError                  **error)
{
  TrafoEncodedPart part;
  Deviation        deviation;
  TrafoValue      *record = NULL;
  gpointer         memory = trafo_encoded_part_new (&part,
                                            quantization->encoding,
                                            weight,
                                            NULL,
                                            encoded->is_in_out,
                                            quantization->is_nested,
                                            error);

  if (memory == NULL)
    return NULL;
  if (measure (weight, encoded->is_in_out, &part, quantization->encoding, &deviation, error))
    record = describe (encoded, weight, &part, quantization->is_nested, &deviation);
  free (memory);
  return record;
}

/**
 * trafo_model_measure_quantization:
 * @self: a model that was loaded in 8 or 4 bits from a checkpoint of floats
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * How far the weights that linear layers keep encoded are from those of the checkpoint.
 *
 * Each is a record of its "name", its "shape" [outputs, inputs], the "max_error" of an element, the
 * "relative_rms" of all, which is the root of the sum of squared errors over that of squared weights,
 * and "size_bytes" before and "quantized_size_bytes" after. Weights that the checkpoint has encoded
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
      TrafoOperand              weight;
      TrafoValue               *record;

      if (encoded == NULL)
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !trafo_model_source_lookup (source, name, &weight, error))
        return NULL;
      if (!trafo_dtype_is_float (weight.dtype))
        continue;
      record = measure_weight (&source->quantization, encoded, &weight, error);
      if (record == NULL)
        return NULL;
      trafo_value_append (list, record);
    }
  return g_steal_pointer (&list);
}
