/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Where the two read the same text differently, it is written anew: classes of characters, which PCRE2
 * defines by other properties or an older Unicode, word boundaries, sets within sets, intervals and
 * options. What cannot be said in PCRE2 is refused by name. Oniguruma's rules, those of Ruby, stand in
 * its doc/RE; PCRE2's in pcre2pattern(3).
 *
 * What differs still: ß and ss are not one under (?i), nor do classes of upper or lower case in a set
 * take the other case; \X knows the Unicode of PCRE2. */
#include <string.h>

#include "trafo-oniguruma-private.h"

/* Sets within sets. */
#define MAX_DEPTH 32

/* The classes of escapes. A capital negates. */
static const struct
{
  char        letter;
  const char *name;
} classes[] = { { 's', "space" }, { 'w', "word" }, { 'd', "digit" }, { 'h', "xdigit" } };

typedef struct
{
  gsize start;     /* where the group begins in the output */
  guint n_options; /* groups that (?i) and its like have opened in it */
} Group;

typedef struct
{
  const char *regex;
  const char *where;
  const char *p;
  GString    *out;
  GArray     *groups; /* of Group, the outermost first, which is the regular expression */
  gsize       atom;   /* where what a quantifier repeats begins in the output */
} Translation;

static gboolean
refuse (const Translation *self, const char *what, GError **error)
{
  g_autofree char *regex = trafo_error_excerpt (self->regex);

  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_UNKNOWN,
               "%s: the regular expression '%s' has %s at byte %" G_GSIZE_FORMAT
               ", which is not supported",
               self->where,
               regex,
               what,
               (gsize) (self->p - self->regex));
  return FALSE;
}

static gboolean
refuse_letter (const Translation *self, GError **error)
{
  const char what[] = { 't', 'h', 'e', ' ', '\\', self->p[1], '\0' };

  return refuse (self, what, error);
}

/* In a set a word lacks the numbers of Latin-1. */
static const TrafoOnigurumaClass *
find_class (const char *name, gsize size_bytes, gboolean is_in_set)
{
  const TrafoOnigurumaClass *class = trafo_oniguruma_class_find (name, size_bytes);

  if (is_in_set && class == trafo_oniguruma_class_find ("word", strlen ("word")))
    return trafo_oniguruma_class_find ("[:word:]", strlen ("[:word:]"));
  return class;
}

/* The class that an escape is, NULL for another escape or an error; moves past it. */
static const TrafoOnigurumaClass *
read_class (Translation *self, gboolean is_in_set, gboolean *negated, GError **error)
{
  const TrafoOnigurumaClass *class;
  const char *name = self->p + 3, *end;
  char        letter = g_ascii_tolower (self->p[1]);

  *negated = self->p[1] != letter;
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i].letter == letter)
      {
        self->p += 2;
        return find_class (classes[i].name, strlen (classes[i].name), is_in_set);
      }
  if (letter != 'p' || self->p[2] != '{')
    return NULL;
  if (*name == '^')
    {
      *negated = !*negated;
      name++;
    }
  end = strchr (name, '}');
  class = end != NULL && *name != '[' ? find_class (name, end - name, is_in_set) : NULL;
  if (class == NULL)
    refuse (self, "a class of an unknown name", error);
  else
    self->p = end + 1;
  return class;
}

/* How long the escape of a character is, 0 with an error. What has no meaning stands for itself:
 * @is_letter says so. */
static gsize
measure_escape (const Translation *self, gboolean is_in_set, gboolean *is_letter, GError **error)
{
  static const char in_set[] = "abefnrtvcxu", outside[] = "abBefnrtvcxukAGKRXZz";
  const char       *end;
  char              letter = self->p[1];

  *is_letter = g_ascii_isalpha (letter) && strchr (is_in_set ? in_set : outside, letter) == NULL;
  if (strchr (is_in_set ? "CM" : "CMNOYgy", letter) != NULL && letter != '\0')
    return refuse_letter (self, error);
  if (letter == 'u')
    {
      for (guint i = 2; i < 6; i++)
        if (!g_ascii_isxdigit (self->p[i]))
          return refuse (self, "a \\u without four digits", error);
      return 6;
    }
  end = strchr (self->p, '}');
  if (letter == 'x' && self->p[2] == '{' && end != NULL)
    return end + 1 - self->p;
  return letter == '\0' ? 1 : (gsize) (g_utf8_next_char (self->p + 1) - self->p);
}

/* Moves past an escape of @size bytes, which is written to @out. */
static void
take_escape (Translation *self, gsize size, gboolean is_letter, gboolean is_in_set, GString *out)
{
  if (self->p[1] == 'u')
    g_string_append_printf (out, "\\x{%.4s}", self->p + 2);
  else if (self->p[1] == 'v')
    g_string_append (out, "\\x0b");
  else if (self->p[1] == 'b' && is_in_set)
    g_string_append (out, "\\x08");
  else
    g_string_append_len (out, self->p + is_letter, size - is_letter);
  self->p += size;
}

