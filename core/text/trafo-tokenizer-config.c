/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tokenizer-config-private.h"

#include <math.h>
#include <trafo/trafo-error.h>

#include "trafo-component-private.h"

static const char *const special_keys[TRAFO_N_SPECIAL_TOKENS] = {
  [TRAFO_SPECIAL_TOKEN_BOS] = "bos_token",   [TRAFO_SPECIAL_TOKEN_EOS] = "eos_token",
  [TRAFO_SPECIAL_TOKEN_UNK] = "unk_token",   [TRAFO_SPECIAL_TOKEN_SEP] = "sep_token",
  [TRAFO_SPECIAL_TOKEN_PAD] = "pad_token",   [TRAFO_SPECIAL_TOKEN_CLS] = "cls_token",
  [TRAFO_SPECIAL_TOKEN_MASK] = "mask_token",
};

const char *
trafo_special_token_get_key (TrafoSpecialToken token)
{
  return (guint) token < TRAFO_N_SPECIAL_TOKENS ? special_keys[token] : NULL;
}

static void
clear_named (gpointer data)
{
  TrafoNamedToken *token = data;

  g_free (token->content);
}

/* @key may be NULL: @found is all that the file holds. */
static gboolean
refuse (const TrafoTokenizerFile *file,
        const char               *key,
        GVariant                 *found,
        const char               *expected,
        GError                  **error)
{
  g_autofree char *shown = g_variant_print (found, FALSE);

  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: %s%s%sfound %.200s, expected %s",
               file->path,
               key != NULL ? "'" : "",
               key != NULL ? key : "",
               key != NULL ? "': " : "",
               shown,
               expected);
  return FALSE;
}

static gboolean
read_flags (const TrafoTokenizerFile *file,
            GVariant                 *object,
            gboolean                  is_special,
            TrafoNamedToken          *token,
            GError                  **error)
{
  const struct
  {
    const char *key;
    gboolean   *flag;
  } flags[] = {
    { "single_word", &token->single_word }, { "lstrip", &token->lstrip },
    { "rstrip", &token->rstrip },           { "normalized", &token->normalized },
    { "special", &token->special },
  };

  token->normalized = !is_special;
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (GVariant) value = trafo_component_get (object, flags[i].key);

      if (value == NULL)
        continue;
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        return refuse (file, flags[i].key, value, "true or false", error);
      *flags[i].flag = g_variant_get_boolean (value);
    }
  token->special |= is_special;
  return TRUE;
}

/* A token is written as its string, or as an object with the flags of an added token, which may
 * lack its content unless it is a special one. */
static gboolean
read_named (const TrafoTokenizerFile *file,
            const char               *key,
            GVariant                 *value,
            gboolean                  is_special,
            TrafoNamedToken          *token,
            GError                  **error)
{
  g_autoptr (GVariant) content = trafo_component_get (value, "content");
  TrafoNamedToken named = { .special = is_special };
  gboolean        is_object = g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT);

  if (is_special && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    content = g_variant_ref (value);
  if (content != NULL ? !g_variant_is_of_type (content, G_VARIANT_TYPE_STRING)
                      : is_special || !is_object)
    return refuse (file,
                   key,
                   value,
                   is_special ? "a token: a string, or an object with one as 'content'"
                              : "an added token: an object with a string as 'content'",
                   error);
  if (is_object && !read_flags (file, value, is_special, &named, error))
    return FALSE;
  named.content = content != NULL ? g_variant_dup_string (content, NULL) : g_strdup ("");
  *token = named;
  return TRUE;
}

/* The first source that names the token holds; null there says that there is none. */
static gboolean
read_special (TrafoTokenizerConfig     *self,
              const TrafoTokenizerFile *sources,
              guint                     n_sources,
              TrafoSpecialToken         token,
              GError                  **error)
{
  const char *key = special_keys[token];

  for (guint i = 0; i < n_sources; i++)
    {
      g_autoptr (GVariant) value = NULL;

      if (sources[i].values != NULL)
        value = g_variant_lookup_value (sources[i].values, key, NULL);
      if (value == NULL)
        continue;
      self->is_default[token] = i + 1 == n_sources;
      return g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE) ||
             read_named (&sources[i], key, value, TRUE, &self->special[token], error);
    }
  return TRUE;
}

