/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four random
 * words for a counter and a key, whoever asks and in whatever order. */
void trafo_philox (guint64 key, guint64 stream, guint64 counter, guint32 ret_words[4]);

/* @n numbers of N(0, @deviation^2): the same for the same key and stream. */
void trafo_philox_normal (guint64 key, guint64 stream, double deviation, float *values, gsize n);

G_END_DECLS
