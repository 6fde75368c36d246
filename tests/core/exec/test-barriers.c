/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "random-program.h"
#include "trafo-builder-private.h"
#include "trafo-reference-device-private.h"

/* The same passes for both, so the same bits. Many tasks an op, on as many threads as TRAFO_THREADS says: a
 * barrier that is missing, or memory given away too early, shows in the bits and to ThreadSanitizer. */
static void
test_barriers (void)
{
  FakeDevice fake = { .n_tasks = 5, .spin = 200 };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);

  for (guint32 seed = 0; seed < 40; seed++)
    compare_devices (device, seed, 0);
}

/* The same where layer norms are done by who is last in the linear layer before. */
static void
test_followers (void)
{
  FakeDevice fake = { .n_tasks = 5, .spin = 200, .follows = TRUE };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);

  for (guint32 seed = 0; seed < 40; seed++)
    compare_devices (device, seed, 0);
  g_assert_cmpint (fake.n_followed, >, 0);
}

static guint
count_staged (const TrafoExecution *execution)
{
  guint n = 0;

  for (guint i = 0; i < execution->n_steps; i++)
    n += execution->steps[i].n_finish_tasks > 0 ? 1 : 0;
  return n;
}

/* The same where each op has a second stage, of several tasks, before which all meet, or of one, with which
 * whoever ends last goes on. */
static void
test_second_stage (void)
{
  g_autoptr (TrafoTensor) x = random_tensor (2, 3, 4);
  guint n_barriers[2], n_staged = 0;

  for (guint i = 0; i < 2; i++)
    {
      FakeDevice fake = { .n_tasks = 5, .spin = 200, .n_finish_tasks = i == 0 ? 1 : 3 };
      g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
      g_autoptr (TrafoProgram) program = random_program (device, 1);
      TrafoExecution *execution = trafo_program_acquire (program);

      for (guint32 seed = 0; seed < 40; seed++)
        compare_devices (device, seed, 0);
      run_one (execution, x);
      n_barriers[i] = trafo_execution_get_n_barriers (execution);
      n_staged = count_staged (execution);
      trafo_program_release (program, execution);
    }
  g_assert_cmpuint (n_staged, >, 0);
  g_assert_cmpuint (n_barriers[1], ==, n_barriers[0] + n_staged);
}

/* What is written while the step before is done must not lie where that one reads. */
static void
assert_followers_apart (const TrafoExecution *execution)
{
  for (guint i = 1; i < execution->n_steps; i++)
    {
      const TrafoStep *step = &execution->steps[i], *leader = step - 1;

      for (guint j = 0; j <= leader->args.n_inputs && step->is_follower; j++)
        g_assert_false (trafo_range_overlaps (&step->ranges[0], &leader->ranges[j]));
    }
}

typedef struct
{
  const char *name;
  gboolean    reads_sum;  /* the norm adds what the layer wrote to another value */
  gboolean    is_between; /* another op stands between the two */
  gboolean    is_turned;  /* the norm sees the rows in another order */
  gboolean    is_second;  /* there is a layer before, whose result is dead behind the next */
  FakeRows    rows;       /* what tasks say of theirs */
  guint       n_tasks;
  guint       n_followed; /* pieces, of 3 rows */
} FollowerCase;

/* A norm follows the layer whose rows it takes, in a run after the other; and takes part in no barrier. */
static void
test_follower (gconstpointer data)
{
  const FollowerCase *c = data;
  FakeDevice          fake = { .n_tasks = c->n_tasks, .follows = TRUE, .rows = c->rows };
  gint64              dims[] = { TRAFO_DIM_BATCH, TRAFO_DIM_SEQUENCE, 4 };
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;
  g_autoptr (TrafoProgram) program = NULL;
  g_autoptr (TrafoTensor) input = random_tensor (2, 4, 4);
  TrafoSym x = trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 3, TRAFO_FILL_RULE_REQUIRED);
  TrafoSym y = c->is_second ? trafo_builder_linear (b, "before", x, 4) : x;
  TrafoExecution *execution;

  y = trafo_builder_linear (b, "linear", y, 4);
  if (c->is_between)
    y = trafo_builder_mul (b, y, x);
  if (c->is_turned)
    y = trafo_builder_permute (b, y, (guint[]){ 1, 0, 2 }, 3);
  if (c->reads_sum)
    trafo_builder_output (b, "kept", y);
  y = trafo_builder_layer_norm (b, "norm", c->reads_sum ? trafo_builder_add (b, x, y) : y, 1e-5);
  trafo_builder_output (b, "y", y);
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  program = fake_compile (device, b, parameters);
  execution = trafo_program_acquire (program);
  for (guint i = 0; i < 3; i++)
    {
      fake.n_followed = 0;
      run_one (execution, input);
      g_assert_cmpint (fake.n_followed, ==, c->n_followed);
    }
  if (c->n_followed > 0 && !c->is_second)
    g_assert_cmpuint (trafo_execution_get_n_barriers (execution), ==, 0);
  assert_followers_apart (execution);
  trafo_program_release (program, execution);
}

