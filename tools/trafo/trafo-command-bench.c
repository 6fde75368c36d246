/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-command.h"
#include "trafo-model-options.h"
#include "trafo-profile-report.h"
#include "trafo-timing.h"
#include "trafo-tokenize-bench.h"
#include "trafo-workload.h"

/* What --profile runs, for so long, but not more often. */
#define PROFILE_SECONDS 1
#define MAX_PROFILE_RUNS 100

typedef struct
{
  TrafoModelOptions model;
  char             *auto_class;
  char             *file;
  char             *trace;
  char            **workloads;
  gboolean          profile;
  gboolean          json;
} Options;

static void
options_clear (Options *self)
{
  trafo_model_options_clear (&self->model);
  g_free (self->auto_class);
  g_free (self->file);
  g_free (self->trace);
  g_strfreev (self->workloads);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What is timed. */
typedef struct
{
  TrafoModel            *model;
  TrafoWorkload          workload;
  TrafoGenerationConfig *config; /* NULL: batches are only read */
} Run;

static void
run_clear (Run *self)
{
  g_clear_object (&self->model);
  trafo_workload_clear (&self->workload);
  g_clear_object (&self->config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
run_batch (const Run *self, TrafoTensorDict *batch, GError **error)
{
  g_autoptr (TrafoTensorDict) outputs = NULL;
  g_autoptr (TrafoGenerationResult) result = NULL;

  if (self->config != NULL)
    result = trafo_model_generate (self->model, batch, self->config, NULL, NULL, error);
  else
    outputs = trafo_model_forward (self->model, batch, FALSE, NULL, error);
  return outputs != NULL || result != NULL;
}

static gboolean
run_batches (gpointer data, GError **error)
{
  const Run *self = data;

  for (guint i = 0; i < self->workload.batches->len; i++)
    if (!run_batch (self, self->workload.batches->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* Greedy, and never ended early. */
static TrafoGenerationConfig *
new_generation_config (const TrafoWorkload *workload)
{
  if (workload->n_new_tokens == 0)
    return NULL;
  return g_object_new (TRAFO_TYPE_GENERATION_CONFIG,
                       "max-new-tokens",
                       (gint64) workload->n_new_tokens,
                       "min-new-tokens",
                       (gint64) workload->n_new_tokens,
                       "pad-token-id",
                       (gint64) 0,
                       NULL);
}

/* What linear layers compute with, or keep their weights as where that says more. */
static const char *
find_linear_type (const TrafoModelOptions *options, TrafoModel *model)
{
  const char       *stored = trafo_model_options_find_stored_type (model);
  TrafoDTypeChoice *choice = trafo_auto_model_get_dtype_choice (model);

  if (stored != NULL)
    return stored;
  if (options->load_in_8bit)
    return "llm-int8";
  if (options->load_in_4bit)
    return options->bnb_4bit_quant_type != NULL ? options->bnb_4bit_quant_type : "fp4";
  if (options->int4_weight_only)
    return "int4-weight-only";
  if (options->int8_weight_only ||
      (choice != NULL && trafo_dtype_choice_get_int8_weight_only (choice)))
    return "int8-weight-only";
  if (choice != NULL)
    return trafo_dtype_get_name (trafo_dtype_choice_get_dtype (choice));
  return options->dtype != NULL ? options->dtype : "float32";
}

static TrafoValue *
result_value (const Options *options, const Run *run, GArray *times, double load_s)
{
  TrafoValue *value = trafo_timing_to_value (times,
                                             options->workloads[0],
                                             find_linear_type (&options->model, run->model),
                                             trafo_get_n_threads (),
                                             load_s);

  trafo_value_set_string (value, "device", trafo_model_get_device_name (run->model));
  return value;
}

/* Which head the checkpoint has matters little for the time; none is missing if it is its own. */
static const char *
find_task (const Options *options, const TrafoWorkload *workload, TrafoConfig *config)
{
  const char *const *architectures = trafo_config_get_architectures (config);
  const char        *type = architectures != NULL ? architectures[0] : NULL;
  const char        *head = type != NULL ? strstr (type, "For") : NULL;
  g_autofree char   *auto_class = g_strconcat ("AutoModel", head, NULL);
  const char        *task;

  if (options->auto_class != NULL)
    return trafo_auto_model_get_task_of_class (options->auto_class);
  if (workload->n_new_tokens > 0)
    return "causal-lm";
  task = trafo_auto_model_get_task_of_class (auto_class);
  return task != NULL ? task : "base";
}

/* Runs for a while; NULL upon failure. */
static TrafoValue *
profile_runs (Run *run, guint *ret_n_runs, GError **error)
{
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  gint64   end = g_get_monotonic_time () + PROFILE_SECONDS * G_USEC_PER_SEC;
  guint    n_runs = 0;
  gboolean done = trafo_profile_start (profile, error);

  while (done && n_runs < MAX_PROFILE_RUNS && (n_runs == 0 || g_get_monotonic_time () < end))
    {
      done = run_batches (run, error);
      n_runs++;
    }
  trafo_profile_stop (profile);
  *ret_n_runs = n_runs;
  return done && trafo_profile_measure_peaks (profile, error) ? trafo_profile_to_value (profile)
                                                              : NULL;
}

static gboolean
load (Run                *run,
      const Options      *options,
      const TrafoCommand *self,
      TrafoConfig        *config,
      GError            **error)
{
  run->config = new_generation_config (&run->workload);
  run->model = trafo_model_options_load (&options->model,
                                         self,
                                         find_task (options, &run->workload, config),
                                         error);
  return run->model != NULL && run_batches (run, error);
}

/* The same with a trace, of another run too, in which nothing is done for the first time. */
static gboolean
load_traced (Run                *run,
             const Options      *options,
             const TrafoCommand *self,
             TrafoConfig        *config,
             GError            **error)
{
  g_autoptr (TrafoProfile) profile = trafo_profile_new ();
  gboolean done;

  if (!trafo_profile_start (profile, error))
    return FALSE;
  done = load (run, options, self, config, error) && run_batches (run, error);
  trafo_profile_stop (profile);
  return done && trafo_profile_save_trace (profile, options->trace, error);
}

static int
print_result (const TrafoCommand *self,
              const Options      *options,
              TrafoValue         *value,
              TrafoValue         *profile,
              guint               n_runs)
{
  int status;

  if (profile != NULL && options->json)
    {
      trafo_value_set_integer (profile, "runs", n_runs);
      trafo_value_set (value, "profile", trafo_value_ref (profile));
    }
  status = trafo_command_print_json (self, value);
  if (profile != NULL && !options->json && status == TRAFO_EXIT_OK)
    trafo_profile_report_print (profile, n_runs);
  return status;
}

static int
bench (const TrafoCommand *self, const Options *options, gint64 start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoConfig) config = trafo_config_new_from_folder (options->model.model, &error);
  g_autoptr (GArray) times = NULL;
  g_autoptr (TrafoValue) value = NULL;
  g_autoptr (TrafoValue) profile = NULL;
  g_auto (Run) run = { 0 };
  gint64 vocab_size;
  guint  n_runs = 0;
  double load_s;

  if (config == NULL)
    return trafo_command_fail (self, error);
  vocab_size = trafo_config_get_int (config, "vocab_size", 30522, 6, G_MAXINT32);
  if (!trafo_workload_init (&run.workload, options->workloads[0], vocab_size, &error))
    return trafo_command_fail (self, error);
  if (!(options->trace != NULL ? load_traced : load) (&run, options, self, config, &error))
    return trafo_command_fail (self, error);
  load_s = (g_get_monotonic_time () - start) * 1e-6;
  times = trafo_timing_run (run_batches, &run, &error);
  if (times == NULL)
    return trafo_command_fail (self, error);
  for (guint i = 0; i < times->len; i++)
    g_array_index (times, double, i) /= run.workload.n_steps;
  value = result_value (options, &run, times, load_s);
  if (options->profile)
    profile = profile_runs (&run, &n_runs, &error);
  if (error != NULL)
    return trafo_command_fail (self, error);
  return print_result (self, options, value, profile, n_runs);
}

static int
run (const TrafoCommand *self, int argc, char **argv)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    TRAFO_MODEL_OPTIONS_ENTRIES (options.model),
    { "auto-class",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.auto_class,
      "Class that loads the model (the checkpoint's own)",
      "AutoModelForX" },
    { "file",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options.file,
      "Text of the workload tokenize, a line a text (some of its own)",
      "FILE" },
    { "profile",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options.profile,
      "Show each op's time, rate and part of the machine's peak",
      NULL },
    { "trace",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options.trace,
      "Write when which thread did what, for chrome://tracing",
      "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print JSON alone", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.workloads, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!trafo_command_parse (self, entries, argc, argv) ||
      !trafo_model_options_check (&options.model, self))
    return TRAFO_EXIT_USAGE;
  if (!trafo_timing_check (&error))
    return trafo_command_fail (self, error);
  if (options.workloads == NULL || g_strv_length (options.workloads) != 1)
    return trafo_command_fail_usage (self, "expected one WORKLOAD");
  if (g_str_equal (options.workloads[0], "tokenize") && (options.profile || options.trace != NULL))
    return trafo_command_fail_usage (self,
                                     "found --profile or --trace with tokenize, expected them with "
                                     "a model's workload");
  if (g_str_equal (options.workloads[0], "tokenize"))
    return trafo_tokenize_bench (self, options.model.model, options.file, start);
  if (!trafo_workload_is_known (options.workloads[0]))
    return trafo_command_fail_usage (self,
                                     "found workload '%s', expected one of " TRAFO_WORKLOADS
                                     ", tokenize",
                                     options.workloads[0]);
  if (options.auto_class != NULL && trafo_auto_model_get_task_of_class (options.auto_class) == NULL)
    return trafo_command_fail_usage (self,
                                     "found --auto-class %s, expected AutoModelForX",
                                     options.auto_class);
  return bench (self, &options, start);
}

const TrafoCommand trafo_command_bench = {
  .name = "bench",
  .arguments =
      "WORKLOAD --model DIR [--dtype T] [--device D] [--threads N] [--profile] [--trace FILE]",
  .summary = "Times a model, or with the workload 'tokenize' its tokenizer.",
  .examples =
      "  trafo bench encode-8-128 --model bert-base-uncased --threads 2\n"
      "  SECONDS_EACH=2 trafo bench ragged --model bert-base-uncased\n"
      "  trafo bench decode-1 --model gpt2\n"
      "  trafo bench encode-8-128 --model bert-base-uncased --profile --trace trace.json\n"
      "  trafo bench tokenize --model gpt2 --file corpus.txt\n"
      "Workloads: encode-B-S, B rows of S tokens; ragged and sorted, 64 rows of 8 to 128 tokens;\n"
      "prefill-S, a prompt of S tokens; decode-B and opt-B, 128 and 32 new tokens after B prompts\n"
      "of 32; tokenize.\n"
      "Prints one line of JSON: seconds for all rows, for decode and opt a token (best_s,\n"
      "median_s), seconds from the start to the first result (load_s), and the most memory held\n"
      "(peak_mib). tokenize has a line for each text and number of threads, with megabytes a\n"
      "second (mb_per_s).\n"
      "--profile runs for another second and then shows, op by op, with its kernel and the\n"
      "shapes of its operands: calls and milliseconds a run, GFLOP/s or, where nothing is\n"
      "multiplied, GB/s, what part of the machine's peak that is (more than 100 % of the memory's\n"
      "where the operands were in the caches), and how much of the time threads waited. With\n"
      "--json it is \"profile\" in the JSON, with the\n"
      "place in the model for each op. --trace writes the load and the first two runs.\n",
  .run = run,
};
