/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A small file of this user that holds one GVariant and survives everything: read as a whole,
 * checked by a sum, replaced in one step. read: NULL, without an error, if there is no such file;
 * NULL with TRAFO_FORMAT_ERROR if it is not whole. The result is not floating and is used in
 * place. write: makes the folder; @value is sunk. */
GVariant *trafo_store_read (const char *filename, const GVariantType *type, GError **error);
gboolean  trafo_store_write (const char *filename, GVariant *value, GError **error);

G_END_DECLS