/* The steps, those that follow behind a plus, and where workers meet as a bar. */
static char *
describe_plan (const TrafoExecution *execution)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < execution->n_steps; i++)
    {
      const TrafoStep *step = &execution->steps[i];

      if (i > 0)
        g_string_append_c (text, ' ');
      if (step->needs_barrier || step->is_follower)
        g_string_append (text, step->is_follower ? "+ " : "| ");
      g_string_append (text, trafo_op_lookup (step->args.op)->name);
    }
  return g_string_free (text, FALSE);
}

/* @x: (n, n, 4) */
static void
build_pair (TrafoBuilder *b, TrafoSym x)
{
  trafo_builder_output (b, "y", trafo_builder_neg (b, x));
  trafo_builder_output (b, "z", trafo_builder_tanh (b, x));
}

static void
build_norm (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym y = trafo_builder_linear (b, "linear", x, 4);

  trafo_builder_output (b, "y", trafo_builder_layer_norm (b, "norm", y, 1e-5));
}

static void
build_two_norms (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym y = trafo_builder_linear (b, "linear", x, 4);

  y = trafo_builder_layer_norm (b, "first", y, 1e-5);
  trafo_builder_output (b, "y", trafo_builder_layer_norm (b, "second", y, 1e-5));
}

/* A product, which is of one task, of what follows the layer: with that itself it shares no memory. */
static void
build_behind_norm (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym y = trafo_builder_linear (b, "linear", x, 4);

  trafo_builder_output (b, "kept", y);
  y = trafo_builder_layer_norm (b, "norm", y, 1e-5);
  trafo_builder_output (b, "y", trafo_builder_mul (b, y, x));
}

/* The norm also reads what a step before the layer writes, with which that has nothing to do. */
static void
build_earlier (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym earlier = trafo_builder_tanh (b, x), y = trafo_builder_linear (b, "linear", x, 4);

  trafo_builder_output (b, "kept", y);
  y = trafo_builder_add (b, y, earlier);
  trafo_builder_output (b, "y", trafo_builder_layer_norm (b, "norm", y, 1e-5));
}

/* The norm also reads other rows of what the layer writes. */
static void
build_other_rows (TrafoBuilder *b, TrafoSym x)
{
  TrafoSym y = trafo_builder_linear (b, "linear", x, 4), turned;

  trafo_builder_output (b, "kept", y);
  turned = trafo_builder_permute (b, y, (guint[]){ 1, 0, 2 }, 3);
  y = trafo_builder_add (b, y, turned);
  trafo_builder_output (b, "y", trafo_builder_layer_norm (b, "norm", y, 1e-5));
}

typedef struct
{
  const char *name;
  void (*build) (TrafoBuilder *b, TrafoSym x);
  gint64      n;
  FakeDevice  fake;
  const char *expected;
} PlanCase;

static const PlanCase plan_cases[] = {
  { "apart", build_pair, 4, { .n_tasks = 5 }, "neg tanh" },
  /* all second stages have the same memory */
  { "two-stages", build_pair, 4, { .n_tasks = 5, .n_finish_tasks = 1 }, "neg | tanh" },
  { "two-wide-stages", build_pair, 4, { .n_tasks = 5, .n_finish_tasks = 3 }, "neg | tanh" },
  /* a norm of one task is done by many where the layer is */
  { "behind-norm",
    build_behind_norm,
    4,
    { .n_tasks = 5, .follows = TRUE, .n_norm_tasks = 1 },
    "linear + layer_norm | mul" },
  { "behind-narrow-norm",
    build_behind_norm,
    4,
    { .n_tasks = 1, .follows = TRUE },
    "linear + layer_norm mul" },
  { "earlier", build_earlier, 4, { .n_tasks = 5, .follows = TRUE }, "tanh linear | layer_norm" },
  { "other-rows", build_other_rows, 4, { .n_tasks = 5, .follows = TRUE }, "linear | layer_norm" },
  /* nobody would come to do what follows a follower */
  { "two-norms",
    build_two_norms,
    4,
    { .n_tasks = 5, .follows = TRUE, .norms_lead = TRUE },
    "linear + layer_norm | layer_norm" },
  /* a norm of more tasks than the layer has pieces: worth it up to 65536 elements */
  { "few-rows",
    build_norm,
    128,
    { .n_tasks = 5, .follows = TRUE, .n_norm_tasks = 3 },
    "linear + layer_norm" },
  { "many-rows",
    build_norm,
    129,
    { .n_tasks = 5, .follows = TRUE, .n_norm_tasks = 3 },
    "linear | layer_norm" },
  { "many-rows-in-as-many-pieces",
    build_norm,
    129,
    { .n_tasks = 5, .follows = TRUE },
    "linear + layer_norm" },
};

