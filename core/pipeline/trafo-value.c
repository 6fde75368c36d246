/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-value.h"

#include <string.h>

struct _TrafoValue
{
  gatomicrefcount ref_count;
  TrafoValueKind  kind;
  union
  {
    gboolean     boolean;
    gint64       integer;
    double       number;
    char        *string;
    TrafoTensor *tensor;
    GPtrArray   *items; /* of TrafoValue; a list's items or a record's members */
  };
  GBytes     *text;   /* a string's, if NULs are in it, else NULL */
  GPtrArray  *keys;   /* of char *; a record's */
  GHashTable *places; /* of each key, if they are many; else NULL */
};

/* So few keys are faster compared one by one. */
#define MAX_COMPARED_KEYS 16

G_DEFINE_BOXED_TYPE (TrafoValue, trafo_value, trafo_value_ref, trafo_value_unref)

static TrafoValue *
value_new (TrafoValueKind kind)
{
  TrafoValue *self = g_new0 (TrafoValue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  return self;
}

static gboolean
is_container (const TrafoValue *self)
{
  return self->kind == TRAFO_VALUE_KIND_LIST || self->kind == TRAFO_VALUE_KIND_RECORD;
}

/**
 * trafo_value_new_null:
 *
 * Makes a value that says that there is none.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_null (void)
{
  return value_new (TRAFO_VALUE_KIND_NULL);
}

/**
 * trafo_value_new_boolean:
 * @boolean: true or false
 *
 * Makes a truth value.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_boolean (gboolean boolean)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_BOOLEAN);

  self->boolean = boolean != FALSE;
  return self;
}

/**
 * trafo_value_new_integer:
 * @integer: a whole number
 *
 * Makes a whole number.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_integer (gint64 integer)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_INTEGER);

  self->integer = integer;
  return self;
}

/**
 * trafo_value_new_double:
 * @number: a number
 *
 * Makes a number. JSON shows infinities and NaN as null.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_double (double number)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_DOUBLE);

  self->number = number;
  return self;
}

/* Appends a text without NULs to both. */
static void
append_valid (const char *text, gsize size_bytes, GByteArray *valid, GString *shown)
{
  g_autofree char *part = size_bytes > 0 ? g_utf8_make_valid (text, size_bytes) : g_strdup ("");

  g_byte_array_append (valid, (const guint8 *) part, strlen (part));
  g_string_append (shown, part);
}

/**
 * trafo_value_new_string:
 * @string: (nullable): UTF-8, %NULL for null
 *
 * Makes a text.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_string (const char *string)
{
  TrafoValue *self;

  if (string == NULL)
    return trafo_value_new_null ();
  self = value_new (TRAFO_VALUE_KIND_STRING);
  self->string = g_utf8_make_valid (string, -1);
  return self;
}

/**
 * trafo_value_new_string_bytes:
 * @text: UTF-8
 *
 * Makes a text that may hold NULs.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_string_bytes (GBytes *text)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_STRING);
  gsize       size;
  const char *p = g_bytes_get_data (text, &size), *end = p + size, *nul;
  g_autoptr (GByteArray) valid = g_byte_array_new ();
  g_autoptr (GString) shown = g_string_new (NULL);

  while (size > 0 && (nul = memchr (p, '\0', end - p)) != NULL)
    {
      append_valid (p, nul - p, valid, shown);
      g_byte_array_append (valid, (const guint8 *) "", 1);
      g_string_append (shown, "\342\220\200");
      p = nul + 1;
    }
  append_valid (p, end - p, valid, shown);
  self->string = g_string_free (g_steal_pointer (&shown), FALSE);
  if (strlen (self->string) != valid->len)
    self->text = g_byte_array_free_to_bytes (g_steal_pointer (&valid));
  return self;
}

/**
 * trafo_value_new_strings:
 * @strings: (array zero-terminated=1): texts
 *
 * Makes a list of texts.
 *
 * Returns: (transfer full): the list
 */
TrafoValue *
trafo_value_new_strings (const char *const *strings)
{
  TrafoValue *self = trafo_value_new_list ();

  for (gsize i = 0; strings[i] != NULL; i++)
    trafo_value_append (self, trafo_value_new_string (strings[i]));
  return self;
}

/**
 * trafo_value_new_tensor:
 * @tensor: a tensor, which must not change any more
 *
 * Makes a value of a tensor, which is not copied.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_tensor (TrafoTensor *tensor)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_TENSOR);

  self->tensor = trafo_tensor_ref (tensor);
  return self;
}

/**
 * trafo_value_new_list:
 *
 * Makes an empty list.
 *
 * Returns: (transfer full): the list
 */
TrafoValue *
trafo_value_new_list (void)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_LIST);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_value_unref);
  return self;
}

