/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-encoded-parts-private.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trafo-4bit-private.h"
#include "trafo-int8-private.h"
#include "trafo-llm-int8-private.h"
#include "trafo-tensor-private.h"
#include "trafo-thread-pool-private.h"

#define TASK_ELEMENTS (64 * 1024)
#define RUN 64 /* elements that are decoded at once */

/* Units, rows of 8 bits and blocks of 4, that tasks encode: from @first to before @end. */
typedef struct
{
  TrafoWeightEncoding encoding;
  const TrafoOperand *weight;
  gboolean            is_in_out;
  gint64              n_in, first, end, units_per_task;
  gpointer            codes;
  float              *scales;
} Encoding;

static void
encode_task (gpointer data, guint task)
{
  const Encoding *encoding = data;
  gint64          first = encoding->first + task * encoding->units_per_task;
  gint64          n_units = MIN (encoding->units_per_task, encoding->end - first);

  if (!trafo_4bit_is_encoding (encoding->encoding))
    (encoding->encoding == TRAFO_WEIGHT_ENCODING_LLM_INT8
         ? trafo_llm_int8_encode
         : trafo_int8_encode) (encoding->weight,
                               encoding->is_in_out,
                               first,
                               n_units,
                               (gint8 *) encoding->codes + first * encoding->n_in,
                               encoding->scales + first);
  else
    trafo_4bit_encode (encoding->encoding,
                       encoding->weight,
                       encoding->is_in_out,
                       (gsize) first,
                       (gsize) n_units,
                       encoding->codes,
                       encoding->scales);
}

void
trafo_encoded_part_set_shapes (TrafoEncodedPart   *self,
                               TrafoWeightEncoding encoding,
                               gint64              n_out,
                               gint64              n_in,
                               guint               block_size)
{
  gboolean is_4bit = trafo_4bit_is_encoding (encoding);
  gint64   n_scales = n_out;

  if (is_4bit)
    n_scales = (gint64) trafo_4bit_count_blocks ((gsize) n_out * (gsize) n_in, block_size);
  self->codes = (TrafoOperand){ .dtype = is_4bit ? TRAFO_DTYPE_UINT8 : TRAFO_DTYPE_INT8,
                                .n_dims = 2,
                                .shape = { n_out, n_in },
                                .strides = { n_in, 1 } };
  self->scales = (TrafoOperand){ .dtype = TRAFO_DTYPE_FLOAT32,
                                 .n_dims = 1,
                                 .shape = { n_scales },
                                 .strides = { 1 } };
  self->block_size = is_4bit ? block_size : 0;
}

static gboolean
fail_memory (gsize size_bytes, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %" G_GSIZE_FORMAT " bytes of an encoded weight",
               size_bytes);
  return FALSE;
}

/* Memory for codes and, aligned behind them, scales; NULL if there is none. */
static gpointer
alloc_part (TrafoEncodedPart *self, TrafoWeightEncoding encoding, GError **error)
{
  gint64   n_out = self->codes.shape[0], n_in = self->codes.shape[1];
  gsize    offset, size_bytes = G_MAXSIZE;
  gboolean fits = trafo_llm_int8_layout (n_out, n_in, &offset, &size_bytes);
  guint8  *memory;

  if (fits && trafo_4bit_is_encoding (encoding))
    {
      offset = trafo_align_up (((gsize) n_out * (gsize) n_in + 1) / 2);
      size_bytes = offset + (gsize) self->scales.shape[0] * sizeof (float);
    }
  memory = fits ? trafo_aligned_try_alloc (size_bytes) : NULL;
  if (memory == NULL)
    {
      fail_memory (size_bytes, error);
      return NULL;
    }
  self->codes.data = memory;
  self->scales.data = memory + offset;
  return memory;
}

/* To 8 bits and back. */
static gboolean
round_scales (TrafoOperand *scales, GError **error)
{
  gsize              n = (gsize) scales->shape[0];
  float              values[TRAFO_4BIT_N_NESTED_VALUES], offset;
  g_autofree guint8 *codes = g_try_malloc (MAX (n, 1));
  g_autofree float  *nested =
      g_try_new (float, trafo_4bit_count_blocks (n, TRAFO_4BIT_NESTED_BLOCK_SIZE) + 1);

  if (codes == NULL || nested == NULL)
    return fail_memory (n, error);
  trafo_4bit_get_nested_values (values);
  trafo_4bit_nest (scales->data, n, codes, nested, &offset);
  trafo_4bit_unnest (codes, n, values, nested, offset, scales->data);
  return TRUE;
}

