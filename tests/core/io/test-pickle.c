/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "trafo-pickle-private.h"

static TrafoPickleValue *
build_sum (TrafoPickle             *pickle,
           const TrafoPickleGlobal *global,
           const TrafoPickleValue  *arguments,
           gpointer                 user_data)
{
  TrafoPickleValue *sum = trafo_pickle_value_new (pickle, TRAFO_PICKLE_INTEGER);

  for (guint i = 0; i < arguments->n_items; i++)
    {
      if (arguments->items[i]->kind != TRAFO_PICKLE_INTEGER)
        return trafo_pickle_fail (pickle, TRAFO_FORMAT_ERROR_VALUE, "found no number");
      sum->integer += arguments->items[i]->integer;
    }
  return sum;
}

static TrafoPickleValue *
build_dict (TrafoPickle             *pickle,
            const TrafoPickleGlobal *global,
            const TrafoPickleValue  *arguments,
            gpointer                 user_data)
{
  return trafo_pickle_value_new (pickle, TRAFO_PICKLE_DICT);
}

static TrafoPickleValue *
load_persistent (TrafoPickle             *pickle,
                 const TrafoPickleGlobal *global,
                 const TrafoPickleValue  *id,
                 gpointer                 user_data)
{
  TrafoPickleValue *value = trafo_pickle_value_new (pickle, TRAFO_PICKLE_STORAGE);

  value->object = (gpointer) id;
  return value;
}

static const TrafoPickleGlobal globals[] = {
  { "math", "sum", build_sum, NULL },
  { "collections", "OrderedDict", build_dict, NULL },
  { "math", "Number", NULL, NULL },
  { NULL, NULL, NULL, NULL },
};

static TrafoPickleValue *
load (TrafoPickle *pickle, const char *data, gsize size_bytes, GError **error)
{
  gsize position = 0;

  return trafo_pickle_load (pickle, (const guint8 *) data, size_bytes, &position, error);
}

/* A value as Python would write it. */
static void
append_value (GString *text, const TrafoPickleValue *value)
{
  static const char *const brackets[] = {
    [TRAFO_PICKLE_TUPLE] = "()",
    [TRAFO_PICKLE_LIST] = "[]",
    [TRAFO_PICKLE_DICT] = "{}",
  };

  switch (value->kind)
    {
    case TRAFO_PICKLE_BOOLEAN:
      g_string_append (text, value->integer ? "True" : "False");
      break;
    case TRAFO_PICKLE_INTEGER:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, value->integer);
      break;
    case TRAFO_PICKLE_LONG:
      g_string_append_printf (text, "long%u", value->n_items);
      break;
    case TRAFO_PICKLE_FLOAT:
      g_string_append_printf (text, "%g", value->number);
      break;
    case TRAFO_PICKLE_STRING:
      g_string_append_printf (text, "'%s'", value->text);
      break;
    case TRAFO_PICKLE_TUPLE:
    case TRAFO_PICKLE_LIST:
    case TRAFO_PICKLE_DICT:
      g_string_append_c (text, brackets[value->kind][0]);
      for (guint i = 0; i < value->n_items; i++)
        {
          append_value (text, value->items[i]);
          g_string_append_c (text, ',');
        }
      g_string_append_c (text, brackets[value->kind][1]);
      break;
    case TRAFO_PICKLE_GLOBAL:
      g_string_append_printf (text, "%s.%s", value->global->module, value->global->name);
      break;
    case TRAFO_PICKLE_STORAGE:
      g_string_append (text, "persistent");
      append_value (text, value->object);
      break;
    default:
      g_string_append (text, trafo_pickle_value_describe (value));
    }
}

typedef struct
{
  const char *data;
  gsize       size_bytes;
  const char *expected;
} Case;

#define CASE(data, expected)                                                                       \
  {                                                                                                \
    data, sizeof data - 1, expected                                                                \
  }

