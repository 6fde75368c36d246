/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-error.h>

G_BEGIN_DECLS

/* A class of characters, as both parts stand in brackets of PCRE2. */
typedef struct
{
  const char *members;
  const char *removed; /* of the members, or NULL */
} TrafoOnigurumaClass;

typedef struct
{
  const char *name; /* in lower case, without blanks, hyphens and low lines; of POSIX in [: :] */
  guint16     index;
} TrafoOnigurumaName;

/* The generated tables, in the order of the names. */
extern const TrafoOnigurumaClass trafo_oniguruma_classes[];
extern const TrafoOnigurumaName  trafo_oniguruma_names[];
extern const gsize               trafo_oniguruma_name_count;

/* A set of characters in brackets, while it is read. */
typedef struct
{
  gboolean negated;
  GString *members;   /* what brackets of PCRE2 can hold */
  GString *others;    /* what they cannot: alternatives of one character, "|" before each */
  GString *both;      /* look-aheads for what stands before each && */
  gboolean may_range; /* the last was a character that a range may begin with */
  gsize    last;      /* where it stands in the members */
  gboolean is_in_range;
} TrafoOnigurumaSet;

const TrafoOnigurumaClass *trafo_oniguruma_class_find (const char *name, gsize size_bytes);
void trafo_oniguruma_class_append (const TrafoOnigurumaClass *self, gboolean negated, GString *out);

void trafo_oniguruma_set_clear (TrafoOnigurumaSet *self);
void trafo_oniguruma_set_init (TrafoOnigurumaSet *self);
void trafo_oniguruma_set_add_char (TrafoOnigurumaSet *self, const char *text, gsize size_bytes);
void trafo_oniguruma_set_add_class (TrafoOnigurumaSet *self,
                                    const TrafoOnigurumaClass *class,
                                    gboolean negated);
void trafo_oniguruma_set_add_set (TrafoOnigurumaSet *self, const TrafoOnigurumaSet *inner);
void trafo_oniguruma_set_intersect (TrafoOnigurumaSet *self);
void trafo_oniguruma_set_append (const TrafoOnigurumaSet *self, GString *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoOnigurumaSet, trafo_oniguruma_set_clear)

/* A regular expression as tokenizers reads it (Oniguruma, Ruby's syntax), written as PCRE2 reads it. */
char *trafo_oniguruma_to_pcre2 (const char *regex, const char *where, GError **error);

G_END_DECLS
