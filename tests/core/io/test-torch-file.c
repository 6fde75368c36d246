/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <glib/gstdio.h>
#include <string.h>
#include <trafo/trafo.h>

#include "torch-zip-parts.h"
#include "trafo-torch-file-private.h"

static char *folder;
static char *path;

static char *
build_reference (const char *name, const char *extension)
{
  g_autofree char *file = g_strconcat (name, extension, NULL);

  return g_test_build_filename (G_TEST_DIST, "data", "io", "torch", file, NULL);
}

static GByteArray *
load_reference (const char *name)
{
  g_autofree char *file = build_reference (name, ".bin");
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize size_bytes;

  g_file_get_contents (file, &contents, &size_bytes, &error);
  g_assert_no_error (error);
  return g_byte_array_new_take ((guint8 *) contents, size_bytes);
}

static TrafoCheckpoint *
open_data (gconstpointer data, gsize size_bytes, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_unlink (path);
  g_file_set_contents (path, data, size_bytes, &local_error);
  g_assert_no_error (local_error);
  return trafo_checkpoint_open (path, NULL, error);
}

/* Opens a zip file with this pickle and a storage "0" of four floats, 1 to 4. */
static TrafoCheckpoint *
open_pickle (const char *pickle, gsize size_bytes, GError **error)
{
  static const float storage[] = { 1, 2, 3, 4 };
  const TorchZipPart parts[] = {
    { "m/data.pkl", pickle, size_bytes },
    { "m/data/0", storage, sizeof storage },
  };
  g_autoptr (GByteArray) data = torch_zip_write (parts, G_N_ELEMENTS (parts));

  return open_data (data->data, data->len, error);
}

static void
assert_message (const GError *error, const char *expected)
{
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, path));
  if (strstr (error->message, expected) == NULL)
    g_assert_cmpstr (error->message, ==, expected);
}

/* Whether each tensor of @found is in @expected, and the same. */
static gboolean
is_same (TrafoCheckpoint *found, TrafoCheckpoint *expected)
{
  for (gsize i = 0; i < trafo_checkpoint_get_n_tensors (found); i++)
    {
      const TrafoCheckpointTensor *left = trafo_checkpoint_get_tensor (found, i);
      const TrafoCheckpointTensor *right = trafo_checkpoint_lookup (expected, left->name);

      if (right == NULL || !g_str_equal (left->dtype_name, right->dtype_name) ||
          left->n_dims != right->n_dims ||
          memcmp (left->shape, right->shape, sizeof left->shape) != 0 ||
          left->size_bytes != right->size_bytes ||
          (left->size_bytes > 0 && memcmp (left->data, right->data, left->size_bytes) != 0))
        return FALSE;
    }
  return TRUE;
}

/* The first ones are of each format. */
#define N_FORMATS 3

static const char *const references[] = {
  "zip",    "legacy",     "deflated",          "big", "dtypes", "dtypes-big",
  "nested", "protocol-3", "legacy-protocol-3",
};

