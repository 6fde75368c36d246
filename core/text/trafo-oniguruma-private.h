/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* A regular expression as tokenizers reads it (Oniguruma, Ruby's syntax), written as PCRE2 reads it. */
char *trafo_oniguruma_to_pcre2 (const char *regex, const char *where, GError **error);

G_END_DECLS