/**
 * trafo_value_new_record:
 *
 * Makes an empty record.
 *
 * Returns: (transfer full): the record
 */
TrafoValue *
trafo_value_new_record (void)
{
  TrafoValue *self = value_new (TRAFO_VALUE_KIND_RECORD);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) trafo_value_unref);
  self->keys = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static gboolean
find_key (const TrafoValue *self, const char *key, guint *ret_place)
{
  gpointer place;

  if (self->places == NULL)
    return g_ptr_array_find_with_equal_func (self->keys, key, g_str_equal, ret_place);
  if (!g_hash_table_lookup_extended (self->places, key, NULL, &place))
    return FALSE;
  *ret_place = GPOINTER_TO_UINT (place);
  return TRUE;
}

static void
add_key (TrafoValue *self, const char *key)
{
  g_ptr_array_add (self->keys, g_strdup (key));
  if (self->keys->len <= MAX_COMPARED_KEYS)
    return;
  if (self->places == NULL)
    self->places = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = g_hash_table_size (self->places); i < self->keys->len; i++)
    g_hash_table_insert (self->places, self->keys->pdata[i], GUINT_TO_POINTER (i));
}

static TrafoValue *
container_from_variant (GVariant *variant)
{
  gboolean    is_record = g_variant_is_of_type (variant, G_VARIANT_TYPE ("a{s*}"));
  TrafoValue *self = is_record ? trafo_value_new_record () : trafo_value_new_list ();
  gsize       n_children = g_variant_n_children (variant);

  for (gsize i = 0; i < n_children; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);

      if (is_record)
        {
          g_autoptr (GVariant) key = g_variant_get_child_value (child, 0);
          g_autoptr (GVariant) member = g_variant_get_child_value (child, 1);

          trafo_value_set (self,
                           g_variant_get_string (key, NULL),
                           trafo_value_new_from_variant (member));
        }
      else
        trafo_value_append (self, trafo_value_new_from_variant (child));
    }
  return self;
}

/**
 * trafo_value_new_from_variant:
 * @variant: a variant
 *
 * Makes a value of a variant: strings, truth values, numbers, dictionaries with keys that are
 * strings, maybes, and arrays and tuples of all these. Any other becomes null.
 *
 * Returns: (transfer full): the value
 */
TrafoValue *
trafo_value_new_from_variant (GVariant *variant)
{
  g_autoptr (GVariant) child = NULL;

  switch (g_variant_classify (variant))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      return trafo_value_new_boolean (g_variant_get_boolean (variant));
    case G_VARIANT_CLASS_BYTE:
      return trafo_value_new_integer (g_variant_get_byte (variant));
    case G_VARIANT_CLASS_INT16:
      return trafo_value_new_integer (g_variant_get_int16 (variant));
    case G_VARIANT_CLASS_UINT16:
      return trafo_value_new_integer (g_variant_get_uint16 (variant));
    case G_VARIANT_CLASS_INT32:
      return trafo_value_new_integer (g_variant_get_int32 (variant));
    case G_VARIANT_CLASS_UINT32:
      return trafo_value_new_integer (g_variant_get_uint32 (variant));
    case G_VARIANT_CLASS_INT64:
      return trafo_value_new_integer (g_variant_get_int64 (variant));
    case G_VARIANT_CLASS_UINT64:
      return trafo_value_new_double (g_variant_get_uint64 (variant));
    case G_VARIANT_CLASS_DOUBLE:
      return trafo_value_new_double (g_variant_get_double (variant));
    case G_VARIANT_CLASS_STRING:
      return trafo_value_new_string (g_variant_get_string (variant, NULL));
    case G_VARIANT_CLASS_VARIANT:
      child = g_variant_get_variant (variant);
      return trafo_value_new_from_variant (child);
    case G_VARIANT_CLASS_MAYBE:
      child = g_variant_get_maybe (variant);
      return child != NULL ? trafo_value_new_from_variant (child) : trafo_value_new_null ();
    case G_VARIANT_CLASS_ARRAY:
    case G_VARIANT_CLASS_TUPLE:
      return container_from_variant (variant);
    case G_VARIANT_CLASS_HANDLE:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
    case G_VARIANT_CLASS_DICT_ENTRY:
    default:
      return trafo_value_new_null ();
    }
}

