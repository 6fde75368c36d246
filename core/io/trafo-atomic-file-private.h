/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file that appears under its name complete and on the disk, or not at all: it is written under
 * another name in the same folder, and what was there before stays until the last moment. */
typedef struct _TrafoAtomicFile TrafoAtomicFile;

TrafoAtomicFile *trafo_atomic_file_open (const char *path, GError **error);
gboolean         trafo_atomic_file_write (TrafoAtomicFile *file,
                                          gconstpointer    data,
                                          gsize            size_bytes,
                                          GError         **error);
/* Lets nobody but the owner read or write it. */
gboolean trafo_atomic_file_make_private (TrafoAtomicFile *file, GError **error);
/* Puts the file in its place. */
gboolean trafo_atomic_file_commit (TrafoAtomicFile *file, GError **error);
/* So, too, but after a loss of power the file may be cut or empty. For what carries a sum and can be
 * made again: nobody has to wait for the disk. */
gboolean trafo_atomic_file_commit_unsynced (TrafoAtomicFile *file, GError **error);
/* Removes what was not committed. */
void trafo_atomic_file_free (TrafoAtomicFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoAtomicFile, trafo_atomic_file_free)

G_END_DECLS
