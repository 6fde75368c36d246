/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-mapped-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux reads at most 0x7ffff000 bytes a call. */
#define MAX_READ_SIZE_BYTES ((gsize) 1 << 30)
/* What Linux maps at once where one page of it is touched. */
#define MAX_FOLIO_BYTES ((gsize) 2 << 20)
/* The coarsest clock by which a file system in use tells times, that of FAT. */
#define CLOCK_STEP_SECONDS 2

static void
set_errno (GError **error, int code, const char *name, const char *verb)
{
  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (code),
               "%s: cannot %s: %s",
               name,
               verb,
               g_strerror (code));
}

static gboolean
map (TrafoMappedFile *file, GError **error)
{
  struct stat status;
  void       *data;

  if (fstat (file->fd, &status) != 0)
    {
      set_errno (error, errno, file->name, "read its size");
      return FALSE;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "%s: found a folder or device, expected a regular file",
                   file->name);
      return FALSE;
    }
  file->mtime_seconds = status.st_mtim.tv_sec;
  file->mtime_nanoseconds = status.st_mtim.tv_nsec;
  file->device = status.st_dev;
  file->inode = status.st_ino;
  file->ctime_seconds = status.st_ctim.tv_sec;
  file->ctime_nanoseconds = status.st_ctim.tv_nsec;
  file->opened_seconds = g_get_real_time () / G_USEC_PER_SEC;
  if (status.st_size == 0)
    return TRUE;
  data = mmap (NULL, status.st_size, PROT_READ, MAP_PRIVATE, file->fd, 0);
  if (data == MAP_FAILED)
    {
      set_errno (error, errno, file->name, "map it");
      return FALSE;
    }
  /* only a hint: else a row of a table, or a tensor's neighbour, brings 2 MiB with it for good */
  madvise (data, status.st_size, MADV_NOHUGEPAGE);
  file->data = data;
  file->size_bytes = status.st_size;
  return TRUE;
}

TrafoMappedFile *
trafo_mapped_file_open (const char *path, const char *name, GError **error)
{
  g_autoptr (TrafoMappedFile) file = g_new0 (TrafoMappedFile, 1);

  file->name = g_strdup (name);
  /* without O_NONBLOCK, a FIFO would hang here */
  file->fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file->fd < 0)
    {
      set_errno (error, errno, name, "open it");
      return NULL;
    }
  if (!map (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
trafo_mapped_file_free (TrafoMappedFile *file)
{
  if (file == NULL)
    return;
  if (file->data != NULL)
    munmap ((void *) file->data, file->size_bytes);
  if (file->fd >= 0)
    close (file->fd);
  g_free (file->name);
  g_free (file);
}

gboolean
trafo_mapped_file_read (TrafoMappedFile *file,
                        gsize            offset,
                        gpointer         destination,
                        gsize            size_bytes,
                        GError         **error)
{
  char *to = destination;

  while (size_bytes > 0)
    {
      gssize n_read = pread (file->fd, to, MIN (size_bytes, MAX_READ_SIZE_BYTES), offset);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0)
        {
          set_errno (error, errno, file->name, "read it");
          return FALSE;
        }
      if (n_read == 0)
        {
          g_set_error (error,
                       TRAFO_FORMAT_ERROR,
                       TRAFO_FORMAT_ERROR_TRUNCATED,
                       "%s: found the end of the file at byte %" G_GSIZE_FORMAT
                       ", expected %" G_GSIZE_FORMAT " bytes more",
                       file->name,
                       offset,
                       size_bytes);
          return FALSE;
        }
      to += n_read;
      offset += n_read;
      size_bytes -= n_read;
    }
  return TRUE;
}

gboolean
trafo_mapped_file_check (TrafoMappedFile *file, GError **error)
{
  struct stat status;

  if (fstat (file->fd, &status) != 0)
    {
      set_errno (error, errno, file->name, "read its size");
      return FALSE;
    }
  if ((gsize) status.st_size == file->size_bytes && status.st_mtim.tv_sec == file->mtime_seconds &&
      status.st_mtim.tv_nsec == file->mtime_nanoseconds)
    return TRUE;
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: the file was changed while it is in use: found %" G_GINT64_FORMAT
               " bytes, expected %" G_GSIZE_FORMAT " and no later change",
               file->name,
               (gint64) status.st_size,
               file->size_bytes);
  return FALSE;
}