static gboolean
add_escape (Translation *self, TrafoOnigurumaSet *set, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  const TrafoOnigurumaClass *class;
  gboolean negated, is_letter;
  gsize    size;

  class = read_class (self, TRUE, &negated, &local);
  if (class != NULL)
    {
      trafo_oniguruma_set_add_class (set, class, negated);
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  size = measure_escape (self, TRUE, &is_letter, error);
  if (size == 0)
    return FALSE;
  take_escape (self, size, is_letter, TRUE, text);
  trafo_oniguruma_set_add_char (set, text->str, text->len);
  return TRUE;
}

/* [:alpha:] and [:^alpha:]. */
static gboolean
add_posix (Translation *self, TrafoOnigurumaSet *set, GError **error)
{
  const TrafoOnigurumaClass *class = NULL;
  const char      *name = self->p + 2, *end;
  gboolean         negated = *name == '^';
  g_autofree char *bracket = NULL;

  name += negated;
  end = strstr (name, ":]");
  if (end != NULL)
    {
      bracket = g_strdup_printf ("[:%.*s:]", (int) MIN (end - name, 16), name);
      class = trafo_oniguruma_class_find (bracket, strlen (bracket));
    }
  if (class == NULL)
    return refuse (self, "a POSIX bracket of an unknown name", error);
  trafo_oniguruma_set_add_class (set, class, negated);
  self->p = end + 2;
  return TRUE;
}

/* A hyphen between two characters makes a range of them; another is a character. Between a character
 * and a set both are lost. */
static void
add_hyphen (Translation *self, TrafoOnigurumaSet *set)
{
  const char *next = self->p + 1;

  if (set->may_range && *next == '[')
    {
      g_string_truncate (set->members, set->last);
      set->may_range = FALSE;
    }
  else if (set->may_range && *next != ']' && !(next[0] == '&' && next[1] == '&') &&
           !(next[0] == '\\' && next[1] != '\0' && strchr ("sSwWdDhHpP", next[1]) != NULL))
    {
      g_string_append_c (set->members, '-');
      set->may_range = FALSE;
      set->is_in_range = TRUE;
    }
  else
    trafo_oniguruma_set_add_char (set, "-", 1);
  self->p++;
}

static gboolean read_set (Translation *self, TrafoOnigurumaSet *set, guint depth, GError **error);

static gboolean
add_set (Translation *self, TrafoOnigurumaSet *set, guint depth, GError **error)
{
  g_auto (TrafoOnigurumaSet) inner = { 0 };

  trafo_oniguruma_set_init (&inner);
  if (!read_set (self, &inner, depth, error))
    return FALSE;
  trafo_oniguruma_set_add_set (set, &inner);
  return TRUE;
}

/* What a set holds at the place. */
static gboolean
add_member (Translation *self, TrafoOnigurumaSet *set, guint depth, GError **error)
{
  const char *next = g_utf8_next_char (self->p);

  switch (*self->p)
    {
    case '[':
      return self->p[1] == ':' ? add_posix (self, set, error)
                               : add_set (self, set, depth + 1, error);
    case '\\':
      return add_escape (self, set, error);
    case '-':
      add_hyphen (self, set);
      return TRUE;
    case '&':
      if (self->p[1] != '&')
        break;
      trafo_oniguruma_set_intersect (set);
      self->p += 2;
      return TRUE;
    default:
      break;
    }
  trafo_oniguruma_set_add_char (set, self->p, next - self->p);
  self->p = next;
  return TRUE;
}

/* From a set's bracket to behind its end. */
static gboolean
read_set (Translation *self, TrafoOnigurumaSet *set, guint depth, GError **error)
{
  if (depth >= MAX_DEPTH)
    return refuse (self, "too many sets within sets", error);
  self->p++;
  set->negated = *self->p == '^';
  self->p += set->negated;
  if (*self->p == ']')
    {
      trafo_oniguruma_set_add_char (set, "]", 1);
      self->p++;
    }
  while (*self->p != ']')
    {
      if (*self->p == '\0')
        return refuse (self, "a set without an end", error);
      if (!add_member (self, set, depth, error))
        return FALSE;
    }
  self->p++;
  return TRUE;
}

static gboolean
translate_set (Translation *self, GError **error)
{
  g_auto (TrafoOnigurumaSet) set = { 0 };

  trafo_oniguruma_set_init (&set);
  if (!read_set (self, &set, 0, error))
    return FALSE;
  trafo_oniguruma_set_append (&set, self->out);
  return TRUE;
}

/* A place with a word on one side, or on both or none. */
static void
append_boundary (GString *out, gboolean negated)
{
  const TrafoOnigurumaClass *word = trafo_oniguruma_class_find ("word", strlen ("word"));
  g_autoptr (GString) text = g_string_new (NULL);

  trafo_oniguruma_class_append (word, FALSE, text);
  g_string_append_printf (out,
                          negated ? "(?:(?<=%s)(?=%s)|(?<!%s)(?!%s))"
                                  : "(?:(?<=%s)(?!%s)|(?<!%s)(?=%s))",
                          text->str,
                          text->str,
                          text->str,
                          text->str);
}

static gboolean
translate_escape (Translation *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean negated, is_letter;
  const TrafoOnigurumaClass *class = read_class (self, FALSE, &negated, &local);
  gsize size;

  if (class != NULL)
    {
      trafo_oniguruma_class_append (class, negated, self->out);
      return TRUE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (self->p[1] == 'b' || self->p[1] == 'B')
    {
      append_boundary (self->out, self->p[1] == 'B');
      self->p += 2;
      return TRUE;
    }
  size = measure_escape (self, FALSE, &is_letter, error);
  if (size > 0)
    take_escape (self, size, is_letter, FALSE, self->out);
  return size > 0;
}

static Group *
get_group (Translation *self)
{
  return &g_array_index (self->groups, Group, self->groups->len - 1);
}

/* (?m) lets the dot match a line's end in Oniguruma, which is PCRE2's (?s); ^ and $ match at each
 * line there whatever the options. An option without a group of its own holds to the end of the one
 * around it, and the alternatives behind it are its own. */
static gboolean
translate_options (Translation *self, const char *end, GError **error)
{
  for (const char *p = self->p + 2; p < end; p++)
    if (*p != 'i' && *p != 'm' && *p != 'x' && *p != '-')
      return refuse (self, "an option other than i, m and x", error);
  for (; self->p < end; self->p++)
    g_string_append_c (self->out, *self->p == 'm' ? 's' : *self->p);
  g_string_append_c (self->out, ':');
  if (*self->p++ == ')')
    get_group (self)->n_options++;
  return TRUE;
}

static gboolean
begin_group (Translation *self, GError **error)
{
  const Group group = { self->out->len, 0 };
  const char *end = self->p + 1;

  if (*end == '?')
    for (end++; g_ascii_isalpha (*end) || *end == '-';)
      end++;
  if (end > self->p + 2 && *end == ')')
    return translate_options (self, end, error);
  g_array_append_val (self->groups, group);
  if (end > self->p + 2 && *end == ':')
    return translate_options (self, end, error);
  if (self->p[1] == '?' && strchr (":=!<>#", self->p[2]) == NULL)
    return refuse (self, "a group of an unknown kind", error);
  g_string_append_c (self->out, *self->p++);
  return TRUE;
}

/* The groups that options have opened in the innermost one end with it. */
static void
end_options (Translation *self)
{
  for (guint i = 0; i < get_group (self)->n_options; i++)
    g_string_append_c (self->out, ')');
}

static void
end_group (Translation *self)
{
  if (self->groups->len > 1)
    {
      end_options (self);
      self->atom = get_group (self)->start;
      g_array_set_size (self->groups, self->groups->len - 1);
    }
  g_string_append_c (self->out, *self->p++);
}

/* What stands behind an interval, {n}, {n,}, {,m} or {n,m}; NULL where a brace begins none. */
static const char *
find_interval_end (const char *p)
{
  gsize n_low = strspn (p + 1, "0123456789"), n_high = 0;

  p += 1 + n_low;
  if (*p == ',')
    {
      n_high = strspn (p + 1, "0123456789");
      p += 1 + n_high;
    }
  return *p == '}' && n_low + n_high > 0 ? p + 1 : NULL;
}

/* A quantifier behind an interval repeats it: no interval is possessive, and none of one number is
 * lazy. */
static void
translate_interval (Translation *self)
{
  const char *end = find_interval_end (self->p);
  gboolean    is_repeated;

  if (end == NULL)
    {
      self->atom = self->out->len;
      g_string_append (self->out, "\\{");
      self->p++;
      return;
    }
  is_repeated = *end == '+' || (*end == '?' && memchr (self->p, ',', end - self->p) == NULL);
  if (is_repeated)
    g_string_insert (self->out, self->atom, "(?:");
  g_string_append (self->out, self->p[1] == ',' ? "{0" : "{");
  g_string_append_len (self->out, self->p + 1, end - self->p - 1);
  if (is_repeated)
    g_string_append_c (self->out, ')');
  self->p = end;
}

static gboolean
translate_next (Translation *self, GError **error)
{
  const char *next = g_utf8_next_char (self->p);

  if (*self->p == ')')
    {
      end_group (self);
      return TRUE;
    }
  if (*self->p == '{')
    {
      translate_interval (self);
      return TRUE;
    }
  if (strchr ("*+?", *self->p) == NULL)
    self->atom = self->out->len;
  if (*self->p == '\\')
    return translate_escape (self, error);
  if (*self->p == '[')
    return translate_set (self, error);
  if (*self->p == '(')
    return begin_group (self, error);
  g_string_append_len (self->out, self->p, next - self->p);
  self->p = next;
  return TRUE;
}

char *
trafo_oniguruma_to_pcre2 (const char *regex, const char *where, GError **error)
{
  const Group outermost = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (Group));
  Translation self = { regex, where, regex, out, groups, 0 };

  g_array_append_val (groups, outermost);
  while (*self.p != '\0')
    if (!translate_next (&self, error))
      return NULL;
  if (groups->len == 1)
    end_options (&self);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
