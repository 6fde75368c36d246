/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* The JSON that an option gave: the text itself, "-" for stdin, or "@FILE". @option begins the
 * messages. */
GBytes *trafo_json_argument_read (const char *option, const char *text, GError **error);

/* Numbers in nested lists as a tensor: int64 if all of them are whole, else float32. Rows of
 * different lengths are an error, one of usage if @text is the JSON itself. */
TrafoTensor *trafo_json_argument_parse (const char *option, const char *text, GError **error);

G_END_DECLS
