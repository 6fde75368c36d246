/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-workload.h"

#include <stdio.h>
#include <string.h>

#define FIRST_ID 5
#define MAX_TOKENS (1 << 24)
#define N_RAGGED_ROWS 64
#define RAGGED_BATCH_SIZE 8

/* Drawn evenly from 8 to 128, as numpy.random.default_rng(1).integers(8, 129, 64) does, so that another
 * runtime can be given the same. */
static const guint ragged_lengths[N_RAGGED_ROWS] = {
  65,  69, 99,  123, 12, 25,  107, 122, 38, 45, 113, 59, 41, 108, 39,  57,  85, 74, 18, 11, 112, 99,
  109, 73, 106, 47,  62, 103, 22,  44,  23, 62, 126, 24, 54, 56,  117, 32,  68, 39, 10, 98, 15,  41,
  68,  66, 22,  126, 98, 124, 19,  95,  43, 73, 119, 41, 95, 27,  47,  125, 58, 70, 43, 22,
};
#define PROMPT_LENGTH 32
#define DECODE_LENGTH 128
#define OPT_LENGTH 32

/* Rows of the lengths given, padded up to the longest. */
static TrafoTensorDict *
make_batch (GRand       *random,
            const guint *lengths,
            guint        batch_size,
            gint64       vocab_size,
            GError     **error)
{
  g_autoptr (TrafoTensorDict) batch = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensor) ids = NULL;
  g_autoptr (TrafoTensor) mask = NULL;
  gint64 shape[2] = { batch_size, 0 };

  for (guint i = 0; i < batch_size; i++)
    shape[1] = MAX (shape[1], lengths[i]);
  ids = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  if (ids == NULL)
    return NULL;
  mask = trafo_tensor_new (TRAFO_DTYPE_INT64, shape, 2, error);
  if (mask == NULL)
    return NULL;
  for (guint i = 0; i < batch_size; i++)
    for (gint64 j = 0; j < shape[1]; j++)
      {
        gboolean is_token = j < lengths[i];
        gsize    at = i * shape[1] + j;

        ((gint64 *) trafo_tensor_get_data (mask))[at] = is_token;
        ((gint64 *) trafo_tensor_get_data (ids))[at] =
            is_token ? g_rand_int_range (random, FIRST_ID, MAX (vocab_size, FIRST_ID + 1)) : 0;
      }
  trafo_tensor_dict_set (batch, "input_ids", ids);
  trafo_tensor_dict_set (batch, "attention_mask", mask);
  return g_steal_pointer (&batch);
}

static gint
compare_lengths (gconstpointer a, gconstpointer b)
{
  return *(const guint *) a < *(const guint *) b ? -1 : *(const guint *) a > *(const guint *) b;
}

static gboolean
add_ragged (GPtrArray *batches,
            GRand     *random,
            gboolean   is_sorted,
            gint64     vocab_size,
            GError   **error)
{
  guint lengths[N_RAGGED_ROWS];

  memcpy (lengths, ragged_lengths, sizeof lengths);
  if (is_sorted)
    qsort (lengths, N_RAGGED_ROWS, sizeof *lengths, compare_lengths);
  for (guint i = 0; i < N_RAGGED_ROWS; i += RAGGED_BATCH_SIZE)
    {
      TrafoTensorDict *batch =
          make_batch (random, lengths + i, RAGGED_BATCH_SIZE, vocab_size, error);

      if (batch == NULL)
        return FALSE;
      g_ptr_array_add (batches, batch);
    }
  return TRUE;
}

static gboolean
add_rows (GPtrArray *batches,
          GRand     *random,
          guint      batch_size,
          guint      length,
          gint64     vocab_size,
          GError   **error)
{
  g_autofree guint *lengths = g_new (guint, batch_size);
  TrafoTensorDict  *batch;

  for (guint i = 0; i < batch_size; i++)
    lengths[i] = length;
  batch = make_batch (random, lengths, batch_size, vocab_size, error);
  if (batch != NULL)
    g_ptr_array_add (batches, batch);
  return batch != NULL;
}

/* What a name says; no rows where they are of different lengths. */
typedef struct
{
  guint batch_size;
  guint length;
  guint n_new_tokens;
  guint n_steps;
} Sizes;

static gboolean
parse (const char *name, Sizes *sizes)
{
  char rest;

  if (g_str_equal (name, "ragged") || g_str_equal (name, "sorted"))
    {
      *sizes = (Sizes){ 0, 0, 0, 1 };
      return TRUE;
    }
  *sizes = (Sizes){ 1, PROMPT_LENGTH, 0, 1 };
  if (sscanf (name, "decode-%9u%c", &sizes->batch_size, &rest) == 1)
    sizes->n_new_tokens = sizes->n_steps = DECODE_LENGTH;
  else if (sscanf (name, "opt-%9u%c", &sizes->batch_size, &rest) == 1)
    sizes->n_new_tokens = sizes->n_steps = OPT_LENGTH;
  else if (sscanf (name, "prefill-%9u%c", &sizes->length, &rest) == 1)
    sizes->n_new_tokens = 1;
  else if (sscanf (name, "encode-%9u-%9u%c", &sizes->batch_size, &sizes->length, &rest) != 2)
    return FALSE;
  return sizes->batch_size > 0 && sizes->length > 0 &&
         (guint64) sizes->batch_size * sizes->length <= MAX_TOKENS;
}

gboolean
trafo_workload_is_known (const char *name)
{
  Sizes sizes;

  return parse (name, &sizes);
}

gboolean
trafo_workload_init (TrafoWorkload *self, const char *name, gint64 vocab_size, GError **error)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  gboolean is_sorted = g_str_equal (name, "sorted");
  Sizes    sizes;

  if (!parse (name, &sizes))
    return FALSE;
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_tensor_dict_unref);
  self->n_new_tokens = sizes.n_new_tokens;
  self->n_steps = sizes.n_steps;
  if (sizes.batch_size == 0)
    return add_ragged (self->batches, random, is_sorted, vocab_size, error);
  return add_rows (self->batches, random, sizes.batch_size, sizes.length, vocab_size, error);
}

void
trafo_workload_clear (TrafoWorkload *self)
{
  g_clear_pointer (&self->batches, g_ptr_array_unref);
}
