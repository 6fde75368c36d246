/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-probe-reply-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#define FRAME 'R'

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE, "the helper's reply %s", what);
  return FALSE;
}

static gboolean
is_stage (guint8 byte)
{
  return byte != 0 && strchr ("socpx", byte) != NULL;
}

/* A copy with a byte behind it: GLib 2.74 reads that to see whether a tuple's form is normal. */
static GBytes *
copy_padded (const guint8 *bytes, gsize size_bytes)
{
  guint8 *copy = g_malloc0 (size_bytes + 1);
  g_autoptr (GBytes) whole = g_bytes_new_take (copy, size_bytes + 1);

  memcpy (copy, bytes, size_bytes);
  return g_bytes_new_from_bytes (whole, 0, size_bytes);
}

/* The value of a frame whose length field is at @bytes; NULL without an error if cut off. */
static gboolean
parse_frame (const guint8 *bytes,
             gsize         size_bytes,
             gsize        *ret_used,
             GVariant    **ret_reply,
             GError      **error)
{
  g_autoptr (GBytes) copy = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) devices = NULL;
  guint32 length;

  *ret_used = size_bytes;
  if (size_bytes < sizeof length)
    return TRUE;
  memcpy (&length, bytes, sizeof length);
  if (length > TRAFO_PROBE_REPLY_MAX_BYTES)
    return refuse (error, "announces too many bytes");
  if (length > size_bytes - sizeof length)
    return TRUE;
  copy = copy_padded (bytes + sizeof length, length);
  reply = g_variant_ref_sink (
      g_variant_new_from_bytes (G_VARIANT_TYPE (TRAFO_PROBE_REPLY_TYPE), copy, FALSE));
  if (!g_variant_is_normal_form (reply))
    return refuse (error, "is not in normal form");
  devices = g_variant_get_child_value (reply, 3);
  if (g_variant_n_children (devices) > TRAFO_PROBE_MAX_DEVICES)
    return refuse (error, "lists too many devices");
  *ret_used = sizeof length + length;
  *ret_reply = g_steal_pointer (&reply);
  return TRUE;
}

gboolean
trafo_probe_reply_parse (const guint8    *bytes,
                         gsize            size_bytes,
                         TrafoProbeStage *ret_stage,
                         GVariant       **ret_reply,
                         GError         **error)
{
  g_autoptr (GVariant) reply = NULL;

  *ret_stage = TRAFO_PROBE_STAGE_START;
  for (gsize i = 0; i < size_bytes; i++)
    {
      gsize used;

      if (is_stage (bytes[i]))
        {
          *ret_stage = bytes[i];
          continue;
        }
      if (bytes[i] != FRAME || reply != NULL)
        return refuse (error, "has an unexpected byte");
      if (!parse_frame (bytes + i + 1, size_bytes - i - 1, &used, &reply, error))
        return FALSE;
      i += used;
    }
  *ret_reply = g_steal_pointer (&reply);
  return TRUE;
}

GBytes *
trafo_probe_reply_serialize (GVariant *reply)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (reply);
  GByteArray *frame = g_byte_array_new ();
  guint32     length = g_variant_get_size (owned);

  g_byte_array_append (frame, (const guint8[]){ FRAME }, 1);
  g_byte_array_append (frame, (const guint8 *) &length, sizeof length);
  g_byte_array_append (frame, g_variant_get_data (owned), length);
  return g_byte_array_free_to_bytes (frame);
}
