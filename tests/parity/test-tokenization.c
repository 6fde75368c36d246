/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* Encodes and decodes as transformers does: every record of a tokenization.json, which
 * tests/tools/make-tokenizer-fixtures.py writes, must come out the same. The folder in TRAFO_ORACLE,
 * if it is set, is compared too; its records for tokenizers that no plugin answers to are left out. */
#include <string.h>
#include <trafo/trafo.h>

typedef struct
{
  char *name; /* of the folder, for messages */
  char *models;
  char *records;
} Collection;

static GVariant *
get (GVariant *object, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (object, key, NULL);

  return value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE)
             ? g_steal_pointer (&value)
             : NULL;
}

static GVariant *
get_element (GVariant *list, gsize index)
{
  g_autoptr (GVariant) boxed = g_variant_get_child_value (list, index);

  return g_variant_get_variant (boxed);
}

static char **
get_strings (GVariant *record, const char *key)
{
  g_autoptr (GVariant) list = get (record, key);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (list == NULL)
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) text = get_element (list, i);

      g_strv_builder_add (builder, g_variant_get_string (text, NULL));
    }
  return g_strv_builder_end (builder);
}

static guint
get_choice (const char *value, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (value, names[i]))
      return i;
  g_test_message ("unknown value '%s'", value);
  g_test_fail ();
  return 0;
}

/* One of transformers' options; true is the second of @names. */
static guint
get_enum (GVariant *value, const char *const *names)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);
  return get_choice (g_variant_get_string (value, NULL), names);
}

static void
set_option (TrafoEncodeOptions *options, const char *name, GVariant *value)
{
  static const char *const truncations[] = {
    "do_not_truncate", "longest_first", "only_first", "only_second", NULL,
  };
  static const char *const paddings[] = { "do_not_pad", "longest", "max_length", NULL };
  static const char *const sides[] = { "", "right", "left", NULL };
  g_autofree char         *property = g_strdup (name);

  g_strdelimit (property, "_", '-');
  if (g_str_equal (name, "truncation"))
    trafo_encode_options_set_truncation (options,
                                         TRAFO_TRUNCATION_DO_NOT_TRUNCATE +
                                             get_enum (value, truncations));
  else if (g_str_equal (name, "padding"))
    trafo_encode_options_set_padding (options, get_enum (value, paddings));
  else if (g_str_has_suffix (name, "_side"))
    g_object_set (options, property, get_enum (value, sides), NULL);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_object_set (options, property, g_variant_get_boolean (value), NULL);
  else
    g_object_set (options, property, (guint) g_variant_get_int64 (value), NULL);
}

static TrafoEncodeOptions *
get_options (GVariant *record)
{
  g_autoptr (GVariant) object = get (record, "options");
  TrafoEncodeOptions *options = trafo_encode_options_new ();
  GVariantIter        iter;
  const char         *name;
  GVariant           *value;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    set_option (options, name, value);
  return options;
}

typedef gint64 (*NumberFunc) (TrafoEncoding *row, gsize index);

static gint64
get_id (TrafoEncoding *row, gsize index)
{
  return trafo_encoding_get_ids (row, NULL)[index];
}

static gint64
get_type_id (TrafoEncoding *row, gsize index)
{
  return trafo_encoding_get_type_ids (row, NULL)[index];
}

static gint64
get_attention (TrafoEncoding *row, gsize index)
{
  return trafo_encoding_get_attention_mask (row, NULL)[index];
}

static gint64
get_special (TrafoEncoding *row, gsize index)
{
  return trafo_encoding_get_special_tokens_mask (row, NULL)[index];
}

static gint64
get_word (TrafoEncoding *row, gsize index)
{
  return trafo_encoding_get_word_ids (row, NULL)[index];
}

/* Null is -1. */
static gint64
get_number (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value) : -1;
}