/* Elements of a unit. */
static gint64
get_unit (const TrafoEncodedPart *part)
{
  return MAX (part->block_size > 0 ? part->block_size : part->codes.shape[1], 1);
}

/* Rows [begin, end) of @part, of @weight. */
static void
encode_rows (TrafoEncodedPart   *part,
             TrafoWeightEncoding encoding,
             const TrafoOperand *weight,
             gboolean            is_in_out,
             gint64              begin,
             gint64              end)
{
  gint64   n_in = part->codes.shape[1], unit = get_unit (part);
  Encoding work = { encoding,
                    weight,
                    is_in_out,
                    .n_in = n_in,
                    .first = part->block_size > 0 ? begin * n_in / unit : begin,
                    .end = part->block_size > 0 ? (end * n_in + unit - 1) / unit : end,
                    .units_per_task = MAX (TASK_ELEMENTS / unit, 1),
                    .codes = part->codes.data,
                    .scales = part->scales.data };

  trafo_thread_pool_run_tasks (trafo_thread_pool_get_default (),
                               (guint) ((work.end - work.first + work.units_per_task - 1) /
                                        work.units_per_task),
                               encode_task,
                               &work);
}

/* Piece by piece, so that the floats need not all be in memory. */
static void
encode_pieces (TrafoEncodedPart        *part,
               TrafoWeightEncoding      encoding,
               const TrafoOperand      *weight,
               gboolean                 is_in_out,
               const TrafoWeightSource *source)
{
  gint64 n_rows = part->codes.shape[0];
  gsize size_bytes = (gsize) (n_rows * part->codes.shape[1]) * trafo_dtype_get_size (weight->dtype);
  guint n_pieces =
      trafo_weight_count_pieces (is_in_out, size_bytes, (guint) MIN (n_rows, G_MAXINT));

  for (guint i = 0; i < n_pieces; i++)
    {
      encode_rows (part,
                   encoding,
                   weight,
                   is_in_out,
                   n_rows * i / n_pieces,
                   n_rows * (i + 1) / n_pieces);
      if (i + 1 < n_pieces && source != NULL && source->release != NULL)
        source->release (source->data, weight);
    }
}

gpointer
trafo_encoded_part_new (TrafoEncodedPart        *self,
                        TrafoWeightEncoding      encoding,
                        const TrafoOperand      *weight,
                        const TrafoWeightSource *source,
                        gboolean                 is_in_out,
                        gboolean                 is_nested,
                        GError                 **error)
{
  gpointer memory;

  trafo_encoded_part_set_shapes (self,
                                 encoding,
                                 weight->shape[is_in_out ? 1 : 0],
                                 weight->shape[is_in_out ? 0 : 1],
                                 trafo_4bit_get_block_size (encoding));
  memory = alloc_part (self, encoding, error);
  if (memory == NULL)
    return NULL;
  encode_pieces (self, encoding, weight, is_in_out, source);
  if (is_nested && !round_scales (&self->scales, error))
    g_clear_pointer (&memory, free);
  return memory;
}

static void
set_part (TrafoEncodedParts *self, guint i, const TrafoEncodedPart *part)
{
  self->parts[i] = part->codes;
  self->scales[i] = part->scales;
  self->block_sizes[i] = part->block_size;
}

gboolean
trafo_encoded_parts_init (TrafoEncodedParts       *self,
                          TrafoWeightEncoding      encoding,
                          const TrafoWeightSource *source,
                          const TrafoGraphParam   *param,
                          const TrafoOperand      *parts,
                          gboolean                 is_in_out,
                          GError                 **error)
{
  self->encoding = encoding;
  self->is_in_out = is_in_out;
  self->n_parts = param->names->len;
  for (guint i = 0; i < self->n_parts; i++)
    {
      TrafoWeightScales stored = { .block_size = trafo_4bit_get_block_size (encoding) };
      TrafoEncodedPart  part;

      stored.shape[0] = parts[i].shape[is_in_out ? 1 : 0];
      stored.shape[1] = parts[i].shape[is_in_out ? 0 : 1];
      if (!trafo_dtype_is_float (parts[i].dtype) &&
          !source->lookup_scales (source->data, param, i, &stored, error))
        return FALSE;
      trafo_encoded_part_set_shapes (&part,
                                     encoding,
                                     stored.shape[0],
                                     stored.shape[1],
                                     stored.block_size);
      set_part (self, i, &part);
    }
  return TRUE;
}

