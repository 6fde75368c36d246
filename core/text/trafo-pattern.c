/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "trafo-pattern-private.h"

#include <pcre2.h>
#include <string.h>

#include "trafo-component-private.h"
#include "trafo-oniguruma-private.h"

enum
{
  MAX_REGEX_BYTES = 1 << 14,
  /* Steps of the search for one match. What real models have takes some for each character; a
   * regular expression that goes back and forth without end must not take the host with it. */
  MATCH_LIMIT = 1 << 20,
  HEAP_LIMIT_KIB = 1 << 14,
};

/* One of the three is set. */
struct _TrafoPattern
{
  char         *string;
  gsize         string_size;
  TrafoWordScan scan;
  pcre2_code   *code;
  char         *regex; /* for messages */
};

static gboolean
compile (TrafoPattern *self, const char *regex, const char *where, GError **error)
{
  g_autofree char *translated = NULL;
  g_autofree char *shown = NULL;
  guint8           message[128];
  int              code;
  gsize            at;

  if (strlen (regex) > MAX_REGEX_BYTES)
    {
      trafo_component_set_wrong (error, where, "Regex", "string of at most 16384 bytes");
      return FALSE;
    }
  translated = trafo_oniguruma_to_pcre2 (regex, where, error);
  if (translated == NULL)
    return FALSE;
  self->regex = g_strdup (regex);
  self->code = pcre2_compile ((const guint8 *) translated,
                              PCRE2_ZERO_TERMINATED,
                              PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
                              &code,
                              &at,
                              NULL);
  if (self->code != NULL)
    return TRUE;
  pcre2_get_error_message (code, message, sizeof message);
  shown = trafo_error_excerpt (regex);
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: the regular expression '%s' does not compile: %s",
               where,
               shown,
               (const char *) message);
  return FALSE;
}

/* @component: the object; @where begins error messages. */
TrafoPattern *
trafo_pattern_new (GVariant *component, const char *where, GError **error)
{
  g_autoptr (TrafoPattern) self = g_new0 (TrafoPattern, 1);
  g_autoptr (GVariant) regex = trafo_component_get (component, "Regex");
  g_autofree char *text = NULL;

  if (component == NULL)
    {
      trafo_component_set_wrong (error, where, "pattern", "object");
      return NULL;
    }
  if (regex == NULL)
    {
      if (!trafo_component_read_string (component, where, "String", &self->string, error))
        return NULL;
      self->string_size = strlen (self->string);
      if (self->string_size > 0)
        return g_steal_pointer (&self);
      trafo_component_set_wrong (error, where, "pattern", "string that is not empty");
      return NULL;
    }
  if (!trafo_component_read_string (component, where, "Regex", &text, error))
    return NULL;
  self->scan = trafo_word_scan_find (text);
  if (self->scan == NULL && !compile (self, text, where, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trafo_pattern_free (TrafoPattern *self)
{
  g_free (self->string);
  g_clear_pointer (&self->code, pcre2_code_free);
  g_free (self->regex);
  g_free (self);
}

/* What cuts all of a text into matches, if the pattern is a regular expression that is known. */
TrafoWordScan
trafo_pattern_get_scan (const TrafoPattern *self)
{
  return self->scan;
}

static void
find_string (const TrafoPattern *self, const char *text, gsize size, TrafoWordArray *matches)
{
  const char *match;
  gsize       at = 0;

  while ((match = memmem (text + at, size - at, self->string, self->string_size)) != NULL)
    {
      at = match - text;
      trafo_word_array_append_any (matches, at, at + self->string_size);
      at += self->string_size;
    }
}

static gboolean
set_match_error (const TrafoPattern *self, int code, gsize at, GError **error)
{
  g_autofree char *regex = trafo_error_excerpt (self->regex);
  guint8           message[128];

  pcre2_get_error_message (code, message, sizeof message);
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_INVALID_ARGUMENT,
               "the regular expression '%s' fails at byte %" G_GSIZE_FORMAT " of a text: %s",
               regex,
               at,
               (const char *) message);
  return FALSE;
}

/* An empty match right behind the last match does not count: the search goes on a character later,
 * as rust-onig's find_iter does. */
static gboolean
find_regex (const TrafoPattern  *self,
            const char          *text,
            gsize                size,
            pcre2_match_data    *data,
            pcre2_match_context *context,
            TrafoWordArray      *matches,
            GError             **error)
{
  gsize at = 0, last_end = G_MAXSIZE;

  while (at <= size)
    {
      int    code = pcre2_match (self->code,
                              (const guint8 *) text,
                              size,
                              at,
                              PCRE2_NO_UTF_CHECK,
                              data,
                              context);
      gsize *range = pcre2_get_ovector_pointer (data);

      if (code == PCRE2_ERROR_NOMATCH)
        return TRUE;
      if (code < 0)
        return set_match_error (self, code, at, error);
      if (range[0] > range[1])
        return set_match_error (self, PCRE2_ERROR_INTERNAL, at, error);
      if (range[0] == range[1] && range[1] == last_end)
        {
          at = at < size ? (gsize) (g_utf8_next_char (text + at) - text) : size + 1;
          continue;
        }
      at = last_end = range[1];
      trafo_word_array_append_any (matches, range[0], range[1]);
    }
  return TRUE;
}

static gboolean
run_regex (const TrafoPattern *self,
           const char         *text,
           gsize               size,
           TrafoWordArray     *matches,
           GError            **error)
{
  pcre2_match_data    *data = pcre2_match_data_create (1, NULL);
  pcre2_match_context *context = pcre2_match_context_create (NULL);
  gboolean             done = FALSE;

  if (data != NULL && context != NULL)
    {
      pcre2_set_match_limit (context, MATCH_LIMIT);
      pcre2_set_heap_limit (context, HEAP_LIMIT_KIB);
      done = find_regex (self, text, size, data, context, matches, error);
    }
  else
    g_set_error_literal (error,
                         TRAFO_ERROR,
                         TRAFO_ERROR_NO_MEMORY,
                         "no memory for a regular expression");
  pcre2_match_data_free (data);
  pcre2_match_context_free (context);
  return done;
}

/* All matches in @text, valid UTF-8, from left to right; empty ones are among them. */
gboolean
trafo_pattern_find (const TrafoPattern *self,
                    const char         *text,
                    gsize               size_bytes,
                    TrafoWordArray     *matches,
                    GError            **error)
{
  matches->n_ranges = 0;
  if (size_bytes == 0)
    return TRUE;
  if (self->scan != NULL)
    self->scan (text, (TrafoTextRange){ 0, size_bytes }, matches);
  else if (self->string != NULL)
    find_string (self, text, size_bytes, matches);
  else
    return run_regex (self, text, size_bytes, matches, error);
  return TRUE;
}
