/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much of a file's start trafo_file_signature_describe() looks at. */
#define TRAFO_FILE_SIGNATURE_SIZE_BYTES 512

/* What a file is that begins so, as in "found an HTML page"; NULL if that is not known. Meant for
 * messages about a file that is not what its name says. */
const char *trafo_file_signature_describe (gconstpointer start, gsize size_bytes);

G_END_DECLS