/**
 * trafo_value_ref:
 * @self: a value
 *
 * Adds a reference.
 *
 * Returns: (transfer full): @self
 */
TrafoValue *
trafo_value_ref (TrafoValue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * trafo_value_unref:
 * @self: (transfer full): a value
 *
 * Drops a reference.
 */
void
trafo_value_unref (TrafoValue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->kind == TRAFO_VALUE_KIND_STRING)
    g_free (self->string);
  else if (self->kind == TRAFO_VALUE_KIND_TENSOR)
    trafo_tensor_unref (self->tensor);
  else if (is_container (self))
    g_ptr_array_unref (self->items);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_clear_pointer (&self->places, g_hash_table_unref);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_free (self);
}

/**
 * trafo_value_append:
 * @self: a list
 * @item: (transfer full): a value
 *
 * Adds an item at the end.
 */
void
trafo_value_append (TrafoValue *self, TrafoValue *item)
{
  g_return_if_fail (self->kind == TRAFO_VALUE_KIND_LIST);
  g_ptr_array_add (self->items, item);
}

/**
 * trafo_value_set:
 * @self: a record
 * @key: a name
 * @value: (transfer full): a value
 *
 * Sets a member; a new one comes last.
 */
void
trafo_value_set (TrafoValue *self, const char *key, TrafoValue *value)
{
  guint index;

  g_return_if_fail (self->kind == TRAFO_VALUE_KIND_RECORD);
  if (find_key (self, key, &index))
    {
      trafo_value_unref (self->items->pdata[index]);
      self->items->pdata[index] = value;
      return;
    }
  add_key (self, key);
  g_ptr_array_add (self->items, value);
}

/**
 * trafo_value_set_string:
 * @self: a record
 * @key: a name
 * @string: (nullable): UTF-8, %NULL for null
 *
 * Sets a member to a text.
 */
void
trafo_value_set_string (TrafoValue *self, const char *key, const char *string)
{
  trafo_value_set (self, key, trafo_value_new_string (string));
}

/**
 * trafo_value_set_integer:
 * @self: a record
 * @key: a name
 * @integer: a whole number
 *
 * Sets a member to a whole number.
 */
void
trafo_value_set_integer (TrafoValue *self, const char *key, gint64 integer)
{
  trafo_value_set (self, key, trafo_value_new_integer (integer));
}

/**
 * trafo_value_set_double:
 * @self: a record
 * @key: a name
 * @number: a number
 *
 * Sets a member to a number.
 */
void
trafo_value_set_double (TrafoValue *self, const char *key, double number)
{
  trafo_value_set (self, key, trafo_value_new_double (number));
}

/**
 * trafo_value_set_boolean:
 * @self: a record
 * @key: a name
 * @boolean: true or false
 *
 * Sets a member to a truth value.
 */
void
trafo_value_set_boolean (TrafoValue *self, const char *key, gboolean boolean)
{
  trafo_value_set (self, key, trafo_value_new_boolean (boolean));
}

/**
 * trafo_value_get_kind:
 * @self: a value
 *
 * What it is.
 *
 * Returns: the kind
 */
