/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-file-identity-private.h"

void
trafo_file_identity_init (TrafoFileIdentity *self, const struct stat *status)
{
  self->device = status->st_dev;
  self->inode = status->st_ino;
  self->size_bytes = status->st_size;
  self->mtime_ns =
      (gint64) status->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + status->st_mtim.tv_nsec;
}

gboolean
trafo_file_identity_equal (const TrafoFileIdentity *a, const TrafoFileIdentity *b)
{
  return a->device == b->device && a->inode == b->inode && a->size_bytes == b->size_bytes &&
         a->mtime_ns == b->mtime_ns;
}

/* The result is floating. */
GVariant *
trafo_file_identity_to_variant (const TrafoFileIdentity *self)
{
  return g_variant_new (TRAFO_FILE_IDENTITY_TYPE,
                        self->device,
                        self->inode,
                        self->size_bytes,
                        self->mtime_ns);
}

void
trafo_file_identity_init_from_variant (TrafoFileIdentity *self, GVariant *variant)
{
  g_variant_get (variant,
                 TRAFO_FILE_IDENTITY_TYPE,
                 &self->device,
                 &self->inode,
                 &self->size_bytes,
                 &self->mtime_ns);
}
