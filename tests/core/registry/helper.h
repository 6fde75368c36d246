/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* A shell script in the place of trafo-plugin-probe, which TRAFO_PLUGIN_PROBE names: $1 is --load or
 * --devices, $2 the plugin, and descriptor 3 takes the reply. */
typedef struct
{
  char *folder;
  char *script;
  char *reply; /* a file for the script to send */
} Helper;

void helper_init (Helper *self);
void helper_clear (Helper *self);

/* What the script does; "@REPLY" in it stands for the file. */
void helper_set_script (const Helper *self, const char *body);

/* A whole reply: the stages, then @value, of TRAFO_PROBE_REPLY_TYPE, as text. */
void helper_set_reply (const Helper *self, const char *value);
