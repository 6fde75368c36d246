/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-weight-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "trafo-build-id-private.h"
#include "trafo-contents-private.h"
#include "trafo-device-private.h"

#define SUFFIX ".weights"
#define TEMPORARY_SUFFIX ".tmp"

struct _TrafoWeightCache
{
  TrafoWeightCachePolicy policy;
  TrafoCheckpoint       *checkpoint; /* nullable */
  char                  *folder;
  char            *kind;     /* what its files' names begin with that may be of the same contents */
  char            *identity; /* first without, then with the contents */
  char            *path;     /* NULL as long as the contents are not known */
  TrafoWeightFile *file;     /* NULL if there is none, or none to trust */
  GThread         *thread;
  pid_t            process; /* that has the thread */
  gint             is_busy;
  gint             is_stopped;
  gboolean         is_enlarged;
  GArray          *segments;
  GArray          *records;
};

char *
trafo_weight_cache_identify (TrafoDevice *device, TrafoDType dtype, const char *made_of)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);
  const char           *layout = NULL;
  g_autofree char      *backend = NULL;
  g_autofree char      *core = NULL;

  if (!trafo_device_is_host (device))
    return NULL;
  if (TRAFO_HAS (ops, pack) && TRAFO_HAS (ops, packed_layout))
    layout = ops->packed_layout (trafo_device_get_handle (device));
  if (layout == NULL)
    return NULL;
  backend = trafo_build_id_find ((gconstpointer) (guintptr) ops->pack);
  core = trafo_build_id_find ((gconstpointer) (guintptr) trafo_weight_cache_identify);
  if (backend == NULL || core == NULL)
    {
      g_debug ("packed weights are not kept: %s was linked without a build ID",
               backend == NULL ? "the backend" : "libtrafo");
      return NULL;
    }
  return g_strdup_printf ("device %s\nlayout %s of %s\ndtype %s\nbuild %s\n%s",
                          trafo_device_get_name (device),
                          layout,
                          backend,
                          trafo_dtype_get_name (dtype),
                          core,
                          made_of);
}

static void
record_clear (gpointer data)
{
  g_free (((TrafoWeightRecord *) data)->key);
}

static TrafoWeightFile *
open_file (const TrafoWeightCache *self)
{
  g_autoptr (GError) error = NULL;
  TrafoWeightFile *file = trafo_weight_file_open (self->path, self->identity, &error);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_debug ("%s; the weights are packed again", error->message);
  return file;
}

static char *
shorten (const char *text, int n)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (sum, n);
}

/* Finds the file's name, if the contents are known or, with @reads, can be. */
static void
find_path (TrafoWeightCache *self, gboolean reads, GCancellable *cancellable)
{
  g_autofree char *contents = NULL;
  g_autofree char *full = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *name = NULL;

  if (self->checkpoint != NULL)
    {
      contents = trafo_contents_describe (self->checkpoint, reads, cancellable);
      if (contents == NULL)
        return;
    }
  full = g_strconcat (self->identity, contents, NULL);
  sum = shorten (full, 32);
  name = g_strconcat (self->kind, sum, SUFFIX, NULL);
  self->path = g_build_filename (self->folder, name, NULL);
  g_free (self->identity);
  self->identity = g_steal_pointer (&full);
}

static gboolean
has_any_of_kind (const TrafoWeightCache *self)
{
  g_autoptr (GDir) directory = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    if (g_str_has_prefix (name, self->kind))
      return TRUE;
  return FALSE;
}

TrafoWeightCache *
trafo_weight_cache_new (const TrafoWeightCachePolicy *policy,
                        const char                   *identity,
                        TrafoCheckpoint              *checkpoint,
                        GCancellable                 *cancellable)
{
  TrafoWeightCache *self = g_new0 (TrafoWeightCache, 1);
  g_autofree char  *sum = shorten (identity, 16);

  self->folder = g_strdup (policy->folder);
  self->policy = *policy;
  self->policy.folder = self->folder;
  self->checkpoint = checkpoint != NULL ? trafo_checkpoint_ref (checkpoint) : NULL;
  self->kind = g_strconcat (sum, "-", NULL);
  self->identity = g_strdup (identity);
  find_path (self, FALSE, NULL);
  /* the checkpoint may be a copy of one that is there; else it is read by who writes */
  if (self->path == NULL && has_any_of_kind (self))
    find_path (self, TRUE, cancellable);
  if (self->path != NULL)
    self->file = open_file (self);
  return self;
}

