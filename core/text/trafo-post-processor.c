/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-post-processor-private.h"

#include "trafo-component-private.h"

enum
{
  MAX_PIECES = 64, /* of one template: each multiplies what overflows */
  MAX_ADDED = 4096,
  MAX_STEPS = TRAFO_MAX_TRIMS,
};

/* A template in the making: one post-processor after the other surrounds each part, or puts the parts
 * elsewhere. */
typedef struct
{
  GPtrArray *parts;   /* of GArray of TrafoTemplatePiece, each with one sequence at most */
  gsize      n_added; /* as of TrafoTemplate */
} Draft;

static void
clear_piece (gpointer data)
{
  TrafoTemplatePiece *piece = data;

  g_free (piece->ids);
}

static GArray *
new_pieces (void)
{
  GArray *pieces = g_array_new (FALSE, TRUE, sizeof (TrafoTemplatePiece));

  g_array_set_clear_func (pieces, clear_piece);
  return pieces;
}

static void
add_sequence (GArray *pieces, gint sequence, guint32 type_id)
{
  TrafoTemplatePiece piece = { .sequence = sequence, .type_id = type_id };

  g_array_append_val (pieces, piece);
}

static void
insert_special (GArray *pieces, guint at, guint32 id, guint32 type_id)
{
  TrafoTemplatePiece piece = { .sequence = -1, .type_id = type_id, .n_ids = 1, .is_masked = TRUE };

  piece.ids = g_memdup2 (&id, sizeof id);
  g_array_insert_val (pieces, at, piece);
}

static void
copy_pieces (GArray *to, const GArray *from)
{
  for (guint i = 0; i < from->len; i++)
    {
      TrafoTemplatePiece piece = g_array_index (from, TrafoTemplatePiece, i);

      piece.ids = g_memdup2 (piece.ids, piece.n_ids * sizeof *piece.ids);
      g_array_append_val (to, piece);
    }
}

static void
set_type_ids (GArray *pieces, guint32 type_id)
{
  for (guint i = 0; i < pieces->len; i++)
    g_array_index (pieces, TrafoTemplatePiece, i).type_id = type_id;
}

/* @before: a token, or NULL. */
static void
surround (GArray *pieces, const guint32 *before, guint32 after, guint32 type_id)
{
  for (guint i = 0; i < pieces->len; i++)
    g_array_index (pieces, TrafoTemplatePiece, i).is_masked = FALSE;
  if (before != NULL)
    insert_special (pieces, 0, *before, type_id);
  insert_special (pieces, pieces->len, after, type_id);
}

static void
init_draft (Draft *self, guint n_sequences)
{
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->n_added = 0;
  for (guint i = 0; i < n_sequences; i++)
    {
      g_ptr_array_add (self->parts, new_pieces ());
      add_sequence (g_ptr_array_index (self->parts, i), i, i);
    }
}

