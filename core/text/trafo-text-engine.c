/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-text-engine-private.h"

#include <string.h>

#include "trafo-bert-components-private.h"
#include "trafo-component-private.h"

static GQuark
trafo_text_engine_quark (void)
{
  return g_quark_from_static_string ("trafo-text-engine");
}

/* The members of a tokenizer.json that are objects of their own. */
enum
{
  MEMBER_NORMALIZER,
  MEMBER_PRE_TOKENIZER,
  MEMBER_POST_PROCESSOR,
  MEMBER_DECODER,
  MEMBER_MODEL,
  MEMBER_ADDED_TOKENS,
  MEMBER_TRUNCATION,
  MEMBER_PADDING,
  N_MEMBERS,
};

static const char *const member_names[N_MEMBERS] = {
  [MEMBER_NORMALIZER] = "normalizer",
  [MEMBER_PRE_TOKENIZER] = "pre_tokenizer",
  [MEMBER_POST_PROCESSOR] = "post_processor",
  [MEMBER_DECODER] = "decoder",
  [MEMBER_MODEL] = "model",
  [MEMBER_ADDED_TOKENS] = "added_tokens",
  [MEMBER_TRUNCATION] = "truncation",
  [MEMBER_PADDING] = "padding",
};

static void
clear_members (GBytes *members[N_MEMBERS])
{
  for (guint i = 0; i < N_MEMBERS; i++)
    g_clear_pointer (&members[i], g_bytes_unref);
}

static void
read_member (TrafoJsonReader *reader, const char *key, GBytes *members[N_MEMBERS])
{
  const char *version;

  for (guint i = 0; i < N_MEMBERS; i++)
    if (g_str_equal (key, member_names[i]))
      {
        if (i == MEMBER_ADDED_TOKENS || !trafo_json_reader_read_null (reader))
          members[i] = trafo_json_reader_skip_bytes (reader);
        return;
      }
  if (!g_str_equal (key, "version"))
    {
      trafo_json_reader_fail (reader,
                              "found the member '%.200s', which no tokenizer.json has",
                              key);
      return;
    }
  version = trafo_json_reader_read_string (reader, NULL);
  if (version != NULL && !g_str_equal (version, "1.0"))
    trafo_json_reader_fail (reader, "the version is '%s', expected '1.0'", version);
}

