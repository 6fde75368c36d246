/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

#include "trafo-mapped-file-private.h"

G_BEGIN_DECLS

/* A zip file as torch.save() writes it: all entries lie in one folder, whose name they have lost
 * here. No two of them overlap or have the same name. */
typedef struct _TrafoTorchZip TrafoTorchZip;

typedef struct
{
  const char *name;
  gsize       header_offset;
  gsize       offset;            /* of the data */
  gsize       stored_size_bytes; /* in the file */
  gsize       size_bytes;        /* once inflated */
  guint32     crc32;
  guint16     flags;
  guint16     method;
} TrafoTorchZipEntry;

/* Whether an entry is stored as it is, and may be used from the mapping. */
gboolean trafo_torch_zip_entry_is_stored (const TrafoTorchZipEntry *entry);

/* @cancellable: nullable, looked at while data are read; borrowed. */
TrafoTorchZip      *
trafo_torch_zip_open (TrafoMappedFile *file, GCancellable *cancellable, GError **error);
void trafo_torch_zip_free (TrafoTorchZip *self);

/* NULL if there is none. */
const TrafoTorchZipEntry *trafo_torch_zip_lookup (TrafoTorchZip *self, const char *name);

/* Checks the sum of a stored entry. */
gboolean
trafo_torch_zip_check (TrafoTorchZip *self, const TrafoTorchZipEntry *entry, GError **error);
/* Copies or inflates an entry to @destination, which has room for its size_bytes, and checks its
 * sum. */
gboolean trafo_torch_zip_read (TrafoTorchZip            *self,
                               const TrafoTorchZipEntry *entry,
                               guint8                   *destination,
                               GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoTorchZip, trafo_torch_zip_free)

G_END_DECLS
