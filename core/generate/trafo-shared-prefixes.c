/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-shared-prefixes-private.h"

#include <string.h>

#include "trafo-common-tokens-private.h"

/* Each prompt is compared with all. */
#define MAX_PREFIXES 64

typedef struct
{
  guint   sequence;
  gsize   n_pages;
  gsize   n_tokens;
  gint64 *tokens;
} Prefix;

void
trafo_shared_prefixes_init (TrafoSharedPrefixes *self, TrafoModelRunner *runner)
{
  *self = (TrafoSharedPrefixes){ .runner = runner };
  g_queue_init (&self->prefixes);
}

static void
drop (TrafoSharedPrefixes *self, GList *link)
{
  Prefix *prefix = link->data;

  g_queue_delete_link (&self->prefixes, link);
  trafo_model_runner_release (self->runner, prefix->sequence);
  self->n_pages -= prefix->n_pages;
  g_free (prefix->tokens);
  g_free (prefix);
}

gboolean
trafo_shared_prefixes_drop (TrafoSharedPrefixes *self)
{
  if (self->prefixes.tail == NULL)
    return FALSE;
  drop (self, self->prefixes.tail);
  return TRUE;
}

void
trafo_shared_prefixes_clear (TrafoSharedPrefixes *self)
{
  while (trafo_shared_prefixes_drop (self))
    ;
}

/* The one that has the most of the first @n_tokens. */
static GList *
find (TrafoSharedPrefixes *self, const gint64 *tokens, gsize n_tokens, gsize *ret_n_common)
{
  GList *best = NULL;

  *ret_n_common = 0;
  for (GList *link = self->prefixes.head; link != NULL; link = link->next)
    {
      const Prefix *prefix = link->data;
      gsize         n_common =
          trafo_count_common_tokens (prefix->tokens, prefix->n_tokens, tokens, n_tokens);

      if (n_common <= *ret_n_common)
        continue;
      *ret_n_common = n_common;
      best = link;
    }
  return best;
}

static gsize
round_to_pages (const TrafoSharedPrefixes *self, gsize n_tokens)
{
  return n_tokens - n_tokens % trafo_model_runner_get_page_tokens (self->runner);
}

static void
move_to_front (TrafoSharedPrefixes *self, GList *link)
{
  g_queue_unlink (&self->prefixes, link);
  g_queue_push_head_link (&self->prefixes, link);
}

/* In whole pages, for one that goes on in a shared page copies it. */
gsize
trafo_shared_prefixes_recall (TrafoSharedPrefixes *self,
                              guint                sequence,
                              const gint64        *tokens,
                              gsize                n_tokens,
                              gsize                n_left)
{
  gsize  length;
  GList *link = n_tokens > n_left ? find (self, tokens, n_tokens - n_left, &length) : NULL;

  if (link == NULL)
    return 0;
  length = round_to_pages (self, length);
  if (length == 0)
    return 0;
  trafo_model_runner_reorder (self->runner,
                              (guint[]){ sequence, ((Prefix *) link->data)->sequence },
                              (guint[]){ 1, 1 },
                              2);
  trafo_model_runner_truncate (self->runner, sequence, length);
  move_to_front (self, link);
  return length;
}

void
trafo_shared_prefixes_remember (TrafoSharedPrefixes *self,
                                guint                sequence,
                                const gint64        *tokens,
                                gsize                n_tokens,
                                gsize                max_pages)
{
  gsize   length = round_to_pages (self, n_tokens), n_common;
  gsize   n_pages = trafo_model_runner_count_pages (self->runner, length);
  GList  *link = find (self, tokens, length, &n_common);
  Prefix *prefix;

  if (length == 0 || n_pages > max_pages)
    return;
  if (link != NULL && n_common == length)
    {
      move_to_front (self, link);
      return;
    }
  if (link != NULL && n_common == ((Prefix *) link->data)->n_tokens)
    drop (self, link); /* the longer one does for both */
  while (self->n_pages + n_pages > max_pages || self->prefixes.length >= MAX_PREFIXES)
    trafo_shared_prefixes_drop (self);
  prefix = g_new (Prefix, 1);
  *prefix = (Prefix){ trafo_model_runner_fork (self->runner, sequence),
                      n_pages,
                      length,
                      g_memdup2 (tokens, length * sizeof *tokens) };
  trafo_model_runner_truncate (self->runner, prefix->sequence, length);
  self->n_pages += n_pages;
  g_queue_push_head (&self->prefixes, prefix);
}
