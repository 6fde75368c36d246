/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-atomic-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TRIES 100
/* Linux writes at most 0x7ffff000 bytes a call. */
#define MAX_WRITE_SIZE_BYTES ((gsize) 1 << 30)

struct _TrafoAtomicFile
{
  char *path;
  char *temporary_path; /* NULL once committed */
  int   fd;
};

static gboolean
fail_errno (TrafoAtomicFile *file, const char *verb, GError **error)
{
  int              code = errno;
  g_autofree char *shown = g_filename_display_name (file->path);

  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (code),
               "%s: cannot %s: %s",
               shown,
               verb,
               g_strerror (code));
  return FALSE;
}

/* Renaming would put a file in the place of a device, too. */
static gboolean
check_replaceable (TrafoAtomicFile *file, GError **error)
{
  g_autofree char *shown = g_filename_display_name (file->path);
  struct stat      status;

  if (stat (file->path, &status) != 0 || S_ISREG (status.st_mode))
    return TRUE;
  g_set_error (error,
               G_IO_ERROR,
               S_ISDIR (status.st_mode) ? G_IO_ERROR_IS_DIRECTORY : G_IO_ERROR_NOT_REGULAR_FILE,
               "%s: found a %s, expected a regular file or none",
               shown,
               S_ISDIR (status.st_mode) ? "folder" : "device");
  return FALSE;
}

TrafoAtomicFile *
trafo_atomic_file_open (const char *path, GError **error)
{
  g_autoptr (TrafoAtomicFile) file = g_new0 (TrafoAtomicFile, 1);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);

  file->path = g_strdup (path);
  file->fd = -1;
  if (!check_replaceable (file, error))
    return NULL;
  /* not mkstemp(), whose files only the owner may read */
  for (guint i = 0; i < MAX_TRIES && file->fd < 0; i++)
    {
      g_autofree char *temporary_name = g_strdup_printf (".%s.%08x.tmp", name, g_random_int ());
      g_autofree char *temporary_path = g_build_filename (folder, temporary_name, NULL);

      file->fd = open (temporary_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file->fd >= 0)
        file->temporary_path = g_steal_pointer (&temporary_path);
      else if (errno != EEXIST)
        break;
    }
  if (file->fd < 0)
    {
      fail_errno (file, "create a file beside it", error);
      return NULL;
    }
  return g_steal_pointer (&file);
}

gboolean
trafo_atomic_file_write (TrafoAtomicFile *file,
                         gconstpointer    data,
                         gsize            size_bytes,
                         GError         **error)
{
  const char *from = data;

  while (size_bytes > 0)
    {
      gssize n_written = write (file->fd, from, MIN (size_bytes, MAX_WRITE_SIZE_BYTES));

      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written < 0)
        return fail_errno (file, "write it", error);
      from += n_written;
      size_bytes -= n_written;
    }
  return TRUE;
}

gboolean
trafo_atomic_file_make_private (TrafoAtomicFile *file, GError **error)
{
  return fchmod (file->fd, 0600) == 0 || fail_errno (file, "make it private", error);
}

/* Without this, a loss of power may undo the renaming. */
static gboolean
sync_folder (TrafoAtomicFile *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file->path);
  int              fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean         is_synced;

  if (fd < 0)
    return fail_errno (file, "open its folder", error);
  /* EINVAL: a file system that has no way to do it */
  is_synced = fsync (fd) == 0 || errno == EINVAL;
  if (!is_synced)
    fail_errno (file, "write its folder", error);
  close (fd);
  return is_synced;
}

gboolean
trafo_atomic_file_commit_unsynced (TrafoAtomicFile *file, GError **error)
{
  int fd = file->fd;

  file->fd = -1;
  /* some file systems report a failed write only here */
  if (close (fd) != 0)
    return fail_errno (file, "write it", error);
  if (rename (file->temporary_path, file->path) != 0)
    return fail_errno (file, "put it in its place", error);
  g_clear_pointer (&file->temporary_path, g_free);
  return TRUE;
}

gboolean
trafo_atomic_file_commit (TrafoAtomicFile *file, GError **error)
{
  if (fsync (file->fd) != 0)
    return fail_errno (file, "write it", error);
  return trafo_atomic_file_commit_unsynced (file, error) && sync_folder (file, error);
}

void
trafo_atomic_file_free (TrafoAtomicFile *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    close (file->fd);
  if (file->temporary_path != NULL)
    unlink (file->temporary_path);
  g_free (file->temporary_path);
  g_free (file->path);
  g_free (file);
}
