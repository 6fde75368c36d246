/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* A strict, bounded, non-recursive pull parser for JSON (RFC 8259), the only one that untrusted
 * JSON goes through. The first error sticks: from then on every call returns a harmless value
 * (FALSE, NULL, 0) and trafo_json_reader_finish() reports it with the file and the byte offset.
 *
 *   trafo_json_reader_begin_object (reader);
 *   while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
 *     if (g_str_equal (key, "hidden_size"))
 *       hidden_size = trafo_json_reader_read_int64 (reader);
 *     else
 *       trafo_json_reader_skip (reader);
 *   return trafo_json_reader_finish (reader, error);
 *
 * Refused: more than 1 GiB, nesting deeper than 128, duplicate keys of one object, invalid UTF-8,
 * lone surrogates, a byte order mark, anything after the value, numbers out of range when read. */
typedef struct _TrafoJsonReader TrafoJsonReader;

typedef enum
{
  TRAFO_JSON_NONE, /* an error, or no further value */
  TRAFO_JSON_OBJECT,
  TRAFO_JSON_ARRAY,
  TRAFO_JSON_STRING,
  TRAFO_JSON_INTEGER, /* a number without fraction or exponent */
  TRAFO_JSON_FLOAT,
  TRAFO_JSON_BOOLEAN,
  TRAFO_JSON_NULL,
} TrafoJsonType;

/* Keeps a reference on @bytes. @origin, a file name or the like, begins the error messages. */
TRAFO_API TrafoJsonReader *trafo_json_reader_new (GBytes *bytes, const char *origin);
TRAFO_API void             trafo_json_reader_free (TrafoJsonReader *reader);

/* The type of the value that the next read, begin or skip consumes. */
TRAFO_API TrafoJsonType trafo_json_reader_peek (TrafoJsonReader *reader);

/* next_member: the key of the next member, decoded and NUL-terminated, or NULL after the last one,
 * which also leaves the object. The key is valid until the next key is read. A key may hold NULs:
 * @ret_size_bytes tells its real length; where that is NULL, a key with a NUL is an error. The
 * key's value must then be consumed.
 * next_element: TRUE when a further value follows; FALSE leaves the array. */
TRAFO_API gboolean    trafo_json_reader_begin_object (TrafoJsonReader *reader);
TRAFO_API const char *trafo_json_reader_next_member (TrafoJsonReader *reader,
                                                     gsize           *ret_size_bytes);
TRAFO_API gboolean    trafo_json_reader_begin_array (TrafoJsonReader *reader);
TRAFO_API gboolean    trafo_json_reader_next_element (TrafoJsonReader *reader);

/* Each consumes one value of just that type; another type is an error. read_string's result is
 * valid until the next string is read, and NULs in it are as in keys. read_double takes an integer
 * too; what it returns is finite. read_null: TRUE and consumed if the next value is null, FALSE and
 * nothing consumed otherwise. */
TRAFO_API const char *trafo_json_reader_read_string (TrafoJsonReader *reader,
                                                     gsize           *ret_size_bytes);
TRAFO_API gint64      trafo_json_reader_read_int64 (TrafoJsonReader *reader);
TRAFO_API guint64     trafo_json_reader_read_uint64 (TrafoJsonReader *reader);
TRAFO_API double      trafo_json_reader_read_double (TrafoJsonReader *reader);
TRAFO_API gboolean    trafo_json_reader_read_boolean (TrafoJsonReader *reader);
TRAFO_API gboolean    trafo_json_reader_read_null (TrafoJsonReader *reader);

/* Consumes one value of any type, checked as strictly as the rest; skip_bytes returns its text. */
TRAFO_API void    trafo_json_reader_skip (TrafoJsonReader *reader);
TRAFO_API GBytes *trafo_json_reader_skip_bytes (TrafoJsonReader *reader);

/* fail: the caller found a well-formed value that it cannot accept; sets the sticky error with
 * code TRAFO_FORMAT_ERROR_VALUE, "ORIGIN: byte N: MESSAGE". has_failed: an error has stuck.
 * finish: nothing but white space may follow; reports the sticky error. A value that was not read
 * at all is skipped, so new and finish alone check a text. */
TRAFO_API void trafo_json_reader_fail (TrafoJsonReader *reader, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
TRAFO_API gboolean trafo_json_reader_has_failed (TrafoJsonReader *reader);
TRAFO_API gboolean trafo_json_reader_finish (TrafoJsonReader *reader, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrafoJsonReader, trafo_json_reader_free)

/* The whole text as a GVariant: a{sv}, av, s, x (t above G_MAXINT64, d beyond 64 bits), d, b, and
 * "mv" Nothing for null. The result is not floating. At most 40 levels and 131072 values. */
TRAFO_API GVariant *trafo_json_to_variant (GBytes *bytes, const char *origin, GError **error);

G_END_DECLS
