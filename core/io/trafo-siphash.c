/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-siphash-private.h"

#include <string.h>
#include <sys/random.h>

static inline guint64
rotate_left (guint64 x, guint n_bits)
{
  return (x << n_bits) | (x >> (64 - n_bits));
}

static inline void
sip_round (guint64 v[4])
{
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotate_left (v[1], 13) ^ v[0];
  v[3] = rotate_left (v[3], 16) ^ v[2];
  v[0] = rotate_left (v[0], 32);
  v[2] += v[1];
  v[0] += v[3];
  v[1] = rotate_left (v[1], 17) ^ v[2];
  v[3] = rotate_left (v[3], 21) ^ v[0];
  v[2] = rotate_left (v[2], 32);
}

/* A fresh random key. That of GLib's generator, whose seed the program may set, is for systems that have
 * no randomness yet. */
void
trafo_sip_key_init (TrafoSipKey *key)
{
  if (getrandom (key, sizeof *key, GRND_NONBLOCK) == (gssize) sizeof *key)
    return;
  key->k0 = ((guint64) g_random_int () << 32) | g_random_int ();
  key->k1 = ((guint64) g_random_int () << 32) | g_random_int ();
}

/* SipHash-1-3, of Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012: one round a
 * word and three at the end, which is enough where nobody sees the sums that a key gives. */
guint64
trafo_siphash (const TrafoSipKey *key, gconstpointer data, gsize size_bytes)
{
  const guint8 *bytes = data;
  guint64       last = (guint64) size_bytes << 56;
  guint64       v[4] = {
          key->k0 ^ G_GUINT64_CONSTANT (0x736f6d6570736575),
          key->k1 ^ G_GUINT64_CONSTANT (0x646f72616e646f6d),
          key->k0 ^ G_GUINT64_CONSTANT (0x6c7967656e657261),
          key->k1 ^ G_GUINT64_CONSTANT (0x7465646279746573),
  };

  for (; size_bytes >= 8; bytes += 8, size_bytes -= 8)
    {
      guint64 word;

      memcpy (&word, bytes, 8);
      word = GUINT64_FROM_LE (word);
      v[3] ^= word;
      sip_round (v);
      v[0] ^= word;
    }
  for (gsize i = 0; i < size_bytes; i++)
    last |= (guint64) bytes[i] << (8 * i);
  v[3] ^= last;
  sip_round (v);
  v[0] ^= last;
  v[2] ^= 0xff;
  for (guint i = 0; i < 3; i++)
    sip_round (v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
