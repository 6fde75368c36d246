/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "tiny-model.h"
#include "trafo-model-quantization.h"
#include "trafo-model-save.h"
#include "trafo-tensor-dict-file.h"

/* Models that bitsandbytes encoded: tests/tools/make-llm-int8-cases.py, make-4bit-cases.py. */
static const struct
{
  const char *name, *stored, *task;
  guint       n_bits;
  double      threshold;
  const char *type;
  gboolean    is_nested;
} models[] = {
  { "bert-seqcls", "bert-seqcls", "sequence-classification", 8, 6, NULL, FALSE },
  { "gpt2-lm", "gpt2-lm", "causal-lm", 8, 1, NULL, FALSE },
  { "bert-seqcls", "bert-seqcls-nf4", "sequence-classification", 4, 0, "nf4", TRUE },
  { "gpt2-lm", "gpt2-lm-fp4", "causal-lm", 4, 0, "fp4", FALSE },
};

static char *
data_folder (const char *kind, const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", kind, name, NULL);
}

static TrafoModel *
load (const char *folder, const char *task, TrafoLoadOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrafoModel *model =
      trafo_auto_model_from_pretrained_for_task (folder, task, options, NULL, &error);

  g_assert_no_error (error);
  return model;
}

static TrafoLoadOptions *
options_8bit (double threshold)
{
  TrafoLoadOptions *options = trafo_load_options_new ();

  trafo_load_options_set_load_in_8bit (options, TRUE);
  trafo_load_options_set_llm_int8_threshold (options, threshold);
  return options;
}

static TrafoLoadOptions *
options_4bit (const char *type, gboolean is_nested)
{
  TrafoLoadOptions *options = trafo_load_options_new ();

  trafo_load_options_set_load_in_4bit (options, TRUE);
  trafo_load_options_set_bnb_4bit_quant_type (options, type);
  trafo_load_options_set_bnb_4bit_use_double_quant (options, is_nested);
  return options;
}

static TrafoTensorDict *
load_tensors (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  TrafoTensorDict *tensors = trafo_tensor_dict_load (path, &error);

  g_assert_no_error (error);
  return tensors;
}

static void
remove_folder (char *folder)
{
  static const char *const names[] = { "model.safetensors",
                                       "config.json",
                                       "generation_config.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

/* Saves to a new folder, which it returns. */
static char *
save (TrafoModel *model)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);

  trafo_model_save_pretrained (model, folder, 0, NULL, &error);
  g_assert_no_error (error);
  return folder;
}

/* All that @folder has is in @expected, bit for bit, and it has all that is no float. */
static void
assert_tensors (const char *folder, const char *expected_folder)
{
  g_autoptr (TrafoTensorDict) found = load_tensors (folder);
  g_autoptr (TrafoTensorDict) expected = load_tensors (expected_folder);

  for (guint i = 0; i < trafo_tensor_dict_get_size (found); i++)
    {
      const char  *name = trafo_tensor_dict_get_name (found, i);
      TrafoTensor *a = trafo_tensor_dict_get (found, name);
      TrafoTensor *b = trafo_tensor_dict_get (expected, name);
      gsize        size_bytes;

      g_assert_nonnull (b);
      g_assert_cmpint (trafo_tensor_get_dtype (a), ==, trafo_tensor_get_dtype (b));
      g_assert_cmpuint (trafo_tensor_get_n_dims (a), ==, trafo_tensor_get_n_dims (b));
      size_bytes =
          trafo_tensor_get_n_elements (a) * trafo_dtype_get_size (trafo_tensor_get_dtype (a));
      g_assert_cmpmem (trafo_tensor_get_data (a),
                       size_bytes,
                       trafo_tensor_get_data (b),
                       trafo_tensor_get_n_elements (b) *
                           trafo_dtype_get_size (trafo_tensor_get_dtype (b)));
    }
  for (guint i = 0; i < trafo_tensor_dict_get_size (expected); i++)
    {
      const char *name = trafo_tensor_dict_get_name (expected, i);

      if (!trafo_dtype_is_float (trafo_tensor_get_dtype (trafo_tensor_dict_get (expected, name))))
        g_assert_nonnull (trafo_tensor_dict_get (found, name));
    }
}

