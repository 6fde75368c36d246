/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* The arguments of a command, in which "--max-length 5" or "--max-length=5" has become
 * "--param max_length=5", whatever the name; but for --param, --help, what every command takes that
 * runs a model, and @own_options. */
char **trafo_parameters_expand (const char *const *own_options, int argc, char **argv);

/* What --param gave, each "NAME=VALUE", as an a{sv}; not floating. A value is JSON, or a string
 * where it is none. A name that is given again replaces the earlier one. Errors are of usage. */
GVariant *trafo_parameters_parse (char **parameters, GError **error);

/* The same as what they say of generation. */
TrafoGenerationConfig *trafo_parameters_parse_generation (char **parameters, GError **error);

G_END_DECLS
