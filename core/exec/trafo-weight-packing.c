/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weight-packing-private.h"

#include "trafo-4bit-private.h"
#include "trafo-device-private.h"
#include "trafo-float16-range-private.h"
#include "trafo-tensor-private.h"
#include "trafo-thread-pool-private.h"

const char *
trafo_weight_packing_name (TrafoWeightEncoding encoding)
{
  static const char *const names[] = { "none", "LLM.int8()", "nf4", "fp4", "int8", "int4" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == TRAFO_N_WEIGHT_ENCODINGS);
  return names[encoding];
}

gsize
trafo_weight_packing_get_size (TrafoDevice *device, const TrafoWeight *weight)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);

  return TRAFO_HAS (ops, packed_size) ? ops->packed_size (trafo_device_get_handle (device), weight)
                                      : 0;
}

/* One number tells: packing is what a device does for the types that it has kernels for. */
gboolean
trafo_weight_packing_check_dtype (TrafoDevice *device, TrafoDType dtype, GError **error)
{
  TrafoOperand part = { .dtype = TRAFO_DTYPE_FLOAT32,
                        .n_dims = 2,
                        .shape = { 1, 1 },
                        .strides = { 1, 1 } };
  TrafoWeight  weight = { .struct_size = sizeof weight,
                          .n_parts = 1,
                          .parts = &part,
                          .dtype = dtype,
                          .n_out = 1,
                          .n_in = 1 };

  if (dtype == TRAFO_DTYPE_FLOAT32 || trafo_weight_packing_get_size (device, &weight) > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "found dtype %s, expected one that device %s computes with, such as float32",
               trafo_dtype_get_name (dtype),
               trafo_device_get_name (device));
  return FALSE;
}

gboolean
trafo_weight_packing_check_encoding (TrafoDevice        *device,
                                     TrafoWeightEncoding encoding,
                                     GError            **error)
{
  gint8        integer = 0;
  float        scale = 0;
  TrafoOperand part = { .data = &integer,
                        .dtype = TRAFO_DTYPE_INT8,
                        .n_dims = 2,
                        .shape = { 1, 1 },
                        .strides = { 1, 1 } };
  TrafoOperand scales = { .data = &scale,
                          .dtype = TRAFO_DTYPE_FLOAT32,
                          .n_dims = 1,
                          .shape = { 1 },
                          .strides = { 1 } };
  TrafoWeight  weight = { .struct_size = sizeof weight,
                          .n_parts = 1,
                          .parts = &part,
                          .dtype = TRAFO_DTYPE_INT8,
                          .encoding = encoding,
                          .n_out = 1,
                          .n_in = 1,
                          .scales = &scales };

  /* on a host the reference kernel takes what nobody packs; 4 bits are taken everywhere */
  if (encoding == TRAFO_WEIGHT_ENCODING_NONE || trafo_4bit_is_encoding (encoding) ||
      trafo_device_is_host (device) || trafo_weight_packing_get_size (device, &weight) > 0)
    return TRUE;
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_UNSUPPORTED,
               "found weights in %s, expected none on device %s, which has no kernels for it",
               trafo_weight_packing_name (encoding),
               trafo_device_get_name (device));
  return FALSE;
}

TrafoDType
trafo_weight_packing_choose_dtype (TrafoDevice        *device,
                                   const TrafoOperand *parts,
                                   guint               n_parts,
                                   TrafoDType          dtype)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);
  gpointer              handle = trafo_device_get_handle (device);

  if (dtype != TRAFO_DTYPE_FLOAT32 || !TRAFO_HAS (ops, keeps_dtype) ||
      !ops->keeps_dtype (handle, parts[0].dtype))
    return dtype;
  for (guint i = 1; i < n_parts; i++)
    if (parts[i].dtype != parts[0].dtype)
      return dtype;
  return parts[0].dtype;
}

typedef struct
{
  const TrafoDeviceOps *ops;
  gpointer              device;
  const TrafoWeight    *weight;
  TrafoEncodedParts    *encoded; /* of which the weight's parts are; NULL if they are not */
  gpointer              destination;
  guint                 first_task, n_tasks;
  gint                  is_beyond_float16; /* some element is; atomic */
} Packing;

/* Whether share @task of each part's rows, which are about those that the task packs, so that they are
 * read once from memory, has an element that would become infinite. */
static gboolean
is_share_beyond_float16 (const Packing *packing, guint task)
{
  const TrafoWeight *weight = packing->weight;

  for (guint i = 0; i < weight->n_parts; i++)
    {
      gint64 n_rows = weight->parts[i].shape[0];
      gint64 share = (n_rows + packing->n_tasks - 1) / packing->n_tasks;
      gint64 row, column;
      float  value;

      if (trafo_float16_range_find (&weight->parts[i],
                                    share * task,
                                    MIN (share * (task + 1), n_rows),
                                    &row,
                                    &column,
                                    &value))
        return TRUE;
    }
  return FALSE;
}

