/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-tokenizer-config-private.h"

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

static void
read_flag (GVariant *object, const char *key, gboolean *flag)
{
  g_autoptr (GVariant) value = trafo_component_get (object, key);

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    *flag = g_variant_get_boolean (value);
}

/* A token is written as its string, or as an object with the flags of an added token. FALSE if
 * @value is neither. */
static gboolean
read_named (GVariant *value, gboolean is_special, TrafoNamedToken *token)
{
  g_autoptr (GVariant) content = NULL;

  *token = (TrafoNamedToken){ .special = is_special };
  if (value == NULL)
    return FALSE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      token->content = g_variant_dup_string (value, NULL);
      return TRUE;
    }
  content = trafo_component_get (value, "content");
  if (content == NULL || !g_variant_is_of_type (content, G_VARIANT_TYPE_STRING))
    return FALSE;
  token->content = g_variant_dup_string (content, NULL);
  token->normalized = !is_special;
  read_flag (value, "single_word", &token->single_word);
  read_flag (value, "lstrip", &token->lstrip);
  read_flag (value, "rstrip", &token->rstrip);
  read_flag (value, "normalized", &token->normalized);
  if (!is_special)
    read_flag (value, "special", &token->special);
  return TRUE;
}

static void
read_special (TrafoTokenizerConfig *self,
              GVariant             *config,
              GVariant             *special_tokens_map,
              GVariant             *defaults)
{
  GVariant *sources[] = { config, special_tokens_map, defaults };

  for (guint token = 0; token < TRAFO_N_SPECIAL_TOKENS; token++)
    for (guint i = 0; i < G_N_ELEMENTS (sources) && self->special[token].content == NULL; i++)
      {
        g_autoptr (GVariant) value = trafo_component_get (sources[i], special_keys[token]);

        if (read_named (value, TRUE, &self->special[token]))
          self->is_default[token] = sources[i] == defaults;
      }
}

static void
read_extra (TrafoTokenizerConfig *self, GVariant *source)
{
  static const char *const keys[] = { "additional_special_tokens", "extra_special_tokens" };

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      g_autoptr (GVariant) list = trafo_component_get (source, keys[k]);

      if (list == NULL || !g_variant_is_of_type (list, G_VARIANT_TYPE ("av")))
        continue;
      for (gsize i = 0; i < g_variant_n_children (list); i++)
        {
          g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
          g_autoptr (GVariant) value = g_variant_get_variant (boxed);
          TrafoNamedToken token;

          if (read_named (value, TRUE, &token))
            g_array_append_val (self->extra, token);
        }
    }
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

/* tokenizer_config.json's {"added_tokens_decoder": {"5": {"content": ..}}} and added_tokens.json's
 * {"content": 5}, in the order of the ids. */
static void
read_added (TrafoTokenizerConfig *self, GVariant *config, GVariant *added_tokens)
{
  g_autoptr (GArray) numbered = g_array_new (FALSE, FALSE, sizeof (NumberedToken));
  g_autoptr (GVariant) decoder = trafo_component_get (config, "added_tokens_decoder");
  GVariantIter  iter;
  const char   *key;
  GVariant     *value;
  NumberedToken entry;

  if (decoder != NULL && g_variant_is_of_type (decoder, G_VARIANT_TYPE_VARDICT))
    {
      g_variant_iter_init (&iter, decoder);
      while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
        if (g_ascii_string_to_signed (key, 10, 0, G_MAXUINT32, &entry.id, NULL) &&
            read_named (value, FALSE, &entry.token))
          g_array_append_val (numbered, entry);
    }
  else if (added_tokens != NULL && g_variant_is_of_type (added_tokens, G_VARIANT_TYPE_VARDICT))
    {
      g_variant_iter_init (&iter, added_tokens);
      while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
        if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
          {
            entry.id = g_variant_get_int64 (value);
            entry.token = (TrafoNamedToken){ .content = g_strdup (key), .normalized = TRUE };
            g_array_append_val (numbered, entry);
          }
    }
  g_array_sort (numbered, compare_numbered);
  for (guint i = 0; i < numbered->len; i++)
    g_array_append_val (self->added, g_array_index (numbered, NumberedToken, i).token);
}

