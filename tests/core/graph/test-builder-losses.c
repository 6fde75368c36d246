/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <math.h>

#include "trafo-eager-private.h"
#include "trafo-reference-device-private.h"

typedef enum
{
  CROSS_ENTROPY,
  SQUARED,
  BINARY,
} Loss;

/* Logits, targets of their shape (classes: of their shape without the last axis), and the loss. */
typedef struct
{
  const char   *name;
  Loss          loss;
  guint         n_dims;
  gint64        shape[3];
  const double *logits;
  const double *target;
  double        expected;
} LossCase;

#include "cases/losses.h"

static TrafoSym
constant (TrafoBuilder *b,
          TrafoDType    dtype,
          const gint64 *shape,
          guint         n_dims,
          const double *values)
{
  g_autoptr (TrafoTensor) x = trafo_tensor_new (dtype, shape, n_dims, NULL);

  for (gint64 i = 0; i < trafo_tensor_get_n_elements (x); i++)
    if (dtype == TRAFO_DTYPE_INT64)
      ((gint64 *) trafo_tensor_get_data (x))[i] = (gint64) values[i];
    else
      ((float *) trafo_tensor_get_data (x))[i] = (float) values[i];
  return trafo_builder_constant (b, x);
}

static TrafoSym
build_loss (TrafoBuilder *b, const LossCase *c, TrafoSym logits)
{
  gboolean has_classes = c->loss == CROSS_ENTROPY;
  TrafoSym target = constant (b,
                              has_classes ? TRAFO_DTYPE_INT64 : TRAFO_DTYPE_FLOAT32,
                              c->shape,
                              c->n_dims - has_classes,
                              c->target);

  if (has_classes)
    return trafo_builder_cross_entropy (b, logits, target);
  return c->loss == SQUARED ? trafo_builder_mean_squared_error (b, logits, target)
                            : trafo_builder_binary_cross_entropy (b, logits, target);
}

/* Within 2e-6 of torch's double: some float32 roundings of terms near the loss. */
static void
test_loss (gconstpointer data)
{
  const LossCase *c = data;
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrafoTensor) loss = trafo_builder_get_value (b,
                                                          build_loss (b,
                                                                      c,
                                                                      constant (b,
                                                                                TRAFO_DTYPE_FLOAT32,
                                                                                c->shape,
                                                                                c->n_dims,
                                                                                c->logits)),
                                                          &error);
  double found;

  g_assert_no_error (error);
  g_assert_cmpuint (trafo_tensor_get_n_dims (loss), ==, 0);
  found = trafo_tensor_get_value (loss, 0);
  g_assert_cmpint (isnan (found), ==, isnan (c->expected));
  if (!isnan (found))
    g_assert_cmpfloat (fabs (found - c->expected), <=, 2e-6 * MAX (1, fabs (c->expected)));
}

/* What no class has: torch asserts. */
static void
test_no_class (void)
{
  static const double labels[] = { 3, -1, -99, 1e15 };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr (TrafoBuilder) b = trafo_builder_new_eager (device);
      g_autoptr (GError) error = NULL;
      gint64   shape[] = { 1, 3 };
      TrafoSym logits = constant (b, TRAFO_DTYPE_FLOAT32, shape, 2, (const double[]){ 1, 2, 3 });
      TrafoSym loss =
          trafo_builder_cross_entropy (b,
                                       logits,
                                       constant (b, TRAFO_DTYPE_INT64, shape, 1, &labels[i]));

      g_assert_null (trafo_builder_get_value (b, loss, &error));
      g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/builder-losses/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_loss);
    }
  g_test_add_func ("/builder-losses/no-class", test_no_class);
  return g_test_run ();
}
