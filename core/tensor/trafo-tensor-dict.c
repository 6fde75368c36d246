/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor-dict.h"

typedef struct
{
  char        *name;
  TrafoTensor *tensor;
} Entry;

struct _TrafoTensorDict
{
  gatomicrefcount ref_count;
  GArray         *entries; /* of Entry; a handful, searched one by one */
};

G_DEFINE_BOXED_TYPE (TrafoTensorDict,
                     trafo_tensor_dict,
                     trafo_tensor_dict_ref,
                     trafo_tensor_dict_unref)

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  trafo_tensor_unref (entry->tensor);
}

/**
 * trafo_tensor_dict_new:
 *
 * Makes an empty dictionary.
 *
 * Returns: (transfer full): the dictionary
 */
TrafoTensorDict *
trafo_tensor_dict_new (void)
{
  TrafoTensorDict *self = g_new0 (TrafoTensorDict, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

/**
 * trafo_tensor_dict_ref:
 * @self: a dictionary
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
TrafoTensorDict *
trafo_tensor_dict_ref (TrafoTensorDict *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * trafo_tensor_dict_unref:
 * @self: (transfer full): a dictionary
 *
 * Gives a reference back.
 */
void
trafo_tensor_dict_unref (TrafoTensorDict *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->entries);
  g_free (self);
}

static Entry *
find (const TrafoTensorDict *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      if (g_str_equal (entry->name, name))
        return entry;
    }
  return NULL;
}

/**
 * trafo_tensor_dict_set:
 * @self: a dictionary
 * @name: a name
 * @tensor: what it stands for from now on
 *
 * Adds an entry, or replaces the one with this name where it stands.
 */
void
trafo_tensor_dict_set (TrafoTensorDict *self, const char *name, TrafoTensor *tensor)
{
  Entry *known = find (self, name);
  Entry  entry = { NULL, trafo_tensor_ref (tensor) };

  if (known != NULL)
    {
      trafo_tensor_unref (known->tensor);
      known->tensor = entry.tensor;
      return;
    }
  entry.name = g_strdup (name);
  g_array_append_val (self->entries, entry);
}

/**
 * trafo_tensor_dict_get:
 * @self: a dictionary
 * @name: a name
 *
 * Looks an entry up.
 *
 * Returns: (transfer none) (nullable): its tensor, %NULL if there is none
 */
TrafoTensor *
trafo_tensor_dict_get (const TrafoTensorDict *self, const char *name)
{
  const Entry *entry = find (self, name);

  return entry != NULL ? entry->tensor : NULL;
}

/**
 * trafo_tensor_dict_get_size:
 * @self: a dictionary
 *
 * The number of entries.
 *
 * Returns: how many
 */
guint
trafo_tensor_dict_get_size (const TrafoTensorDict *self)
{
  return self->entries->len;
}

/**
 * trafo_tensor_dict_get_name:
 * @self: a dictionary
 * @index: the number of an entry, from 0
 *
 * The name of an entry, by the order in which they were set.
 *
 * Returns: (transfer none) (nullable): the name, %NULL for a number out of range
 */
const char *
trafo_tensor_dict_get_name (const TrafoTensorDict *self, guint index)
{
  return index < self->entries->len ? g_array_index (self->entries, Entry, index).name : NULL;
}

/**
 * trafo_tensor_dict_list_names:
 * @self: a dictionary
 *
 * All names, in order.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 */
char **
trafo_tensor_dict_list_names (const TrafoTensorDict *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < self->entries->len; i++)
    g_strv_builder_add (names, g_array_index (self->entries, Entry, i).name);
  return g_strv_builder_end (names);
}