static TrafoTensor *
forward (TrafoModel *model)
{
  g_autoptr (TrafoTensorDict) inputs = trafo_tensor_dict_new ();
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoTensor) ids = tiny_ids_new (2, 5, 78);
  g_autoptr (GError) error = NULL;

  trafo_tensor_dict_set (inputs, "input_ids", ids);
  outputs = trafo_model_forward (model, inputs, FALSE, NULL, &error);
  g_assert_no_error (error);
  return trafo_tensor_ref (trafo_tensor_dict_get (outputs, "logits"));
}

static void
assert_same_logits (TrafoModel *a, TrafoModel *b)
{
  g_autoptr (TrafoTensor) first = forward (a);
  g_autoptr (TrafoTensor) second = forward (b);

  g_assert_cmpfloat (trafo_tensor_max_difference (first, second), ==, 0);
}

/* Floats become what bitsandbytes makes of them; what is saved so is what it saves, and computes the
 * same again. */
static void
test_saved (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *floats = data_folder ("models", models[i].name);
      g_autofree char *integers = data_folder ("quantized", models[i].stored);
      g_autoptr (TrafoLoadOptions) options =
          models[i].n_bits == 8 ? options_8bit (models[i].threshold)
                                : options_4bit (models[i].type, models[i].is_nested);
      g_autoptr (TrafoModel) made = load (floats, models[i].task, options);
      g_autoptr (TrafoModel) stored = load (integers, models[i].task, NULL);
      char *made_folder = save (made);
      char *stored_folder = save (stored);
      g_autoptr (TrafoModel) again = load (made_folder, models[i].task, NULL);

      assert_tensors (made_folder, integers);
      assert_tensors (stored_folder, integers);
      assert_same_logits (made, stored);
      assert_same_logits (made, again);
      remove_folder (made_folder);
      remove_folder (stored_folder);
    }
}

/* Every device that can gives the reference's results, but for how sums of floats round; 4 bits, whose
 * floats it may take, any can. */
static void
test_devices (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *folder = data_folder ("quantized", models[i].stored);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) cpu = tiny_model_load (folder, models[i].task, "cpu", &error);
      g_autoptr (TrafoModel) reference =
          tiny_model_load (folder, models[i].task, "reference", &error);
      g_autoptr (TrafoModel) other = tiny_model_load (folder, models[i].task, "opencl", NULL);
      g_autoptr (TrafoTensor) a = NULL;
      g_autoptr (TrafoTensor) b = NULL;

      g_assert_no_error (error);
      a = forward (cpu);
      b = forward (reference);
      g_assert_cmpfloat (trafo_tensor_max_difference (a, b), <, 1e-5);
      g_assert_true (models[i].n_bits == 4 || other == NULL);
      if (other != NULL)
        {
          g_autoptr (TrafoTensor) c = forward (other);

          g_assert_cmpfloat (trafo_tensor_max_difference (c, b), <, 1e-5);
        }
    }
}

/* The scales say which layers are encoded. */
static guint
count_scales (const char *folder, const char *task, guint n_bits, const char *const *skipped)
{
  g_autoptr (TrafoLoadOptions) options =
      n_bits == 8 ? options_8bit (6) : options_4bit (NULL, FALSE);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoTensorDict) tensors = NULL;
  char *saved;
  guint n_scales = 0;

  trafo_load_options_set_llm_int8_skip_modules (options, skipped);
  model = load (folder, task, options);
  saved = save (model);
  tensors = load_tensors (saved);
  for (guint i = 0; i < trafo_tensor_dict_get_size (tensors); i++)
    {
      const char *name = trafo_tensor_dict_get_name (tensors, i);

      n_scales += g_str_has_suffix (name, ".SCB") || g_str_has_suffix (name, ".absmax");
    }
  remove_folder (saved);
  return n_scales;
}

