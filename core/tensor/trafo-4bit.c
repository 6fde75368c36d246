/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-4bit-private.h"

#include <math.h>
#include <string.h>

#include "trafo-element-private.h"

/* bitsandbytes, functional.py: get_4bit_type(), create_dynamic_map(); backends/default/ops.py:
 * quantize_4bit(). llama.cpp, ggml-quants.c: quantize_row_q4_0_ref(), of which gguf, quants.py: Q4_0 rounds
 * as with fused multiply-add. */

#define NO_SCALE 1e-38f /* what a block of zeros is divided by */

/* Quantiles of the normal distribution (Dettmers et al. 2023, QLoRA, appendix E). */
static const float nf4_values[TRAFO_4BIT_N_VALUES] = {
  -1e+00f,        -6.961928e-1f, -5.2507305e-1f, -3.949175e-1f, -2.8444138e-1f, -1.8477343e-1f,
  -9.1050036e-2f, 0e+00f,        0.0795803f,     0.1609302f,    0.2461123f,     0.33791524f,
  0.44070983f,    0.562617f,     0.72295684f,    1.0f
};

/* A sign, two bits of exponent and one of mantissa. */
static const float fp4_values[TRAFO_4BIT_N_VALUES] = {
  0, 0.0625f / 12,  8.0f / 12,  1.0f,  4.0f / 12,  6.0f / 12,  2.0f / 12,  3.0f / 12,
  0, -0.0625f / 12, -8.0f / 12, -1.0f, -4.0f / 12, -6.0f / 12, -2.0f / 12, -3.0f / 12,
};

static const float int4_values[TRAFO_4BIT_N_VALUES] = { -8, -7, -6, -5, -4, -3, -2, -1,
                                                        0,  1,  2,  3,  4,  5,  6,  7 };
#define INT4_ZERO 8 /* the code */

/* The codes by their values, as torch sorts them. */
static const guint8 nf4_order[TRAFO_4BIT_N_VALUES] = { 0, 1, 2,  3,  4,  5,  6,  7,
                                                       8, 9, 10, 11, 12, 13, 14, 15 };
static const guint8 fp4_order[TRAFO_4BIT_N_VALUES] = { 11, 10, 13, 12, 15, 14, 9, 0,
                                                       8,  1,  6,  7,  4,  5,  2, 3 };

/* The values of 8 bits above 0 and below 1; those below 0 mirror them (Dettmers et al. 2022, 8-bit
 * Approximations for Parallelism in Deep Learning, section 1.3). */
static const float nested_magnitudes[127] = {
  5.5000004e-7f, 3.2500002e-6f, 7.75e-6f,      2.1249998e-5f, 4.375e-5f,     6.625e-5f,
  8.875e-5f,     1.5625001e-4f, 2.6875004e-4f, 3.8125002e-4f, 4.9375003e-4f, 6.062501e-4f,
  7.1875006e-4f, 8.3125e-4f,    9.437501e-4f,  0.0012812499f, 0.00184375f,   0.00240625f,
  0.00296875f,   0.0035312497f, 0.00409375f,   0.0046562497f, 0.0052187503f, 0.00578125f,
  0.00634375f,   0.00690625f,   0.00746875f,   0.00803125f,   0.00859375f,   0.009156249f,
  0.00971875f,   0.01140625f,   0.01421875f,   0.01703125f,   0.019843752f,  0.02265625f,
  0.02546875f,   0.028281251f,  0.03109375f,   0.03390625f,   0.036718752f,  0.03953125f,
  0.042343747f,  0.04515625f,   0.04796875f,   0.05078125f,   0.05359375f,   0.05640625f,
  0.059218753f,  0.06203125f,   0.06484375f,   0.067656256f,  0.070468746f,  0.07328125f,
  0.07609375f,   0.07890625f,   0.08171876f,   0.08453125f,   0.08734375f,   0.09015625f,
  0.092968754f,  0.09578126f,   0.09859375f,   0.107031256f,  0.12109375f,   0.13515624f,
  0.14921875f,   0.16328125f,   0.17734376f,   0.19140625f,   0.20546874f,   0.21953125f,
  0.23359375f,   0.24765624f,   0.26171875f,   0.27578127f,   0.28984374f,   0.30390626f,
  0.31796873f,   0.33203125f,   0.34609374f,   0.36015624f,   0.37421876f,   0.38828123f,
  0.40234375f,   0.41640624f,   0.43046874f,   0.44453126f,   0.45859373f,   0.47265625f,
  0.4867187f,    0.50078124f,   0.5148437f,    0.5289062f,    0.54296875f,   0.5570313f,
  0.5710938f,    0.58515626f,   0.5992187f,    0.61328125f,   0.6273438f,    0.6414063f,
  0.65546876f,   0.6695312f,    0.68359375f,   0.6976563f,    0.7117188f,    0.72578126f,
  0.7398437f,    0.75390625f,   0.7679688f,    0.78203124f,   0.79609376f,   0.8101562f,
  0.82421875f,   0.8382813f,    0.85234374f,   0.86640626f,   0.8804687f,    0.89453125f,
  0.9085938f,    0.92265624f,   0.93671876f,   0.9507812f,    0.96484375f,   0.9789063f,
  0.99296874f,
};