static void
end_thread (TrafoWeightCache *self)
{
  /* threads do not follow a fork */
  if (self->thread != NULL && self->process == getpid ())
    g_thread_join (self->thread);
  self->thread = NULL;
  g_clear_pointer (&self->segments, g_array_unref);
  g_clear_pointer (&self->records, g_array_unref);
}

void
trafo_weight_cache_free (TrafoWeightCache *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set (&self->is_stopped, 1);
  end_thread (self);
  g_clear_pointer (&self->file, trafo_weight_file_free);
  g_clear_pointer (&self->checkpoint, trafo_checkpoint_unref);
  g_free (self->folder);
  g_free (self->kind);
  g_free (self->identity);
  g_free (self->path);
  g_free (self);
}

gconstpointer
trafo_weight_cache_lookup (TrafoWeightCache *self, const char *key, gsize size_bytes)
{
  return self->file != NULL ? trafo_weight_file_lookup (self->file, key, size_bytes) : NULL;
}

/* A file of the folder, by when it was used last. */
typedef struct
{
  char           *path;
  struct timespec used;
  guint64         size_bytes;
} OldFile;

static void
old_file_clear (gpointer data)
{
  g_free (((OldFile *) data)->path);
}

static gint
compare_use (gconstpointer a, gconstpointer b)
{
  const struct timespec *first = &((const OldFile *) a)->used;
  const struct timespec *second = &((const OldFile *) b)->used;

  if (first->tv_sec != second->tv_sec)
    return first->tv_sec < second->tv_sec ? -1 : 1;
  return (first->tv_nsec > second->tv_nsec) - (first->tv_nsec < second->tv_nsec);
}

/* All files but @except, those used longest ago first. What ends in TEMPORARY_SUFFIX was left by a
 * process that died, for only the holder of the lock writes. */
static GArray *
list_old_files (const char *folder, const char *except)
{
  GArray *files = g_array_new (FALSE, FALSE, sizeof (OldFile));
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *name;

  g_array_set_clear_func (files, old_file_clear);
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat      status;
      OldFile          file;

      if (*name == '.' && g_str_has_suffix (name, TEMPORARY_SUFFIX))
        unlink (path);
      if (!g_str_has_suffix (name, SUFFIX) || g_str_equal (path, except) ||
          lstat (path, &status) != 0 || !S_ISREG (status.st_mode))
        continue;
      file = (OldFile){ g_steal_pointer (&path), status.st_atim, status.st_size };
      g_array_append_val (files, file);
    }
  g_array_sort (files, compare_use);
  return files;
}

static void
make_room (const TrafoWeightCache *self, guint64 size_bytes)
{
  g_autoptr (GArray) files = list_old_files (self->folder, self->path);
  guint64 total_bytes = size_bytes;

  for (guint i = 0; i < files->len; i++)
    total_bytes += g_array_index (files, OldFile, i).size_bytes;
  for (guint i = 0; i < files->len && total_bytes > self->policy.max_bytes; i++)
    {
      const OldFile *file = &g_array_index (files, OldFile, i);

      /* who has it mapped keeps it */
      if (unlink (file->path) == 0)
        g_debug ("%s: removed, for the packed weights may take %" G_GUINT64_FORMAT " bytes",
                 file->path,
                 self->policy.max_bytes);
      total_bytes -= file->size_bytes;
    }
}