static gboolean
read_all_special (TrafoTokenizerConfig     *self,
                  const TrafoTokenizerFile *sources,
                  guint                     n_sources,
                  GError                  **error)
{
  for (guint token = 0; token < TRAFO_N_SPECIAL_TOKENS; token++)
    if (!read_special (self, sources, n_sources, token, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_extra (TrafoTokenizerConfig     *self,
           const TrafoTokenizerFile *file,
           const char               *key,
           GVariant                 *value,
           GError                  **error)
{
  TrafoNamedToken token;

  if (!read_named (file, key, value, TRUE, &token, error))
    return FALSE;
  g_array_append_val (self->extra, token);
  return TRUE;
}

/* A list of tokens, or an object that gives them names. */
static gboolean
read_extra (TrafoTokenizerConfig *self, const TrafoTokenizerFile *file, GError **error)
{
  static const char *const keys[] = { "additional_special_tokens", "extra_special_tokens" };
  gboolean                 done = TRUE;

  for (guint k = 0; done && k < G_N_ELEMENTS (keys); k++)
    {
      g_autoptr (GVariant) tokens = trafo_component_get (file->values, keys[k]);
      gboolean is_object = tokens != NULL && g_variant_is_of_type (tokens, G_VARIANT_TYPE_VARDICT);

      if (tokens == NULL)
        continue;
      if (!is_object && !g_variant_is_of_type (tokens, G_VARIANT_TYPE ("av")))
        return refuse (file, keys[k], tokens, "a list of tokens, or an object of them", error);
      for (gsize i = 0; done && i < g_variant_n_children (tokens); i++)
        {
          g_autoptr (GVariant) entry = g_variant_get_child_value (tokens, i);
          g_autoptr (GVariant) boxed =
              is_object ? g_variant_get_child_value (entry, 1) : g_variant_ref (entry);
          g_autoptr (GVariant) value = g_variant_get_variant (boxed);

          done = add_extra (self, file, keys[k], value, error);
        }
    }
  return done;
}

typedef struct
{
  gint64          id;
  TrafoNamedToken token;
} NumberedToken;

static int
compare_numbered (gconstpointer a, gconstpointer b)
{
  const NumberedToken *x = a, *y = b;

  return x->id < y->id ? -1 : x->id > y->id;
}

static void
clear_numbered (gpointer data)
{
  clear_named (&((NumberedToken *) data)->token);
}

/* An entry of tokenizer_config.json's {"added_tokens_decoder": {"5": {"content": ..}}}. */
static gboolean
read_decoder_entry (const TrafoTokenizerFile *file,
                    const char               *key,
                    GVariant                 *value,
                    NumberedToken            *entry,
                    GError                  **error)
{
  g_autoptr (GVariant) found = NULL;

  if (g_ascii_string_to_signed (key, 10, G_MININT64, G_MAXINT64, &entry->id, NULL))
    return read_named (file, "added_tokens_decoder", value, FALSE, &entry->token, error);
  found = g_variant_ref_sink (g_variant_new_string (key));
  return refuse (file, "added_tokens_decoder", found, "ids as the keys", error);
}

/* An entry of added_tokens.json, {"content": 5}. */
static gboolean
read_content_entry (const TrafoTokenizerFile *file,
                    const char               *key,
                    GVariant                 *value,
                    NumberedToken            *entry,
                    GError                  **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return refuse (file, key, value, "an id", error);
  entry->id = g_variant_get_int64 (value);
  entry->token = (TrafoNamedToken){ .content = g_strdup (key), .normalized = TRUE };
  return TRUE;
}

/* In the order of the ids, whatever these are: a token that the vocabulary lacks gets the next free
 * one. */
static gboolean
read_added (TrafoTokenizerConfig     *self,
            const TrafoTokenizerFile *config,
            const TrafoTokenizerFile *added_tokens,
            GError                  **error)
{
  g_autoptr (GArray) numbered = g_array_new (FALSE, FALSE, sizeof (NumberedToken));
  g_autoptr (GVariant) decoder = trafo_component_get (config->values, "added_tokens_decoder");
  GVariant    *entries = decoder != NULL ? decoder : added_tokens->values;
  GVariantIter iter;
  const char  *key;
  GVariant    *value;
  gboolean     done = TRUE;

  if (entries == NULL)
    return TRUE;
  if (!g_variant_is_of_type (entries, G_VARIANT_TYPE_VARDICT))
    return refuse (config, "added_tokens_decoder", entries, "an object of added tokens", error);
  g_array_set_clear_func (numbered, clear_numbered);
  g_variant_iter_init (&iter, entries);
  while (done && g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;
      NumberedToken entry;

      done = decoder != NULL ? read_decoder_entry (config, key, value, &entry, error)
                             : read_content_entry (added_tokens, key, value, &entry, error);
      if (done)
        g_array_append_val (numbered, entry);
    }
  g_array_sort (numbered, compare_numbered);
  for (guint i = 0; done && i < numbered->len; i++)
    {
      NumberedToken *entry = &g_array_index (numbered, NumberedToken, i);

      g_array_append_val (self->added, entry->token);
      entry->token.content = NULL;
    }
  return done;
}

/* @side stays as it is if nothing is said. */
static gboolean
read_side (const TrafoTokenizerFile *file, const char *key, TrafoSide *side, GError **error)
{
  g_autoptr (GVariant) value = trafo_component_get (file->values, key);
  const char *name = "";

  if (value == NULL)
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    name = g_variant_get_string (value, NULL);
  if (!g_str_equal (name, "left") && !g_str_equal (name, "right"))
    return refuse (file, key, value, "'left' or 'right'", error);
  *side = g_str_equal (name, "left") ? TRAFO_SIDE_LEFT : TRAFO_SIDE_RIGHT;
  return TRUE;
}

/* transformers writes 1e30, as an integer, where there is no limit. It takes a negative number too,
 * and fails when it shall cut to that. */
static gboolean
read_max_length (TrafoTokenizerConfig *self, const TrafoTokenizerFile *file, GError **error)
{
  const char *key = "model_max_length";
  g_autoptr (GVariant) value = trafo_component_get (file->values, key);
  double number = 0;

  if (value == NULL)
    value = trafo_component_get (file->values, key = "max_len");
  if (value == NULL)
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    number = g_variant_get_int64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    number = g_variant_get_uint64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    number = g_variant_get_boolean (value);
  else
    return refuse (file, key, value, "a number", error);
  if (number < 0)
    self->model_max_length = MAX (floor (number), G_MININT32);
  else if (number < G_MAXINT32)
    self->model_max_length = number;
  return TRUE;
}

static gboolean
check_types (const TrafoTokenizerFile *file, GError **error)
{
  static const char *const booleans[] = { "do_lower_case",
                                          "strip_accents",
                                          "tokenize_chinese_chars",
                                          "add_prefix_space",
                                          "split_special_tokens" };
  g_autoptr (GVariant) class = trafo_component_get (file->values, "tokenizer_class");

  if (class != NULL && !g_variant_is_of_type (class, G_VARIANT_TYPE_STRING))
    return refuse (file, "tokenizer_class", class, "a string", error);
  for (guint i = 0; i < G_N_ELEMENTS (booleans); i++)
    {
      g_autoptr (GVariant) value = trafo_component_get (file->values, booleans[i]);

      if (value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        return refuse (file, booleans[i], value, "true or false", error);
    }
  return TRUE;
}

static void
insert_values (GVariantDict *dict, GVariant *source)
{
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  if (source == NULL)
    return;
  g_variant_iter_init (&iter, source);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (!g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
      g_variant_dict_insert_value (dict, key, value);
}

static GVariant *
collect_values (TrafoTokenizerConfig *self, GVariant *config, GVariant *defaults)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_values (&dict, defaults);
  insert_values (&dict, config);
  for (guint i = 0; i < TRAFO_N_SPECIAL_TOKENS; i++)
    if (self->special[i].content != NULL)
      g_variant_dict_insert (&dict, special_keys[i], "s", self->special[i].content);
    else
      g_variant_dict_remove (&dict, special_keys[i]);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* special_tokens_map.json comes before tokenizer_config.json, but counts only where that has no
 * "added_tokens_decoder": transformers, PreTrainedTokenizerBase._from_pretrained(). */
static gboolean
read_tokens (TrafoTokenizerConfig     *self,
             const TrafoTokenizerFile *config,
             const TrafoTokenizerFile *special_tokens_map,
             const TrafoTokenizerFile *added_tokens,
             GVariant                 *defaults,
             GError                  **error)
{
  g_autoptr (GVariant) decoder = trafo_component_get (config->values, "added_tokens_decoder");
  TrafoTokenizerFile sources[] = { *special_tokens_map,
                                   *config,
                                   { "the tokenizer's defaults", defaults } };

  self->has_added_tokens_decoder = decoder != NULL;
  if (self->has_added_tokens_decoder)
    sources[0].values = NULL;
  return read_all_special (self, sources, G_N_ELEMENTS (sources), error) &&
         read_extra (self, config, error) && read_extra (self, &sources[0], error) &&
         read_added (self, config, added_tokens, error);
}

static gboolean
read_files (TrafoTokenizerConfig     *self,
            const TrafoTokenizerFile *config,
            const TrafoTokenizerFile *special_tokens_map,
            const TrafoTokenizerFile *added_tokens,
            GVariant                 *defaults,
            GError                  **error)
{
  const TrafoTokenizerFile *files[] = { config, special_tokens_map, added_tokens };
  TrafoTokenizerFile        completed = { config->path, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (files[i]->values != NULL &&
        !g_variant_is_of_type (files[i]->values, G_VARIANT_TYPE_VARDICT))
      return refuse (files[i], NULL, files[i]->values, "an object", error);
  if (!read_tokens (self, config, special_tokens_map, added_tokens, defaults, error))
    return FALSE;
  self->values = completed.values = collect_values (self, config->values, defaults);
  if (!check_types (&completed, error) || !read_max_length (self, &completed, error) ||
      !read_side (&completed, "padding_side", &self->padding_side, error) ||
      !read_side (&completed, "truncation_side", &self->truncation_side, error))
    return FALSE;
  g_variant_lookup (self->values,
                    "clean_up_tokenization_spaces",
                    "b",
                    &self->clean_up_tokenization_spaces);
  return TRUE;
}

/* @defaults: an a{sv} of the tokenizer's, or NULL. */
TrafoTokenizerConfig *
trafo_tokenizer_config_new (const TrafoTokenizerFile *config,
                            const TrafoTokenizerFile *special_tokens_map,
                            const TrafoTokenizerFile *added_tokens,
                            GVariant                 *defaults,
                            GError                  **error)
{
  g_autoptr (TrafoTokenizerConfig) self = g_new0 (TrafoTokenizerConfig, 1);

  self->padding_side = self->truncation_side = TRAFO_SIDE_DEFAULT;
  self->added = g_array_new (FALSE, TRUE, sizeof (TrafoNamedToken));
  self->extra = g_array_new (FALSE, TRUE, sizeof (TrafoNamedToken));
  g_array_set_clear_func (self->added, clear_named);
  g_array_set_clear_func (self->extra, clear_named);
  return read_files (self, config, special_tokens_map, added_tokens, defaults, error)
             ? g_steal_pointer (&self)
             : NULL;
}

static void
complete_side (TrafoSide *side, GVariant *baked)
{
  g_autoptr (GVariant) direction = trafo_component_get (baked, "direction");

  if (*side == TRAFO_SIDE_DEFAULT && direction != NULL &&
      g_variant_is_of_type (direction, G_VARIANT_TYPE_STRING))
    *side = g_str_equal (g_variant_get_string (direction, NULL), "Left") ? TRAFO_SIDE_LEFT
                                                                         : TRAFO_SIDE_RIGHT;
  if (*side == TRAFO_SIDE_DEFAULT)
    *side = TRAFO_SIDE_RIGHT;
}

/* Takes from tokenizer.json's "truncation" and "padding", each of which may be NULL, what
 * tokenizer_config.json leaves open: no more than the sides and the padding token. */
void
trafo_tokenizer_config_complete (TrafoTokenizerConfig *self,
                                 GVariant             *truncation,
                                 GVariant             *padding)
{
  TrafoNamedToken *pad = &self->special[TRAFO_SPECIAL_TOKEN_PAD];
  g_autoptr (GVariant) token = trafo_component_get (padding, "pad_token");

  complete_side (&self->truncation_side, truncation);
  complete_side (&self->padding_side, padding);
  if (pad->content != NULL && !self->is_default[TRAFO_SPECIAL_TOKEN_PAD])
    return;
  if (token != NULL && g_variant_is_of_type (token, G_VARIANT_TYPE_STRING))
    {
      clear_named (pad);
      *pad = (TrafoNamedToken){ .content = g_variant_dup_string (token, NULL), .special = TRUE };
      self->is_default[TRAFO_SPECIAL_TOKEN_PAD] = FALSE;
    }
}

void
trafo_tokenizer_config_free (TrafoTokenizerConfig *self)
{
  g_clear_pointer (&self->values, g_variant_unref);
  for (guint i = 0; i < TRAFO_N_SPECIAL_TOKENS; i++)
    clear_named (&self->special[i]);
  g_array_unref (self->added);
  g_array_unref (self->extra);
  g_free (self);
}