typedef struct
{
  TrafoWeightEncoding encoding;
  const float        *values;
  const guint8       *order; /* NULL: integers */
  guint               block_size;
} Type;

static const Type types[] = {
  { TRAFO_WEIGHT_ENCODING_NF4, nf4_values, nf4_order, 64 },
  { TRAFO_WEIGHT_ENCODING_FP4, fp4_values, fp4_order, 64 },
  { TRAFO_WEIGHT_ENCODING_INT4, int4_values, NULL, 32 },
};

/* NULL for an encoding of other than 4 bits. */
static const Type *
find_type (guint encoding)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].encoding == encoding)
      return &types[i];
  return NULL;
}

gboolean
trafo_4bit_is_encoding (TrafoWeightEncoding encoding)
{
  return find_type (encoding) != NULL;
}

guint
trafo_4bit_get_block_size (TrafoWeightEncoding encoding)
{
  const Type *type = find_type (encoding);

  return type != NULL ? type->block_size : 0;
}

gboolean
trafo_4bit_nests (TrafoWeightEncoding encoding)
{
  const Type *type = find_type (encoding);

  return type != NULL && type->order != NULL;
}

const float *
trafo_4bit_get_values (guint encoding)
{
  const Type *type = find_type (encoding);

  return type != NULL ? type->values : NULL;
}

void
trafo_4bit_get_nested_values (float values[TRAFO_4BIT_N_NESTED_VALUES])
{
  for (guint i = 0; i < G_N_ELEMENTS (nested_magnitudes); i++)
    {
      values[126 - i] = -nested_magnitudes[i];
      values[128 + i] = nested_magnitudes[i];
    }
  values[127] = 0;
  values[255] = 1;
}

gsize
trafo_4bit_count_blocks (gsize n_elements, gsize block_size)
{
  return n_elements / block_size + (n_elements % block_size != 0);
}

/* Of the middles between sorted values how many are less; all, for what is no number. */
static guint
search (const float *middles, guint n_values, float value)
{
  guint index = 0;

  for (guint step = n_values / 2; step > 0; step /= 2)
    if (!(value <= middles[index + step - 1]))
      index += step;
  return index;
}

/* Elements of [N, K] from @first on, wherever they lie. */
static void
read_block (const TrafoOperand *weight, gboolean is_in_out, gsize first, gsize n, float *values)
{
  gconstpointer data = (const char *) weight->data + weight->offset_bytes;
  guint         out_axis = is_in_out ? 1 : 0;
  gint64        n_in = weight->shape[1 - out_axis];

  for (gsize i = 0; i < n; i++)
    {
      gint64 row = (gint64) (first + i) / n_in, column = (gint64) (first + i) % n_in;
      gint64 at = row * weight->strides[out_axis] + column * weight->strides[1 - out_axis];

      values[i] = (float) trafo_element_get (weight->dtype, data, at);
    }
}

/* The greatest magnitude; no number if one of the values is none. */
static float
find_scale (const float *values, gsize n)
{
  float greatest = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (isnan (values[i]))
        return NAN;
      greatest = MAX (greatest, fabsf (values[i]));
    }
  return greatest;
}

/* What a block's @values are in units of its scale; a last block that is shorter is rounded otherwise
 * there, too. */