/* What torch wrote, against what safetensors made of it; tied tensors are there once. */
static void
test_reference (gconstpointer user_data)
{
  g_autofree char *bin = build_reference (user_data, ".bin");
  g_autofree char *safetensors = build_reference (user_data, ".safetensors");
  g_autofree char *saved = g_build_filename (folder, "saved.safetensors", NULL);
  g_autofree char *found = NULL, *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (bin, NULL, &error);
  g_autoptr (TrafoCheckpoint) reference = NULL;
  gsize found_size_bytes, expected_size_bytes;

  g_assert_no_error (error);
  reference = trafo_checkpoint_open (safetensors, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (is_same (reference, checkpoint));
  g_assert_true (trafo_checkpoint_convert (checkpoint, saved, NULL, &error));
  g_assert_no_error (error);
  g_file_get_contents (saved, &found, &found_size_bytes, NULL);
  g_file_get_contents (safetensors, &expected, &expected_size_bytes, NULL);
  g_assert_cmpmem (found, found_size_bytes, expected, expected_size_bytes);
  g_unlink (saved);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  for (gsize i = 0; i < N_FORMATS; i++)
    {
      g_autofree char *bin = build_reference (references[i], ".bin");
      g_autoptr (GError) error = NULL;

      g_assert_null (trafo_checkpoint_open (bin, cancelled, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static void
test_order (void)
{
  g_autofree char *file = build_reference ("zip", ".bin");
  g_autoptr (TrafoCheckpoint) checkpoint = trafo_checkpoint_open (file, NULL, NULL);
  g_auto (GStrv) names = trafo_checkpoint_list_names (checkpoint);
  g_auto (GStrv) skipped = trafo_checkpoint_list_skipped (checkpoint);
  const TrafoCheckpointTensor *embeddings =
      trafo_checkpoint_lookup (checkpoint, "embeddings.weight");
  const TrafoCheckpointTensor *dense = trafo_checkpoint_lookup (checkpoint, "dense.weight");
  guint8                       copy[48];

  g_assert_cmpstrv (names,
                    ((const char *[]){ "embeddings.weight",
                                       "dense.weight",
                                       "dense.bias",
                                       "scalar",
                                       "empty",
                                       "head.weight",
                                       "head.transposed",
                                       "row",
                                       NULL }));
  g_assert_cmpstrv (skipped, ((const char *[]){ "epoch", NULL }));
  g_assert_true (embeddings->data == trafo_checkpoint_lookup (checkpoint, "head.weight")->data);
  g_assert_true (dense->data == trafo_checkpoint_lookup (checkpoint, "head.transposed")->data);
  g_assert_true (dense->data != embeddings->data);
  g_assert_true (trafo_checkpoint_read (checkpoint, embeddings, copy, NULL));
  g_assert_cmpmem (copy, sizeof copy, embeddings->data, embeddings->size_bytes);
  g_assert_true (trafo_checkpoint_read (checkpoint, dense, copy, NULL));
  g_assert_cmpmem (copy, sizeof copy, dense->data, dense->size_bytes);
  trafo_checkpoint_release_pages (checkpoint, dense->data, dense->size_bytes);
}

/* Cut anywhere, a file is refused. */
static void
test_truncated (gconstpointer user_data)
{
  g_autoptr (GByteArray) data = load_reference (user_data);

  for (gsize size_bytes = 0; size_bytes < data->len; size_bytes++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_data (data->data, size_bytes, &error));
      assert_message (error, "found ");
    }
}

/* Whichever bit is changed, a zip file is refused or read as before: all that counts is in a sum, or
 * said twice. A legacy file has no sums, and must only not read what is not there. */
static void
test_changed (gconstpointer user_data)
{
  g_autoptr (GByteArray) data = load_reference (user_data);
  g_autofree char *file = build_reference (user_data, ".bin");
  g_autoptr (TrafoCheckpoint) reference = trafo_checkpoint_open (file, NULL, NULL);
  guint n_refused = 0;

  for (gsize i = 0; i < data->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint = NULL;
      gboolean is_unchanged;

      data->data[i] ^= 1 << (i % 8);
      checkpoint = open_data (data->data, data->len, &error);
      data->data[i] ^= 1 << (i % 8);
      n_refused += checkpoint == NULL;
      if (checkpoint == NULL)
        {
          assert_message (error, "found ");
          continue;
        }
      is_unchanged =
          is_same (checkpoint, reference) &&
          trafo_checkpoint_get_n_tensors (checkpoint) == trafo_checkpoint_get_n_tensors (reference);
      if (!is_unchanged && !g_str_equal (user_data, "legacy"))
        g_test_message ("byte %" G_GSIZE_FORMAT, i);
      g_assert_true (is_unchanged || g_str_equal (user_data, "legacy"));
    }
  g_assert_cmpuint (n_refused, >, data->len / 4);
}

/* The storage holds 1, 2, 3, 4. */
static void
test_views (void)
{
#define VIEW(offset, shape, strides)                                                               \
  PICKLE_DICT (PICKLE_TENSOR (PICKLE_STORAGE ("FloatStorage", "0", "\004"), offset, shape, strides))
#define CASE(offset, shape, strides, ...)                                                          \
  {                                                                                                \
    VIEW (offset, shape, strides), sizeof VIEW (offset, shape, strides) - 1, { __VA_ARGS__ }       \
  }
  static const struct
  {
    const char *pickle;
    gsize       size_bytes;
    float       expected[13]; /* up to a 0 */
  } cases[] = {
    CASE ("K\000", "K\004\205", "K\001\205", 1, 2, 3, 4),
    CASE ("K\001", "K\002\205", "K\001\205", 2, 3),
    CASE ("K\003", ")", ")", 4),
    CASE ("K\004", "K\000\205", "K\001\205", 0),
    CASE ("K\377", "K\003K\000\206", "K\001K\001\206", 0),
    CASE ("K\000", "K\002K\002\206", "K\001K\002\206", 1, 3, 2, 4),
    CASE ("K\000", "K\002\205", "K\002\205", 1, 3),
    CASE ("K\002", "K\003\205", "K\000\205", 3, 3, 3),
    CASE ("K\000",
          "K\002K\003K\002\207",
          "K\001K\000K\002\207",
          1,
          3,
          1,
          3,
          1,
          3,
          2,
          4,
          2,
          4,
          2,
          4),
    CASE ("K\000", "K\001K\002\206", "K\377K\001\206", 1, 2),
    CASE ("K\001", "K\002K\001\206", "K\002K\011\206", 2, 4),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint =
          open_pickle (cases[i].pickle, cases[i].size_bytes, &error);
      const TrafoCheckpointTensor *tensor;
      gsize                        n_expected = 0;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_no_error (error);
      while (cases[i].expected[n_expected] != 0)
        n_expected++;
      tensor = trafo_checkpoint_lookup (checkpoint, "a");
      g_assert_cmpmem (tensor->data,
                       tensor->size_bytes,
                       cases[i].expected,
                       n_expected * sizeof (float));
    }
}

#define STORAGE PICKLE_STORAGE ("FloatStorage", "0", "\004")
#define TENSOR PICKLE_TENSOR (STORAGE, "K\000", "K\004\205", "K\001\205")
#define LONG(digits) "\212\010" digits
#define HUGE_DIM LONG ("\000\000\000\000\000\000\000\100")

typedef struct
{
  const char *name;
  const char *pickle;
  gsize       size_bytes;
  const char *message;
} Refused;

#define REFUSED(name, value, message)                                                              \
  {                                                                                                \
    name, PICKLE_DICT (value), sizeof PICKLE_DICT (value) - 1, message                             \
  }
#define REFUSED_VIEW(name, offset, shape, strides, message)                                        \
  REFUSED (name, PICKLE_TENSOR (STORAGE, offset, shape, strides), message)

static const Refused refused[] = {
  REFUSED_VIEW ("view-too-long", "K\000", "K\005\205", "K\001\205", "within its storage '0'"),
  REFUSED_VIEW ("view-offset", "K\001", "K\004\205", "K\001\205", "within its storage"),
  REFUSED_VIEW ("view-offset-scalar", "K\004", ")", ")", "within its storage"),
  REFUSED_VIEW ("view-stride", "K\000", "K\002\205", "K\004\205", "within its storage"),
  REFUSED_VIEW ("negative-offset", "J\377\377\377\377", "K\001\205", "K\001\205", "at -1"),
  REFUSED_VIEW ("negative-dim", "K\000", "J\377\377\377\377\205", "K\001\205", "negative number"),
  REFUSED_VIEW ("negative-stride", "K\003", "K\002\205", "J\377\377\377\377\205", "negative"),
  REFUSED_VIEW ("strides-missing", "K\000", "K\004\205", ")", "1 dims with 0 strides"),
  REFUSED_VIEW ("dim-no-integer", "K\000", "N\205", "K\001\205", "found None in a shape"),
  REFUSED_VIEW ("offset-none", "N", ")", ")", "with (a storage, None, a tuple, a tuple"),
  REFUSED_VIEW ("huge-dims",
                "K\000",
                HUGE_DIM HUGE_DIM HUGE_DIM "\207",
                "K\000K\000K\000\207",
                "within its storage"),
  REFUSED_VIEW ("huge-bytes", "K\000", HUGE_DIM "\205", "K\000\205", "within its storage"),
  REFUSED_VIEW ("huge-stride", "K\000", "K\003\205", HUGE_DIM "\205", "within its storage"),
  REFUSED_VIEW ("huge-offset", LONG ("\377\377\377\377\377\377\377\177"), ")", ")", "within its"),
  REFUSED_VIEW ("expand",
                "K\000",
                LONG ("\000\000\000\000\000\001\000\000") "\205",
                "K\000\205",
                "takes 4398046511104 bytes of memory, expected at most 1048576"),
  REFUSED ("storage-longer",
           PICKLE_TENSOR (PICKLE_STORAGE ("FloatStorage", "0", "\005"), "K\000", ")", ")"),
           "found 'data/0' of 16 bytes, expected a storage of 20"),
  REFUSED ("storage-shorter",
           PICKLE_TENSOR (PICKLE_STORAGE ("FloatStorage", "0", "\003"), "K\000", ")", ")"),
           "found 'data/0' of 16 bytes, expected a storage of 12"),
  REFUSED ("storage-other-type",
           "(" TENSOR PICKLE_TENSOR (PICKLE_STORAGE ("IntStorage", "0", "\004"),
                                     "K\000",
                                     ")",
                                     ")") "t",
           "found the storage '0' as 16 bytes of I32, expected 16 of F32"),
  REFUSED ("storage-missing",
           PICKLE_TENSOR (PICKLE_STORAGE ("FloatStorage", "7", "\004"), "K\000", ")", ")"),
           "found 'no entry for a storage'"),
  REFUSED ("storage-negative",
           "(U\007storagectorch\nFloatStorage\nU\0010U\003cpuJ\377\377\377\377tQ",
           "found a storage of -1 elements"),
  REFUSED ("storage-huge",
           "(U\007storagectorch\nFloatStorage\nU\0010U\003cpu" LONG (
               "\000\000\000\000\000\000\000\100") "tQ",
           "found a storage of 4611686018427387904 elements"),
  REFUSED ("storage-no-type", "(U\007storagectorch\nfloat32\nU\0010U\003cpuK\004tQ", "expected a"),
  REFUSED ("storage-key",
           "(U\007storagectorch\nFloatStorage\nU\003\n/xU\003cpuK\004tQ",
           "expected a storage"),
  REFUSED ("module", "(U\006modulectorch\nTensor\nU\001aU\001btQ", "persistent id 'module'"),
  REFUSED ("persistent-text", "U\0010Q", "persistent id 'a string'"),
  REFUSED ("quantized", "ctorch\nQInt8Storage\n", "found 'torch.QInt8Storage'"),
  REFUSED ("sparse", "ctorch._utils\n_rebuild_sparse_tensor\n", "_rebuild_sparse_tensor'"),
  REFUSED ("conjugated",
           "ctorch._utils\n_rebuild_tensor_v2\n(" STORAGE "K\000))\211" PICKLE_HOOKS
           "}U\004conj\210stR",
           "a dict), which it does not take"),
  REFUSED ("v3-no-type",
           "ctorch._utils\n_rebuild_tensor_v3\n(" STORAGE "K\000))\211" PICKLE_HOOKS
           "ctorch\nFloatStorage\ntR",
           "which it does not take"),
  REFUSED ("v3-too-short",
           "ctorch._utils\n_rebuild_tensor_v3\n(" STORAGE "K\002K\001\205K\001\205\211" PICKLE_HOOKS
           "ctorch\nuint64\ntR",
           "within its storage"),
  REFUSED ("parameter-of-none",
           "ctorch._utils\n_rebuild_parameter\n(N\210NtR",
           "with (None, a boolean, None)"),
  REFUSED ("from-type-nested",
           "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\n"
           "ctorch\nTensor\n)NtR",
           "which it does not take"),
  REFUSED ("call-tensor", "ctorch\nTensor\n)R", "a call of 'torch.Tensor'"),
  REFUSED ("dict-of-tuple", "ccollections\nOrderedDict\n)\205R", "with (a tuple)"),
  REFUSED ("dict-of-items", "ccollections\nOrderedDict\n]Na\205R", "with (a list)"),
  REFUSED ("dict-of-single", "ccollections\nOrderedDict\n]]Naa\205R", "with (a list)"),
};

static void
test_refused (gconstpointer user_data)
{
  const Refused *test = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (open_pickle (test->pickle, test->size_bytes, &error));
  assert_message (error, test->message);
}

/* All kinds of what Python could be made to run. */
static void
test_globals (void)
{
  static const char *const names[] = {
    "os system",
    "posix system",
    "nt system",
    "subprocess Popen",
    "subprocess call",
    "sys exit",
    "builtins eval",
    "builtins exec",
    "builtins compile",
    "builtins open",
    "builtins __import__",
    "builtins getattr",
    "builtins setattr",
    "builtins globals",
    "builtins apply",
    "__builtin__ eval",
    "__builtin__ getattr",
    "__builtin__ set",
    "builtins set",
    "builtins bytearray",
    "builtins complex",
    "copy_reg _reconstructor",
    "copyreg __newobj__",
    "runpy _run_code",
    "importlib import_module",
    "pickle loads",
    "_pickle loads",
    "marshal loads",
    "types FunctionType",
    "types CodeType",
    "functools partial",
    "operator attrgetter",
    "operator methodcaller",
    "itertools chain",
    "socket socket",
    "webbrowser open",
    "http.client HTTPConnection",
    "urllib.request urlopen",
    "requests get",
    "requests.api get",
    "aiohttp.client ClientSession",
    "httplib HTTPSConnection",
    "ftplib FTP",
    "smtplib SMTP",
    "shutil rmtree",
    "pathlib Path",
    "tempfile mkstemp",
    "ctypes CDLL",
    "cffi FFI",
    "multiprocessing Process",
    "threading Thread",
    "asyncio run",
    "asyncio.unix_events _UnixSubprocessTransport",
    "pty spawn",
    "pdb run",
    "bdb Bdb",
    "code InteractiveConsole",
    "codecs open",
    "timeit timeit",
    "trace Trace",
    "profile run",
    "cProfile run",
    "doctest debug_script",
    "pydoc pipepager",
    "venv create",
    "ensurepip _run_pip",
    "pip main",
    "pip._internal main",
    "site main",
    "idlelib.pyshell ModifiedInterpreter",
    "lib2to3.pgen2.grammar Grammar",
    "test.support.script_helper assert_python_ok",
    "uuid _get_command_stdout",
    "distutils.file_util write_file",
    "logging FileHandler",
    "zipimport zipimporter",
    "torch load",
    "torch.hub load",
    "torch.serialization load",
    "torch.jit load",
    "torch.fx.graph_module reduce_graph_module",
    "torch.storage _load_from_bytes",
    "torch._dynamo.guards GuardBuilder.get",
    "torch._inductor.codecache compile_file",
    "torch.utils._config_module load_config",
    "torch.utils.collect_env run",
    "torch.utils.data.datapipes.utils.decoder basichandlers",
    "torch.distributed.rpc rpc_sync",
    "torch._utils _rebuild_qtensor",
    "torch._utils _rebuild_wrapper_subclass",
    "torch TypedStorage",
    "torch.storage TypedStorage",
    "torch.cuda FloatStorage",
    "torch _tensor",
    "torch float4",
    "numpy.core.multiarray _reconstruct",
    "numpy._core.multiarray scalar",
    "numpy dtype",
    "numpy.testing._private.utils runstring",
    "numpy f2py",
    "collections Counter",
    "collections defaultdict",
    "collections OrderedDict.fromkeys",
    "_codecs decode",
    "_codecs encode2",
    "transformers.training_args TrainingArguments",
    "sklearn.linear_model Ridge",
    "joblib load",
    "tensorflow eval",
    "keras.models load_model",
    "dill loads",
    "cloudpickle loads",
    " ",
    "torch ",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint n_refused = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (names) + 200; i++)
    {
      g_autoptr (GString) pickle = g_string_new ("\200\002}U\001ac");
      g_autoptr (GError) error = NULL;

      if (i < G_N_ELEMENTS (names))
        g_string_append (pickle, names[i]);
      else
        for (guint j = g_rand_int_range (rand, 1, 40); j > 0; j--)
          g_string_append_c (pickle,
                             "abcdefghijklmnopqrstuvwxyz._ ABC"[g_rand_int_range (rand, 0, 32)]);
      if (strchr (pickle->str, ' ') == NULL)
        g_string_append (pickle, " x");
      *strchr (pickle->str, ' ') = '\n';
      g_string_append (pickle, "\n)Rs.");
      g_assert_null (open_pickle (pickle->str, pickle->len, &error));
      assert_message (error, ": data.pkl: byte 6: found '");
      assert_message (error, "which weights do not need");
      n_refused++;
    }
  g_assert_cmpuint (n_refused, >, 300);
}

/* What is no file of torch's is told by its kind. */
static void
test_unknown (void)
{
  static const struct
  {
    const char *data;
    const char *message;
  } cases[] = {
    { "", "found an unknown format" },
    { "abc", "found an unknown format" },
    { "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer" },
    { "<!doctype html><html>", "found an HTML page" },
    { "<html>", "found an HTML page" },
    { "GGUF\003", "found a GGUF file" },
    { "\200\002K\001.", "found a pickle that begins with an integer" },
    { "\200\002\212\012\154\374\234\106\371\040\152\250\120\031.\200\002M\352\003.",
      "found the version 1002, expected 1001" },
    { "\200\002cos\nsystem\n", "found 'os.system'" },
    { "\200\004K\001.", "found a pickle that begins with an integer" },
    { "\200\006K\001.", "found an unknown format" },
  };
  char tar[512] = "storages";

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_data (cases[i].data, strlen (cases[i].data), &error));
      assert_message (error, cases[i].message);
    }
  {
    g_autoptr (GError) error = NULL;

    memcpy (tar + 257, "ustar", 5);
    g_assert_null (open_data (tar, sizeof tar, &error));
    assert_message (error, "found a tar archive, as PyTorch wrote before 0.2");
  }
}

static void
test_archive (void)
{
  static const struct
  {
    TorchZipPart parts[3];
    const char  *message;
  } cases[] = {
    { { { "m/a", "", 0 } }, "a zip file without data.pkl" },
    { { { "m/data.pkl", "}.", 2 }, { "m/constants.pkl", "", 0 } }, "a TorchScript program" },
    { { { "m/data.pkl", "}.", 2 }, { "m/byteorder", "middle", 6 } }, "neither little nor big" },
    { { { "m/data.pkl", "}.", 2 }, { "m/byteorder", "much too long", 13 } }, "at most 6" },
    { { { "m/data.pkl", "K\001.", 3 } }, "found an integer, expected a dict" },
    { { { "m/data.pkl", TENSOR ".", sizeof TENSOR }, { "m/data/0", "0123456789abcdef", 16 } },
      "found a tensor, expected a dict" },
    { { { "m/data.pkl", PICKLE_DICT (TENSOR) "x", sizeof PICKLE_DICT (TENSOR) },
        { "m/data/0", "0123456789abcdef", 16 } },
      "bytes after its end" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) data = NULL;
      g_autoptr (GError) error = NULL;
      gsize n_parts = 0;

      while (n_parts < 3 && cases[i].parts[n_parts].name != NULL)
        n_parts++;
      data = torch_zip_write (cases[i].parts, n_parts);
      g_assert_null (open_data (data->data, data->len, &error));
      assert_message (error, cases[i].message);
    }
}

/* A dict may hold itself; not two tensors of one name, nor one that has none. */
static void
test_dicts (void)
{
#define DICT(pickle, ...)                                                                          \
  {                                                                                                \
    pickle, sizeof pickle - 1, __VA_ARGS__                                                         \
  }
  static const struct
  {
    const char *pickle;
    gsize       size_bytes;
    const char *names;   /* NULL: an error */
    const char *skipped; /* or its message */
  } cases[] = {
    DICT ("}.", "", ""),
    DICT ("}q\000U\012state_dicth\000sU\001a" TENSOR "s.", "a", "state_dict"),
    DICT ("}U\001x}sU\012state_dict}U\001a" TENSOR "ssU\001yNs.", "a", "x,y"),
    DICT ("}U\012state_dict" TENSOR "s.", "state_dict", ""),
    DICT ("}U\001a" TENSOR "sK\007NsU\002b\000Ns.", "a", "an integer,a string"),
    DICT ("}U\001a" TENSOR "sK\007" TENSOR "s.", NULL, "a tensor whose name is 7, expected UTF-8"),
    DICT ("}U\003b\000c" TENSOR "s.", NULL, "a tensor whose name is 'b"),
    DICT ("}U\002b\377" TENSOR "s.", NULL, "a tensor whose name is 'b"),
    DICT ("})" TENSOR "s.", NULL, "a tensor whose name is a tuple"),
    DICT ("}U\001a" TENSOR "q\000sU\001bh\000s.", "a,b", ""),
    DICT ("ccollections\nOrderedDict\n](](U\001a" TENSOR "e](U\001bNee\205RU\001c" TENSOR "s.",
          "a,c",
          "b"),
    DICT ("}U\001a" TENSOR "sU\001a" TENSOR "s.", NULL, "found tensor 'a', which"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrafoCheckpoint) checkpoint =
          open_pickle (cases[i].pickle, cases[i].size_bytes, &error);
      g_auto (GStrv) names = NULL;
      g_auto (GStrv) skipped = NULL;
      g_autofree char *joined = NULL, *joined_skipped = NULL;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      if (cases[i].names == NULL)
        {
          g_assert_null (checkpoint);
          assert_message (error, cases[i].skipped);
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          continue;
        }
      g_assert_no_error (error);
      names = trafo_checkpoint_list_names (checkpoint);
      skipped = trafo_checkpoint_list_skipped (checkpoint);
      joined = g_strjoinv (",", names);
      joined_skipped = g_strjoinv (",", skipped);
      g_assert_cmpstr (joined, ==, cases[i].names);
      g_assert_cmpstr (joined_skipped, ==, cases[i].skipped);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("trafo-XXXXXX", NULL);
  path = g_build_filename (folder, "pytorch_model.bin", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autofree char *name = g_strdup_printf ("/torch-file/reference/%s", references[i]);
      g_autofree char *cut = g_strdup_printf ("/torch-file/truncated/%s", references[i]);
      g_autofree char *changed = g_strdup_printf ("/torch-file/changed/%s", references[i]);

      g_test_add_data_func (name, references[i], test_reference);
      if (i >= N_FORMATS)
        continue;
      g_test_add_data_func (cut, references[i], test_truncated);
      g_test_add_data_func (changed, references[i], test_changed);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *name = g_strdup_printf ("/torch-file/refused/%s", refused[i].name);

      g_test_add_data_func (name, &refused[i], test_refused);
    }
  g_test_add_func ("/torch-file/cancel", test_cancel);
  g_test_add_func ("/torch-file/order", test_order);
  g_test_add_func ("/torch-file/views", test_views);
  g_test_add_func ("/torch-file/globals", test_globals);
  g_test_add_func ("/torch-file/unknown", test_unknown);
  g_test_add_func ("/torch-file/archive", test_archive);
  g_test_add_func ("/torch-file/dicts", test_dicts);
  status = g_test_run ();
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return status;
}
