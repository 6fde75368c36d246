/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The build ID that the linker gave to the loaded object that holds @code, in hexadecimal: what tells
 * one build of it from another, whatever has become of its file since it was loaded. NULL if it
 * has none. */
char *trafo_build_id_find (gconstpointer code);

G_END_DECLS
