/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Sets of characters: what Oniguruma can put into brackets and PCRE2 cannot (sets within sets, negated
 * ones, intersections) becomes alternatives and look-aheads around sets that it can. What is written
 * matches one character, as the set does. */
#include <string.h>

#include "trafo-oniguruma-private.h"

/* Case, blanks, hyphens and low lines make no difference; so much of the name is compared. */
const TrafoOnigurumaClass *
trafo_oniguruma_class_find (const char *name, gsize size_bytes)
{
  gsize low = 0, high = trafo_oniguruma_name_count;
  g_autoptr (GString) plain = g_string_new (NULL);

  for (gsize i = 0; i < size_bytes; i++)
    if (strchr (" -_", name[i]) == NULL)
      g_string_append_c (plain, g_ascii_tolower (name[i]));
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      int   order = strcmp (trafo_oniguruma_names[middle].name, plain->str);

      if (order == 0)
        return &trafo_oniguruma_classes[trafo_oniguruma_names[middle].index];
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* As it stands outside of sets. */
void
trafo_oniguruma_class_append (const TrafoOnigurumaClass *self, gboolean negated, GString *out)
{
  if (self->removed == NULL)
    g_string_append_printf (out, negated ? "[^%s]" : "[%s]", self->members);
  else if (negated)
    g_string_append_printf (out, "(?:[%s]|[^%s])", self->removed, self->members);
  else
    g_string_append_printf (out, "(?:(?![%s])[%s])", self->removed, self->members);
}

void
trafo_oniguruma_set_init (TrafoOnigurumaSet *self)
{
  *self = (TrafoOnigurumaSet){ .members = g_string_new (NULL),
                               .others = g_string_new (NULL),
                               .both = g_string_new (NULL) };
}

void
trafo_oniguruma_set_clear (TrafoOnigurumaSet *self)
{
  g_string_free (self->members, TRUE);
  g_string_free (self->others, TRUE);
  g_string_free (self->both, TRUE);
}

/* @text: a character, or an escape for one. */
void
trafo_oniguruma_set_add_char (TrafoOnigurumaSet *self, const char *text, gsize size_bytes)
{
  self->last = self->members->len;
  /* "[." and "[=" begin a bracket of POSIX, as "[:" does */
  if (size_bytes == 1 && strchr ("[]^-\\.=:", *text) != NULL)
    g_string_append_c (self->members, '\\');
  g_string_append_len (self->members, text, size_bytes);
  self->may_range = !self->is_in_range;
  self->is_in_range = FALSE;
}

void
trafo_oniguruma_set_add_class (TrafoOnigurumaSet *self,
                               const TrafoOnigurumaClass *class,
                               gboolean negated)
{
  self->may_range = self->is_in_range = FALSE;
  if (class->removed == NULL && !negated)
    {
      g_string_append (self->members, class->members);
      return;
    }
  g_string_append_c (self->others, '|');
  trafo_oniguruma_class_append (class, negated, self->others);
}

static gboolean
is_plain (const TrafoOnigurumaSet *self)
{
  return self->members->len > 0 && self->others->len == 0 && self->both->len == 0;
}

/* A set within a set adds what it holds. */
void
trafo_oniguruma_set_add_set (TrafoOnigurumaSet *self, const TrafoOnigurumaSet *inner)
{
  self->may_range = self->is_in_range = FALSE;
  if (is_plain (inner) && !inner->negated)
    {
      g_string_append (self->members, inner->members->str);
      return;
    }
  g_string_append_c (self->others, '|');
  trafo_oniguruma_set_append (inner, self->others);
}

/* What was added since the last &&. */
static void
append_union (const TrafoOnigurumaSet *self, GString *out)
{
  if (self->members->len == 0 && self->others->len == 0)
    g_string_append (out, "(?!)");
  else if (self->others->len == 0)
    g_string_append_printf (out, "[%s]", self->members->str);
  else if (self->members->len == 0)
    g_string_append_printf (out, "(?:%s)", self->others->str + 1);
  else
    g_string_append_printf (out, "(?:[%s]%s)", self->members->str, self->others->str);
}

/* At a &&. */
void
trafo_oniguruma_set_intersect (TrafoOnigurumaSet *self)
{
  g_string_append (self->both, "(?=");
  append_union (self, self->both);
  g_string_append_c (self->both, ')');
  g_string_truncate (self->members, 0);
  g_string_truncate (self->others, 0);
  self->may_range = self->is_in_range = FALSE;
}

void
trafo_oniguruma_set_append (const TrafoOnigurumaSet *self, GString *out)
{
  if (is_plain (self))
    {
      g_string_append_printf (out, self->negated ? "[^%s]" : "[%s]", self->members->str);
      return;
    }
  if (!self->negated && self->both->len == 0)
    {
      append_union (self, out);
      return;
    }
  g_string_append (out, self->negated ? "(?:(?!" : "(?:");
  g_string_append (out, self->both->str);
  append_union (self, out);
  g_string_append (out, self->negated ? ")\\p{Any})" : ")");
}
