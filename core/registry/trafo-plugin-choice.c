/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-choice-private.h"

#include "trafo-environment-private.h"
#include "trafo-plugin-facts-private.h"

#include <string.h>

struct _TrafoPluginChoice
{
  GHashTable *ranks;    /* "name" or "kind/name" to rank */
  char      **disabled; /* NULL if unset */
  char      **selected;
  gboolean    asks_ranks; /* the variables that were set to "help" */
  gboolean    asks_disabled;
  gboolean    asks_selected;
};

/* A name of a rank, or a number; FALSE for anything else. */
static gboolean
parse_rank (const char *text, gint *ret_rank)
{
  static const struct
  {
    const char *name;
    gint        rank;
  } names[] = {
    { "NONE", TRAFO_RANK_NONE },
    { "MARGINAL", TRAFO_RANK_MARGINAL },
    { "SECONDARY", TRAFO_RANK_SECONDARY },
    { "PRIMARY", TRAFO_RANK_PRIMARY },
  };
  gint64 rank;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (text, names[i].name) == 0)
      {
        *ret_rank = names[i].rank;
        return TRUE;
      }
  if (!g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &rank, NULL))
    return FALSE;
  *ret_rank = rank;
  return TRUE;
}

static void
add_ranks (GHashTable *ranks, const char *list)
{
  g_auto (GStrv) entries = g_strsplit (list, ",", -1);

  for (gsize i = 0; entries[i] != NULL; i++)
    {
      char *colon = strrchr (g_strstrip (entries[i]), ':');
      gint  rank;

      if (colon == NULL || !parse_rank (colon + 1, &rank))
        {
          g_warning ("TRAFO_PLUGIN_RANK: '%s' is ignored, expected NAME:RANK, where RANK is a "
                     "number, NONE, MARGINAL, SECONDARY or PRIMARY",
                     entries[i]);
          continue;
        }
      *colon = '\0';
      g_hash_table_replace (ranks, g_strdup (entries[i]), GINT_TO_POINTER (rank));
    }
}

static char **
get_globs (const char *variable, gboolean *ret_asks_help)
{
  const char *list = trafo_environment_get (variable, ret_asks_help);

  return list != NULL ? g_strsplit (list, ",", -1) : NULL;
}

TrafoPluginChoice *
trafo_plugin_choice_new_from_environment (void)
{
  TrafoPluginChoice *self = g_new0 (TrafoPluginChoice, 1);
  const char        *ranks = trafo_environment_get ("TRAFO_PLUGIN_RANK", &self->asks_ranks);

  self->ranks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (ranks != NULL)
    add_ranks (self->ranks, ranks);
  self->disabled = get_globs ("TRAFO_PLUGIN_DISABLE", &self->asks_disabled);
  self->selected = get_globs ("TRAFO_PLUGIN_SELECT", &self->asks_selected);
  return self;
}

void
trafo_plugin_choice_free (TrafoPluginChoice *self)
{
  g_hash_table_unref (self->ranks);
  g_strfreev (self->disabled);
  g_strfreev (self->selected);
  g_free (self);
}

static gboolean
matches_any (char **globs, const char *name)
{
  for (gsize i = 0; globs[i] != NULL; i++)
    if (g_pattern_match_simple (g_strstrip (globs[i]), name))
      return TRUE;
  return FALSE;
}

const char *
trafo_plugin_choice_find_objection (TrafoPluginChoice *self, const char *plugin_name)
{
  if (self->disabled != NULL && matches_any (self->disabled, plugin_name))
    return "disabled by TRAFO_PLUGIN_DISABLE";
  if (self->selected != NULL && !matches_any (self->selected, plugin_name))
    return "not selected by TRAFO_PLUGIN_SELECT";
  return NULL;
}

gint
trafo_plugin_choice_get_rank (TrafoPluginChoice *self,
                              TrafoFeatureKind   kind,
                              const char        *name,
                              gint               rank)
{
  g_autofree char *full = NULL;
  gpointer         found;

  if (g_hash_table_size (self->ranks) == 0)
    return rank;
  full = g_strdup_printf ("%s/%s", trafo_feature_kind_get_name (kind), name);
  if (g_hash_table_lookup_extended (self->ranks, full, NULL, &found) ||
      g_hash_table_lookup_extended (self->ranks, name, NULL, &found))
    return GPOINTER_TO_INT (found);
  return rank;
}

gboolean
trafo_plugin_choice_asks_help (TrafoPluginChoice *self)
{
  return self->asks_ranks || self->asks_disabled || self->asks_selected;
}

void
trafo_plugin_choice_print_help (TrafoPluginChoice *self,
                                const char *const *plugin_names,
                                const char *const *feature_names)
{
  if (self->asks_ranks)
    trafo_environment_print_choices ("TRAFO_PLUGIN_RANK, with :RANK behind it,", feature_names);
  if (self->asks_disabled)
    trafo_environment_print_choices ("TRAFO_PLUGIN_DISABLE", plugin_names);
  if (self->asks_selected)
    trafo_environment_print_choices ("TRAFO_PLUGIN_SELECT", plugin_names);
}
