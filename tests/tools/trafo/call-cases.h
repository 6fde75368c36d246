/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

/* A call of the program, and what it comes to. In arguments, @M stands for the folder of models and @T
 * for that of what a test writes. */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *input;
  int         status;
  const char *output;   /* a glob */
  const char *messages; /* a glob */
} CallCase;

#define IDS " --ids '[[2,5,7,3]]'"
#define BASE " --model @M/bert-base"
#define TINY " --model @M/tiny-bert"
#define CAUSAL " --model @M/gpt2-untied"

extern const CallCase call_cases[];
extern const gsize    n_call_cases;
