/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

/* A folder of plugins for a test: copies of the good one of the zoo, tests/plugins/bad, under other
 * names. */
char *plugin_folder_new (void);
void  plugin_folder_free (char *folder);

/* libtrafooptimizer-NAME.so with a plugin NAME of the type TYPE_NAME: 4 and 10 bytes. Returns the
 * file. */
char *plugin_folder_add (const char *folder, const char *name, const char *type_name);

/* A registry of this folder that was scanned; @cache_folder: NULL for none. */
TrafoRegistry *plugin_folder_scan (const char *folder, const char *cache_folder);

/* The plugin whose file is libtrafooptimizer-NAME.so; it stays the registry's. */
TrafoPlugin *plugin_folder_find (TrafoRegistry *registry, const char *name);
