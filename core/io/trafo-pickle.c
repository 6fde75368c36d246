/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* The pickles that torch.save() writes, most in protocol 2 of Python's pickle: of it these opcodes are
 * known, whatever number stands after PROTO, each a byte and its arguments (little-endian, but for
 * BINFLOAT's):
 *
 *   \x80 PROTO n          N NONE   \x88 NEWTRUE  \x89 NEWFALSE   K BININT1   M BININT2   J BININT
 *   \x8a LONG1 n bytes    G BINFLOAT             X BINUNICODE n(4) text      U SHORT_BINSTRING n text
 *   ( MARK                ) EMPTY_TUPLE  t TUPLE  \x85 \x86 \x87 TUPLE1, 2, 3
 *   ] EMPTY_LIST  a APPEND  e APPENDS    } EMPTY_DICT  s SETITEM  u SETITEMS  \x8f EMPTY_SET
 *   q BINPUT  r LONG_BINPUT  h BINGET  j LONG_BINGET     into and out of the memo
 *   c GLOBAL module\n name\n      R REDUCE  \x81 NEWOBJ  b BUILD  Q BINPERSID      . STOP
 *
 * They are those of torch/_weights_only_unpickler.py; any other is refused by its number. */
#include "trafo-pickle-private.h"

#include <string.h>

#include "trafo-json-string-private.h"
#include "trafo-pickle-memory-private.h"

#define MAX_MEMORY_SIZE_BYTES ((gsize) 128 << 20)
/* A name of Python's is a line. */
#define MAX_LINE_SIZE_BYTES 256

/* An array that grows within the limit. */
typedef struct
{
  TrafoPickleValue **values;
  gsize              n_values;
  gsize              n_allocated;
} Values;

struct _TrafoPickle
{
  const char              *name;
  const TrafoPickleGlobal *globals;
  TrafoPickleFunc          load_persistent;
  gpointer                 user_data;
  TrafoPickleMemory        memory;
  GError                  *error;

  /* of the pickle that is read */
  const guint8 *data;
  gsize         size_bytes;
  gsize         position;
  gsize         opcode_position;
  Values        stack;
  Values        memo;
  gsize        *marks; /* heights of the stack */
  gsize         n_marks;
  gsize         n_allocated_marks;
  gboolean      is_done;
};

gpointer
trafo_pickle_fail (TrafoPickle *self, TrafoFormatError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list          arguments;

  if (self->error != NULL)
    return NULL;
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = g_utf8_make_valid (message, -1); /* names of a file may be any bytes */
  self->error = g_error_new (TRAFO_FORMAT_ERROR,
                             code,
                             "%s: byte %" G_GSIZE_FORMAT ": %s",
                             self->name,
                             self->opcode_position,
                             valid);
  return NULL;
}

static gpointer
fail_memory (TrafoPickle *self)
{
  return trafo_pickle_fail (self,
                            TRAFO_FORMAT_ERROR_LIMIT,
                            "found more values than fit into %" G_GSIZE_FORMAT " MiB",
                            MAX_MEMORY_SIZE_BYTES >> 20);
}

gpointer
trafo_pickle_alloc (TrafoPickle *self, gsize size_bytes)
{
  gpointer memory = trafo_pickle_memory_alloc (&self->memory, size_bytes);

  return memory != NULL ? memory : fail_memory (self);
}

TrafoPickleValue *
trafo_pickle_value_new (TrafoPickle *self, TrafoPickleKind kind)
{
  TrafoPickleValue *value = trafo_pickle_alloc (self, sizeof *value);

  if (value != NULL)
    *value = (TrafoPickleValue){ .kind = kind };
  return value;
}

/* Room for one more in an array that is full at powers of two and at 0. */
static gpointer
grow (TrafoPickle *self, gpointer array, gsize n, gsize element_size_bytes)
{
  gpointer larger = trafo_pickle_memory_grow (&self->memory,
                                              array,
                                              n * element_size_bytes,
                                              2 * MAX (n, 2) * element_size_bytes);

  return larger != NULL ? larger : fail_memory (self);
}

