/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-model-runner-private.h"

G_BEGIN_DECLS

/* The prompts that a runner computed and whose pages are kept, so that one that begins like them goes
 * on from there, in pages that both share. They are used under the lock of those who share the
 * runner. */
typedef struct
{
  TrafoModelRunner *runner;   /* borrowed */
  GQueue            prefixes; /* the one used last is the first */
  gsize             n_pages;  /* of all, those that two share counted twice */
} TrafoSharedPrefixes;

void trafo_shared_prefixes_init (TrafoSharedPrefixes *self, TrafoModelRunner *runner);
void trafo_shared_prefixes_clear (TrafoSharedPrefixes *self);

/* Puts into @sequence, which is empty, as many of the first of @tokens as are kept; returns how many.
 * At least @n_left tokens are left. */
gsize trafo_shared_prefixes_recall (TrafoSharedPrefixes *self,
                                    guint                sequence,
                                    const gint64        *tokens,
                                    gsize                n_tokens,
                                    gsize                n_left);

/* Keeps the whole pages of @sequence, whose first tokens are @tokens. At most @max_pages stay in all. */
void trafo_shared_prefixes_remember (TrafoSharedPrefixes *self,
                                     guint                sequence,
                                     const gint64        *tokens,
                                     gsize                n_tokens,
                                     gsize                max_pages);

/* The one that was used longest ago; FALSE if there is none. */
gboolean trafo_shared_prefixes_drop (TrafoSharedPrefixes *self);

G_END_DECLS