static void
pack_task (gpointer data, guint task)
{
  Packing *packing = data;

  task += packing->first_task;
  packing->ops->pack (packing->device, packing->weight, packing->destination, task);
  if (packing->weight->dtype == TRAFO_DTYPE_FLOAT16 && is_share_beyond_float16 (packing, task))
    g_atomic_int_set (&packing->is_beyond_float16, TRUE);
}

/* What is read to pack it, or written. */
static gsize
count_packing_bytes (const Packing *packing, gsize packed_bytes)
{
  const TrafoWeight *weight = packing->weight;
  gsize              n_elements = (gsize) weight->n_out * (gsize) weight->n_in;
  TrafoDType         dtype = weight->parts[0].dtype;

  return MAX (packed_bytes,
              n_elements *
                  trafo_dtype_get_size (packing->encoded != NULL ? TRAFO_DTYPE_FLOAT32 : dtype));
}

/* Of what is encoded, the rows that tasks up to @end read. */
static void
make_rows (const Packing *packing, guint end)
{
  gint64 first_row, end_row;

  if (packing->encoded == NULL)
    return;
  if (TRAFO_HAS (packing->ops, pack_rows))
    {
      first_row =
          packing->ops->pack_rows (packing->device, packing->weight, packing->first_task, &end_row);
      packing->ops->pack_rows (packing->device, packing->weight, end - 1, &end_row);
      trafo_encoded_parts_make_rows (packing->encoded, first_row, end_row);
    }
  else if (packing->first_task == 0)
    trafo_encoded_parts_make_all (packing->encoded);
}

static void
drop_rows (const Packing *packing, guint end)
{
  gint64 end_row;

  if (packing->encoded == NULL || !TRAFO_HAS (packing->ops, pack_rows))
    return;
  packing->ops->pack_rows (packing->device, packing->weight, end - 1, &end_row);
  trafo_encoded_parts_drop_rows (packing->encoded, end_row);
}

/* A large weight goes piece by piece, so that it is never in memory twice. */
static void
pack_pieces (Packing                 *packing,
             const TrafoWeightSource *source,
             const TrafoGraphParam   *param,
             gsize                    packed_bytes)
{
  const TrafoDeviceOps *ops = packing->ops;
  TrafoThreadPool      *pool = trafo_thread_pool_get_default ();
  guint                 n_tasks = 1, n_pieces, end;

  if (TRAFO_HAS (ops, pack_n_tasks))
    n_tasks = ops->pack_n_tasks (packing->device, packing->weight);
  packing->n_tasks = n_tasks;
  n_pieces = trafo_weight_count_pieces (packing->weight->is_in_out,
                                        count_packing_bytes (packing, packed_bytes),
                                        n_tasks);
  for (guint i = 0; i < n_pieces; i++)
    {
      packing->first_task = (guint64) n_tasks * i / n_pieces;
      end = (guint64) n_tasks * (i + 1) / n_pieces;
      make_rows (packing, end);
      trafo_thread_pool_run_tasks (pool, end - packing->first_task, pack_task, packing);
      drop_rows (packing, end);
      if (i + 1 < n_pieces)
        trafo_weight_source_release (source, param);
    }
}

/* Says which element of a parameter float16 cannot hold. */
static gboolean
fail_float16_range (const TrafoWeightSource *source, const TrafoGraphParam *param, GError **error)
{
  TrafoOperand part;
  gint64       row, column;
  float        value;

  for (guint i = 0; i < param->names->len; i++)
    {
      if (!source->lookup (source->data, param, i, &part, error))
        return FALSE;
      if (trafo_float16_range_find (&part, 0, part.shape[0], &row, &column, &value))
        {
          g_set_error (error,
                       TRAFO_ERROR,
                       TRAFO_ERROR_UNSUPPORTED,
                       "parameter '%s' has %g at [%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
                       "], expected magnitudes up to %d for dtype float16; float32 and bfloat16 "
                       "hold greater ones",
                       (const char *) g_ptr_array_index (param->names, i),
                       (double) value,
                       row,
                       column,
                       TRAFO_FLOAT16_MAX);
          return FALSE;
        }
    }
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INTERNAL,
               "parameter '%s' changed while it was packed",
               (const char *) g_ptr_array_index (param->names, 0));
  return FALSE;
}

gboolean
trafo_weight_packing_run (TrafoDevice             *device,
                          const TrafoWeightSource *source,
                          const TrafoGraphParam   *param,
                          const TrafoWeight       *weight,
                          TrafoEncodedParts       *encoded,
                          gpointer                 destination,
                          gsize                    size_bytes,
                          GError                 **error)
{
  Packing packing = { .ops = trafo_device_get_ops (device),
                      .device = trafo_device_get_handle (device),
                      .weight = weight,
                      .encoded = encoded,
                      .destination = destination };

  pack_pieces (&packing, source, param, size_bytes);
  return !packing.is_beyond_float16 || fail_float16_range (source, param, error);
}
