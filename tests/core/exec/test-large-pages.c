/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-large-pages-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>

#define SIZE_BYTES ((gsize) 19 << 20)
#define N_WORDS (SIZE_BYTES / sizeof (guint32))

typedef struct
{
  const guint32 *words;
  gint           is_done;
  guint          n_rounds;
  gboolean       is_wrong;
} Reader;

/* Word i is i. */
static const guint32 *
map_file (const char *folder)
{
  g_autofree char    *path = g_build_filename (folder, "x", NULL);
  g_autofree guint32 *words = g_new (guint32, N_WORDS);
  gpointer            data;
  int                 fd;

  for (gsize i = 0; i < N_WORDS; i++)
    words[i] = i;
  g_assert_true (g_file_set_contents (path, (const char *) words, SIZE_BYTES, NULL));
  fd = g_open (path, O_RDONLY, 0);
  data = mmap (NULL, SIZE_BYTES, PROT_READ, MAP_PRIVATE, fd, 0);
  g_assert_true (data != MAP_FAILED);
  g_close (fd, NULL);
  g_remove (path);
  return data;
}

static gboolean
is_right (const guint32 *words)
{
  for (gsize i = 0; i < N_WORDS; i += 64)
    if (words[i] != i)
      return FALSE;
  return TRUE;
}

static gpointer
read_over_and_over (gpointer data)
{
  Reader *self = data;

  do
    {
      self->is_wrong |= !is_right (self->words);
      g_atomic_int_inc (&self->n_rounds);
    }
  while (g_atomic_int_get (&self->is_done) == 0);
  return NULL;
}

/* Whoever reads meanwhile sees the same. */
static void
test_move (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-large-pages-XXXXXX", NULL);
  Reader           reader = { .words = map_file (folder) };
  GThread         *thread = g_thread_new ("reader", read_over_and_over, &reader);
  gint             is_stopped = 0;

  while (g_atomic_int_get (&reader.n_rounds) == 0)
    g_thread_yield ();
  for (guint i = 0; i < 10; i++)
    trafo_large_pages_move ((gpointer) reader.words, SIZE_BYTES, &is_stopped);
  g_atomic_int_set (&reader.is_done, 1);
  g_thread_join (thread);
  g_assert_false (reader.is_wrong);
  g_assert_true (is_right (reader.words));
  g_assert_cmpint (munmap ((gpointer) reader.words, SIZE_BYTES), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A mapping that nobody has touched has no pages at all. */
static void
test_hold (void)
{
  g_autofree char *folder = g_dir_make_tmp ("trafo-large-pages-XXXXXX", NULL);
  const guint32   *words = map_file (folder);
  g_autofree char *setting = NULL;

  g_file_get_contents ("/sys/kernel/mm/transparent_hugepage/enabled", &setting, NULL, NULL);
  if (setting == NULL || strstr (setting, "[never]") != NULL)
    g_assert_true (trafo_large_pages_hold (words, SIZE_BYTES));
  else
    g_assert_false (trafo_large_pages_hold (words, SIZE_BYTES));
  munmap ((gpointer) words, SIZE_BYTES);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/large-pages/move", test_move);
  g_test_add_func ("/large-pages/hold", test_hold);
  return g_test_run ();
}