/* As many as transformers makes Linear8bitLt or Linear4bit of, with two layers each. */
static void
test_skipped (void)
{
  static const struct
  {
    const char *model, *task;
    const char *skipped[3]; /* NULL alone: no list */
    guint       n_scales;
  } cases[] = {
    { "bert-seqcls", "sequence-classification", { NULL }, 14 },
    { "bert-seqcls", "sequence-classification", { "classifier" }, 13 },
    { "bert-seqcls", "sequence-classification", { "dense" }, 7 },
    { "bert-seqcls",
      "sequence-classification",
      { "bert.encoder.layer.\\d+.attention", "dense" },
      1 },
    { "bert-seqcls", "sequence-classification", { "bert.encoder.layer.1" }, 8 },
    { "bert-seqcls", "sequence-classification", { "ber" }, 14 },
    { "bert-mlm", "masked-lm", { NULL }, 13 },
    { "bert-base", "base", { NULL }, 13 },
    { "gpt2-lm", "causal-lm", { NULL }, 8 },
    { "gpt2-lm", "causal-lm", { "lm_head" }, 8 },
    { "gpt2-lm", "causal-lm", { "c_fc" }, 7 },
    { "gpt2-untied", "causal-lm", { NULL }, 8 },
    { "gpt2-seqcls", "sequence-classification", { NULL }, 8 },
    { "opt-lm", "causal-lm", { NULL }, 12 },
    { "distilbert-seqcls", "sequence-classification", { NULL }, 14 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char   *folder = data_folder ("models", cases[i].model);
      const char *const *skipped = cases[i].skipped[0] != NULL ? cases[i].skipped : NULL;

      g_test_message ("%s %s", cases[i].model, skipped != NULL ? skipped[0] : "");
      for (guint n_bits = 4; n_bits <= 8; n_bits += 4)
        g_assert_cmpuint (count_scales (folder, cases[i].task, n_bits, skipped),
                          ==,
                          cases[i].n_scales);
    }
}

/* A head that is tied becomes integers where a list leaves it out; what it is tied to stays. */
static void
test_tied (void)
{
  static const char *const none[] = { "c_fc", NULL };
  g_autofree char         *folder = data_folder ("models", "gpt2-lm");
  g_autoptr (TrafoLoadOptions) options = options_8bit (6);
  g_autoptr (TrafoModel) model = NULL;
  g_autoptr (TrafoModel) again = NULL;
  g_autoptr (TrafoTensorDict) tensors = NULL;
  char *saved;

  trafo_load_options_set_llm_int8_skip_modules (options, none);
  model = load (folder, "causal-lm", options);
  saved = save (model);
  tensors = load_tensors (saved);
  g_assert_cmpint (trafo_tensor_get_dtype (
                       trafo_tensor_dict_get (tensors, "transformer.wte.weight")),
                   ==,
                   TRAFO_DTYPE_FLOAT32);
  g_assert_cmpint (trafo_tensor_get_dtype (trafo_tensor_dict_get (tensors, "lm_head.weight")),
                   ==,
                   TRAFO_DTYPE_INT8);
  again = load (saved, "causal-lm", NULL);
  assert_same_logits (model, again);
  remove_folder (saved);
}

/* What config.json says, and what comes of it. */
static void
test_config (void)
{
  static const struct
  {
    const char *value;
    const char *message; /* NULL: it loads */
  } cases[] = {
    { "null", NULL },
    { "{\"quant_method\":\"bitsandbytes\"}", NULL },
    { "{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true}", NULL },
    { "{\"load_in_8bit\":true,\"llm_int8_skip_modules\":null}", NULL },
    { "{\"load_in_8bit\":true,\"llm_int8_skip_modules\":[]}", NULL },
    { "{\"quant_method\":\"gptq\",\"bits\":4}",
      "config.json: 'quant_method' of quantization_config is \"gptq\", expected bitsandbytes" },
    { "{}",
      "config.json: 'quant_method' of quantization_config is missing, expected bitsandbytes" },
    { "{\"quant_method\":\"bitsandbytes\",\"load_in_4bit\":true}", NULL },
    { "{\"load_in_4bit\":true,\"bnb_4bit_quant_type\":\"nf4\",\"bnb_4bit_use_double_quant\":true,"
      "\"bnb_4bit_compute_dtype\":\"bfloat16\",\"bnb_4bit_quant_storage\":\"uint8\"}",
      NULL },
    { "{\"load_in_4bit\":true,\"load_in_8bit\":true}",
      "config.json: 'load_in_4bit' of quantization_config is true, expected false beside "
      "load_in_8bit" },
    { "{\"load_in_4bit\":true,\"bnb_4bit_quant_type\":\"int4\"}",
      "config.json: quantization_config: 'bnb_4bit_quant_type' is \"int4\", expected fp4 or nf4" },
    { "{\"load_in_4bit\":true,\"bnb_4bit_compute_dtype\":\"int8\"}",
      "*bnb_4bit_compute_dtype*int8*" },
    { "{\"load_in_4bit\":true,\"bnb_4bit_use_double_quant\":\"yes\"}",
      "*bnb_4bit_use_double_quant*" },
    { "[]", "config.json: 'quantization_config' is no object, expected one" },
    { "{\"load_in_8bit\":true,\"llm_int8_threshold\":-1}", "*llm_int8_threshold*" },
    { "{\"load_in_8bit\":\"yes\"}", "*load_in_8bit*" },
    { "{\"load_in_8bit\":true,\"llm_int8_skip_modules\":\"lm_head\"}",
      "*llm_int8_skip_modules*list of strings" },
    { "{\"load_in_8bit\":true,\"llm_int8_skip_modules\":[1]}", "*llm_int8_skip_modules*strings" },
    { "{\"load_in_8bit\":true,\"llm_int8_skip_modules\":[\"(\"]}",
      "'llm_int8_skip_modules' has \"(\":*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *member = g_strdup_printf ("\"quantization_config\": %s", cases[i].value);
      g_autofree char *config = tiny_config (member);
      g_autoptr (TrafoTensorDict) tensors = tiny_tensors_new ("");
      char *folder = tiny_folder_new (config, tensors);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoModel) model = tiny_model_load (folder, "base", "reference", &error);

      g_test_message ("%s", cases[i].value);
      if (cases[i].message == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (count_scales (folder, "base", 8, NULL), ==, 13);
        }
      else
        {
          g_assert_nonnull (error);
          if (!g_pattern_match_simple (cases[i].message, error->message))
            g_error ("%s: %s", cases[i].value, error->message);
        }
      tiny_folder_free (folder);
    }
}