static float
normalise_block (float *values, gsize n, gboolean is_whole)
{
  float scale = find_scale (values, n);
  float divisor = scale < NO_SCALE ? NO_SCALE : scale;
  float inverse = 1.0f / divisor;

  for (gsize i = 0; i < n; i++)
    {
      float value = is_whole ? values[i] * inverse : values[i] / divisor;

      values[i] = value < -1 ? -1 : value > 1 ? 1 : value;
    }
  return is_whole ? scale : divisor;
}

/* Of NF4 or FP4: the values between which the nearest one changes. */
static void
find_middles (const Type *type, float middles[TRAFO_4BIT_N_VALUES - 1])
{
  for (guint i = 0; i + 1 < TRAFO_4BIT_N_VALUES; i++)
    middles[i] = (type->values[type->order[i]] + type->values[type->order[i + 1]]) / 2;
}

static float
encode_parts (const Type  *type,
              const float *middles,
              float       *values,
              gsize        n,
              gboolean     is_whole,
              guint8      *codes)
{
  float scale = normalise_block (values, n, is_whole);

  for (gsize i = 0; i < n; i++)
    codes[i] = type->order[search (middles, TRAFO_4BIT_N_VALUES, values[i])];
  return scale;
}

/* The first element of the greatest magnitude becomes -8. The scale is rounded to float16 only then. */
static float
encode_integers (const float *values, gsize n, guint8 *codes)
{
  float magnitude = find_scale (values, n), scale, inverse;
  gsize at = 0;

  while (at + 1 < n && fabsf (values[at]) != magnitude)
    at++;
  scale = isnan (magnitude) ? magnitude : values[at] / -8;
  inverse = 1 / scale;
  memset (codes, INT4_ZERO, n);
  /* a block of zeros has none, and one that is spoilt need not have any */
  for (gsize i = 0; i < n && isfinite (inverse) && inverse != 0; i++)
    codes[i] = (guint8) MIN (15, (float) ((double) values[i] * inverse + 8.5));
  return trafo_float16_to_float (trafo_float16_from_float (scale));
}

void
trafo_4bit_encode (TrafoWeightEncoding encoding,
                   const TrafoOperand *weight,
                   gboolean            is_in_out,
                   gsize               first_block,
                   gsize               n_blocks,
                   guint8             *codes,
                   float              *scales)
{
  const Type *type = find_type (encoding);
  gsize       block_size = type->block_size;
  gsize       n_elements = (gsize) weight->shape[0] * (gsize) weight->shape[1];
  float       middles[TRAFO_4BIT_N_VALUES - 1];

  if (type->order != NULL)
    find_middles (type, middles);
  for (gsize block = first_block; block < first_block + n_blocks; block++)
    {
      float   values[TRAFO_4BIT_MAX_BLOCK_SIZE] = { 0 };
      guint8  block_codes[TRAFO_4BIT_MAX_BLOCK_SIZE];
      gsize   first = block * block_size;
      gsize   n = MIN (block_size, n_elements - first);
      gsize   n_even = n + n % 2; /* a byte is filled with a zero */
      guint8 *bytes = codes + first / 2;

      read_block (weight, is_in_out, first, n, values);
      scales[block] =
          type->order == NULL
              ? encode_integers (values, n_even, block_codes)
              : encode_parts (type, middles, values, n_even, n == block_size, block_codes);
      for (gsize i = 0; i < n; i += 2)
        bytes[i / 2] = (guint8) (block_codes[i] << 4 | block_codes[i + 1]);
    }
}

void
trafo_4bit_decode (const Trafo4BitCodes *self, gsize first, gsize n, float *values)
{
  const float *table = trafo_4bit_get_values (self->encoding);

  for (gsize i = first; i < first + n; i++)
    {
      guint8 byte = self->codes[i / 2];

      *values++ = table[i % 2 == 0 ? byte >> 4 : byte & 0xf] * self->scales[i / self->block_size];
    }
}

/* The sum of @n_rows rows of 4 x 8 terms, in the order in which torch adds on the CPU: levels of partial
 * sums, each of 2^@power of those below (ATen/native/cpu/SumKernel.cpp, multi_row_sum()). */
#define SUM_LEVELS 4
#define SUM_WIDTH 32