/* TRAFO_SIDE_DEFAULT if nothing is said. */
static TrafoSide
read_side (GVariant *values, const char *key)
{
  g_autoptr (GVariant) value = trafo_component_get (values, key);

  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return TRAFO_SIDE_DEFAULT;
  return g_ascii_strcasecmp (g_variant_get_string (value, NULL), "left") == 0 ? TRAFO_SIDE_LEFT
                                                                              : TRAFO_SIDE_RIGHT;
}

/* transformers writes 1e30, as an integer, where there is no limit. */
static guint64
read_max_length (GVariant *values)
{
  g_autoptr (GVariant) value = trafo_component_get (values, "model_max_length");
  double number = 0;

  if (value == NULL)
    value = trafo_component_get (values, "max_len");
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    number = g_variant_get_int64 (value);
  else if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    number = g_variant_get_double (value);
  return number >= 1 && number < G_MAXINT32 ? number : 0;
}

static gboolean
is_simple (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) ||
         g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ||
         g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ||
         g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE);
}

static void
insert_simple (GVariantDict *dict, GVariant *source)
{
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  if (source == NULL || !g_variant_is_of_type (source, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_iter_init (&iter, source);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (is_simple (value))
      g_variant_dict_insert_value (dict, key, value);
}

static GVariant *
collect_values (TrafoTokenizerConfig *self, GVariant *config, GVariant *defaults)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_simple (&dict, defaults);
  insert_simple (&dict, config);
  for (guint i = 0; i < TRAFO_N_SPECIAL_TOKENS; i++)
    if (self->special[i].content != NULL)
      g_variant_dict_insert (&dict, special_keys[i], "s", self->special[i].content);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Each of the four may be NULL. What has an unexpected type is as if it were missing, for the file
 * holds what any program has put there. */
TrafoTokenizerConfig *
trafo_tokenizer_config_new (GVariant *config,
                            GVariant *special_tokens_map,
                            GVariant *added_tokens,
                            GVariant *defaults)
{
  TrafoTokenizerConfig *self = g_new0 (TrafoTokenizerConfig, 1);

  self->added = g_array_new (FALSE, TRUE, sizeof (TrafoNamedToken));
  self->extra = g_array_new (FALSE, TRUE, sizeof (TrafoNamedToken));
  g_array_set_clear_func (self->added, clear_named);
  g_array_set_clear_func (self->extra, clear_named);
  read_special (self, config, special_tokens_map, defaults);
  read_extra (self, config);
  read_extra (self, special_tokens_map);
  read_added (self, config, added_tokens);
  self->values = collect_values (self, config, defaults);
  self->model_max_length = read_max_length (self->values);
  self->padding_side = read_side (self->values, "padding_side");
  self->truncation_side = read_side (self->values, "truncation_side");
  g_variant_lookup (self->values,
                    "clean_up_tokenization_spaces",
                    "b",
                    &self->clean_up_tokenization_spaces);
  return self;
}

static void
complete_side (TrafoSide *side, GVariant *baked)
{
  if (*side == TRAFO_SIDE_DEFAULT)
    *side = read_side (baked, "direction");
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
      read_named (token, TRUE, pad);
      self->is_default[TRAFO_SPECIAL_TOKEN_PAD] = FALSE;
    }
}

void
trafo_tokenizer_config_free (TrafoTokenizerConfig *self)
{
  g_variant_unref (self->values);
  for (guint i = 0; i < TRAFO_N_SPECIAL_TOKENS; i++)
    clear_named (&self->special[i]);
  g_array_unref (self->added);
  g_array_unref (self->extra);
  g_free (self);
}