static TrafoTensor *
scalar_byte (guint8 value)
{
  TrafoTensor *tensor = trafo_tensor_new (TRAFO_DTYPE_UINT8, NULL, 0, NULL);

  *(guint8 *) trafo_tensor_get_data (tensor) = value;
  return tensor;
}

/* That a checkpoint whose tensor @name becomes @other, or goes, does not load, and why. */
static void
assert_broken (const char *stored, const char *name, TrafoTensor *other, const char *message)
{
  g_autofree char *source = data_folder ("quantized", stored);
  g_autofree char *path = g_build_filename (source, "config.json", NULL);
  g_autofree char *config = NULL;
  g_autoptr (TrafoTensorDict) all = load_tensors (source);
  g_autoptr (TrafoTensorDict) tensors = trafo_tensor_dict_new ();
  g_autoptr (GError) error = NULL;
  char *folder;

  g_assert_true (g_file_get_contents (path, &config, NULL, NULL));
  for (guint i = 0; i < trafo_tensor_dict_get_size (all); i++)
    {
      const char *kept = trafo_tensor_dict_get_name (all, i);

      if (!g_str_equal (kept, name))
        trafo_tensor_dict_set (tensors, kept, trafo_tensor_dict_get (all, kept));
    }
  if (other != NULL)
    trafo_tensor_dict_set (tensors, name, other);
  folder = tiny_folder_new (config, tensors);
  g_assert_null (tiny_model_load (folder, "sequence-classification", "reference", &error));
  g_assert_nonnull (error);
  if (!g_pattern_match_simple (message, error->message))
    g_error ("%s: %s", name, error->message);
  tiny_folder_free (folder);
}