/* The texts of the members; they come in any order, and some can only be read after others. */
static gboolean
read_members (GBytes *text, const char *origin, GBytes *members[N_MEMBERS], GError **error)
{
  g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (text, origin);
  const char *key;

  trafo_json_reader_begin_object (reader);
  while ((key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    read_member (reader, key, members);
  return trafo_json_reader_finish (reader, error);
}

static gboolean
parse_member (GBytes     *members[N_MEMBERS],
              guint       member,
              const char *origin,
              GVariant  **value,
              GError    **error)
{
  g_autofree char *where = NULL;

  *value = NULL;
  if (members[member] == NULL)
    return TRUE;
  where = g_strdup_printf ("%s: %s", origin, member_names[member]);
  *value = trafo_json_to_variant (members[member], where, error);
  return *value != NULL;
}

/* A member that is one of several words; a missing one is what the caller says. */
static gboolean
check_word (GVariant          *baked,
            const char        *where,
            const char        *key,
            gboolean           may_lack,
            const char *const *words,
            GError           **error)
{
  g_autoptr (GVariant) value = trafo_component_get (baked, key);
  g_autofree char *expected = NULL;

  if (value == NULL ? may_lack
                    : g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
                          g_strv_contains (words, g_variant_get_string (value, NULL)))
    return TRUE;
  expected = g_strjoinv (", ", (char **) words);
  g_set_error (error,
               TRAFO_FORMAT_ERROR,
               TRAFO_FORMAT_ERROR_VALUE,
               "%s: '%s' is missing or none of %s",
               where,
               key,
               expected);
  return FALSE;
}

static const char *const directions[] = { "Left", "Right", NULL };

static gboolean
check_truncation (GVariant *baked, const char *where, GError **error)
{
  static const char *const strategies[] = { "LongestFirst", "OnlyFirst", "OnlySecond", NULL };
  guint32                  number;

  return check_word (baked, where, "direction", TRUE, directions, error) &&
         check_word (baked, where, "strategy", FALSE, strategies, error) &&
         trafo_component_read_id (baked, where, "max_length", &number, error) &&
         trafo_component_read_id (baked, where, "stride", &number, error);
}

static gboolean
check_padding (GVariant *baked, const char *where, GError **error)
{
  static const char *const strategies[] = { "BatchLongest", NULL };
  g_autoptr (GVariant) strategy = trafo_component_get (baked, "strategy");
  g_autofree char *token = NULL;
  guint32          number;

  return check_word (baked, where, "direction", FALSE, directions, error) &&
         (strategy != NULL && g_variant_is_of_type (strategy, G_VARIANT_TYPE_VARDICT)
              ? trafo_component_read_id (strategy, where, "Fixed", &number, error)
              : check_word (baked, where, "strategy", FALSE, strategies, error)) &&
         trafo_component_read_id (baked, where, "pad_id", &number, error) &&
         trafo_component_read_id (baked, where, "pad_type_id", &number, error) &&
         trafo_component_read_string (baked, where, "pad_token", &token, error);
}

/* The file may hold truncation and padding. A call uses neither: both are the caller's to choose,
 * and no stride is too large. */
static gboolean
complete_config (TrafoTextEngine *self,
                 GBytes          *members[N_MEMBERS],
                 const char      *origin,
                 GError         **error)
{
  g_autofree char *truncation_where = g_strconcat (origin, ": truncation", NULL);
  g_autofree char *padding_where = g_strconcat (origin, ": padding", NULL);
  g_autoptr (GVariant) truncation = NULL;
  g_autoptr (GVariant) padding = NULL;

  if (!parse_member (members, MEMBER_TRUNCATION, origin, &truncation, error) ||
      !parse_member (members, MEMBER_PADDING, origin, &padding, error) ||
      (truncation != NULL && !check_truncation (truncation, truncation_where, error)) ||
      (padding != NULL && !check_padding (padding, padding_where, error)))
    return FALSE;
  trafo_tokenizer_config_complete (self->config, truncation, padding);
  return TRUE;
}

/* What a component that BERT's class makes itself says in the file has no effect. */
static void
replace_component (GVariant **component, GVariant *made)
{
  g_clear_pointer (component, g_variant_unref);
  *component = g_variant_ref_sink (made);
}

static gboolean
is_bert (const TrafoTextEngine *self)
{
  return self->config->is_bert && g_strcmp0 (self->model_type, "WordPiece") == 0;
}

static void
replace_components (TrafoTextEngine *self,
                    GVariant       **normalizer,
                    GVariant       **pre_tokenizer,
                    GVariant       **decoder)
{
  if (!is_bert (self))
    return;
  replace_component (normalizer, trafo_bert_components_new_normalizer (self->config->values));
  replace_component (pre_tokenizer, trafo_bert_components_new_pre_tokenizer ());
  replace_component (decoder, trafo_bert_components_new_decoder ());
}

static gboolean
read_components (TrafoTextEngine *self,
                 GBytes          *members[N_MEMBERS],
                 const char      *origin,
                 GError         **error)
{
  g_autoptr (GVariant) normalizer = NULL;
  g_autoptr (GVariant) pre_tokenizer = NULL;
  g_autoptr (GVariant) post_processor = NULL;
  g_autoptr (GVariant) decoder = NULL;

  if (!parse_member (members, MEMBER_NORMALIZER, origin, &normalizer, error) ||
      !parse_member (members, MEMBER_PRE_TOKENIZER, origin, &pre_tokenizer, error) ||
      !parse_member (members, MEMBER_POST_PROCESSOR, origin, &post_processor, error) ||
      !parse_member (members, MEMBER_DECODER, origin, &decoder, error))
    return FALSE;
  replace_components (self, &normalizer, &pre_tokenizer, &decoder);
  self->normalizer = trafo_normalizer_new (normalizer, origin, error);
  if (self->normalizer == NULL)
    return FALSE;
  self->pre_tokenizer = trafo_pre_tokenizer_new (pre_tokenizer, origin, error);
  if (self->pre_tokenizer == NULL)
    return FALSE;
  self->post_processor = trafo_post_processor_new (post_processor, origin, error);
  if (self->post_processor == NULL)
    return FALSE;
  self->decoder = trafo_text_decoder_new (decoder, origin, error);
  return self->decoder != NULL;
}

/* The type is a guess in old files, which lack it: only BPE has merges. */
static gboolean
read_model_type (TrafoTextEngine *self, GBytes *model, const char *origin, GError **error)
{
  g_autoptr (TrafoJsonReader) reader = NULL;
  const char *key;

  if (model == NULL)
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: 'model' is missing",
                   origin);
      return FALSE;
    }
  reader = trafo_json_reader_new (model, origin);
  trafo_json_reader_begin_object (reader);
  while (self->model_type == NULL && (key = trafo_json_reader_next_member (reader, NULL)) != NULL)
    if (g_str_equal (key, "type"))
      self->model_type = g_strdup (trafo_json_reader_read_string (reader, NULL));
    else if (g_str_equal (key, "merges"))
      self->model_type = g_strdup ("BPE");
    else
      trafo_json_reader_skip (reader);
  return self->model_type != NULL || trafo_json_reader_finish (reader, error);
}