static gboolean
values_reserve (TrafoPickle *self, Values *array, gsize n_values)
{
  while (array->n_allocated < n_values)
    {
      gpointer values = grow (self, array->values, array->n_allocated, sizeof *array->values);

      if (values == NULL)
        return FALSE;
      array->values = values;
      array->n_allocated = 2 * MAX (array->n_allocated, 2);
    }
  return TRUE;
}

static void
push (TrafoPickle *self, TrafoPickleValue *value)
{
  if (value != NULL && values_reserve (self, &self->stack, self->stack.n_values + 1))
    self->stack.values[self->stack.n_values++] = value;
}

/* How many values lie above the last mark. */
static gsize
count_items (TrafoPickle *self)
{
  return self->stack.n_values - (self->n_marks > 0 ? self->marks[self->n_marks - 1] : 0);
}

/* Whether there are @n_values above the last mark. */
static gboolean
need (TrafoPickle *self, gsize n_values)
{
  if (count_items (self) >= n_values)
    return TRUE;
  trafo_pickle_fail (self,
                     TRAFO_FORMAT_ERROR_SYNTAX,
                     "found %" G_GSIZE_FORMAT " values on the stack, expected %" G_GSIZE_FORMAT,
                     count_items (self),
                     n_values);
  return FALSE;
}

static TrafoPickleValue *
top (TrafoPickle *self)
{
  return need (self, 1) ? self->stack.values[self->stack.n_values - 1] : NULL;
}

static TrafoPickleValue *
pop (TrafoPickle *self)
{
  return need (self, 1) ? self->stack.values[--self->stack.n_values] : NULL;
}

/* The last @n_values of the stack, which are taken off it but stay readable until the next push. */
static TrafoPickleValue **
pop_many (TrafoPickle *self, gsize n_values)
{
  if (!need (self, n_values))
    return NULL;
  self->stack.n_values -= n_values;
  return self->stack.values + self->stack.n_values;
}

/* All values above the last mark, and the mark. */
static TrafoPickleValue **
pop_mark (TrafoPickle *self, gsize *ret_n_values)
{
  TrafoPickleValue **values;

  if (self->n_marks == 0)
    return trafo_pickle_fail (self, TRAFO_FORMAT_ERROR_SYNTAX, "found no mark on the stack");
  *ret_n_values = count_items (self);
  values = pop_many (self, *ret_n_values);
  self->n_marks--;
  return values;
}

static const guint8 *
read_bytes (TrafoPickle *self, gsize n_bytes)
{
  const guint8 *bytes = self->data + self->position;

  if (n_bytes > self->size_bytes - self->position)
    return trafo_pickle_fail (self,
                              TRAFO_FORMAT_ERROR_TRUNCATED,
                              "found the end of the pickle, expected %" G_GSIZE_FORMAT
                              " bytes more",
                              n_bytes - (self->size_bytes - self->position));
  self->position += n_bytes;
  return bytes;
}

static gboolean
read_unsigned (TrafoPickle *self, gsize n_bytes, guint32 *ret_number)
{
  const guint8 *bytes = read_bytes (self, n_bytes);

  if (bytes == NULL)
    return FALSE;
  *ret_number = 0;
  for (gsize i = 0; i < n_bytes; i++)
    *ret_number |= (guint32) bytes[i] << (8 * i);
  return TRUE;
}

/* A string of @n_bytes, which follow. */
static void
push_text (TrafoPickle *self, TrafoPickleKind kind, guint32 n_bytes)
{
  const guint8     *bytes = read_bytes (self, n_bytes);
  char             *text = bytes != NULL ? trafo_pickle_alloc (self, (gsize) n_bytes + 1) : NULL;
  TrafoPickleValue *value = text != NULL ? trafo_pickle_value_new (self, kind) : NULL;

  if (value == NULL)
    return;
  memcpy (text, bytes, n_bytes);
  text[n_bytes] = '\0';
  value->text = text;
  value->n_items = n_bytes;
  push (self, value);
}

