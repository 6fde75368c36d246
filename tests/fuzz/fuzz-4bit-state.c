/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A state that is accepted is one that weights can have, and reads back as it was written; one that is
 * refused is so with a message. */
#include <string.h>

#include "fuzz.h"
#include "trafo-4bit-state-private.h"

static gboolean
read_state (Trafo4BitState *state, gconstpointer data, gsize size_bytes, GError **error)
{
  const TrafoCheckpointTensor tensor = { .name = "weight.quant_state",
                                         .file = "fuzz",
                                         .dtype = TRAFO_DTYPE_UINT8,
                                         .dtype_name = "U8",
                                         .data = data,
                                         .size_bytes = size_bytes };

  return trafo_4bit_state_read (state, &tensor, error);
}

static void
check_state (const Trafo4BitState *state)
{
  fuzz_check (state->encoding == TRAFO_WEIGHT_ENCODING_NF4 ||
              state->encoding == TRAFO_WEIGHT_ENCODING_FP4);
  fuzz_check (state->block_size >= 32 && state->block_size <= 4096);
  fuzz_check ((state->block_size & (state->block_size - 1)) == 0);
  fuzz_check (trafo_dtype_is_float (state->dtype));
  fuzz_check (state->is_nested || state->nested_offset == 0);
}

static void
write_and_read (const Trafo4BitState *state)
{
  g_autofree char *text = trafo_4bit_state_to_json (state);
  g_autofree char *again = NULL;
  Trafo4BitState   read;

  fuzz_check (read_state (&read, text, strlen (text), NULL));
  again = trafo_4bit_state_to_json (&read);
  fuzz_check (g_str_equal (text, again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size_bytes)
{
  g_autoptr (GError) error = NULL;
  Trafo4BitState state;
  gboolean       is_read = read_state (&state, data, size_bytes, &error);

  fuzz_check (is_read == (error == NULL));
  if (is_read)
    {
      check_state (&state);
      write_and_read (&state);
    }
  else
    fuzz_check (g_utf8_validate (error->message, -1, NULL));
  return 0;
}