static gboolean
add_named (TrafoTextEngine *self, const TrafoNamedToken *named, GError **error)
{
  const TrafoAddedToken *old =
      trafo_added_tokens_lookup (self->added_tokens, named->content, strlen (named->content));
  TrafoAddedToken token = {
    .size_bytes = strlen (named->content),
    .single_word = named->single_word,
    .lstrip = named->lstrip,
    .rstrip = named->rstrip,
    .normalized = named->normalized,
    .special = named->special,
  };

  if (old != NULL && (old->special || !named->special))
    return TRUE;
  /* of one that was added before nothing else changes */
  if (old != NULL)
    {
      token = *old;
      token.pattern = NULL;
      token.special = TRUE;
    }
  token.content = g_strdup (named->content);
  return trafo_added_tokens_add (self->added_tokens, token, error);
}

/* The classes for any tokenizer.json have no tokens of their own. */
static gboolean
has_own_class (const TrafoTextEngine *self)
{
  static const char *const generic[] = { "PreTrainedTokenizerFast",
                                         "PreTrainedTokenizer",
                                         "TokenizersBackend",
                                         NULL };
  const char *class = NULL;

  g_variant_lookup (self->config->values, "tokenizer_class", "&s", &class);
  return class == NULL || !g_strv_contains (generic, class);
}

/* BERT's class adds its default tokens whatever the file says, and no other class of WordPiece adds
 * any. Else one that the vocabulary lacks is not added, since its id would lie outside the model's
 * embeddings. */
static gboolean
adds_special (const TrafoTextEngine *self, TrafoSpecialToken token)
{
  const char *content = self->config->special[token].content;

  if (content == NULL || !self->config->is_default[token] || is_bert (self))
    return content != NULL;
  return g_strcmp0 (self->model_type, "WordPiece") != 0 && has_own_class (self) &&
         trafo_tokenizer_lookup_token (self->tokenizer, content, strlen (content)) >= 0;
}

/* The tokens that tokenizer.json adds, then those that only its companions name. BERT's class adds all
 * together, and not those of tokenizer.json where tokenizer_config.json lists all that were added. */
static gboolean
add_tokens (TrafoTextEngine *self, GBytes *added, const char *origin, GError **error)
{
  TrafoTokenizerConfig *config = self->config;
  gboolean              done = TRUE, splits_special;

  self->added_tokens = trafo_added_tokens_new (self->tokenizer, self->normalizer);
  if (added != NULL && !(is_bert (self) && config->has_added_tokens_decoder))
    {
      g_autofree char *where = g_strconcat (origin, ": added_tokens", NULL);
      g_autoptr (TrafoJsonReader) reader = trafo_json_reader_new (added, where);

      if (!trafo_added_tokens_read_json (self->added_tokens, reader, error) ||
          !trafo_json_reader_finish (reader, error))
        return FALSE;
      if (!is_bert (self))
        trafo_added_tokens_end_batch (self->added_tokens);
    }
  for (guint i = 0; done && i < config->added->len; i++)
    done = add_named (self, &g_array_index (config->added, TrafoNamedToken, i), error);
  for (guint i = 0; done && i < TRAFO_N_SPECIAL_TOKENS; i++)
    if (adds_special (self, i))
      done = add_named (self, &config->special[i], error);
  for (guint i = 0; done && i < config->extra->len; i++)
    done = add_named (self, &g_array_index (config->extra, TrafoNamedToken, i), error);
  if (g_variant_lookup (config->values, "split_special_tokens", "b", &splits_special) &&
      splits_special)
    trafo_added_tokens_split_special (self->added_tokens);
  return done && trafo_added_tokens_finish (self->added_tokens, error);
}

