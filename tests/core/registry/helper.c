/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "helper.h"

#include "trafo-probe-reply-private.h"

#include <glib/gstdio.h>

void
helper_init (Helper *self)
{
  self->folder = g_dir_make_tmp ("trafo-helper-XXXXXX", NULL);
  self->script = g_build_filename (self->folder, "helper", NULL);
  self->reply = g_build_filename (self->folder, "reply", NULL);
  g_setenv ("TRAFO_PLUGIN_PROBE", self->script, TRUE);
}

void
helper_clear (Helper *self)
{
  g_remove (self->script);
  g_remove (self->reply);
  g_rmdir (self->folder);
  g_free (self->script);
  g_free (self->reply);
  g_free (self->folder);
  g_unsetenv ("TRAFO_PLUGIN_PROBE");
}

void
helper_set_script (const Helper *self, const char *body)
{
  g_autoptr (GString) text = g_string_new ("#!/bin/sh\n");
  g_autoptr (GError) error = NULL;

  g_string_append (text, body);
  g_string_replace (text, "@REPLY", self->reply, 0);
  g_file_set_contents_full (self->script,
                            text->str,
                            text->len,
                            G_FILE_SET_CONTENTS_CONSISTENT,
                            0700,
                            &error);
  g_assert_no_error (error);
}

void
helper_set_reply (const Helper *self, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_variant_parse (G_VARIANT_TYPE (TRAFO_PROBE_REPLY_TYPE), value, NULL, NULL, &error);
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (GString) bytes = g_string_new ("soc");

  g_assert_no_error (error);
  frame = trafo_probe_reply_serialize (reply);
  g_string_append_len (bytes, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
  g_string_append_c (bytes, TRAFO_PROBE_STAGE_END);
  g_assert_true (g_file_set_contents (self->reply, bytes->str, bytes->len, NULL));
}