static TrafoProgram *
plan_program (TrafoDevice *device, const PlanCase *c)
{
  g_autoptr (TrafoBuilder) b = trafo_builder_new_with (NULL, NULL);
  g_autoptr (TrafoTensorDict) parameters = NULL;
  gint64 dims[] = { TRAFO_DIM_SEQUENCE, TRAFO_DIM_SEQUENCE, 4 };

  c->build (b,
            trafo_builder_input (b, "x", TRAFO_DTYPE_FLOAT32, dims, 3, TRAFO_FILL_RULE_REQUIRED));
  parameters = fake_parameters_new (trafo_builder_get_graph (b));
  return fake_compile (device, b, parameters);
}

/* Where a barrier stands and what follows what, which a run may get right without. */
static void
test_plan (gconstpointer data)
{
  const PlanCase *c = data;
  FakeDevice      fake = c->fake;
  g_autoptr (TrafoDevice) device = fake_host_device_new (&fake);
  g_autoptr (TrafoDevice) reference = trafo_reference_device_new ();
  g_autoptr (TrafoProgram) found = plan_program (device, c);
  g_autoptr (TrafoProgram) expected = plan_program (reference, c);
  g_autoptr (TrafoTensor) x = random_tensor (c->n, c->n, 4);
  TrafoExecution  *a = trafo_program_acquire (expected), *b = trafo_program_acquire (found);
  g_autofree char *plan = NULL;

  run_one (a, x);
  run_one (b, x);
  plan = describe_plan (b);
  g_assert_cmpstr (plan, ==, c->expected);
  assert_followers_apart (b);
  for (guint i = 0; i < trafo_program_get_graph (found)->outputs->len; i++)
    {
      g_autoptr (TrafoTensor) left = trafo_execution_read_output (a, i, NULL);
      g_autoptr (TrafoTensor) right = trafo_execution_read_output (b, i, NULL);

      assert_same_bits (left, right);
    }
  trafo_program_release (expected, a);
  trafo_program_release (found, b);
}

int
main (int argc, char **argv)
{
  static const FollowerCase followers[] = {
    { .name = "two-pieces", .n_tasks = 5, .n_followed = 2 },
    { .name = "dead-operand", .is_second = TRUE, .n_tasks = 5, .n_followed = 2 },
    { .name = "other-order", .is_turned = TRUE, .n_tasks = 5 },
    { .name = "empty", .rows = FAKE_ROWS_EMPTY, .n_tasks = 5 },
    { .name = "overlapping", .rows = FAKE_ROWS_OVERLAPPING, .n_tasks = 5 },
    { .name = "missing", .rows = FAKE_ROWS_MISSING, .n_tasks = 5 },
    { .name = "beyond", .rows = FAKE_ROWS_BEYOND, .n_tasks = 5 },
    { .name = "one-piece", .n_tasks = 1, .n_followed = 1 },
    { .name = "other-operand", .reads_sum = TRUE, .n_tasks = 5 },
    { .name = "not-behind", .is_between = TRUE, .n_tasks = 5 },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/barriers/random", test_barriers);
  g_test_add_func ("/barriers/second-stage", test_second_stage);
  g_test_add_func ("/barriers/followers", test_followers);
  for (gsize i = 0; i < G_N_ELEMENTS (followers); i++)
    {
      g_autofree char *path = g_strconcat ("/barriers/follower/", followers[i].name, NULL);

      g_test_add_data_func (path, &followers[i], test_follower);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (plan_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/barriers/plan/", plan_cases[i].name, NULL);

      g_test_add_data_func (path, &plan_cases[i], test_plan);
    }
  return g_test_run ();
}