/* @key: "add_bos_token" or "add_eos_token". */
static TrafoAddedSpecial
get_added_special (const TrafoTextEngine *self, const char *key, TrafoSpecialToken token)
{
  const char            *content = self->config->special[token].content;
  const TrafoAddedToken *added = NULL;
  gboolean               is_wanted = FALSE;

  g_variant_lookup (self->config->values, key, "b", &is_wanted);
  if (is_wanted && content != NULL)
    added = trafo_added_tokens_lookup (self->added_tokens, content, strlen (content));
  return (TrafoAddedSpecial){ added != NULL ? added->id : 0, added != NULL };
}

/* The id in BERT's own vocabulary is transformers' where a token is null. */
static guint32
get_special_id (const TrafoTextEngine *self, TrafoSpecialToken token, guint32 id_of_null)
{
  const char            *content = self->config->special[token].content;
  const TrafoAddedToken *added = NULL;

  if (content != NULL)
    added = trafo_added_tokens_lookup (self->added_tokens, content, strlen (content));
  return added != NULL ? added->id : id_of_null;
}

static gboolean
replace_post_processor (TrafoTextEngine *self, const char *origin, GError **error)
{
  guint32 cls_id = get_special_id (self, TRAFO_SPECIAL_TOKEN_CLS, 2);
  guint32 sep_id = get_special_id (self, TRAFO_SPECIAL_TOKEN_SEP, 3);
  g_autoptr (GVariant) made =
      g_variant_ref_sink (trafo_bert_components_new_post_processor (cls_id, sep_id));

  trafo_post_processor_free (self->post_processor);
  self->post_processor = trafo_post_processor_new (made, origin, error);
  return self->post_processor != NULL;
}

/* What is around the sequences may be another than tokenizer.json says; once all tokens have ids.
 * add_bos_token and add_eos_token count only where there is no tokenizer.json (transformers,
 * PreTrainedTokenizerBase._from_pretrained()). */
static gboolean
override_post_processor (TrafoTextEngine *self,
                         gboolean         has_file,
                         const char      *origin,
                         GError         **error)
{
  if (is_bert (self))
    return replace_post_processor (self, origin, error);
  if (!has_file && (g_variant_lookup (self->config->values, "add_bos_token", "b", NULL) ||
                    g_variant_lookup (self->config->values, "add_eos_token", "b", NULL)))
    trafo_post_processor_set_bos_eos (self->post_processor,
                                      get_added_special (self,
                                                         "add_bos_token",
                                                         TRAFO_SPECIAL_TOKEN_BOS),
                                      get_added_special (self,
                                                         "add_eos_token",
                                                         TRAFO_SPECIAL_TOKEN_EOS));
  return TRUE;
}

/* Reads a tokenizer.json. @has_model: its vocabulary is in it and must be loaded. Takes @config. */
TrafoTextEngine *
trafo_text_engine_new (TrafoTokenizer       *tokenizer,
                       GBytes               *text,
                       const char           *origin,
                       gboolean              has_model,
                       TrafoTokenizerConfig *config,
                       GError              **error)
{
  g_autoptr (TrafoTextEngine) self = g_new0 (TrafoTextEngine, 1);
  GBytes  *members[N_MEMBERS] = { NULL };
  gboolean done;

  self->tokenizer = tokenizer;
  self->config = config;
  done = read_members (text, origin, members, error) &&
         read_model_type (self, members[MEMBER_MODEL], origin, error) &&
         complete_config (self, members, origin, error) &&
         read_components (self, members, origin, error) &&
         (!has_model ||
          trafo_tokenizer_load_model (tokenizer, members[MEMBER_MODEL], origin, error)) &&
         add_tokens (self, members[MEMBER_ADDED_TOKENS], origin, error) &&
         override_post_processor (self, has_model, origin, error);
  clear_members (members);
  if (done)
    self->surface_id = trafo_tokenizer_get_surface_id (tokenizer);
  return done ? g_steal_pointer (&self) : NULL;
}

