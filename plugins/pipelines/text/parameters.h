/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "text-task.h"

G_BEGIN_DECLS

/* The parameter @name of a call; NULL where it is not given or null, which are the same but to who
 * asks trafo_value_get_member(). */
TrafoValue *parameters_get (const TextCall *call, const char *name);

/* Each leaves the value as it is, the default, where the parameter is not given or null. FALSE, with
 * an error that names it, if it is of another type or out of range. */
gboolean
parameters_get_boolean (const TextCall *call, const char *name, gboolean *value, GError **error);
gboolean parameters_get_integer (const TextCall *call,
                                 const char     *name,
                                 gint64          min,
                                 gint64          max,
                                 gint64         *value,
                                 GError        **error);
/* A string belongs to the call. */
gboolean
parameters_get_string (const TextCall *call, const char *name, const char **value, GError **error);
/* (transfer full): one string is a list of one. */
gboolean
parameters_get_strings (const TextCall *call, const char *name, char ***value, GError **error);

/* How texts are turned into tokens: those of @names that are given, and those of the record
 * @kwargs_name, if not NULL. */
TrafoEncodeOptions *parameters_get_encode_options (const TextCall    *call,
                                                   const char *const *names,
                                                   const char        *kwargs_name,
                                                   GError           **error);

/* For a value that is none of the parameter's: FALSE, with an error that names it. */
gboolean
parameters_fail (const TextCall *call, const char *name, const char *expected, GError **error);

/* The strings of a list; NULL if there is anything else in it. */
char **text_value_dup_strings (TrafoValue *list);
/* The same for one string, too: a list of one. */
char **text_value_dup_texts (TrafoValue *value);

G_END_DECLS
