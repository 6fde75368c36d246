/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* What requests share: an encoder, a causal language model, their tokenizers, and an encoder whose
 * checkpoint says how it embeds. */
typedef struct
{
  TrafoModel            *encoder;
  TrafoModel            *decoder;
  TrafoTokenizer        *words;
  TrafoTokenizer        *bytes;
  TrafoSentenceEmbedder *embedder;
  TrafoPipeline         *features;
  TrafoPipeline         *writer;
} Host;

/* Two hosts have the same weights, and nothing else in common. */
Host *host_new (void);
void  host_free (Host *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Host, host_free)

#define N_SIZES 8

/* One kind of request. Size 0 to N_SIZES - 1 says how long its input is. A result is the bytes of all
 * that was computed. */
typedef struct
{
  const char *name;
  gboolean    is_cancellable; /* whether run looks at its cancellable */
  GBytes *(*run) (Host *host, guint size, GCancellable *cancellable, GError **error);
  void (*start) (Host               *host,
                 guint               size,
                 GCancellable       *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer            data);
  GBytes *(*finish) (GObject *source, GAsyncResult *result, GError **error);
} RequestKind;

#define N_REQUEST_KINDS 6

extern const RequestKind request_kinds[N_REQUEST_KINDS];

G_END_DECLS
