/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The texts that arguments stand for: themselves, or, for "-", the lines of stdin, without what
 * ends them. An error if one is not UTF-8: one of usage if it is an argument. */
char **trafo_texts_read (char **arguments, GError **error);

G_END_DECLS
