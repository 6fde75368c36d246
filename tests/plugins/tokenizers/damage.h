/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* One to four bytes of a fixture's tokenizer.json overwritten, left out or repeated, 2000 times over:
 * each time it is read, or refused with an error, and what is read encodes @sample and decodes it, or
 * refuses to. */
void damage_test (GType type, const char *fixture, const char *sample);

G_END_DECLS
