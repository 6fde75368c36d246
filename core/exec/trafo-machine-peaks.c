/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-machine-peaks-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

#include "trafo-device-private.h"
#include "trafo-profile-private.h"
#include "trafo-tensor-private.h"
#include "trafo-thread-pool-private.h"

enum
{
  N_TRIES = 30, /* short, so that one at least is not interrupted */
  TRY_NS = 8000000,
  N_PASSES = 3,
  SLICE_BYTES = 64 << 20, /* of the buffer, a try each */
  MIN_BUFFER_BYTES = 256 << 20,
  MAX_BUFFER_BYTES = 1 << 30,
  BUFFER_CACHES = 4, /* so many times the last cache */
  STRIDE_WORDS = 16, /* read at once: two cache lines */
};

typedef struct
{
  TrafoDevice *device;
  TrafoDType   dtype;
  gint64       end_ns;
  guint64      n_flops;
} Saturation;

static void
saturate_share (gpointer data, guint worker, guint n_workers)
{
  Saturation           *self = data;
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);
  guint64               n_flops = 0, n;

  do
    {
      n = ops->saturate (trafo_device_get_handle (self->device), self->dtype);
      n_flops += n;
    }
  while (n > 0 && trafo_profile_now () < self->end_ns);
  __atomic_add_fetch (&self->n_flops, n_flops, __ATOMIC_RELAXED);
}

double
trafo_machine_measure_flops (TrafoDevice *device, TrafoDType dtype)
{
  TrafoThreadPool *pool = trafo_thread_pool_get_default ();
  double           best = 0;

  if (!trafo_device_is_host (device) || !TRAFO_HAS (trafo_device_get_ops (device), saturate))
    return 0;
  for (guint i = 0; i < N_TRIES; i++)
    {
      gint64     begin_ns = trafo_profile_now ();
      Saturation self = { device, dtype, begin_ns + TRY_NS, 0 };

      trafo_thread_pool_run (pool, trafo_thread_pool_get_size (pool), saturate_share, &self);
      best = MAX (best, (double) self.n_flops * 1e9 / (double) (trafo_profile_now () - begin_ns));
    }
  return best;
}

typedef struct
{
  const guint64 *words;
  gsize          n_strides;
  guint64        sum; /* so that nothing is left out */
} Reading;

static void
read_share (gpointer data, guint worker, guint n_workers)
{
  Reading *self = data;
  gsize    first = self->n_strides * worker / n_workers;
  gsize    end = self->n_strides * (worker + 1) / n_workers;
  guint64  sums[STRIDE_WORDS] = { 0 }, sum = 0;

  for (gsize i = first; i < end; i++)
    for (guint j = 0; j < STRIDE_WORDS; j++)
      sums[j] += self->words[i * STRIDE_WORDS + j];
  for (guint j = 0; j < STRIDE_WORDS; j++)
    sum += sums[j];
  __atomic_add_fetch (&self->sum, sum, __ATOMIC_RELAXED);
}

/* Large pages, where the system has them, for what is measured is the memory, not the tables of pages. */
static gpointer
make_buffer (gsize *ret_size_bytes)
{
  gsize    cache_bytes = MAX (sysconf (_SC_LEVEL3_CACHE_SIZE), 0);
  gsize    wanted_bytes = CLAMP (cache_bytes * BUFFER_CACHES, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES);
  gsize    size_bytes = wanted_bytes / SLICE_BYTES * SLICE_BYTES;
  gpointer buffer =
      mmap (NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (buffer == MAP_FAILED)
    return NULL;
  madvise (buffer, size_bytes, MADV_HUGEPAGE);
  /* pages that were never written are all the same one */
  memset (buffer, 1, size_bytes);
  *ret_size_bytes = size_bytes;
  return buffer;
}

gboolean
trafo_machine_measure_bytes (TrafoDevice *device, double *ret_bytes, GError **error)
{
  TrafoThreadPool *pool = trafo_thread_pool_get_default ();
  Reading          self = { 0 };
  gsize            size_bytes = 0;
  gpointer         buffer;
  double           best = 0;

  if (!trafo_device_is_host (device))
    {
      *ret_bytes = 0;
      return TRUE;
    }
  buffer = make_buffer (&size_bytes);
  if (buffer == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "no memory to measure how fast memory is read");
      return FALSE;
    }
  self.n_strides = SLICE_BYTES / (STRIDE_WORDS * sizeof *self.words);
  for (gsize i = 0; i < N_PASSES * (size_bytes / SLICE_BYTES); i++)
    {
      gint64 begin_ns = trafo_profile_now ();

      self.words = (gpointer) ((guint8 *) buffer + i * SLICE_BYTES % size_bytes);
      trafo_thread_pool_run (pool, trafo_thread_pool_get_size (pool), read_share, &self);
      best = MAX (best, (double) SLICE_BYTES * 1e9 / (double) (trafo_profile_now () - begin_ns));
    }
  munmap (buffer, size_bytes);
  *ret_bytes = best;
  return TRUE;
}
