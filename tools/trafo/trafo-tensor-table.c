/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor-table.h"

#include "trafo-terminal.h"

/* Tensors alike: "encoder.layer." 0 to 11 ".output.dense.weight". */
typedef struct
{
  const TrafoCheckpointTensor *tensor; /* the first one */
  char                        *before;
  char                        *after;
  guint64                      lowest;
  guint64                      highest;
  guint                        n_tensors;
  guint64                      size_bytes;
} Group;

static void
group_free (gpointer data)
{
  Group *self = data;

  g_free (self->before);
  g_free (self->after);
  g_free (self);
}

/* Where the first component that is a number begins and ends; FALSE if there is none. */
static gboolean
find_number (const char *name, gsize *ret_start, gsize *ret_end)
{
  for (gsize start = 0; name[start] != '\0';)
    {
      gsize end = start + strcspn (name + start, ".");

      if (end > start && strspn (name + start, "0123456789") == end - start)
        {
          *ret_start = start;
          *ret_end = end;
          return TRUE;
        }
      start = name[end] == '.' ? end + 1 : end;
    }
  return FALSE;
}

char *
trafo_tensor_table_format_shape (const TrafoCheckpointTensor *tensor)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < MIN (tensor->n_dims, TRAFO_MAX_DIMS); i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", tensor->shape[i]);
  g_string_append (text, tensor->n_dims > TRAFO_MAX_DIMS ? ", ...]" : "]");
  return g_string_free (text, FALSE);
}

static Group *
group_new (const TrafoCheckpointTensor *tensor, gboolean is_full)
{
  Group *self = g_new0 (Group, 1);
  gsize  start, end;

  self->tensor = tensor;
  if (!is_full && find_number (tensor->name, &start, &end))
    {
      self->before = g_strndup (tensor->name, start);
      self->after = g_strdup (tensor->name + end);
      self->lowest = g_ascii_strtoull (tensor->name + start, NULL, 10);
    }
  else
    {
      self->before = g_strdup (tensor->name);
      self->after = g_strdup ("");
    }
  self->highest = self->lowest;
  return self;
}

static void
group_add (Group *self, const Group *other)
{
  self->lowest = MIN (self->lowest, other->lowest);
  self->highest = MAX (self->highest, other->highest);
  self->n_tensors++;
  self->size_bytes += other->tensor->size_bytes;
}

static GPtrArray *
group_tensors (TrafoCheckpoint *checkpoint, gboolean is_full)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (checkpoint); i++)
    {
      const TrafoCheckpointTensor *tensor = trafo_checkpoint_get_tensor (checkpoint, i);
      g_autofree char             *shape = trafo_tensor_table_format_shape (tensor);
      Group                       *group = group_new (tensor, is_full);
      g_autofree char             *key =
          g_strdup_printf ("%s*%s %s %s", group->before, group->after, tensor->dtype_name, shape);
      Group *first = g_hash_table_lookup (by_key, key);

      if (first == NULL)
        {
          g_hash_table_insert (by_key, g_steal_pointer (&key), group);
          g_ptr_array_add (groups, group);
          group_add (group, group);
          continue;
        }
      group_add (first, group);
      group_free (group);
    }
  return groups;
}

static char *
group_format_name (const Group *self)
{
  if (self->n_tensors == 1)
    return g_strdup (self->tensor->name);
  return g_strdup_printf ("%s{%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT "}%s",
                          self->before,
                          self->lowest,
                          self->highest,
                          self->after);
}

void
trafo_tensor_table_print (TrafoCheckpoint *checkpoint, gboolean is_full)
{
  g_autoptr (GPtrArray) groups = group_tensors (checkpoint, is_full);
  g_autoptr (TrafoTable) table =
      trafo_table_new ("llrrr", "TENSOR", "DTYPE", "SHAPE", "COUNT", "SIZE", NULL);

  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = groups->pdata[i];

      trafo_table_add (table,
                       TRAFO_TERMINAL_STYLE_PLAIN,
                       group_format_name (group),
                       g_strdup (group->tensor->dtype_name),
                       trafo_tensor_table_format_shape (group->tensor),
                       group->n_tensors > 1 ? g_strdup_printf ("%u", group->n_tensors) : NULL,
                       g_format_size (group->size_bytes));
    }
  trafo_table_print (table);
}