static void
test_values (void)
{
  static const Case cases[] = {
    CASE ("\200\002N.", "None"),
    CASE ("N.", "None"),
    CASE ("\210.", "True"),
    CASE ("\211.", "False"),
    CASE ("K\377.", "255"),
    CASE ("M\377\377.", "65535"),
    CASE ("J\377\377\377\377.", "-1"),
    CASE ("J\000\000\000\200.", "-2147483648"),
    CASE ("\212\000.", "0"),
    CASE ("\212\001\377.", "-1"),
    CASE ("\212\003\000\000\200.", "-8388608"),
    CASE ("\212\005\377\377\377\377\177.", "549755813887"),
    CASE ("\212\010\000\000\000\000\000\000\000\200.", "-9223372036854775808"),
    CASE ("\212\012\154\374\234\106\371\040\152\250\120\031.", "long10"),
    CASE ("G\077\370\000\000\000\000\000\000.", "1.5"),
    CASE ("G\177\360\000\000\000\000\000\000.", "inf"),
    CASE ("X\002\000\000\000\303\251.", "'é'"),
    CASE ("X\000\000\000\000.", "''"),
    CASE ("U\003abc.", "'abc'"),
    CASE (").", "()"),
    CASE ("(t.", "()"),
    CASE ("K\001\205.", "(1,)"),
    CASE ("K\001K\002\206.", "(1,2,)"),
    CASE ("K\001K\002K\003\207.", "(1,2,3,)"),
    CASE ("(K\001K\002K\003K\004t.", "(1,2,3,4,)"),
    CASE ("]K\001aK\002aK\003aK\004aK\005aK\006aK\007aK\010aK\011a.", "[1,2,3,4,5,6,7,8,9,]"),
    CASE ("](K\001K\002K\003K\004K\005K\006K\007K\010K\011e(e(K\012e.", "[1,2,3,4,5,6,7,8,9,10,]"),
    CASE ("}U\001aK\001s(U\001bK\002U\001cK\003u.", "{'a',1,'b',2,'c',3,}"),
    CASE ("\217.", "a set"),
    CASE ("K\007q\000h\000\206.", "(7,7,)"),
    CASE ("K\007q\000h\000h\000\207.", "(7,7,7,)"),
    CASE ("K\007r\005\000\000\000j\005\000\000\000\206.", "(7,7,)"),
    CASE ("K\007q\000K\010q\000h\000\207.", "(7,8,8,)"),
    CASE ("cmath\nsum\n(K\001K\002tR.", "3"),
    CASE ("cmath\nsum\n(K\001K\002t\201.", "3"),
    CASE ("cmath\nNumber\n.", "math.Number"),
    CASE ("ccollections\nOrderedDict\n)RU\001aK\001s}U\011_metadataNsb.", "{'a',1,}"),
    CASE ("K\001K\002\206Q.", "persistent(1,2,)"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoPickle) pickle = trafo_pickle_new ("test", globals, load_persistent, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) text = g_string_new (NULL);
      TrafoPickleValue *value = load (pickle, cases[i].data, cases[i].size_bytes, &error);

      g_test_message ("case %" G_GSIZE_FORMAT ": %s", i, cases[i].expected);
      g_assert_no_error (error);
      append_value (text, value);
      g_assert_cmpstr (text->str, ==, cases[i].expected);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    Case             pickle;
    TrafoFormatError code;
  } cases[] = {
    { CASE ("", "byte 0: found the end of the pickle"), TRAFO_FORMAT_ERROR_TRUNCATED },
    { CASE ("\200\002", "byte 2: found the end"), TRAFO_FORMAT_ERROR_TRUNCATED },
    { CASE ("\200\004\225N.", "byte 2: found the opcode 0x95"), TRAFO_FORMAT_ERROR_UNKNOWN },
    { CASE (".", "0 values, expected one"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("NN.", "2 values, expected one"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("N(.", "found the end with"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("X\377\377\377\377a", "expected 4294967294 bytes more"), TRAFO_FORMAT_ERROR_TRUNCATED },
    { CASE ("\212\377a", "bytes more"), TRAFO_FORMAT_ERROR_TRUNCATED },
    { CASE ("t.", "no mark on the stack"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("(\205.", "0 values on the stack, expected 1"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("N(K\001\206.", "1 values on the stack, expected 2"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("a.", "0 values on the stack"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("](K\001a.", "0 values on the stack"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("}K\001a.", "1 items for a dict, expected a list"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("]K\001K\002s.", "for a list, expected keys"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("}(K\001u.", "1 items for a dict, expected keys"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("h\000.", "place 0 of the memo"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("Nq\005h\004.", "place 4 of the memo"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("q\000.", "0 values on the stack"), TRAFO_FORMAT_ERROR_SYNTAX },
    { CASE ("Nr\377\377\377\377.", "place 4294967295 of the memo in a pickle of 7 bytes"),
      TRAFO_FORMAT_ERROR_LIMIT },
    { CASE ("cos\nsystem\n(U\004trueU\001xtR.", "byte 0: found 'os.system', which weights do not"),
      TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("cmath\nsum.x\n.", "found 'math.sum.x'"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("cmath", "does not end"), TRAFO_FORMAT_ERROR_TRUNCATED },
    { CASE ("N)R.", "a call of None with a tuple"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("cmath\nsum\nNR.", "a class or function with None"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("cmath\nsum\n(NtR.", "found no number"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("cmath\nNumber\n)R.", "a call of 'math.Number'"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("N}b.", "the state a dict for None"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("}Nb.", "the state None for a dict"), TRAFO_FORMAT_ERROR_VALUE },
    { CASE ("cmath\nsum\n}b.", "for a class or function"), TRAFO_FORMAT_ERROR_VALUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoPickle) pickle = trafo_pickle_new ("test", globals, load_persistent, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT ": %s", i, cases[i].pickle.expected);
      g_assert_null (load (pickle, cases[i].pickle.data, cases[i].pickle.size_bytes, &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, (gint) cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, "test: byte "));
      if (strstr (error->message, cases[i].pickle.expected) == NULL)
        g_assert_cmpstr (error->message, ==, cases[i].pickle.expected);
    }
}

/* All other opcodes are refused as such, whatever the stack holds. */
static void
test_opcodes (void)
{
  static const char known[] = "\200N\210\211KMJ\212GXU)]}\217(t\205\206\207asequrhjcR\201bQ.";
  guint             n_refused = 0;

  for (guint opcode = 0; opcode < 256; opcode++)
    {
      g_autoptr (TrafoPickle) pickle = trafo_pickle_new ("test", globals, load_persistent, NULL);
      g_autoptr (GError) error = NULL;
      char     data[] = "}}}}\000\000\000\000\000\000\000\000\000\000\000\000\000\000";
      gboolean is_refused;

      data[4] = (char) opcode;
      load (pickle, data, sizeof data, &error);
      is_refused = error != NULL && strstr (error->message, "byte 4: found the opcode") != NULL;
      g_assert_true (is_refused == (memchr (known, opcode, sizeof known - 1) == NULL));
      n_refused += is_refused;
    }
  g_assert_cmpuint (n_refused, ==, 256 - (sizeof known - 1));
}

/* Containers that hold each other to any depth, or themselves, are no more than values. */
static void
test_deep (void)
{
  enum
  {
    DEPTH = 500000
  };
  g_autoptr (TrafoPickle) pickle = trafo_pickle_new ("test", globals, load_persistent, NULL);
  g_autoptr (GString) text = g_string_new ("N");
  g_autoptr (GError) error = NULL;
  const TrafoPickleValue *value;

  for (guint i = 0; i < DEPTH; i++)
    g_string_append_c (text, '\205');
  g_string_append_c (text, '.');
  value = load (pickle, text->str, text->len, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < DEPTH; i++)
    value = value->items[0];
  g_assert_cmpint (value->kind, ==, TRAFO_PICKLE_NONE);

  value = load (pickle, "]q\000h\000a.", 7, &error);
  g_assert_no_error (error);
  g_assert_true (value->items[0] == value);
}

/* No pickle gets more than the limit, whatever it fills. */
static void
test_limit (void)
{
  static const struct
  {
    const char *start;
    const char *repeated;
    gsize       size_bytes;
  } cases[] = {
    { "", "]", 1 },     { "", "N", 1 },      { "", "(", 1 },   { "Nq0", "h0", 2 },
    { "", "U\000", 2 }, { "]q0", "h0a", 3 }, { "]", "Na", 2 }, { "(", "(t", 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoPickle) pickle = trafo_pickle_new ("test", globals, load_persistent, NULL);
      g_autoptr (GString) text = g_string_new (cases[i].start);
      g_autoptr (GError) error = NULL;

      while (text->len < (24 << 20) * cases[i].size_bytes / 2)
        g_string_append_len (text, cases[i].repeated, cases[i].size_bytes);
      g_assert_null (load (pickle, text->str, text->len, &error));
      g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_LIMIT);
    }
}

static void
test_text (void)
{
  g_autoptr (TrafoPickle) pickle = trafo_pickle_new ("test", globals, load_persistent, NULL);

  g_assert_cmpstr (trafo_pickle_value_get_text (load (pickle, "U\002ab.", 5, NULL)), ==, "ab");
  g_assert_null (trafo_pickle_value_get_text (load (pickle, "U\002a\000.", 5, NULL)));
  g_assert_null (trafo_pickle_value_get_text (load (pickle, "U\002a\377.", 5, NULL)));
  g_assert_null (trafo_pickle_value_get_text (load (pickle, "K\002.", 3, NULL)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/values", test_values);
  g_test_add_func ("/pickle/refused", test_refused);
  g_test_add_func ("/pickle/opcodes", test_opcodes);
  g_test_add_func ("/pickle/deep", test_deep);
  g_test_add_func ("/pickle/limit", test_limit);
  g_test_add_func ("/pickle/text", test_text);
  return g_test_run ();
}