TrafoValueKind
trafo_value_get_kind (TrafoValue *self)
{
  return self->kind;
}

/**
 * trafo_value_get_boolean:
 * @self: a value
 *
 * The truth value.
 *
 * Returns: %FALSE where it is of another kind
 */
gboolean
trafo_value_get_boolean (TrafoValue *self)
{
  return self->kind == TRAFO_VALUE_KIND_BOOLEAN && self->boolean;
}

/**
 * trafo_value_get_integer:
 * @self: a value
 *
 * The whole number.
 *
 * Returns: 0 where it is of another kind
 */
gint64
trafo_value_get_integer (TrafoValue *self)
{
  return self->kind == TRAFO_VALUE_KIND_INTEGER ? self->integer : 0;
}

/**
 * trafo_value_get_double:
 * @self: a value
 *
 * The number, whole or not.
 *
 * Returns: 0 where it is of another kind
 */
double
trafo_value_get_double (TrafoValue *self)
{
  if (self->kind == TRAFO_VALUE_KIND_INTEGER)
    return self->integer;
  return self->kind == TRAFO_VALUE_KIND_DOUBLE ? self->number : 0;
}

/**
 * trafo_value_get_string:
 * @self: a value
 *
 * The text, NULs shown as [method@Trafo.Tokenizer.decode] does.
 *
 * Returns: (transfer none) (nullable): %NULL where it is of another kind
 */
const char *
trafo_value_get_string (TrafoValue *self)
{
  return self->kind == TRAFO_VALUE_KIND_STRING ? self->string : NULL;
}

/**
 * trafo_value_get_string_bytes:
 * @self: a value
 *
 * Like [method@Trafo.Value.get_string], for text that may hold NULs.
 *
 * Returns: (transfer full) (nullable): UTF-8; %NULL where it is of another kind
 */
GBytes *
trafo_value_get_string_bytes (TrafoValue *self)
{
  if (self->kind != TRAFO_VALUE_KIND_STRING)
    return NULL;
  return self->text != NULL ? g_bytes_ref (self->text)
                            : g_bytes_new (self->string, strlen (self->string));
}

/**
 * trafo_value_get_tensor:
 * @self: a value
 *
 * The tensor.
 *
 * Returns: (transfer none) (nullable): %NULL where it is of another kind
 */
TrafoTensor *
trafo_value_get_tensor (TrafoValue *self)
{
  return self->kind == TRAFO_VALUE_KIND_TENSOR ? self->tensor : NULL;
}

/**
 * trafo_value_get_n_items:
 * @self: a value
 *
 * How many items a list or members a record has.
 *
 * Returns: the number, 0 where it is of another kind
 */
guint
trafo_value_get_n_items (TrafoValue *self)
{
  return is_container (self) ? self->items->len : 0;
}

/**
 * trafo_value_get_item:
 * @self: a list or a record
 * @index: the place
 *
 * An item of a list, or the value of a record's member.
 *
 * Returns: (transfer none) (nullable): the value, %NULL behind the last one
 */
TrafoValue *
trafo_value_get_item (TrafoValue *self, guint index)
{
  return index < trafo_value_get_n_items (self) ? self->items->pdata[index] : NULL;
}

/**
 * trafo_value_get_member:
 * @self: a record
 * @key: a name
 *
 * The value of a record's member.
 *
 * Returns: (transfer none) (nullable): the value, %NULL if there is none
 */
TrafoValue *
trafo_value_get_member (TrafoValue *self, const char *key)
{
  guint index;

  if (self->kind == TRAFO_VALUE_KIND_RECORD && find_key (self, key, &index))
    return self->items->pdata[index];
  return NULL;
}

/**
 * trafo_value_get_key:
 * @self: a record
 * @index: the place
 *
 * The name of a record's member.
 *
 * Returns: (transfer none) (nullable): the name, %NULL behind the last one
 */
const char *
trafo_value_get_key (TrafoValue *self, guint index)
{
  return self->keys != NULL && index < self->keys->len ? self->keys->pdata[index] : NULL;
}