static void
finish_draft (Draft *self, TrafoTemplate *template)
{
  template->pieces = new_pieces ();
  template->n_added = self->n_added;
  for (guint i = 0; i < self->parts->len; i++)
    copy_pieces (template->pieces, g_ptr_array_index (self->parts, i));
  g_ptr_array_unref (self->parts);
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

/* @drafts: for one sequence and for two; so below. */
static gboolean
read_bert (Draft drafts[2], GVariant *component, const char *where, GError **error)
{
  guint32 cls, sep;

  if (!read_token_pair (component, "cls", where, &cls, error) ||
      !read_token_pair (component, "sep", where, &sep, error))
    return FALSE;
  for (guint pair = 0; pair < 2; pair++)
    {
      GPtrArray *parts = drafts[pair].parts;

      drafts[pair].n_added += 2 + pair;
      for (guint i = 0; i < parts->len; i++)
        surround (g_ptr_array_index (parts, i), i == 0 ? &cls : NULL, sep, i > 0);
    }
  return TRUE;
}

static void
add_trim (GArray *pieces, gboolean add_prefix_space)
{
  TrafoTrim trim = { add_prefix_space, FALSE };

  for (guint i = 0; i < pieces->len; i++)
    {
      TrafoTemplatePiece *piece = &g_array_index (pieces, TrafoTemplatePiece, i);

      if (piece->sequence >= 0)
        piece->trims[piece->n_trims++] = trim;
      trim.is_behind_specials |= piece->n_ids > 0;
    }
}

/* The tokens keep the spaces that they begin with; their offsets need not. */
static gboolean
read_trimming (Draft drafts[2], GVariant *component, const char *where, GError **error)
{
  gboolean trims_offsets = TRUE, add_prefix_space = TRUE;

  if (!trafo_component_read_boolean (component, where, "trim_offsets", &trims_offsets, error) ||
      !trafo_component_read_boolean (component,
                                     where,
                                     "add_prefix_space",
                                     &add_prefix_space,
                                     error))
    return FALSE;
  for (guint pair = 0; trims_offsets && pair < 2; pair++)
    for (guint i = 0; i < drafts[pair].parts->len; i++)
      add_trim (g_ptr_array_index (drafts[pair].parts, i), add_prefix_space);
  return TRUE;
}

/* All of it has the type 0, and two separators stand between the sequences. */
static gboolean
read_roberta (Draft drafts[2], GVariant *component, const char *where, GError **error)
{
  guint32 cls, sep;

  if (!read_trimming (drafts, component, where, error) ||
      !read_token_pair (component, "cls", where, &cls, error) ||
      !read_token_pair (component, "sep", where, &sep, error))
    return FALSE;
  for (guint pair = 0; pair < 2; pair++)
    {
      GPtrArray *parts = drafts[pair].parts;

      drafts[pair].n_added += pair ? 4 : 2;
      for (guint i = 0; i < parts->len; i++)
        {
          set_type_ids (g_ptr_array_index (parts, i), 0);
          surround (g_ptr_array_index (parts, i), i == 0 ? &cls : &sep, sep, 0);
        }
    }
  return TRUE;
}

/* Puts the part with a sequence into @part. */
static gboolean
read_sequence (const Draft *from,
               GVariant    *sequence,
               gboolean     is_pair,
               const char  *where,
               GArray      *part,
               GError     **error)
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
  copy_pieces (part, g_ptr_array_index (from->parts, g_str_equal (name, "B")));
  set_type_ids (part, type_id);
  return TRUE;
}

static gboolean
read_special (gsize      *n_added,
              GVariant   *special,
              GVariant   *special_tokens,
              const char *where,
              GArray     *part,
              GError    **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) token = NULL;
  g_autoptr (GVariant) ids = NULL;
  TrafoTemplatePiece piece = { .sequence = -1, .is_masked = TRUE };

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
  if (*n_added + piece.n_ids > MAX_ADDED)
    {
      trafo_component_set_wrong (error, where, "ids", "list of at most 4096 special tokens");
      return FALSE;
    }
  piece.ids = g_new0 (guint32, piece.n_ids);
  *n_added += piece.n_ids;
  g_array_append_val (part, piece);
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
read_template (Draft      *self,
               GVariant   *component,
               const char *key,
               gboolean    is_pair,
               const char *where,
               GError    **error)
{
  g_autoptr (GVariant) list = trafo_component_get (component, key);
  g_autoptr (GVariant) special_tokens = trafo_component_get (component, "special_tokens");
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

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
      GArray *part = new_pieces ();

      g_ptr_array_add (parts, part);
      if (sequence == NULL && special == NULL)
        {
          trafo_component_set_wrong (error, where, key, "list of Sequence and SpecialToken");
          return FALSE;
        }
      if (sequence != NULL
              ? !read_sequence (self, sequence, is_pair, where, part, error)
              : !read_special (&self->n_added, special, special_tokens, where, part, error))
        return FALSE;
    }
  g_ptr_array_unref (self->parts);
  self->parts = g_steal_pointer (&parts);
  return TRUE;
}

