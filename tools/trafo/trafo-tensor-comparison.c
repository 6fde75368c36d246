/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tensor-comparison.h"

#include <math.h>

#include "trafo-terminal.h"

typedef struct
{
  char        *name;
  TrafoVerdict verdict;
  TrafoValue  *shape;       /* the expected one's */
  TrafoValue  *found_shape; /* NULL if there is none */
  double       largest;     /* |expected| */
  double       difference;  /* the largest */
  TrafoValue  *position;    /* where it is; NULL where nothing differs */
  double       found;
  double       expected;
} Entry;

struct _TrafoTensorComparison
{
  double  tolerance;
  GArray *entries; /* of Entry */
  guint   n_failed;
};

static const char *const verdict_names[] = {
  [TRAFO_VERDICT_AGREES] = "agrees",
  [TRAFO_VERDICT_DIFFERS] = "differs",
  [TRAFO_VERDICT_SHAPE] = "shape",
  [TRAFO_VERDICT_MISSING] = "missing",
};

static void
entry_clear (gpointer data)
{
  Entry *self = data;

  g_free (self->name);
  g_clear_pointer (&self->shape, trafo_value_unref);
  g_clear_pointer (&self->found_shape, trafo_value_unref);
  g_clear_pointer (&self->position, trafo_value_unref);
}