/* One tensor of a good checkpoint becomes another, or goes. */
static void
test_broken (void)
{
#define LAYER "bert.encoder.layer.0.output.dense."
  static const struct
  {
    const char *name;
    TrafoDType  dtype; /* NONE: it goes */
    gint64      shape[2];
    guint       n_dims;
    const char *message;
  } cases[] = {
    { LAYER "SCB",
      TRAFO_DTYPE_NONE,
      { 0 },
      0,
      "*model.safetensors: tensor '" LAYER "weight' has type I8, expected '.SCB' beside it for its "
      "scales" },
    { LAYER "SCB", TRAFO_DTYPE_FLOAT32, { 3 }, 1, "*'" LAYER "SCB'*expected F32 of shape (36)" },
    { LAYER "SCB", TRAFO_DTYPE_FLOAT16, { 36 }, 1, "*'" LAYER "SCB' has type F16*" },
    { LAYER "weight_format", TRAFO_DTYPE_UINT8, { 0 }, 0, "*begins with 7, expected U8 and 0*" },
    { LAYER "weight_format", TRAFO_DTYPE_INT64, { 1 }, 1, "*has type I64*" },
    { LAYER "weight", TRAFO_DTYPE_INT8, { 50, 36 }, 2, "*(50, 36), expected (36, 50)" },
    { "bert.embeddings.word_embeddings.weight",
      TRAFO_DTYPE_INT8,
      { 119, 36 },
      2,
      "*has type I8, expected F64, F32, F16 or BF16" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoTensor) other =
          cases[i].n_dims == 0
              ? scalar_byte (7)
              : trafo_tensor_new (cases[i].dtype, cases[i].shape, cases[i].n_dims, NULL);

      assert_broken ("bert-seqcls",
                     cases[i].name,
                     cases[i].dtype != TRAFO_DTYPE_NONE ? other : NULL,
                     cases[i].message);
    }
}

static TrafoTensor *
bytes_of (const char *text)
{
  gint64       n = (gint64) strlen (text);
  TrafoTensor *tensor = trafo_tensor_new (TRAFO_DTYPE_UINT8, &n, 1, NULL);

  memcpy (trafo_tensor_get_data (tensor), text, (gsize) n);
  return tensor;
}

/* As above; what is JSON, as text. */
static void
test_broken_4bit (void)
{
#define STATE LAYER "weight.quant_state.bitsandbytes__nf4"
#define BEGIN "{\"quant_type\": \"nf4\", \"blocksize\": 64, \"dtype\": \"float32\", \"shape\": "
#define NESTED ", \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": 0.5}"
  static const struct
  {
    const char *name;
    const char *text; /* NULL: by dtype, NONE: it goes */
    TrafoDType  dtype;
    gint64      n;
    const char *message;
  } cases[] = {
    { STATE,
      NULL,
      TRAFO_DTYPE_NONE,
      0,
      "*'" LAYER "weight' has type U8, expected '.quant_state.bitsandbytes__nf4' beside it for "
      "what its codes are" },
    { LAYER "weight.absmax", NULL, TRAFO_DTYPE_NONE, 0, "*expected '.absmax' beside it*" },
    { LAYER "weight.nested_absmax", NULL, TRAFO_DTYPE_NONE, 0, "*'.nested_absmax' beside it*" },
    { LAYER "weight.nested_quant_map", NULL, TRAFO_DTYPE_NONE, 0, "*'.nested_quant_map' beside*" },
    { LAYER "weight",
      NULL,
      TRAFO_DTYPE_UINT8,
      899,
      "*has 899 bytes, expected 900, two codes each" },
    { LAYER "weight.absmax", NULL, TRAFO_DTYPE_UINT8, 28, "*expected U8 of shape (29)" },
    { LAYER "weight.absmax", NULL, TRAFO_DTYPE_FLOAT32, 29, "*has type F32*expected U8*" },
    { LAYER "weight.nested_absmax", NULL, TRAFO_DTYPE_FLOAT32, 2, "*expected F32 of shape (1)" },
    { LAYER "weight.nested_quant_map", NULL, TRAFO_DTYPE_FLOAT32, 16, "*F32 of shape (256)" },
    { LAYER "weight.quant_map", NULL, TRAFO_DTYPE_FLOAT32, 15, "*expected F32 of shape (16)" },
    { LAYER "weight.quant_map",
      NULL,
      TRAFO_DTYPE_FLOAT32,
      16,
      "*has 0 for code 0, expected -1, as nf4*" },
    { STATE, NULL, TRAFO_DTYPE_UINT8, 5000, "*has type U8 and 5000 bytes, expected*at most 4096*" },
    { STATE, NULL, TRAFO_DTYPE_INT8, 100, "*has type I8*" },
    { STATE, "", 0, 0, "*" STATE "'*" },
    { STATE, "[]", 0, 0, "*model.safetensors: tensor '" STATE "': byte 0*" },
    { STATE, BEGIN "[36, 50]" NESTED "x", 0, 0, "*byte*" },
    { STATE, BEGIN "[50, 36]" NESTED, 0, 0, "*has shape (50, 36), expected (36, 50)" },
    { STATE, BEGIN "[1800]" NESTED, 0, 0, "*'shape' has 1 dims, expected 2" },
    { STATE, BEGIN "[36, 50, 1]" NESTED, 0, 0, "*'shape' has 3 dims, expected 2" },
    { STATE, BEGIN "null" NESTED, 0, 0, "*byte*" },
    { STATE, BEGIN "[36, 50]}", 0, 0, "*absmax' has type U8*expected F32*" },
    { STATE, BEGIN "[36, 50], \"nested_blocksize\": 256}", 0, 0, "*found no 'nested_dtype'" },
    { STATE,
      BEGIN "[36, 50], \"nested_blocksize\": 64}",
      0,
      0,
      "*'nested_blocksize' is 64, expected 256" },
    { STATE, BEGIN "[36, 50], \"nested_offset\": NaN}", 0, 0, "*byte*" },
    { STATE, BEGIN "[36, 50], \"code\": 1}", 0, 0, "*found 'code'*" },
    { STATE, "{\"quant_type\": \"fp4\"}", 0, 0, "*found no 'blocksize'" },
    { STATE, "{\"quant_type\": \"af4\"}", 0, 0, "*'quant_type' is \"af4\", expected nf4 or fp4" },
    { STATE,
      "{\"quant_type\": \"fp4\", \"blocksize\": 64, \"dtype\": \"float32\", \"shape\": [36, 50]}",
      0,
      0,
      "*has 'quant_type' fp4, expected nf4, as config.json has it" },
    { STATE,
      "{\"blocksize\": 48}",
      0,
      0,
      "*'blocksize' is 48, expected a power of two from 32 to 4096" },
    { STATE, "{\"blocksize\": 16}", 0, 0, "*'blocksize' is 16*" },
    { STATE, "{\"blocksize\": 8192}", 0, 0, "*'blocksize' is 8192*" },
    { STATE, "{\"dtype\": \"int8\"}", 0, 0, "*'dtype' is \"int8\"*" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrafoTensor) other = NULL;

      if (cases[i].text != NULL)
        other = bytes_of (cases[i].text);
      else if (cases[i].dtype != TRAFO_DTYPE_NONE)
        other = trafo_tensor_new (cases[i].dtype, &cases[i].n, 1, NULL);
      assert_broken ("bert-seqcls-nf4", cases[i].name, other, cases[i].message);
    }
}

