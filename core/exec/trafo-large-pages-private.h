/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A mapping of a file that is read over and over: in small pages, a token of GPT-2 took
 * 37 ms of processor time instead of 31. Not every file system keeps files in large ones. */

/* Whether the mapping that begins at @data is mostly in large pages, as far as it was touched, or the
 * system has none to offer. */
gboolean trafo_large_pages_hold (gconstpointer data, gsize size_bytes);

/* Puts copies in large pages in the place of a mapping's pages, some at a time: others may read the
 * mapping meanwhile. Ends early when *@is_stopped becomes other than 0, or without memory. */
void trafo_large_pages_move (gpointer data, gsize size_bytes, const gint *is_stopped);

G_END_DECLS
