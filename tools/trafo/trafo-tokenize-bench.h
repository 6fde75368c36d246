/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include "trafo-command.h"

G_BEGIN_DECLS

/* Times the tokenizer of the folder @model on the lines of @file, or where that is NULL on English and
 * on text of many scripts: one thread, then all. @start: when the program began. */
int trafo_tokenize_bench (const TrafoCommand *command,
                          const char         *model,
                          const char         *file,
                          gint64              start);

G_END_DECLS
