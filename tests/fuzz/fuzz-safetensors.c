/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A file that is accepted has tensors that cover its data and are found by their names. The first
 * byte of the input says what it is: even, a whole file; odd, a header up to the last brace and
 * then the data, so that changes of the header need not keep its size. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "trafo-checkpoint.h"

static void
check_tensors (TrafoCheckpoint *checkpoint)
{
  guint64 sum = 0;
  gsize   size_bytes = 0;

  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);

      fuzz_check (trafo_checkpoint_lookup (checkpoint, tensor->name) == tensor);
      for (gsize j = 0; j < tensor->size_bytes; j++)
        sum += ((const guint8 *) tensor->data)[j];
      size_bytes += tensor->size_bytes;
    }
  fuzz_check (trafo_checkpoint_get_size_bytes (checkpoint) == size_bytes);
  fuzz_check (sum <= size_bytes * G_MAXUINT8);
}

static gboolean
write_all (int fd, gconstpointer data, gsize size_bytes)
{
  return write (fd, data, size_bytes) == (gssize) size_bytes;
}

static gboolean
write_input (int fd, const guint8 *data, gsize size_bytes)
{
  const guint8 *brace = NULL;
  guint64       n = 0;

  if (size_bytes == 0 || data[0] % 2 == 0)
    return write_all (fd, data, size_bytes);
  data++;
  size_bytes--;
  if (size_bytes > 0)
    brace = memrchr (data, '}', size_bytes);
  if (brace != NULL)
    n = GUINT64_TO_LE ((guint64) (brace - data) + 1);
  return write_all (fd, &n, sizeof n) && write_all (fd, data, size_bytes);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  int              fd = memfd_create ("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (TrafoCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  fuzz_check (write_input (fd, data, size_bytes));
  checkpoint = trafo_checkpoint_open (path, NULL, &error);
  close (fd);
  fuzz_check ((checkpoint != NULL) == (error == NULL));
  if (checkpoint != NULL)
    check_tensors (checkpoint);
  return 0;
}