static void
sum_rows (const float *terms, gsize n_rows, float sums[SUM_WIDTH])
{
  float levels[SUM_LEVELS][SUM_WIDTH] = { 0 };
  guint power = MAX (4, g_bit_storage (MAX (n_rows, 1) - 1) / SUM_LEVELS);
  gsize row = 0;

  while (row < n_rows)
    {
      gsize end = MIN (row + ((gsize) 1 << power), n_rows);
      gsize is_whole = end - row == (gsize) 1 << power;

      for (; row < end; row++)
        for (guint i = 0; i < SUM_WIDTH; i++)
          levels[0][i] += terms[row * SUM_WIDTH + i];
      for (guint level = 1; is_whole && level < SUM_LEVELS; level++)
        {
          for (guint i = 0; i < SUM_WIDTH; i++)
            {
              levels[level][i] += levels[level - 1][i];
              levels[level - 1][i] = 0;
            }
          if ((row >> level * power & (((gsize) 1 << power) - 1)) != 0)
            break;
        }
    }
  for (guint i = 0; i < SUM_WIDTH; i++)
    for (guint level = 1; level < SUM_LEVELS; level++)
      levels[0][i] += levels[level][i];
  memcpy (sums, levels[0], sizeof levels[0]);
}

/* Of fewer than a vector: in four sums, too. */
static float
sum_few (const float *terms, gsize n)
{
  float sums[4] = { 0 };

  for (gsize i = 0; i < n; i++)
    sums[n < 4 || i >= 4 ? 0 : i] += terms[i];
  return sums[0] + sums[1] + sums[2] + sums[3];
}

/* As torch computes it on one thread; on several it gives each a share of more than 32768 terms. */
static float
find_mean (const float *terms, gsize n)
{
  float sums[SUM_WIDTH], sum = 0;
  gsize n_vectors = n / 8;

  if (n < 8)
    return sum_few (terms, n) / (float) n;
  sum_rows (terms, n_vectors / 4, sums);
  for (gsize vector = n_vectors / 4 * 4; vector < n_vectors; vector++)
    for (guint i = 0; i < 8; i++)
      sums[i] += terms[vector * 8 + i];
  for (guint row = 1; row < 4; row++)
    for (guint i = 0; i < 8; i++)
      sums[i] += sums[row * 8 + i];
  for (gsize i = n_vectors * 8; i < n; i++)
    sum += terms[i];
  for (guint i = 0; i < 8; i++)
    sum += sums[i];
  return sum / (float) n;
}

/* bitsandbytes' quantize_blockwise() on the CPU, which looks the nearest value up in a table of 2^16 steps
 * from -1 to 1. */
static guint8
nest_value (const float *middles, float value)
{
  guint step;

  if (isnan (value))
    return 0;
  step = (guint) ((CLAMP (value, -1.0f, 1.0f) + 1.0f) * 32767.5f + 0.5f);
  return (
      guint8) search (middles, TRAFO_4BIT_N_NESTED_VALUES, (float) step * (2.0f / 65535.0f) - 1.0f);
}

void
trafo_4bit_nest (const float *scales,
                 gsize        n,
                 guint8      *codes,
                 float       *nested_scales,
                 float       *ret_offset)
{
  float offset = find_mean (scales, n);
  float middles[TRAFO_4BIT_N_NESTED_VALUES];

  trafo_4bit_get_nested_values (middles);
  for (guint i = 0; i + 1 < TRAFO_4BIT_N_NESTED_VALUES; i++)
    middles[i] = (middles[i] + middles[i + 1]) / 2;
  for (gsize first = 0; first < n; first += TRAFO_4BIT_NESTED_BLOCK_SIZE)
    {
      gsize end = MIN (first + TRAFO_4BIT_NESTED_BLOCK_SIZE, n);
      float greatest = 0;

      for (gsize i = first; i < end; i++)
        if (fabsf (scales[i] - offset) > greatest)
          greatest = fabsf (scales[i] - offset);
      nested_scales[first / TRAFO_4BIT_NESTED_BLOCK_SIZE] = greatest;
      for (gsize i = first; i < end; i++)
        codes[i] =
            greatest > 0 ? nest_value (middles, (scales[i] - offset) * (1.0f / greatest)) : 0;
    }
  *ret_offset = offset;
}

void
trafo_4bit_unnest (const guint8 *codes,
                   gsize         n,
                   const float  *nested_values,
                   const float  *nested_scales,
                   float         offset,
                   float        *scales)
{
  for (gsize i = 0; i < n; i++)
    scales[i] = nested_values[codes[i]] * nested_scales[i / TRAFO_4BIT_NESTED_BLOCK_SIZE] + offset;
}
