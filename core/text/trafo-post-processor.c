/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-post-processor-private.h"

#include "trafo-component-private.h"

enum
{
  MAX_PIECES = 64, /* of one template: each multiplies what overflows */
  MAX_ADDED = 4096,
};

static void
clear_piece (gpointer data)
{
  TrafoTemplatePiece *piece = data;

  g_free (piece->ids);
}

static void
init_template (TrafoTemplate *self)
{
  self->pieces = g_array_new (FALSE, TRUE, sizeof (TrafoTemplatePiece));
  g_array_set_clear_func (self->pieces, clear_piece);
  self->n_added = 0;
}

static void
add_sequence (TrafoTemplate *self, gint sequence, guint32 type_id)
{
  TrafoTemplatePiece piece = { .sequence = sequence, .type_id = type_id };

  g_array_append_val (self->pieces, piece);
}

static void
add_special (TrafoTemplate *self, guint32 id, guint32 type_id)
{
  TrafoTemplatePiece piece = { .sequence = -1, .type_id = type_id, .n_ids = 1 };

  piece.ids = g_new (guint32, 1);
  piece.ids[0] = id;
  g_array_append_val (self->pieces, piece);
  self->n_added++;
}

/* ["[SEP]", 102] */
static gboolean
read_token_pair (GVariant   *component,
                 const char *key,
                 const char *where,
                 guint32    *id,
                 GError    **error)
{
  g_autoptr (GVariant) pair = trafo_component_get (component, key);
  g_autoptr (GVariant) boxed = NULL;
  g_autoptr (GVariant) value = NULL;

  if (pair != NULL && g_variant_is_of_type (pair, G_VARIANT_TYPE ("av")) &&
      g_variant_n_children (pair) == 2)
    {
      boxed = g_variant_get_child_value (pair, 1);
      value = g_variant_get_variant (boxed);
    }
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ||
      g_variant_get_int64 (value) < 0 || g_variant_get_int64 (value) > G_MAXUINT32)
    {
      trafo_component_set_wrong (error, where, key, "pair of a token and an id");
      return FALSE;
    }
  *id = g_variant_get_int64 (value);
  return TRUE;
}

static gboolean
read_bert (TrafoPostProcessor *self, GVariant *component, const char *where, GError **error)
{
  guint32 cls, sep;

  if (!read_token_pair (component, "cls", where, &cls, error) ||
      !read_token_pair (component, "sep", where, &sep, error))
    return FALSE;
  for (guint pair = 0; pair < 2; pair++)
    {
      TrafoTemplate *template = pair ? &self->pair : &self->single;

      add_special (template, cls, 0);
      add_sequence (template, 0, 0);
      add_special (template, sep, 0);
      if (pair)
        {
          add_sequence (template, 1, 1);
          add_special (template, sep, 1);
        }
    }
  return TRUE;
}

/* The tokens keep the spaces that they begin with; their offsets need not. */
static gboolean
read_trimming (TrafoPostProcessor *self, GVariant *component, const char *where, GError **error)
{
  gboolean trims_offsets = TRUE, add_prefix_space = TRUE;

  if (!trafo_component_read_boolean (component, where, "trim_offsets", &trims_offsets, error) ||
      !trafo_component_read_boolean (component,
                                     where,
                                     "add_prefix_space",
                                     &add_prefix_space,
                                     error))
    return FALSE;
  if (!trims_offsets)
    return TRUE;
  if (self->trims_offsets)
    {
      trafo_component_set_unknown (error, where, "Sequence that trims offsets twice");
      return FALSE;
    }
  self->trims_offsets = TRUE;
  self->add_prefix_space = add_prefix_space;
  return TRUE;
}

/* All of it has the type 0, and two separators stand between the sequences. */
static gboolean
read_roberta (TrafoPostProcessor *self, GVariant *component, const char *where, GError **error)
{
  guint32 cls, sep;

  if (!read_trimming (self, component, where, error) ||
      !read_token_pair (component, "cls", where, &cls, error) ||
      !read_token_pair (component, "sep", where, &sep, error))
    return FALSE;
  for (guint pair = 0; pair < 2; pair++)
    {
      TrafoTemplate *template = pair ? &self->pair : &self->single;

      add_special (template, cls, 0);
      add_sequence (template, 0, 0);
      add_special (template, sep, 0);
      if (pair)
        {
          add_special (template, sep, 0);
          add_sequence (template, 1, 0);
          add_special (template, sep, 0);
        }
    }
  return TRUE;
}

static gboolean
read_sequence (TrafoTemplate *self,
               GVariant      *sequence,
               gboolean       is_pair,
               const char    *where,
               GError       **error)
{
  g_autofree char *name = NULL;
  guint32          type_id;

  if (!trafo_component_read_string (sequence, where, "id", &name, error) ||
      !trafo_component_read_id (sequence, where, "type_id", &type_id, error))
    return FALSE;
  if (!g_str_equal (name, "A") && (!is_pair || !g_str_equal (name, "B")))
    {
      trafo_component_set_wrong (error, where, "id", "sequence of the template, A or B");
      return FALSE;
    }
  add_sequence (self, g_str_equal (name, "B"), type_id);
  return TRUE;
}