TrafoTensorComparison *
trafo_tensor_comparison_new (double tolerance)
{
  TrafoTensorComparison *self = g_new0 (TrafoTensorComparison, 1);

  self->tolerance = tolerance;
  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

void
trafo_tensor_comparison_free (TrafoTensorComparison *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

static TrafoValue *
list_numbers (const gint64 *numbers, gsize n)
{
  TrafoValue *list = trafo_value_new_list ();

  for (gsize i = 0; i < n; i++)
    trafo_value_append (list, trafo_value_new_integer (numbers[i]));
  return list;
}

static TrafoValue *
list_shape (TrafoTensor *tensor)
{
  gsize         n_dims;
  const gint64 *shape = trafo_tensor_get_shape (tensor, &n_dims);

  return list_numbers (shape, n_dims);
}

/* Row-major element @index by its place on each axis. */
static TrafoValue *
list_position (TrafoTensor *tensor, gint64 index)
{
  gsize              n_dims;
  const gint64      *shape = trafo_tensor_get_shape (tensor, &n_dims);
  g_autofree gint64 *position = g_new0 (gint64, n_dims + 1);

  for (gsize i = n_dims; i > 0; i--)
    {
      position[i - 1] = index % shape[i - 1];
      index /= shape[i - 1];
    }
  return list_numbers (position, n_dims);
}

static gboolean
has_same_shape (TrafoTensor *a, TrafoTensor *b)
{
  guint n_dims = trafo_tensor_get_n_dims (a);

  if (trafo_tensor_get_n_dims (b) != n_dims)
    return FALSE;
  for (guint i = 0; i < n_dims; i++)
    if (trafo_tensor_get_dim (a, i) != trafo_tensor_get_dim (b, i))
      return FALSE;
  return TRUE;
}

/* How many elements of @expected belong to one of the mask's; 0 if it is no mask of them. A table of
 * two axes, such as the logits of classes, has a row for each text; those of spans one for each token. */
static gint64
elements_per_token (const char *name, TrafoTensor *expected, TrafoTensor *mask)
{
  guint n_dims = trafo_tensor_get_n_dims (expected);

  if (mask == NULL || trafo_tensor_get_n_dims (mask) != 2 || n_dims < 2 ||
      (n_dims == 2 && !g_str_has_suffix (name, "_logits")) ||
      trafo_tensor_get_n_elements (mask) == 0 ||
      trafo_tensor_get_dim (expected, 0) != trafo_tensor_get_dim (mask, 0) ||
      trafo_tensor_get_dim (expected, 1) != trafo_tensor_get_dim (mask, 1))
    return 0;
  return trafo_tensor_get_n_elements (expected) / trafo_tensor_get_n_elements (mask);
}

static double
difference_of (double found, double expected)
{
  double difference = fabs (found - expected);

  if (found == expected || (isnan (found) && isnan (expected)))
    return 0;
  return isnan (difference) ? INFINITY : difference;
}

static void
compare_elements (Entry *self, TrafoTensor *found, TrafoTensor *expected, TrafoTensor *mask)
{
  gint64 per_token = elements_per_token (self->name, expected, mask), worst = -1;

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (expected); i++)
    {
      double got = trafo_tensor_get_value (found, i), want = trafo_tensor_get_value (expected, i);
      double difference = difference_of (got, want);

      if (per_token > 0 && trafo_tensor_get_value (mask, i / per_token) == 0)
        continue;
      if (isfinite (want))
        self->largest = fmax (self->largest, fabs (want));
      if (difference <= self->difference)
        continue;
      self->difference = difference;
      self->found = got;
      self->expected = want;
      worst = i;
    }
  if (worst >= 0)
    self->position = list_position (expected, worst);
}

void
trafo_tensor_comparison_add (TrafoTensorComparison *self,
                             const char            *name,
                             TrafoTensor           *found,
                             TrafoTensor           *expected,
                             TrafoTensor           *mask)
{
  Entry entry = { .name = g_strdup (name), .shape = list_shape (expected) };

  if (found != NULL)
    entry.found_shape = list_shape (found);
  if (found == NULL)
    entry.verdict = TRAFO_VERDICT_MISSING;
  else if (!has_same_shape (found, expected))
    entry.verdict = TRAFO_VERDICT_SHAPE;
  else
    {
      compare_elements (&entry, found, expected, mask);
      entry.verdict = entry.difference <= self->tolerance * entry.largest ? TRAFO_VERDICT_AGREES
                                                                          : TRAFO_VERDICT_DIFFERS;
    }
  self->n_failed += entry.verdict != TRAFO_VERDICT_AGREES;
  g_array_append_val (self->entries, entry);
}

guint
trafo_tensor_comparison_get_n_tensors (const TrafoTensorComparison *self)
{
  return self->entries->len;
}

guint
trafo_tensor_comparison_get_n_failed (const TrafoTensorComparison *self)
{
  return self->n_failed;
}

static gboolean
has_numbers (const Entry *self)
{
  return self->verdict == TRAFO_VERDICT_AGREES || self->verdict == TRAFO_VERDICT_DIFFERS;
}

/* The difference in units of the largest value. */
static double
relative (const Entry *self)
{
  return self->difference > 0 ? self->difference / self->largest : 0;
}

static char *
format_list (TrafoValue *list)
{
  return list != NULL ? trafo_value_to_json (list) : NULL;
}

/* The number where the difference is the largest; without numbers, the shape. */
static char *
format_side (const Entry *self, double number, TrafoValue *shape)
{
  if (!has_numbers (self))
    return format_list (shape);
  return self->position != NULL ? g_strdup_printf ("%.7g", number) : NULL;
}

void
trafo_tensor_comparison_print (const TrafoTensorComparison *self)
{
  g_autoptr (TrafoTable) table = trafo_table_new ("llrrrlrr",
                                                  "TENSOR",
                                                  "VERDICT",
                                                  "LARGEST",
                                                  "DIFFERENCE",
                                                  "RELATIVE",
                                                  "AT",
                                                  "FOUND",
                                                  "EXPECTED",
                                                  NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);
      gboolean     is_number = has_numbers (entry);

      trafo_table_add (table,
                       entry->verdict == TRAFO_VERDICT_AGREES ? TRAFO_TERMINAL_STYLE_PLAIN
                                                              : TRAFO_TERMINAL_STYLE_ERROR,
                       g_strdup (entry->name),
                       g_strdup (verdict_names[entry->verdict]),
                       is_number ? g_strdup_printf ("%.4g", entry->largest) : NULL,
                       is_number ? g_strdup_printf ("%.2g", entry->difference) : NULL,
                       is_number ? g_strdup_printf ("%.2g", relative (entry)) : NULL,
                       format_list (entry->position),
                       format_side (entry, entry->found, entry->found_shape),
                       format_side (entry, entry->expected, entry->shape));
    }
  trafo_table_print (table);
}

static TrafoValue *
entry_to_value (const Entry *self)
{
  TrafoValue *value = trafo_value_new_record ();

  trafo_value_set_string (value, "name", self->name);
  trafo_value_set_string (value, "verdict", verdict_names[self->verdict]);
  trafo_value_set (value, "shape", trafo_value_ref (self->shape));
  if (self->verdict == TRAFO_VERDICT_SHAPE)
    trafo_value_set (value, "found_shape", trafo_value_ref (self->found_shape));
  if (!has_numbers (self))
    return value;
  trafo_value_set_double (value, "largest", self->largest);
  trafo_value_set_double (value, "difference", self->difference);
  trafo_value_set_double (value, "relative", relative (self));
  if (self->position == NULL)
    return value;
  trafo_value_set (value, "position", trafo_value_ref (self->position));
  trafo_value_set_double (value, "found", self->found);
  trafo_value_set_double (value, "expected", self->expected);
  return value;
}

TrafoValue *
trafo_tensor_comparison_to_value (const TrafoTensorComparison *self)
{
  TrafoValue *list = trafo_value_new_list ();

  for (guint i = 0; i < self->entries->len; i++)
    trafo_value_append (list, entry_to_value (&g_array_index (self->entries, Entry, i)));
  return list;
}