static void
push_integer (TrafoPickle *self, TrafoPickleKind kind, gint64 integer)
{
  TrafoPickleValue *value = trafo_pickle_value_new (self, kind);

  if (value == NULL)
    return;
  value->integer = integer;
  push (self, value);
}

static void
push_tuple (TrafoPickle *self, TrafoPickleValue **items, gsize n_items)
{
  TrafoPickleValue *tuple =
      items != NULL ? trafo_pickle_value_new (self, TRAFO_PICKLE_TUPLE) : NULL;

  if (tuple == NULL)
    return;
  tuple->items = trafo_pickle_memory_grow (&self->memory,
                                           items,
                                           n_items * sizeof *items,
                                           n_items * sizeof *items);
  if (tuple->items == NULL)
    {
      fail_memory (self);
      return;
    }
  tuple->n_items = n_items;
  push (self, tuple);
}

gboolean
trafo_pickle_value_append (TrafoPickle *self, TrafoPickleValue *container, TrafoPickleValue *item)
{
  guint    n = container->n_items;
  gpointer larger;

  if (n == 0 || (n >= 4 && (n & (n - 1)) == 0))
    {
      larger = grow (self, container->items, n, sizeof item);
      if (larger == NULL)
        return FALSE;
      container->items = larger;
    }
  container->items[container->n_items++] = item;
  return TRUE;
}

/* Adds to the list or dict that is on top of the stack. */
static void
extend (TrafoPickle *self, TrafoPickleKind kind, TrafoPickleValue **items, gsize n_items)
{
  TrafoPickleValue *container = items != NULL ? top (self) : NULL;

  if (container == NULL)
    return;
  if (container->kind != kind || (kind == TRAFO_PICKLE_DICT && n_items % 2 != 0))
    {
      trafo_pickle_fail (self,
                         TRAFO_FORMAT_ERROR_SYNTAX,
                         "found %" G_GSIZE_FORMAT " items for %s, expected %s",
                         n_items,
                         trafo_pickle_value_describe (container),
                         kind == TRAFO_PICKLE_DICT ? "keys and values for a dict" : "a list");
      return;
    }
  for (gsize i = 0; i < n_items; i++)
    if (!trafo_pickle_value_append (self, container, items[i]))
      return;
}

static void
do_proto (TrafoPickle *self, guint8 opcode)
{
  guint32 protocol;

  read_unsigned (self, 1, &protocol);
}

static void
do_constant (TrafoPickle *self, guint8 opcode)
{
  if (opcode == 'N')
    push (self, trafo_pickle_value_new (self, TRAFO_PICKLE_NONE));
  else
    push_integer (self, TRAFO_PICKLE_BOOLEAN, opcode == 0x88);
}

static void
do_integer (TrafoPickle *self, guint8 opcode)
{
  guint32 number;

  if (read_unsigned (self, opcode == 'K' ? 1 : opcode == 'M' ? 2 : 4, &number))
    push_integer (self, TRAFO_PICKLE_INTEGER, opcode == 'J' ? (gint32) number : (gint64) number);
}

static void
do_long (TrafoPickle *self, guint8 opcode)
{
  guint32       n_bytes;
  const guint8 *bytes;
  guint64       number = 0;

  if (!read_unsigned (self, 1, &n_bytes))
    return;
  if (n_bytes > sizeof number)
    {
      push_text (self, TRAFO_PICKLE_LONG, n_bytes);
      return;
    }
  bytes = read_bytes (self, n_bytes);
  if (bytes == NULL)
    return;
  for (gsize i = 0; i < n_bytes; i++)
    number |= (guint64) bytes[i] << (8 * i);
  if (n_bytes > 0 && n_bytes < sizeof number && bytes[n_bytes - 1] >= 0x80)
    number |= G_MAXUINT64 << (8 * n_bytes);
  push_integer (self, TRAFO_PICKLE_INTEGER, (gint64) number);
}

