/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What was measured on this machine, kept in the cache folder for later processes: in the folder @kind,
 * a file for each @subject. It is good as long as the @conditions are those under which it was
 * written; the next one replaces it. Nothing here fails: what cannot be read is measured again. */

/* NULL if nothing of @type was kept that is whole and meant. */
GVariant *trafo_findings_recall (const char         *kind,
                                 const char         *subject,
                                 const char         *conditions,
                                 const GVariantType *type);

/* @value is sunk. */
void trafo_findings_keep (const char *kind,
                          const char *subject,
                          const char *conditions,
                          GVariant   *value);

G_END_DECLS
