/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-philox-private.h"

#include <math.h>

void
trafo_philox (guint64 key, guint64 stream, guint64 counter, guint32 ret_words[4])
{
  guint32 k0 = (guint32) key, k1 = (guint32) (key >> 32);
  guint32 c0 = (guint32) counter, c1 = (guint32) (counter >> 32);
  guint32 c2 = (guint32) stream, c3 = (guint32) (stream >> 32);

  for (guint round = 0; round < 10; round++)
    {
      guint64 p0 = (guint64) 0xD2511F53 * c0;
      guint64 p1 = (guint64) 0xCD9E8D57 * c2;

      c0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
      c1 = (guint32) p1;
      c2 = (guint32) (p0 >> 32) ^ c3 ^ k1;
      c3 = (guint32) p0;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
  ret_words[0] = c0;
  ret_words[1] = c1;
  ret_words[2] = c2;
  ret_words[3] = c3;
}

/* Two uniforms to two normals (Box and Muller 1958); the first is never 0. */
static void
box_muller (guint32 a, guint32 b, double deviation, double ret[2])
{
  double radius = deviation * sqrt (-2 * log ((a + 1.0) * 0x1p-32));
  double angle = 2 * G_PI * (b * 0x1p-32);

  ret[0] = radius * cos (angle);
  ret[1] = radius * sin (angle);
}

void
trafo_philox_normal (guint64 key, guint64 stream, double deviation, float *values, gsize n)
{
  guint32 words[4];
  double  normals[4];

  for (gsize i = 0; i < n; i++)
    {
      if (i % 4 == 0)
        {
          trafo_philox (key, stream, i / 4, words);
          box_muller (words[0], words[1], deviation, normals);
          box_muller (words[2], words[3], deviation, normals + 2);
        }
      values[i] = (float) normals[i % 4];
    }
}
