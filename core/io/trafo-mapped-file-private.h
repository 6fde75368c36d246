/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* A regular file, mapped read-only. Reading a page of the mapping that has meanwhile been cut off
 * the file kills the process (SIGBUS): trafo_mapped_file_check() tells in time, and
 * trafo_mapped_file_read() does not touch the mapping. */
typedef struct
{
  char         *name; /* what messages call it */
  const guint8 *data;
  gsize         size_bytes;
  int           fd;
  gint64        mtime_seconds;
  gint64        mtime_nanoseconds;
  guint64       device;
  guint64       inode;
  gint64        ctime_seconds;
  gint64        ctime_nanoseconds;
  gint64        opened_seconds; /* when it was mapped */
} TrafoMappedFile;

TrafoMappedFile *trafo_mapped_file_open (const char *path, const char *name, GError **error);
void             trafo_mapped_file_free (TrafoMappedFile *file);

/* Copies a part; it is an error if the file ends earlier. */
gboolean trafo_mapped_file_read (TrafoMappedFile *file,
                                 gsize            offset,
                                 gpointer         destination,
                                 gsize            size_bytes,
                                 GError         **error);
/* Whether the file still has the size and time of change that it was opened with. */
gboolean trafo_mapped_file_check (TrafoMappedFile *file, GError **error);
/* The same, and the time of change, which nobody can set back: whether it holds what it held then. Another
 * name or owner is a change, too. */
gboolean trafo_mapped_file_is_untouched (const TrafoMappedFile *file);
/* One line that tells the file, as it was when it was mapped, from all others and from itself before
 * and after a change. NULL if it had been changed so recently that its times need not show the next
 * change. */
char *trafo_mapped_file_describe (const TrafoMappedFile *file);
/* Whether the mapping holds all of a part. */
gboolean trafo_mapped_file_contains (TrafoMappedFile *file, gconstpointer data, gsize size_bytes);
/* Lets the system have back the pages that came into memory with a part; reading them again reads the file. */
void trafo_mapped_file_release_pages (TrafoMappedFile *file, gconstpointer data, gsize size_bytes);

/* Sets "NAME: MESSAGE" and returns FALSE. */
gboolean trafo_mapped_file_fail (TrafoMappedFile *file,
                                 TrafoFormatError code,
                                 GError         **error,
                                 const char      *format,
                                 ...) G_GNUC_PRINTF (4, 5);

/* The whole of a small file, as a copy. */
GBytes *
trafo_mapped_file_load (const char *path, const char *name, gsize max_size_bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoMappedFile, trafo_mapped_file_free)

G_END_DECLS