static gboolean
check_numbers (TrafoEncoding *row, GVariant *expected, NumberFunc get_value)
{
  if (trafo_encoding_get_n_tokens (row) != g_variant_n_children (expected))
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (expected); i++)
    {
      g_autoptr (GVariant) value = get_element (expected, i);

      if (get_value (row, i) != get_number (value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_offsets (TrafoEncoding *row, GVariant *expected)
{
  const guint32 *offsets = trafo_encoding_get_offsets (row, NULL);

  for (gsize i = 0; i < g_variant_n_children (expected); i++)
    {
      g_autoptr (GVariant) pair = get_element (expected, i);
      g_autoptr (GVariant) start = get_element (pair, 0);
      g_autoptr (GVariant) end = get_element (pair, 1);

      if (offsets[i * 2] != get_number (start) || offsets[i * 2 + 1] != get_number (end))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_tokens (TrafoEncoding *row, GVariant *expected)
{
  g_auto (GStrv) tokens = trafo_encoding_get_tokens (row);

  for (gsize i = 0; i < g_variant_n_children (expected); i++)
    {
      g_autoptr (GVariant) token = get_element (expected, i);
      g_autofree char *alone = trafo_encoding_get_token (row, i);

      if (g_strcmp0 (tokens[i], g_variant_get_string (token, NULL)) != 0 ||
          g_strcmp0 (alone, tokens[i]) != 0)
        return FALSE;
    }
  return TRUE;
}

static const struct
{
  const char *key;
  NumberFunc  get_value;
} columns[] = {
  { "input_ids", get_id },
  { "token_type_ids", get_type_id },
  { "attention_mask", get_attention },
  { "special_tokens_mask", get_special },
  { "word_ids", get_word },
};

/* The first key that differs in a row, NULL if none does. */
static const char *
compare_row (TrafoEncoding *row, GVariant *expected, gsize index)
{
  g_autoptr (GVariant) offset_rows = get (expected, "offsets");
  g_autoptr (GVariant) token_rows = get (expected, "tokens");
  g_autoptr (GVariant) offsets = NULL;
  g_autoptr (GVariant) tokens = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr (GVariant) rows = get (expected, columns[i].key);
      g_autoptr (GVariant) numbers = get_element (rows, index);

      if (!check_numbers (row, numbers, columns[i].get_value))
        return columns[i].key;
    }
  offsets = get_element (offset_rows, index);
  tokens = get_element (token_rows, index);
  if (!check_offsets (row, offsets))
    return "offsets";
  return check_tokens (row, tokens) ? NULL : "tokens";
}

static const char *
compare_batch (TrafoBatchEncoding *batch, GVariant *expected)
{
  g_autoptr (GVariant) rows = get (expected, "input_ids");
  g_autoptr (GVariant) samples = get (expected, "overflow_to_sample_mapping");
  const guint32 *mapping = trafo_batch_encoding_get_overflow_to_sample_mapping (batch, NULL);

  if (trafo_batch_encoding_get_n_rows (batch) != g_variant_n_children (rows))
    return "the number of rows";
  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      const char *key = compare_row (trafo_batch_encoding_get_row (batch, i), expected, i);
      g_autoptr (GVariant) sample = samples != NULL ? get_element (samples, i) : NULL;

      if (key != NULL)
        return key;
      if (sample != NULL && mapping[i] != get_number (sample))
        return "overflow_to_sample_mapping";
    }
  return NULL;
}

/* What differs, NULL if nothing does. */
static const char *
run_encode (TrafoTokenizer *tokenizer, GVariant *record)
{
  g_auto (GStrv) texts = get_strings (record, "texts");
  g_auto (GStrv) pairs = get_strings (record, "pairs");
  g_autoptr (TrafoEncodeOptions) options = get_options (record);
  g_autoptr (GVariant) expected = get (record, "expected");
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoBatchEncoding) batch = trafo_tokenizer_encode_batch (tokenizer,
                                                                       (const char *const *) texts,
                                                                       (const char *const *) pairs,
                                                                       options,
                                                                       &error);

  g_assert_no_error (error);
  return compare_batch (batch, expected);
}

/* The same tokens, decoded one after the other. */
static char *
decode_stepwise (TrafoTokenizer *tokenizer, GArray *ids, gboolean skip, gboolean clean_up)
{
  g_autoptr (TrafoDecodeStream) stream = trafo_decode_stream_new (tokenizer, skip, clean_up);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i <= ids->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *part =
          i < ids->len ? trafo_decode_stream_step (stream, g_array_index (ids, guint32, i), &error)
                       : trafo_decode_stream_end (stream, &error);

      g_assert_no_error (error);
      g_assert_true (g_utf8_validate (part, -1, NULL));
      g_string_append (text, part);
    }
  return g_string_free (text, FALSE);
}

static const char *
run_decode (TrafoTokenizer *tokenizer, GVariant *record)
{
  g_autoptr (GVariant) list = get (record, "ids");
  g_autoptr (GVariant) options = get (record, "options");
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *steps = NULL;
  const char      *expected;
  gboolean         skip = FALSE, clean_up = FALSE;

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) value = get_element (list, i);
      guint32 id = get_number (value);

      g_array_append_val (ids, id);
    }
  g_variant_lookup (options, "skip_special_tokens", "b", &skip);
  g_variant_lookup (options, "clean_up_tokenization_spaces", "b", &clean_up);
  text = trafo_tokenizer_decode (tokenizer,
                                 (const guint32 *) (gpointer) ids->data,
                                 ids->len,
                                 skip,
                                 clean_up,
                                 &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (record, "expected", "&s", &expected));
  if (!g_str_equal (text, expected))
    return "the text";
  steps = decode_stepwise (tokenizer, ids, skip, clean_up);
  return g_str_equal (steps, expected) ? NULL : "the text of a stream";
}

