/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "example.h"

/* Stochastic gradient descent with momentum, as torch.optim.SGD has it: m = mu m + g,
 * p = p - lr m. */
struct _ExampleOptimizer
{
  GObject parent_instance;

  double momentum;
};

enum
{
  PROP_0,
  PROP_MOMENTUM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void example_optimizer_iface_init (TrafoOptimizerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleOptimizer,
                               example_optimizer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TRAFO_TYPE_OPTIMIZER,
                                                      example_optimizer_iface_init))

static const char *const *
example_optimizer_list_states (TrafoOptimizer *optimizer)
{
  static const char *const states[] = { "momentum_buffer", NULL };

  return states;
}

static TrafoSym
example_optimizer_build_update (TrafoOptimizer    *optimizer,
                                TrafoBuilder      *b,
                                const TrafoUpdate *update,
                                TrafoSym          *new_states,
                                GError           **error)
{
  ExampleOptimizer *self = EXAMPLE_OPTIMIZER (optimizer);
  TrafoSym          mu = trafo_builder_scalar (b, self->momentum, TRAFO_DTYPE_FLOAT32);
  TrafoSym          m = trafo_builder_mul (b, mu, update->states[0]);

  m = trafo_builder_add (b, m, update->gradient);
  new_states[0] = m;
  return trafo_builder_sub (b, update->param, trafo_builder_mul (b, update->learning_rate, m));
}

static void
example_optimizer_iface_init (TrafoOptimizerInterface *iface)
{
  iface->list_states = example_optimizer_list_states;
  iface->build_update = example_optimizer_build_update;
}

static void
example_optimizer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MOMENTUM)
    g_value_set_double (value, EXAMPLE_OPTIMIZER (object)->momentum);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
example_optimizer_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MOMENTUM)
    EXAMPLE_OPTIMIZER (object)->momentum = g_value_get_double (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
example_optimizer_class_init (ExampleOptimizerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = example_optimizer_get_property;
  object_class->set_property = example_optimizer_set_property;
  properties[PROP_MOMENTUM] =
      g_param_spec_double ("momentum",
                           NULL,
                           NULL,
                           0,
                           1,
                           0.9,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_CONSTRUCT);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
example_optimizer_init (ExampleOptimizer *self)
{
}
