/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A secret that whoever wrote a file cannot know, so that no file can make hash tables slow, or be taken for
 * another by its sum. */
typedef struct
{
  guint64 k0;
  guint64 k1;
} TrafoSipKey;

void    trafo_sip_key_init (TrafoSipKey *key);
guint64 trafo_siphash (const TrafoSipKey *key, gconstpointer data, gsize size_bytes);

G_END_DECLS
