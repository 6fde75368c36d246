/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

#include "trafo-op-private.h"

G_BEGIN_DECLS

/* Pages on a device, each counted by those who use it. A page is one entry of every state: the keys
 * and values that all layers have of some tokens have one number. */
typedef struct _TrafoPagePool TrafoPagePool;

/* @types are those of the states, their first dimension the number of pages. */
TrafoPagePool      *
trafo_page_pool_new (TrafoDevice *device, const TrafoValueType *types, guint n_states);
void trafo_page_pool_free (TrafoPagePool *self);

/* Where state @i is, with the number of pages that there are; until pages are taken or reserved. */
const TrafoOperand *trafo_page_pool_get_state (const TrafoPagePool *self, guint i);

/* The memory of all states, and that of one page of each. */
gsize trafo_page_pool_get_size_bytes (const TrafoPagePool *self);
gsize trafo_page_pool_get_page_bytes (const TrafoPagePool *self);

/* Room for @n_pages in all. */
gboolean trafo_page_pool_reserve (TrafoPagePool *self, guint n_pages, GError **error);

/* A page of one's own, of unknown content; the pool grows where none is free. */
gboolean trafo_page_pool_take (TrafoPagePool *self, gint32 *ret_page, GError **error);

void     trafo_page_pool_ref (TrafoPagePool *self, gint32 page);
void     trafo_page_pool_unref (TrafoPagePool *self, gint32 page);
gboolean trafo_page_pool_is_shared (const TrafoPagePool *self, gint32 page);

/* A page of one's own with what @page holds, in exchange for a reference to that. */
gboolean
trafo_page_pool_unshare (TrafoPagePool *self, gint32 page, gint32 *ret_page, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPagePool, trafo_page_pool_free)

G_END_DECLS
