/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What trafo-plugin-probe writes to its file descriptor TRAFO_PROBE_REPLY_FD: one byte per stage as
 * it begins, then one frame
 *
 *   'R'     1 byte
 *   length  4 bytes, in the machine's order
 *   value   a GVariant of TRAFO_PROBE_REPLY_TYPE: whether the plugin may be used, else the
 *           TrafoPluginError and the reason; the devices, or the reason why there are none
 *
 * and the stage of ending. */
#define TRAFO_PROBE_REPLY_FD 3
#define TRAFO_PROBE_REPLY_TYPE "(bis" TRAFO_PROBE_DEVICES_TYPE "s)"
#define TRAFO_PROBE_REPLY_MAX_BYTES (1024 * 1024)

/* Name, TrafoDeviceKind, description, memory in bytes. */
#define TRAFO_PROBE_DEVICES_TYPE "a(sust)"
#define TRAFO_PROBE_MAX_DEVICES 256

typedef enum
{
  TRAFO_PROBE_STAGE_START = 's',
  TRAFO_PROBE_STAGE_OPEN = 'o',
  TRAFO_PROBE_STAGE_CREATE = 'c',
  TRAFO_PROBE_STAGE_PROBE = 'p',
  TRAFO_PROBE_STAGE_END = 'x',
} TrafoProbeStage;

/* @ret_reply: NULL unless the frame is whole. @ret_stage: the last one that began, always set.
 * FALSE: the bytes are not what the helper writes; @error, TRAFO_FORMAT_ERROR, says why. */
gboolean trafo_probe_reply_parse (const guint8    *bytes,
                                  gsize            size_bytes,
                                  TrafoProbeStage *ret_stage,
                                  GVariant       **ret_reply,
                                  GError         **error);

/* @reply is sunk. */
GBytes *trafo_probe_reply_serialize (GVariant *reply);

G_END_DECLS