guint
trafo_encoded_parts_get_block_size (const TrafoEncodedParts *self)
{
  for (guint i = 1; i < self->n_parts; i++)
    if (self->block_sizes[i] != self->block_sizes[0])
      return 0;
  return self->block_sizes[0];
}

/* What the source has encoded. */
static gboolean
fetch_stored (TrafoEncodedParts       *self,
              guint                    i,
              const TrafoWeightSource *source,
              const TrafoGraphParam   *param,
              const TrafoOperand      *part,
              GError                 **error)
{
  TrafoWeightScales stored;
  gsize             n = (gsize) self->scales[i].shape[0];

  self->parts[i].data = part->data;
  if (!source->lookup_scales (source->data, param, i, &stored, error))
    return FALSE;
  self->scales[i].data = stored.scales.data;
  if (!stored.is_nested)
    return TRUE;
  self->memory[i] = trafo_aligned_try_alloc (n * sizeof (float));
  if (self->memory[i] == NULL)
    return fail_memory (n * sizeof (float), error);
  trafo_4bit_unnest (stored.scales.data,
                     n,
                     stored.nested_values.data,
                     stored.nested_scales.data,
                     stored.nested_offset,
                     self->memory[i]);
  self->scales[i].data = self->memory[i];
  return TRUE;
}

/* Of floats: all at once where all scales are needed for one, else row by row when they are asked for. */
static gboolean
prepare_part (TrafoEncodedParts       *self,
              guint                    i,
              const TrafoWeightSource *source,
              const TrafoOperand      *part,
              GError                 **error)
{
  TrafoEncodedPart made = { self->parts[i], self->scales[i], self->block_sizes[i] };

  if (source->nests_scales && trafo_4bit_nests (self->encoding))
    self->memory[i] =
        trafo_encoded_part_new (&made, self->encoding, part, source, self->is_in_out, TRUE, error);
  else
    {
      self->memory[i] = alloc_part (&made, self->encoding, error);
      self->sources[i] = *part;
    }
  set_part (self, i, &made);
  return self->memory[i] != NULL;
}

gboolean
trafo_encoded_parts_fetch (TrafoEncodedParts       *self,
                           const TrafoWeightSource *source,
                           const TrafoGraphParam   *param,
                           const TrafoOperand      *parts,
                           GError                 **error)
{
  for (guint i = 0; i < self->n_parts; i++)
    if (!(trafo_dtype_is_float (parts[i].dtype)
              ? prepare_part (self, i, source, &parts[i], error)
              : fetch_stored (self, i, source, param, &parts[i], error)))
      return FALSE;
  return TRUE;
}

void
trafo_encoded_parts_make_rows (TrafoEncodedParts *self, gint64 begin, gint64 end)
{
  for (guint i = 0; i < self->n_parts; i++)
    {
      TrafoEncodedPart part = { self->parts[i], self->scales[i], self->block_sizes[i] };
      gint64           n_out = part.codes.shape[0];

      if (self->sources[i].data != NULL && begin < n_out && end > 0)
        encode_rows (&part,
                     self->encoding,
                     &self->sources[i],
                     self->is_in_out,
                     MAX (begin, 0),
                     MIN (end, n_out));
      begin -= n_out;
      end -= n_out;
    }
}

void
trafo_encoded_parts_make_all (TrafoEncodedParts *self)
{
  trafo_encoded_parts_make_rows (self, 0, G_MAXINT64);
}

void
trafo_encoded_parts_drop_rows (TrafoEncodedParts *self, gint64 end)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  for (guint i = 0; i < self->n_parts; i++)
    {
      gint64 n_out = self->parts[i].shape[0], n_in = self->parts[i].shape[1];
      gsize  size_bytes = (gsize) MIN (end, n_out) * (gsize) n_in;
      gsize  first = (gsize) self->parts[i].data, last;

      if (end <= 0)
        return;
      last = first + (trafo_4bit_is_encoding (self->encoding) ? size_bytes / 2 : size_bytes);
      first = (first + page - 1) / page * page;
      last = last / page * page;
      if (self->sources[i].data != NULL && first < last)
        madvise ((gpointer) first, last - first, MADV_DONTNEED);
      end -= n_out;
    }
}

