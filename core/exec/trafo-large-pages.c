/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-large-pages-private.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE_BYTES ((gsize) 2 << 20)
#define PIECE_BYTES ((gsize) 16 << 20)
#define SETTING "/sys/kernel/mm/transparent_hugepage/enabled"

static gboolean
has_large_pages (void)
{
  g_autofree char *setting = NULL;

  return g_file_get_contents (SETTING, &setting, NULL, NULL) && strstr (setting, "[never]") == NULL;
}

/* The KiB that the mapping at @data has in large pages of its file, as "FilePmdMapped: N kB" of
 * proc(5) tells: below the line of the mapping, before that of the next. */
static guint64
count_large_kib (gconstpointer data)
{
  FILE         *maps = fopen ("/proc/self/smaps", "re");
  char          line[4096];
  unsigned long start, end;
  guint64       n_kib = 0;
  gboolean      is_ours = FALSE;

  if (maps == NULL)
    return 0;
  while (fgets (line, sizeof line, maps) != NULL)
    {
      if (sscanf (line, "%lx-%lx ", &start, &end) == 2)
        {
          if (is_ours)
            break;
          is_ours = start == GPOINTER_TO_SIZE (data);
        }
      else if (is_ours)
        {
          sscanf (line, "FilePmdMapped: %" G_GUINT64_FORMAT, &n_kib);
        }
    }
  fclose (maps);
  return n_kib;
}

gboolean
trafo_large_pages_hold (gconstpointer data, gsize size_bytes)
{
  return !has_large_pages () || count_large_kib (data) >= size_bytes / 2 / 1024;
}

/* mremap() puts the new pages in the place of the old ones in one step: who reads sees either. */
static gboolean
move_piece (guint8 *at, gsize size_bytes)
{
  gsize    reserved_bytes = size_bytes + LARGE_PAGE_BYTES;
  guint8  *reserved = mmap (NULL,
                           reserved_bytes,
                           PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                           -1,
                           0);
  guint8  *fresh;
  gboolean is_moved;

  if (reserved == MAP_FAILED)
    return FALSE;
  fresh = reserved + (-GPOINTER_TO_SIZE (reserved) & (LARGE_PAGE_BYTES - 1));
  madvise (fresh, size_bytes, MADV_HUGEPAGE);
  memcpy (fresh, at, size_bytes);
  is_moved =
      mprotect (fresh, size_bytes, PROT_READ) == 0 &&
      mremap (fresh, size_bytes, size_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, at) != MAP_FAILED;
  /* around what was moved, whose place may be another's by now; to unmap nothing only fails */
  munmap (reserved, is_moved ? (gsize) (fresh - reserved) : reserved_bytes);
  if (is_moved)
    munmap (fresh + size_bytes, reserved + reserved_bytes - fresh - size_bytes);
  return is_moved;
}

void
trafo_large_pages_move (gpointer data, gsize size_bytes, const gint *is_stopped)
{
  guint8 *end = (guint8 *) data + size_bytes;
  guint8 *at = (guint8 *) data + (-GPOINTER_TO_SIZE (data) & (LARGE_PAGE_BYTES - 1));

  while (at < end && (gsize) (end - at) >= LARGE_PAGE_BYTES && g_atomic_int_get (is_stopped) == 0)
    {
      gsize piece = MIN (PIECE_BYTES, (gsize) (end - at) & ~(LARGE_PAGE_BYTES - 1));

      if (!move_piece (at, piece))
        return;
      at += piece;
    }
}
