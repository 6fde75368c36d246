/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Variables that choose among names or give a number. Set to "help", one makes the program print on standard error
 * what it may be set to, as GIO's do, and counts as unset. */

/* The index of the variable's value in @choices (NULL-terminated). 0, the default, if it is unset
 * or, with a warning, if it is no choice. */
guint trafo_environment_choose (const char *variable, const char *const *choices);

/* The same for a number, from @min to @max. */
guint64 trafo_environment_get_number (const char *variable,
                                      guint64     default_value,
                                      guint64     min,
                                      guint64     max);

/* The value; NULL if the variable is unset, empty or "help". @ret_asks_help (nullable): whether it
 * is "help", for who has to find the choices first. */
const char *trafo_environment_get (const char *variable, gboolean *ret_asks_help);
void        trafo_environment_print_choices (const char *variable, const char *const *choices);

G_END_DECLS