static void
do_float (TrafoPickle *self, guint8 opcode)
{
  const guint8     *bytes = read_bytes (self, 8);
  TrafoPickleValue *value =
      bytes != NULL ? trafo_pickle_value_new (self, TRAFO_PICKLE_FLOAT) : NULL;
  guint64 bits;

  if (value == NULL)
    return;
  memcpy (&bits, bytes, sizeof bits);
  bits = GUINT64_FROM_BE (bits);
  memcpy (&value->number, &bits, sizeof bits);
  push (self, value);
}

static void
do_string (TrafoPickle *self, guint8 opcode)
{
  guint32 n_bytes;

  if (read_unsigned (self, opcode == 'X' ? 4 : 1, &n_bytes))
    push_text (self, TRAFO_PICKLE_STRING, n_bytes);
}

static void
do_empty (TrafoPickle *self, guint8 opcode)
{
  push (self,
        trafo_pickle_value_new (self,
                                opcode == ')'   ? TRAFO_PICKLE_TUPLE
                                : opcode == ']' ? TRAFO_PICKLE_LIST
                                : opcode == '}' ? TRAFO_PICKLE_DICT
                                                : TRAFO_PICKLE_SET));
}

static void
do_mark (TrafoPickle *self, guint8 opcode)
{
  if (self->n_marks == self->n_allocated_marks)
    {
      gsize *marks = grow (self, self->marks, self->n_marks, sizeof *marks);

      if (marks == NULL)
        return;
      self->marks = marks;
      self->n_allocated_marks = 2 * MAX (self->n_marks, 2);
    }
  self->marks[self->n_marks++] = self->stack.n_values;
}

static void
do_tuple (TrafoPickle *self, guint8 opcode)
{
  gsize              n_items = opcode - 0x84;
  TrafoPickleValue **items = opcode == 't' ? pop_mark (self, &n_items) : pop_many (self, n_items);

  if (items != NULL && n_items == 0)
    do_empty (self, ')');
  else
    push_tuple (self, items, n_items);
}

static void
do_append (TrafoPickle *self, guint8 opcode)
{
  gsize              n_items = opcode == 'a' ? 1 : 2;
  TrafoPickleValue **items = pop_many (self, n_items);

  extend (self, opcode == 'a' ? TRAFO_PICKLE_LIST : TRAFO_PICKLE_DICT, items, n_items);
}

static void
do_appends (TrafoPickle *self, guint8 opcode)
{
  gsize              n_items = 0;
  TrafoPickleValue **items = pop_mark (self, &n_items);

  extend (self, opcode == 'e' ? TRAFO_PICKLE_LIST : TRAFO_PICKLE_DICT, items, n_items);
}

static void
do_put (TrafoPickle *self, guint8 opcode)
{
  TrafoPickleValue *value = top (self);
  guint32           index;

  if (value == NULL || !read_unsigned (self, opcode == 'q' ? 1 : 4, &index))
    return;
  /* writers count from 0 or 1, and each place takes them more than a byte */
  if (index >= self->size_bytes)
    {
      trafo_pickle_fail (self,
                         TRAFO_FORMAT_ERROR_LIMIT,
                         "found the place %u of the memo in a pickle of %" G_GSIZE_FORMAT " bytes",
                         index,
                         self->size_bytes);
      return;
    }
  if (!values_reserve (self, &self->memo, (gsize) index + 1))
    return;
  for (; self->memo.n_values <= index; self->memo.n_values++)
    self->memo.values[self->memo.n_values] = NULL;
  self->memo.values[index] = value;
}