gboolean
trafo_mapped_file_is_untouched (const TrafoMappedFile *file)
{
  struct stat status;

  return fstat (file->fd, &status) == 0 && (gsize) status.st_size == file->size_bytes &&
         status.st_mtim.tv_sec == file->mtime_seconds &&
         status.st_mtim.tv_nsec == file->mtime_nanoseconds &&
         status.st_ctim.tv_sec == file->ctime_seconds &&
         status.st_ctim.tv_nsec == file->ctime_nanoseconds;
}

/* The time of change is there besides that of modification, for anybody may set the latter. */
char *
trafo_mapped_file_describe (const TrafoMappedFile *file)
{
  gint64 changed_seconds = MAX (file->mtime_seconds, file->ctime_seconds);

  if (changed_seconds > file->opened_seconds - CLOCK_STEP_SECONDS)
    return NULL;
  return g_strdup_printf ("device %" G_GUINT64_FORMAT " inode %" G_GUINT64_FORMAT
                          " bytes %" G_GSIZE_FORMAT " modified %" G_GINT64_FORMAT
                          ".%09" G_GINT64_FORMAT " changed %" G_GINT64_FORMAT
                          ".%09" G_GINT64_FORMAT,
                          file->device,
                          file->inode,
                          file->size_bytes,
                          file->mtime_seconds,
                          file->mtime_nanoseconds,
                          file->ctime_seconds,
                          file->ctime_nanoseconds);
}

gboolean
trafo_mapped_file_contains (TrafoMappedFile *file, gconstpointer data, gsize size_bytes)
{
  guintptr start = (guintptr) file->data;
  guintptr part = (guintptr) data;

  return part >= start && part - start <= file->size_bytes &&
         size_bytes <= file->size_bytes - (part - start);
}

void
trafo_mapped_file_release_pages (TrafoMappedFile *file, gconstpointer data, gsize size_bytes)
{
  gsize begin = ((const guint8 *) data - file->data) & ~(MAX_FOLIO_BYTES - 1);
  gsize end = (const guint8 *) data - file->data + size_bytes;

  end = MIN ((end + MAX_FOLIO_BYTES - 1) & ~(MAX_FOLIO_BYTES - 1), file->size_bytes);
  /* only a hint: nothing is lost if it fails */
  if (begin < end)
    madvise ((guint8 *) file->data + begin, end - begin, MADV_DONTNEED);
}

gboolean
trafo_mapped_file_fail (TrafoMappedFile *file,
                        TrafoFormatError code,
                        GError         **error,
                        const char      *format,
                        ...)
{
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = g_utf8_make_valid (message, -1); /* names in a file may be any bytes */
  g_set_error (error, TRAFO_FORMAT_ERROR, code, "%s: %s", file->name, valid);
  return FALSE;
}

GBytes *
trafo_mapped_file_load (const char *path, const char *name, gsize max_size_bytes, GError **error)
{
  g_autoptr (TrafoMappedFile) file = trafo_mapped_file_open (path, name, error);
  g_autofree char *copy = NULL;

  if (file == NULL)
    return NULL;
  if (file->size_bytes > max_size_bytes)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_LIMIT,
                   "%s: found %" G_GSIZE_FORMAT " bytes, expected at most %" G_GSIZE_FORMAT,
                   name,
                   file->size_bytes,
                   max_size_bytes);
      return NULL;
    }
  copy = g_try_malloc (MAX (file->size_bytes, 1));
  if (copy == NULL)
    {
      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_NO_MEMORY,
                   "%s: out of memory for %" G_GSIZE_FORMAT " bytes",
                   name,
                   file->size_bytes);
      return NULL;
    }
  if (!trafo_mapped_file_read (file, 0, copy, file->size_bytes, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&copy), file->size_bytes);
}