static gboolean
read_templates (Draft drafts[2], GVariant *component, const char *where, GError **error)
{
  return read_template (&drafts[0], component, "single", FALSE, where, error) &&
         read_template (&drafts[1], component, "pair", TRUE, where, error);
}

static const struct
{
  const char *type;
  gboolean (*read) (Draft drafts[2], GVariant *component, const char *where, GError **error);
} kinds[] = {
  { "BertProcessing", read_bert },
  { "ByteLevel", read_trimming },
  { "RobertaProcessing", read_roberta },
  { "TemplateProcessing", read_templates },
};

static gboolean
read_component (Draft       drafts[2],
                GVariant   *component,
                const char *where,
                gboolean   *has_template,
                GError    **error)
{
  const char *type = trafo_component_get_type (component, where, error);

  if (type == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gboolean is_template = kinds[i].read == read_templates;

      if (!g_str_equal (type, kinds[i].type))
        continue;
      /* tokenizers fails if the first makes more than two parts */
      if (is_template && *has_template)
        {
          trafo_component_set_unknown (error, where, "Sequence with two of TemplateProcessing");
          return FALSE;
        }
      *has_template |= is_template;
      return kinds[i].read (drafts, component, where, error);
    }
  trafo_component_set_unknown (error, where, type);
  return FALSE;
}

static gboolean
read_components (Draft drafts[2], GPtrArray *components, const char *where, GError **error)
{
  gboolean has_template = FALSE;

  if (components->len > MAX_STEPS)
    {
      trafo_component_set_unknown (error, where, "Sequence of more than 16");
      return FALSE;
    }
  for (guint i = 0; i < components->len; i++)
    if (!read_component (drafts, g_ptr_array_index (components, i), where, &has_template, error))
      return FALSE;
  return TRUE;
}

/* @component: the "post_processor" of a tokenizer.json; NULL adds nothing. @origin: the file. */
TrafoPostProcessor *
trafo_post_processor_new (GVariant *component, const char *origin, GError **error)
{
  g_autoptr (TrafoPostProcessor) self = g_new0 (TrafoPostProcessor, 1);
  g_autofree char *where = g_strconcat (origin, ": post_processor", NULL);
  g_autoptr (GPtrArray) flat = trafo_component_flatten (component, "processors", where, error);
  Draft    drafts[2];
  gboolean done;

  init_draft (&drafts[0], 1);
  init_draft (&drafts[1], 2);
  done = flat != NULL && read_components (drafts, flat, where, error);
  finish_draft (&drafts[0], &self->single);
  finish_draft (&drafts[1], &self->pair);
  return done ? g_steal_pointer (&self) : NULL;
}

static void
add_bos_eos (TrafoTemplate *template, guint sequence, TrafoAddedSpecial bos, TrafoAddedSpecial eos)
{
  if (bos.is_used)
    insert_special (template->pieces, template->pieces->len, bos.id, sequence);
  add_sequence (template->pieces, sequence, sequence);
  if (eos.is_used)
    insert_special (template->pieces, template->pieces->len, eos.id, sequence);
  template->n_added += bos.is_used + eos.is_used;
}

/* Whatever the templates were: [bos] A [eos], and the same with the type 1 around a second sequence.
 * So transformers does where tokenizer_config.json says add_bos_token or add_eos_token and there is
 * no tokenizer.json. */
void
trafo_post_processor_set_bos_eos (TrafoPostProcessor *self,
                                  TrafoAddedSpecial   bos,
                                  TrafoAddedSpecial   eos)
{
  g_array_set_size (self->single.pieces, 0);
  g_array_set_size (self->pair.pieces, 0);
  self->single.n_added = self->pair.n_added = 0;
  add_bos_eos (&self->single, 0, bos, eos);
  add_bos_eos (&self->pair, 0, bos, eos);
  add_bos_eos (&self->pair, 1, bos, eos);
}

void
trafo_post_processor_free (TrafoPostProcessor *self)
{
  g_array_unref (self->single.pieces);
  g_array_unref (self->pair.pieces);
  g_free (self);
}
