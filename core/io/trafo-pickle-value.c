/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-pickle-private.h"

#include <string.h>

static const char *const descriptions[] = {
  [TRAFO_PICKLE_NONE] = "None",
  [TRAFO_PICKLE_BOOLEAN] = "a boolean",
  [TRAFO_PICKLE_INTEGER] = "an integer",
  [TRAFO_PICKLE_LONG] = "an integer of more than 64 bits",
  [TRAFO_PICKLE_FLOAT] = "a float",
  [TRAFO_PICKLE_STRING] = "a string",
  [TRAFO_PICKLE_TUPLE] = "a tuple",
  [TRAFO_PICKLE_LIST] = "a list",
  [TRAFO_PICKLE_DICT] = "a dict",
  [TRAFO_PICKLE_SET] = "a set",
  [TRAFO_PICKLE_GLOBAL] = "a class or function",
  [TRAFO_PICKLE_STORAGE] = "a storage",
  [TRAFO_PICKLE_TENSOR] = "a tensor",
  [TRAFO_PICKLE_OTHER] = "an object",
};

const char *
trafo_pickle_value_describe (const TrafoPickleValue *value)
{
  return descriptions[value->kind];
}

const char *
trafo_pickle_value_get_text (const TrafoPickleValue *value)
{
  if (value->kind == TRAFO_PICKLE_STRING && g_utf8_validate_len (value->text, value->n_items, NULL))
    return value->text;
  return NULL;
}