static void
do_get (TrafoPickle *self, guint8 opcode)
{
  guint32 index;

  if (!read_unsigned (self, opcode == 'h' ? 1 : 4, &index))
    return;
  if (index < self->memo.n_values && self->memo.values[index] != NULL)
    push (self, self->memo.values[index]);
  else
    trafo_pickle_fail (self,
                       TRAFO_FORMAT_ERROR_SYNTAX,
                       "found the place %u of the memo, where nothing is",
                       index);
}

/* A line without its end; *@ret_size_bytes of it. */
static const char *
read_line (TrafoPickle *self, gsize *ret_size_bytes)
{
  const guint8 *line = self->data + self->position;
  gsize         n_bytes = MIN (self->size_bytes - self->position, MAX_LINE_SIZE_BYTES);
  const guint8 *end = n_bytes > 0 ? memchr (line, '\n', n_bytes) : NULL;

  if (end == NULL)
    return trafo_pickle_fail (self,
                              n_bytes < MAX_LINE_SIZE_BYTES ? TRAFO_FORMAT_ERROR_TRUNCATED
                                                            : TRAFO_FORMAT_ERROR_LIMIT,
                              "found a global whose name does not end within %d bytes",
                              MAX_LINE_SIZE_BYTES);
  *ret_size_bytes = end - line;
  self->position += *ret_size_bytes + 1;
  return (const char *) line;
}

static gboolean
is_text (const char *expected, const char *text, gsize size_bytes)
{
  return strlen (expected) == size_bytes && memcmp (expected, text, size_bytes) == 0;
}

static void
do_global (TrafoPickle *self, guint8 opcode)
{
  gsize                    module_size_bytes, name_size_bytes;
  const char              *module = read_line (self, &module_size_bytes);
  const char              *name = module != NULL ? read_line (self, &name_size_bytes) : NULL;
  const TrafoPickleGlobal *global = self->globals;
  TrafoPickleValue        *value;

  if (name == NULL)
    return;
  while (global->module != NULL && !(is_text (global->module, module, module_size_bytes) &&
                                     is_text (global->name, name, name_size_bytes)))
    global++;
  if (global->module == NULL)
    {
      g_autofree char *shown_module = trafo_json_string_show (module, module_size_bytes);
      g_autofree char *shown_name = trafo_json_string_show (name, name_size_bytes);

      trafo_pickle_fail (self,
                         TRAFO_FORMAT_ERROR_VALUE,
                         "found '%s.%s', which weights do not need: it is not loaded or run",
                         shown_module,
                         shown_name);
      return;
    }
  value = trafo_pickle_value_new (self, TRAFO_PICKLE_GLOBAL);
  if (value == NULL)
    return;
  value->global = global;
  push (self, value);
}

static void
do_reduce (TrafoPickle *self, guint8 opcode)
{
  TrafoPickleValue **pair = pop_many (self, 2);

  if (pair == NULL)
    return;
  if (pair[0]->kind != TRAFO_PICKLE_GLOBAL || pair[1]->kind != TRAFO_PICKLE_TUPLE)
    trafo_pickle_fail (self,
                       TRAFO_FORMAT_ERROR_VALUE,
                       "found a call of %s with %s, expected a function and a tuple",
                       trafo_pickle_value_describe (pair[0]),
                       trafo_pickle_value_describe (pair[1]));
  else if (pair[0]->global->call == NULL)
    trafo_pickle_fail (self,
                       TRAFO_FORMAT_ERROR_VALUE,
                       "found a call of '%s.%s', which weights do not need",
                       pair[0]->global->module,
                       pair[0]->global->name);
  else
    push (self, pair[0]->global->call (self, pair[0]->global, pair[1], self->user_data));
}