/* Codes may be kept as another type, as bnb_4bit_quant_storage says. */
static void
test_storage (void)
{
  g_autofree char *source = data_folder ("quantized", "bert-seqcls-nf4");
  g_autofree char *path = g_build_filename (source, "config.json", NULL);
  g_autofree char *config = NULL;
  g_autoptr (TrafoTensorDict) tensors = load_tensors (source);
  TrafoTensor *codes = trafo_tensor_dict_get (tensors, LAYER "weight");
  gint64       shape[] = { trafo_tensor_get_dim (codes, 0) / 2, 1 };
  g_autoptr (TrafoTensor) words = trafo_tensor_new (TRAFO_DTYPE_BFLOAT16, shape, 2, NULL);
  g_autoptr (TrafoModel) stored = load (source, "sequence-classification", NULL);
  g_autoptr (TrafoModel) model = NULL;
  char *folder;

  g_assert_true (g_file_get_contents (path, &config, NULL, NULL));
  memcpy (trafo_tensor_get_data (words),
          trafo_tensor_get_data (codes),
          trafo_tensor_get_size_bytes (codes));
  trafo_tensor_dict_set (tensors, LAYER "weight", words);
  folder = tiny_folder_new (config, tensors);
  model = load (folder, "sequence-classification", NULL);
  assert_same_logits (model, stored);
  tiny_folder_free (folder);
}