typedef struct
{
  Trafo4BitCodes codes;  /* or, with the encoding INT8, integers and the scales of rows */
  TrafoOperand  *floats; /* [N, K] by their strides */
  gsize          n_out, n_in, rows_per_task;
} Decoding;

/* @count elements of row @n from @first on. */
static void
decode_run (const Decoding *decoding, gsize n, gsize first, gsize count, float *values)
{
  const Trafo4BitCodes *codes = &decoding->codes;
  gsize                 at = n * decoding->n_in + first;

  if (trafo_4bit_is_encoding (codes->encoding))
    trafo_4bit_decode (codes, at, count, values);
  else
    for (gsize i = 0; i < count; i++)
      values[i] = (float) ((const gint8 *) codes->codes)[at + i] * codes->scales[n];
}

static void
decode_task (gpointer data, guint task)
{
  const Decoding *decoding = data;
  gsize           n_in = decoding->n_in;
  gsize           end = MIN ((task + 1) * decoding->rows_per_task, decoding->n_out);
  gint64          n_stride = decoding->floats->strides[0], k_stride = decoding->floats->strides[1];
  float          *floats = decoding->floats->data;

  for (gsize n = task * decoding->rows_per_task; n < end; n++)
    for (gsize first = 0; first < n_in; first += RUN)
      {
        float values[RUN];
        gsize count = MIN (RUN, n_in - first);

        decode_run (decoding, n, first, count, values);
        for (gsize k = 0; k < count; k++)
          floats[(gint64) n * n_stride + (gint64) (first + k) * k_stride] = values[k];
      }
}

/* Into memory that holds the scales no longer, but the floats. */
static gboolean
decode_part (TrafoEncodedParts *self, guint i, GError **error)
{
  gboolean     is_in_out = self->is_in_out;
  gint64       n_out = self->parts[i].shape[0], n_in = self->parts[i].shape[1];
  gsize        size_bytes = G_MAXSIZE;
  gpointer     memory = NULL;
  TrafoOperand oriented = { .dtype = TRAFO_DTYPE_FLOAT32, .n_dims = 2, .shape = { n_out, n_in } };
  Decoding     decoding = {
        { self->encoding, self->parts[i].data, self->scales[i].data, self->block_sizes[i] },
        &oriented,
        (gsize) n_out,
        (gsize) n_in,
        MAX (TASK_ELEMENTS / MAX (n_in, 1), 1)
  };

  if (g_size_checked_mul (&size_bytes, (gsize) n_out * (gsize) n_in, sizeof (float)))
    memory = trafo_aligned_try_alloc (size_bytes);
  if (memory == NULL)
    return fail_memory (size_bytes, error);
  oriented.data = memory;
  oriented.strides[0] = is_in_out ? 1 : n_in;
  oriented.strides[1] = is_in_out ? n_out : 1;
  trafo_thread_pool_run_tasks (trafo_thread_pool_get_default (),
                               (guint) ((decoding.n_out + decoding.rows_per_task - 1) /
                                        decoding.rows_per_task),
                               decode_task,
                               &decoding);
  free (self->memory[i]);
  self->memory[i] = memory;
  self->floats[i] = (TrafoOperand){ .data = memory, .dtype = TRAFO_DTYPE_FLOAT32, .n_dims = 2 };
  self->floats[i].shape[is_in_out ? 1 : 0] = n_out;
  self->floats[i].shape[is_in_out ? 0 : 1] = n_in;
  trafo_shape_to_strides (self->floats[i].shape, 2, self->floats[i].strides);
  return TRUE;
}

gboolean
trafo_encoded_parts_decode (TrafoEncodedParts *self, GError **error)
{
  trafo_encoded_parts_make_all (self);
  for (guint i = 0; i < self->n_parts; i++)
    if (!decode_part (self, i, error))
      return FALSE;
  return TRUE;
}

void
trafo_encoded_parts_clear (TrafoEncodedParts *self)
{
  for (guint i = 0; i < TRAFO_MAX_PARAM_PARTS; i++)
    g_clear_pointer (&self->memory[i], free);
}