static void
run_record (TrafoTokenizer *tokenizer, const char *line, GVariant *record)
{
  const char *op, *differs;

  g_assert_true (g_variant_lookup (record, "op", "&s", &op));
  differs =
      g_str_equal (op, "encode") ? run_encode (tokenizer, record) : run_decode (tokenizer, record);
  if (differs == NULL)
    return;
  g_test_message ("%s differs: %.400s", differs, line);
  g_test_fail ();
}

static TrafoTokenizer *
load (GHashTable *tokenizers, const char *models, const char *model)
{
  TrafoTokenizer  *tokenizer = g_hash_table_lookup (tokenizers, model);
  g_autofree char *folder = g_build_filename (models, model, NULL);
  g_autoptr (GError) error = NULL;

  if (tokenizer != NULL || g_hash_table_contains (tokenizers, model))
    return tokenizer;
  tokenizer = trafo_auto_tokenizer_from_pretrained (folder, NULL, &error);
  if (!g_error_matches (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_NOT_FOUND))
    g_assert_no_error (error);
  else
    g_test_message ("left out: %s", error->message);
  g_hash_table_insert (tokenizers, g_strdup (model), tokenizer);
  return tokenizer;
}

static void
unref_nullable (gpointer object)
{
  g_clear_object (&object);
}

/* The records stand one a line, and a comma ends all but the last. */
static void
test_collection (gconstpointer data)
{
  const Collection *collection = data;
  g_autoptr (GHashTable) tokenizers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_nullable);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint n_compared = 0;

  g_file_get_contents (collection->records, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GVariant) record = NULL;
      TrafoTokenizer *tokenizer;
      const char     *model;

      if (lines[i][0] != '{')
        continue;
      if (g_str_has_suffix (lines[i], ","))
        lines[i][strlen (lines[i]) - 1] = '\0';
      bytes = g_bytes_new_static (lines[i], strlen (lines[i]));
      record = trafo_json_to_variant (bytes, collection->records, &error);
      g_assert_no_error (error);
      g_assert_true (g_variant_lookup (record, "model", "&s", &model));
      tokenizer = load (tokenizers, collection->models, model);
      if (tokenizer == NULL)
        continue;
      run_record (tokenizer, lines[i], record);
      n_compared++;
    }
  g_test_message ("%s: %u records compared", collection->name, n_compared);
  g_assert_cmpuint (n_compared, >, 0);
}

static void
free_collection (gpointer data)
{
  Collection *self = data;

  g_free (self->name);
  g_free (self->models);
  g_free (self->records);
  g_free (self);
}

static void
add_collection (const char *name, char *models, char *records)
{
  Collection      *collection = g_new0 (Collection, 1);
  g_autofree char *path = g_strconcat ("/tokenization/", name, NULL);

  *collection = (Collection){ g_strdup (name), models, records };
  g_test_add_data_func_full (path, collection, test_collection, free_collection);
}

int
main (int argc, char **argv)
{
  const char *oracle = g_getenv ("TRAFO_ORACLE");

  g_test_init (&argc, &argv, NULL);
  add_collection ("fixture",
                  g_test_build_filename (G_TEST_DIST, "data", "tokenizers", NULL),
                  g_test_build_filename (G_TEST_DIST,
                                         "data",
                                         "tokenizers",
                                         "tokenization.json",
                                         NULL));
  if (oracle != NULL)
    add_collection ("oracle",
                    g_build_filename (oracle, "models", NULL),
                    g_build_filename (oracle, "expected", "tokenization.json", NULL));
  return g_test_run ();
}