/* What no checkpoint decides. */
static void
test_options (void)
{
  g_autofree char *folder = data_folder ("models", "gpt2-lm");
  g_autoptr (TrafoLoadOptions) both = options_8bit (6);
  g_autoptr (TrafoLoadOptions) other = options_4bit ("int4", FALSE);
  g_autoptr (GError) error = NULL;

  trafo_load_options_set_load_in_4bit (both, TRUE);
  g_assert_null (
      trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", both, NULL, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (
      trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", other, NULL, &error));
  g_assert_cmpstr (error->message,
                   ==,
                   "load options: 'bnb_4bit_quant_type' is \"int4\", expected fp4 or nf4");
}

/* A threshold is wrong beside any option, but for where config.json has its own. */
static void
test_threshold (void)
{
  static const struct
  {
    double      threshold;
    const char *message;
  } cases[] = {
    { -1, "load options: 'llm_int8_threshold' is -1, expected a number from 0 to 3.40282e+38" },
    { 1e39, "load options: 'llm_int8_threshold' is 1e+39, expected *" },
    { INFINITY, "load options: 'llm_int8_threshold' is inf, expected *" },
    { NAN, "load options: 'llm_int8_threshold' is *nan, expected *" },
  };
  g_autofree char *folder = data_folder ("models", "gpt2-lm");
  g_autofree char *stored = data_folder ("quantized", "gpt2-lm");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint is_8bit = 0; is_8bit < 2; is_8bit++)
      {
        g_autoptr (TrafoLoadOptions) options = options_8bit (cases[i].threshold);
        g_autoptr (TrafoModel) model = load (stored, "causal-lm", options);
        g_autoptr (GError) error = NULL;

        trafo_load_options_set_load_in_8bit (options, is_8bit);
        g_assert_null (
            trafo_auto_model_from_pretrained_for_task (folder, "causal-lm", options, NULL, &error));
        g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
        g_assert_true (g_pattern_match_simple (cases[i].message, error->message));
      }
}

/* What is measured is what is off, and how much smaller it is. */
static void
test_measured (void)
{
  for (guint i = 2; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *folder = data_folder ("models", models[i].name);
      g_autoptr (TrafoLoadOptions) options = options_4bit (models[i].type, models[i].is_nested);
      g_autoptr (TrafoModel) model = load (folder, models[i].task, options);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoValue) list = trafo_model_measure_quantization (model, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (trafo_value_get_n_items (list), >=, 8);
      for (guint j = 0; j < trafo_value_get_n_items (list); j++)
        {
          TrafoValue *record = trafo_value_get_item (list, j);
          double rms = trafo_value_get_double (trafo_value_get_member (record, "relative_rms"));
          gint64 n = trafo_value_get_integer (trafo_value_get_member (record, "size_bytes")) / 4;
          gint64 n_blocks = (n + 63) / 64;

          g_assert_cmpfloat (rms, >, 0.05);
          g_assert_cmpfloat (rms, <, 0.15);
          g_assert_cmpint (trafo_value_get_integer (
                               trafo_value_get_member (record, "quantized_size_bytes")),
                           ==,
                           (n + 1) / 2 + (models[i].is_nested
                                              ? n_blocks + 4 * ((n_blocks + 255) / 256)
                                              : 4 * n_blocks));
        }
    }
}

/* Integers mean nothing where config.json does not say what they are. */
static void
test_integers_alone (void)
{
  g_autofree char *source = data_folder ("quantized", "bert-seqcls");
  g_autofree char *config_source = data_folder ("models", "bert-seqcls");
  g_autofree char *path = g_build_filename (config_source, "config.json", NULL);
  g_autofree char *config = NULL;
  g_autoptr (TrafoTensorDict) tensors = load_tensors (source);
  g_autoptr (GError) error = NULL;
  char *folder;

  g_assert_true (g_file_get_contents (path, &config, NULL, NULL));
  folder = tiny_folder_new (config, tensors);
  g_assert_null (tiny_model_load (folder, "sequence-classification", "reference", &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_DTYPE);
  tiny_folder_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantization/saved", test_saved);
  g_test_add_func ("/quantization/devices", test_devices);
  g_test_add_func ("/quantization/skipped", test_skipped);
  g_test_add_func ("/quantization/tied", test_tied);
  g_test_add_func ("/quantization/config", test_config);
  g_test_add_func ("/quantization/broken", test_broken);
  g_test_add_func ("/quantization/broken-4bit", test_broken_4bit);
  g_test_add_func ("/quantization/storage", test_storage);
  g_test_add_func ("/quantization/options", test_options);
  g_test_add_func ("/quantization/threshold", test_threshold);
  g_test_add_func ("/quantization/measured", test_measured);
  g_test_add_func ("/quantization/integers-alone", test_integers_alone);
  return g_test_run ();
}
