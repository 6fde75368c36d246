/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bytes of the section .trafo_plugin of the shared object that is open as @fd, up to the first
 * NUL. Runs no code of the file and trusts nothing in it; it is read, never mapped, so that it may
 * change meanwhile. Errors: TRAFO_PLUGIN_ERROR_INVALID, beginning with @filename. */
GBytes *
trafo_plugin_section_read (int fd, guint64 file_size_bytes, const char *filename, GError **error);

G_END_DECLS
