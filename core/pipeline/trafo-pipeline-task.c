/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <trafo/trafo-error.h>

#include "trafo-pipeline-task-private.h"

static const TrafoPipelineTask *const tasks[] = {
  &trafo_pipeline_feature_extraction,
};

const TrafoPipelineTask *
trafo_pipeline_task_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (g_str_equal (tasks[i]->name, name))
      return tasks[i];
  return NULL;
}

char **
trafo_pipeline_task_list (void)
{
  char **names = g_new0 (char *, G_N_ELEMENTS (tasks) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (tasks); i++)
    names[i] = g_strdup (tasks[i]->name);
  return names;
}

gboolean
trafo_pipeline_get_boolean (GVariant   *parameters,
                            const char *name,
                            gboolean    default_value,
                            gboolean   *ret_value,
                            GError    **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (parameters, name, NULL);

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    *ret_value = default_value;
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    *ret_value = g_variant_get_boolean (value);
  else
    {
      g_autofree char *found = g_variant_print (value, FALSE);

      g_set_error (error,
                   TRAFO_ERROR,
                   TRAFO_ERROR_INVALID_ARGUMENT,
                   "parameter '%s' is %s, expected true or false",
                   name,
                   found);
      return FALSE;
    }
  return TRUE;
}
