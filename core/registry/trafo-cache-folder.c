/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-cache-folder-private.h"

#include "trafo-search-path-private.h"

char *
trafo_cache_folder_find (void)
{
  const char *named = g_getenv ("TRAFO_CACHE_DIR");

  if (trafo_search_path_is_secure ())
    return NULL;
  return named != NULL ? g_strdup (named)
                       : g_build_filename (g_get_user_cache_dir (), "trafo-1.0", NULL);
}
