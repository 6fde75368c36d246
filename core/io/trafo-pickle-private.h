/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* A reader of Python's pickles that runs nothing: it knows the opcodes that plain data needs, and a
 * global of Python is no more than a row of the caller's table, which builds a value or may not be
 * called. All values live as long as the reader. What it takes, values, stack and memo together, is
 * limited, and nothing in it recurses; but a list, tuple or dict may hold itself. */
typedef struct _TrafoPickle       TrafoPickle;
typedef struct _TrafoPickleValue  TrafoPickleValue;
typedef struct _TrafoPickleGlobal TrafoPickleGlobal;

typedef enum
{
  TRAFO_PICKLE_NONE,
  TRAFO_PICKLE_BOOLEAN,
  TRAFO_PICKLE_INTEGER,
  TRAFO_PICKLE_LONG,
  TRAFO_PICKLE_FLOAT,
  TRAFO_PICKLE_STRING,
  TRAFO_PICKLE_TUPLE,
  TRAFO_PICKLE_LIST,
  TRAFO_PICKLE_DICT,
  TRAFO_PICKLE_SET,
  TRAFO_PICKLE_GLOBAL,
  TRAFO_PICKLE_STORAGE,
  TRAFO_PICKLE_TENSOR,
  TRAFO_PICKLE_OTHER, /* a value that no one looks into */
} TrafoPickleKind;

struct _TrafoPickleValue
{
  TrafoPickleKind kind;
  guint           n_items; /* of items; bytes of text */
  union
  {
    gint64                   integer; /* BOOLEAN, INTEGER */
    double                   number;
    const char              *text;  /* STRING: with a NUL after it; LONG: as in the pickle */
    TrafoPickleValue       **items; /* TUPLE, LIST; DICT: key, value, key, value */
    const TrafoPickleGlobal *global;
    gpointer                 object; /* STORAGE, TENSOR: the caller's */
  };
};

/* Builds what Python's function would return; NULL after trafo_pickle_fail(). */
typedef TrafoPickleValue *(*TrafoPickleFunc) (TrafoPickle             *pickle,
                                              const TrafoPickleGlobal *global,
                                              const TrafoPickleValue  *arguments,
                                              gpointer                 user_data);

struct _TrafoPickleGlobal
{
  const char     *module;
  const char     *name;
  TrafoPickleFunc call; /* NULL: may be named, not called */
  gconstpointer   object;
};

/* @name is what messages call the pickle; @globals ends with a row without module. What a
 * persistent id stands for is built by @load_persistent, whose only argument is the id. */
TrafoPickle *trafo_pickle_new (const char              *name,
                               const TrafoPickleGlobal *globals,
                               TrafoPickleFunc          load_persistent,
                               gpointer                 user_data);
void         trafo_pickle_free (TrafoPickle *self);

/* Reads the pickle at @data + *@position and moves *@position behind it. Strings are copied. */
TrafoPickleValue *trafo_pickle_load (TrafoPickle  *self,
                                     const guint8 *data,
                                     gsize         size_bytes,
                                     gsize        *position,
                                     GError      **error);

/* For builders: memory and values, NULL if there are too many; and why it cannot go on. */
gpointer          trafo_pickle_alloc (TrafoPickle *self, gsize size_bytes);
TrafoPickleValue *trafo_pickle_value_new (TrafoPickle *self, TrafoPickleKind kind);
/* Adds to a list or dict that the builder made; FALSE if there are too many. */
gboolean
trafo_pickle_value_append (TrafoPickle *self, TrafoPickleValue *container, TrafoPickleValue *item);
gpointer trafo_pickle_fail (TrafoPickle *self, TrafoFormatError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* "a tuple", for messages. */
const char *trafo_pickle_value_describe (const TrafoPickleValue *value);
/* The text of a string that is UTF-8 without a NUL, or NULL. */
const char *trafo_pickle_value_get_text (const TrafoPickleValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoPickle, trafo_pickle_free)

G_END_DECLS
