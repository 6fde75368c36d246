/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-contents-private.h"

#include "trafo-checkpoint-private.h"
#include "trafo-findings-private.h"
#include "trafo-mapped-file-private.h"
#include "trafo-siphash-private.h"

#define KIND "contents"
#define SECRET "secret"
#define SECRET_TYPE "(tt)"
#define SUM_TYPE "t"
#define PIECE_BYTES ((gsize) 1 << 20)

static gboolean
recall_secret (TrafoSipKey *secret)
{
  g_autoptr (GVariant) value =
      trafo_findings_recall (KIND, SECRET, "", G_VARIANT_TYPE (SECRET_TYPE));

  if (value != NULL)
    g_variant_get (value, SECRET_TYPE, &secret->k0, &secret->k1);
  return value != NULL;
}

/* Of processes that make one at once, all take that of the last, or a sum is learned again. */
static gboolean
find_secret (TrafoSipKey *secret)
{
  if (recall_secret (secret))
    return TRUE;
  trafo_sip_key_init (secret);
  trafo_findings_keep (KIND, SECRET, "", g_variant_new (SECRET_TYPE, secret->k0, secret->k1));
  return recall_secret (secret);
}

/* Not by its mapping, of which nothing shall stay in memory. */
static gboolean
read_sum (TrafoMappedFile   *file,
          const TrafoSipKey *secret,
          GCancellable      *cancellable,
          guint64           *ret_sum)
{
  gsize               n_pieces = file->size_bytes / PIECE_BYTES + 1;
  g_autofree guint64 *sums = g_try_new (guint64, n_pieces);
  g_autofree guint8  *piece = g_try_malloc (PIECE_BYTES);

  if (sums == NULL || piece == NULL)
    return FALSE;
  for (gsize i = 0; i < n_pieces; i++)
    {
      gsize size_bytes = MIN (PIECE_BYTES, file->size_bytes - i * PIECE_BYTES);

      if (g_cancellable_is_cancelled (cancellable) ||
          !trafo_mapped_file_read (file, i * PIECE_BYTES, piece, size_bytes, NULL))
        return FALSE;
      sums[i] = trafo_siphash (secret, piece, size_bytes);
    }
  *ret_sum = trafo_siphash (secret, sums, n_pieces * sizeof *sums);
  return TRUE;
}

static gboolean
find_sum (TrafoMappedFile   *file,
          const TrafoSipKey *secret,
          gboolean           reads,
          GCancellable      *cancellable,
          guint64           *ret_sum)
{
  g_autofree char *identity = trafo_mapped_file_describe (file);
  /* which secret, without telling it */
  g_autofree char *conditions =
      g_strdup_printf ("%" G_GINT64_MODIFIER "x", trafo_siphash (secret, "", 0));
  g_autoptr (GVariant) kept = NULL;

  if (identity == NULL || !trafo_mapped_file_is_untouched (file))
    return FALSE;
  kept = trafo_findings_recall (KIND, identity, conditions, G_VARIANT_TYPE (SUM_TYPE));
  if (kept != NULL)
    *ret_sum = g_variant_get_uint64 (kept);
  /* what was touched while it was read is neither the one nor the other */
  else if (!reads || !read_sum (file, secret, cancellable, ret_sum) ||
           !trafo_mapped_file_is_untouched (file))
    return FALSE;
  else
    trafo_findings_keep (KIND, identity, conditions, g_variant_new_uint64 (*ret_sum));
  return TRUE;
}

char *
trafo_contents_describe (TrafoCheckpoint *checkpoint, gboolean reads, GCancellable *cancellable)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  TrafoSipKey secret;

  if (reads ? !find_secret (&secret) : !recall_secret (&secret))
    return NULL;
  for (guint i = 0; i < trafo_checkpoint_get_n_files (checkpoint); i++)
    {
      TrafoMappedFile *file = trafo_checkpoint_get_file (checkpoint, i);
      guint64          sum;

      if (!find_sum (file, &secret, reads, cancellable, &sum))
        return NULL;
      g_string_append_printf (lines,
                              "bytes %" G_GSIZE_FORMAT " sum %016" G_GINT64_MODIFIER "x\n",
                              file->size_bytes,
                              sum);
    }
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

gboolean
trafo_contents_are_untouched (TrafoCheckpoint *checkpoint)
{
  for (guint i = 0; i < trafo_checkpoint_get_n_files (checkpoint); i++)
    if (!trafo_mapped_file_is_untouched (trafo_checkpoint_get_file (checkpoint, i)))
      return FALSE;
  return TRUE;
}
