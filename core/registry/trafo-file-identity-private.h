/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* What tells whether a file is still the one that was read. */
typedef struct
{
  guint64 device;
  guint64 inode;
  guint64 size_bytes;
  gint64  mtime_ns;
} TrafoFileIdentity;

/* In a GVariant: device, inode, size in bytes, modification time in ns. */
#define TRAFO_FILE_IDENTITY_TYPE "(tttx)"

void      trafo_file_identity_init (TrafoFileIdentity *self, const struct stat *status);
gboolean  trafo_file_identity_equal (const TrafoFileIdentity *a, const TrafoFileIdentity *b);
GVariant *trafo_file_identity_to_variant (const TrafoFileIdentity *self);
void      trafo_file_identity_init_from_variant (TrafoFileIdentity *self, GVariant *variant);

G_END_DECLS