/* The state of a dict is what Python set on it besides its items. */
static void
do_build (TrafoPickle *self, guint8 opcode)
{
  TrafoPickleValue *state = pop (self);
  TrafoPickleValue *value = state != NULL ? top (self) : NULL;

  if (value != NULL && (value->kind != TRAFO_PICKLE_DICT || state->kind != TRAFO_PICKLE_DICT))
    trafo_pickle_fail (self,
                       TRAFO_FORMAT_ERROR_VALUE,
                       "found the state %s for %s, expected dicts",
                       trafo_pickle_value_describe (state),
                       trafo_pickle_value_describe (value));
}

static void
do_persistent (TrafoPickle *self, guint8 opcode)
{
  TrafoPickleValue *id = pop (self);

  if (id != NULL)
    push (self, self->load_persistent (self, NULL, id, self->user_data));
}

static void
do_stop (TrafoPickle *self, guint8 opcode)
{
  if (self->n_marks > 0 || self->stack.n_values != 1)
    trafo_pickle_fail (self,
                       TRAFO_FORMAT_ERROR_SYNTAX,
                       "found the end with %" G_GSIZE_FORMAT " values, expected one",
                       self->stack.n_values);
  self->is_done = TRUE;
}

static void (*const opcodes[256]) (TrafoPickle *self, guint8 opcode) = {
  [0x80] = do_proto,     ['N'] = do_constant, [0x88] = do_constant, [0x89] = do_constant,
  ['K'] = do_integer,    ['M'] = do_integer,  ['J'] = do_integer,   [0x8a] = do_long,
  ['G'] = do_float,      ['X'] = do_string,   ['U'] = do_string,    [')'] = do_empty,
  [']'] = do_empty,      ['}'] = do_empty,    [0x8f] = do_empty,    ['('] = do_mark,
  ['t'] = do_tuple,      [0x85] = do_tuple,   [0x86] = do_tuple,    [0x87] = do_tuple,
  ['a'] = do_append,     ['s'] = do_append,   ['e'] = do_appends,   ['u'] = do_appends,
  ['q'] = do_put,        ['r'] = do_put,      ['h'] = do_get,       ['j'] = do_get,
  ['c'] = do_global,     ['R'] = do_reduce,   [0x81] = do_reduce,   ['b'] = do_build,
  ['Q'] = do_persistent, ['.'] = do_stop,
};

static void
step (TrafoPickle *self)
{
  const guint8 *opcode;

  self->opcode_position = self->position;
  opcode = read_bytes (self, 1);
  if (opcode == NULL)
    return;
  if (opcodes[*opcode] != NULL)
    opcodes[*opcode](self, *opcode);
  else
    trafo_pickle_fail (self,
                       TRAFO_FORMAT_ERROR_UNKNOWN,
                       "found the opcode 0x%02x, which pickles of weights do not have",
                       *opcode);
}

TrafoPickle *
trafo_pickle_new (const char              *name,
                  const TrafoPickleGlobal *globals,
                  TrafoPickleFunc          load_persistent,
                  gpointer                 user_data)
{
  TrafoPickle *self = g_new0 (TrafoPickle, 1);

  self->name = name;
  self->globals = globals;
  self->load_persistent = load_persistent;
  self->user_data = user_data;
  trafo_pickle_memory_init (&self->memory, MAX_MEMORY_SIZE_BYTES);
  return self;
}

void
trafo_pickle_free (TrafoPickle *self)
{
  if (self == NULL)
    return;
  trafo_pickle_memory_clear (&self->memory);
  g_clear_error (&self->error);
  g_free (self);
}

TrafoPickleValue *
trafo_pickle_load (TrafoPickle  *self,
                   const guint8 *data,
                   gsize         size_bytes,
                   gsize        *position,
                   GError      **error)
{
  self->data = data;
  self->size_bytes = size_bytes;
  self->position = *position;
  self->stack.n_values = self->memo.n_values = self->n_marks = 0;
  /* so that even no values have a place */
  self->is_done = !values_reserve (self, &self->stack, 1);
  while (!self->is_done && self->error == NULL)
    step (self);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return NULL;
    }
  *position = self->position;
  return self->stack.values[0];
}