static gboolean
has_free_space (const TrafoWeightCache *self, guint64 size_bytes)
{
  struct statvfs status;
  struct rlimit  limit;
  guint64        free_bytes;

  /* who writes more gets a signal */
  if (getrlimit (RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < size_bytes)
    return FALSE;
  if (statvfs (self->folder, &status) != 0)
    return FALSE;
  free_bytes = (guint64) status.f_bavail * status.f_frsize;
  return free_bytes >= size_bytes && free_bytes - size_bytes >= self->policy.min_free_bytes;
}

/* Of the whole folder; -1 if another process writes, or nobody can. */
static int
lock_folder (const TrafoWeightCache *self)
{
  g_autofree char *path = g_build_filename (self->folder, "lock", NULL);
  int              fd;

  g_mkdir_with_parents (self->folder, 0700);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  g_debug ("%s: packed weights are not kept: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static gsize
count_bytes (const GArray *records)
{
  gsize size_bytes = 0;

  for (guint i = 0; i < records->len; i++)
    size_bytes += g_array_index (records, TrafoWeightRecord, i).size_bytes;
  return size_bytes;
}

/* Forgets the records that another process has written meanwhile. */
static void
drop_known (TrafoWeightFile *file, GArray *records)
{
  for (guint i = records->len; i > 0; i--)
    {
      const TrafoWeightRecord *record = &g_array_index (records, TrafoWeightRecord, i - 1);

      if (trafo_weight_file_lookup (file, record->key, record->size_bytes) != NULL)
        g_array_remove_index_fast (records, i - 1);
    }
}

static gboolean
holds_any (const TrafoWeightSegment *segment, const GArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      const TrafoWeightRecord *record = &g_array_index (records, TrafoWeightRecord, i);

      if ((gsize) ((const guint8 *) record->data - (const guint8 *) segment->data) <
          segment->size_bytes)
        return TRUE;
    }
  return FALSE;
}

static void
drop_unused (GArray *segments, const GArray *records)
{
  for (guint i = segments->len; i > 0; i--)
    if (!holds_any (&g_array_index (segments, TrafoWeightSegment, i - 1), records))
      g_array_remove_index (segments, i - 1);
}

static void
write_locked (TrafoWeightCache *self)
{
  const TrafoWeightSegment *segments;
  g_autoptr (TrafoWeightFile) base = open_file (self);
  g_autoptr (GError) error = NULL;
  guint64 size_bytes;

  if (base != NULL)
    drop_known (base, self->records);
  if (count_bytes (self->records) < self->policy.min_bytes)
    return;
  drop_unused (self->segments, self->records);
  segments = (const TrafoWeightSegment *) (gpointer) self->segments->data;
  size_bytes = trafo_weight_file_estimate_bytes (base, segments, self->segments->len);
  if (size_bytes <= self->policy.max_bytes)
    make_room (self, size_bytes);
  if (size_bytes > self->policy.max_bytes || !has_free_space (self, size_bytes))
    g_debug ("%s: no room for %" G_GUINT64_FORMAT " bytes of packed weights",
             self->path,
             size_bytes);
  else if (!trafo_weight_file_write (self->path,
                                     self->identity,
                                     base,
                                     segments,
                                     self->segments->len,
                                     (const TrafoWeightRecord *) (gpointer) self->records->data,
                                     self->records->len,
                                     &error))
    g_debug ("packed weights are not kept: %s", error->message);
}

/* Whether the weights were packed from what the files held then: of a file that was touched since, some may
 * have been read before and some after. */
static gboolean
is_of_contents (const TrafoWeightCache *self)
{
  return self->checkpoint == NULL || trafo_contents_are_untouched (self->checkpoint);
}

static void
keep_records (TrafoWeightCache *self)
{
  int lock;

  /* before the lock, which others do not wait for */
  if (self->path == NULL)
    find_path (self, TRUE, NULL);
  lock = self->path != NULL ? lock_folder (self) : -1;
  if (lock < 0)
    return;
  if (is_of_contents (self))
    write_locked (self);
  close (lock);
}

static gpointer
settle_in_thread (gpointer data)
{
  TrafoWeightCache *self = data;

  if (count_bytes (self->records) >= self->policy.min_bytes)
    keep_records (self);
  if (self->file != NULL && !self->is_enlarged)
    trafo_weight_file_enlarge_pages (self->file, &self->is_stopped);
  self->is_enlarged = TRUE;
  g_atomic_int_set (&self->is_busy, 0);
  return NULL;
}

void
trafo_weight_cache_settle (TrafoWeightCache *self, GArray *segments, GArray *records)
{
  end_thread (self);
  g_array_set_clear_func (records, record_clear);
  self->segments = segments;
  self->records = records;
  self->process = getpid ();
  self->is_busy = 1;
  self->thread = g_thread_try_new ("trafo-weights", settle_in_thread, self, NULL);
  if (self->thread == NULL)
    self->is_busy = 0;
}

gboolean
trafo_weight_cache_is_busy (TrafoWeightCache *self)
{
  return g_atomic_int_get (&self->is_busy) != 0;
}