void
trafo_text_engine_free (TrafoTextEngine *self)
{
  g_clear_pointer (&self->normalizer, trafo_normalizer_free);
  g_clear_pointer (&self->added_tokens, trafo_added_tokens_free);
  g_clear_pointer (&self->pre_tokenizer, trafo_pre_tokenizer_free);
  g_clear_pointer (&self->post_processor, trafo_post_processor_free);
  g_clear_pointer (&self->decoder, trafo_text_decoder_free);
  g_clear_pointer (&self->config, trafo_tokenizer_config_free);
  g_free (self->model_type);
  g_free (self->folder);
  g_free (self);
}

void
trafo_text_engine_attach (TrafoTextEngine *self)
{
  g_object_set_qdata_full (G_OBJECT (self->tokenizer),
                           trafo_text_engine_quark (),
                           self,
                           (GDestroyNotify) trafo_text_engine_free);
}

/* NULL, with an error, if nothing was loaded. */
TrafoTextEngine *
trafo_text_engine_get (TrafoTokenizer *tokenizer, GError **error)
{
  TrafoTextEngine *self = g_object_get_qdata (G_OBJECT (tokenizer), trafo_text_engine_quark ());

  if (self == NULL)
    g_set_error (error,
                 TRAFO_ERROR,
                 TRAFO_ERROR_INVALID_ARGUMENT,
                 "%s: no tokenizer has been loaded",
                 G_OBJECT_TYPE_NAME (tokenizer));
  return self;
}

/* The added token of an id as tokenizer.json writes it; NULL for another token. */
char *
trafo_text_engine_get_content (const TrafoTextEngine *self, guint32 id, gsize *size_bytes)
{
  const TrafoAddedToken *added = trafo_added_tokens_lookup_id (self->added_tokens, id);

  if (added == NULL)
    return NULL;
  *size_bytes = added->size_bytes;
  return g_memdup2 (added->content, added->size_bytes + 1);
}

/* The token of an id, an added one in its normalized form if it is looked for in that; NULL if
 * there is no such id. */
char *
trafo_text_engine_get_token (const TrafoTextEngine *self, guint32 id, gsize *size_bytes)
{
  const TrafoAddedToken *added = trafo_added_tokens_lookup_id (self->added_tokens, id);
  char                  *copy;

  if (added == NULL)
    return trafo_tokenizer_lookup_id (self->tokenizer, id, size_bytes);
  *size_bytes = added->pattern_size;
  copy = g_malloc (added->pattern_size + 1);
  if (added->pattern_size > 0)
    memcpy (copy, added->pattern, added->pattern_size);
  copy[added->pattern_size] = '\0';
  return copy;
}

/* The set of special tokens holds texts, so a token of the model that reads like one is one too. */
static gboolean
is_special (const TrafoTextEngine *self, guint32 id, const char *token, gsize size_bytes)
{
  const TrafoAddedToken *added = trafo_added_tokens_lookup_id (self->added_tokens, id);

  if (added == NULL || added->normalized)
    added = trafo_added_tokens_lookup (self->added_tokens, token, size_bytes);
  return added != NULL && added->special;
}

gboolean
trafo_text_engine_is_special_id (const TrafoTextEngine *self, guint32 id)
{
  gsize            size;
  g_autofree char *token = trafo_text_engine_get_token (self, id, &size);

  return token != NULL && is_special (self, id, token, size);
}

/* What decoding begins with: an id that the vocabulary lacks is left out. */
void
trafo_text_engine_append_token (const TrafoTextEngine *self,
                                TrafoTokenList        *tokens,
                                guint32                id,
                                gboolean               skip_special_tokens)
{
  gsize            size;
  g_autofree char *token = trafo_text_engine_get_token (self, id, &size);

  if (token != NULL && !(skip_special_tokens && is_special (self, id, token, size)))
    trafo_token_list_append (tokens, token, size);
}

/* Cleaning up spaces has no effect for BPE, as in transformers 5. */
gboolean
trafo_text_engine_may_clean_up (const TrafoTextEngine *self)
{
  return g_strcmp0 (self->model_type, "BPE") != 0;
}