static gboolean
read_special (TrafoTemplate *self,
              GVariant      *special,
              GVariant      *special_tokens,
              const char    *where,
              GError       **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) token = NULL;
  g_autoptr (GVariant) ids = NULL;
  TrafoTemplatePiece piece = { .sequence = -1 };

  if (!trafo_component_read_string (special, where, "id", &name, error) ||
      !trafo_component_read_id (special, where, "type_id", &piece.type_id, error))
    return FALSE;
  token = trafo_component_get (special_tokens, name);
  ids = trafo_component_get (token, "ids");
  if (ids == NULL || !g_variant_is_of_type (ids, G_VARIANT_TYPE ("av")))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: special_tokens lacks '%s', or the array of its ids",
                   where,
                   name);
      return FALSE;
    }
  piece.n_ids = g_variant_n_children (ids);
  if (self->n_added + piece.n_ids > MAX_ADDED)
    {
      trafo_component_set_wrong (error, where, "ids", "list of at most 4096 special tokens");
      return FALSE;
    }
  piece.ids = g_new0 (guint32, piece.n_ids);
  self->n_added += piece.n_ids;
  g_array_append_val (self->pieces, piece);
  for (gsize i = 0; i < piece.n_ids; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (ids, i);
      g_autoptr (GVariant) value = g_variant_get_variant (boxed);

      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) || g_variant_get_int64 (value) < 0 ||
          g_variant_get_int64 (value) > G_MAXUINT32)
        {
          trafo_component_set_wrong (error, where, "ids", "list of ids");
          return FALSE;
        }
      piece.ids[i] = g_variant_get_int64 (value);
    }
  return TRUE;
}

static gboolean
read_template (TrafoTemplate *self,
               GVariant      *component,
               const char    *key,
               gboolean       is_pair,
               const char    *where,
               GError       **error)
{
  g_autoptr (GVariant) list = trafo_component_get (component, key);
  g_autoptr (GVariant) special_tokens = trafo_component_get (component, "special_tokens");

  if (list == NULL || !g_variant_is_of_type (list, G_VARIANT_TYPE ("av")) ||
      g_variant_n_children (list) > MAX_PIECES)
    {
      trafo_component_set_wrong (error, where, key, "list of at most 64 pieces");
      return FALSE;
    }
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) piece = g_variant_get_variant (boxed);
      g_autoptr (GVariant) sequence = trafo_component_get (piece, "Sequence");
      g_autoptr (GVariant) special = trafo_component_get (piece, "SpecialToken");

      if (sequence == NULL && special == NULL)
        {
          trafo_component_set_wrong (error, where, key, "list of Sequence and SpecialToken");
          return FALSE;
        }
      if (sequence != NULL ? !read_sequence (self, sequence, is_pair, where, error)
                           : !read_special (self, special, special_tokens, where, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_templates (TrafoPostProcessor *self, GVariant *component, const char *where, GError **error)
{
  return read_template (&self->single, component, "single", FALSE, where, error) &&
         read_template (&self->pair, component, "pair", TRUE, where, error);
}

static const struct
{
  const char *type;
  gboolean (*read) (TrafoPostProcessor *self,
                    GVariant           *component,
                    const char         *where,
                    GError            **error);
  gboolean is_template;
} kinds[] = {
  { "BertProcessing", read_bert, TRUE },
  { "ByteLevel", read_trimming, FALSE },
  { "RobertaProcessing", read_roberta, TRUE },
  { "TemplateProcessing", read_templates, TRUE },
};

static gboolean
read_component (TrafoPostProcessor *self,
                GVariant           *component,
                const char         *where,
                gboolean           *has_template,
                GError            **error)
{
  const char *type = trafo_component_get_type (component, where, error);

  if (type == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (!g_str_equal (type, kinds[i].type))
        continue;
      if (kinds[i].is_template && *has_template)
        {
          trafo_component_set_unknown (error, where, "Sequence that adds tokens twice");
          return FALSE;
        }
      *has_template |= kinds[i].is_template;
      return kinds[i].read (self, component, where, error);
    }
  trafo_component_set_unknown (error, where, type);
  return FALSE;
}

/* @component: the "post_processor" of a tokenizer.json; NULL adds nothing. @origin: the file. */
TrafoPostProcessor *
trafo_post_processor_new (GVariant *component, const char *origin, GError **error)
{
  g_autoptr (TrafoPostProcessor) self = g_new0 (TrafoPostProcessor, 1);
  g_autoptr (GPtrArray) flat = NULL;
  g_autofree char *where = g_strconcat (origin, ": post_processor", NULL);
  gboolean         has_template = FALSE;

  init_template (&self->single);
  init_template (&self->pair);
  flat = trafo_component_flatten (component, "processors", where, error);
  for (guint i = 0; flat != NULL && i < flat->len; i++)
    if (!read_component (self, g_ptr_array_index (flat, i), where, &has_template, error))
      return NULL;
  if (flat != NULL && !has_template)
    {
      add_sequence (&self->single, 0, 0);
      add_sequence (&self->pair, 0, 0);
      add_sequence (&self->pair, 1, 1);
    }
  return flat != NULL ? g_steal_pointer (&self) : NULL;
}

/* Whatever the templates were: [bos] A [eos], and the same with the type 1 around a second sequence.
 * So transformers does where tokenizer_config.json says add_bos_token or add_eos_token. */
void
trafo_post_processor_set_bos_eos (TrafoPostProcessor *self,
                                  TrafoAddedSpecial   bos,
                                  TrafoAddedSpecial   eos)
{
  self->trims_offsets = FALSE;
  g_array_unref (self->single.pieces);
  g_array_unref (self->pair.pieces);
  init_template (&self->single);
  init_template (&self->pair);
  for (guint i = 0; i < 3; i++)
    {
      TrafoTemplate *template = i == 0 ? &self->single : &self->pair;
      guint32 sequence = i == 2;

      if (bos.is_used)
        add_special (template, bos.id, sequence);
      add_sequence (template, sequence, sequence);
      if (eos.is_used)
        add_special (template, eos.id, sequence);
    }
}

void
trafo_post_processor_free (TrafoPostProcessor *self)
{
  g_array_unref (self->single.pieces);
  g_array_unref (self->pair.pieces);
  g_free (self);
}
