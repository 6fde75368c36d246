/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo-backend.h>

#include "case.h"

G_BEGIN_DECLS

typedef enum
{
  WAY_EAGER,                  /* the op alone, at once */
  WAY_COMPILED,               /* a program of the one op, parameters in the device's own form */
  WAY_DECOMPOSED,             /* the op's decomposition, eagerly */
  WAY_COMPILED_DECOMPOSITION, /* a program of the decomposition */
  N_WAYS,
} Way;

/* A device under test, the reference, and which of its kernels ran. */
typedef struct
{
  TrafoDevice *device;
  TrafoDevice *reference;
  GHashTable  *kernels; /* of TrafoKernel */
  GHashTable  *split;   /* those of them whose work was divided into several tasks */
} Runner;

Runner *runner_new (TrafoDevice *device);
void    runner_free (Runner *self);

/* Whether the result is the reference's; if not, says so with g_test_message(). */
gboolean runner_check (Runner *self, const Case *op_case, Way way);

/* Programs in which passes make one layer of several, which no single op exercises. */
gboolean runner_check_merged (Runner *self, guint n_rows, gboolean is_in_out, TrafoDType dtype);

/* One line for each listed kernel that did not run, or not in several tasks though it can. */
GPtrArray *runner_list_untested (Runner *self, guint *ret_n_kernels);

G_END_DECLS
