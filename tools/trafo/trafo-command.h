/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <trafo/trafo.h>

G_BEGIN_DECLS

/* How the program exits. */
#define TRAFO_EXIT_OK 0
#define TRAFO_EXIT_FAILURE 1
#define TRAFO_EXIT_USAGE 2

/* A command of the program: `trafo NAME ARGUMENTS`. */
typedef struct _TrafoCommand TrafoCommand;

struct _TrafoCommand
{
  const char *name;
  const char *arguments; /* as the line of usage shows them */
  const char *summary;   /* one line */
  const char *examples;  /* what --help ends with */
  int (*run) (const TrafoCommand *self, int argc, char **argv);
};

extern const TrafoCommand trafo_command_bench;
extern const TrafoCommand trafo_command_chat;
extern const TrafoCommand trafo_command_convert;
extern const TrafoCommand trafo_command_detokenize;
extern const TrafoCommand trafo_command_embed;
extern const TrafoCommand trafo_command_env;
extern const TrafoCommand trafo_command_eval;
extern const TrafoCommand trafo_command_forward;
extern const TrafoCommand trafo_command_generate;
extern const TrafoCommand trafo_command_inspect;
extern const TrafoCommand trafo_command_pipeline;
extern const TrafoCommand trafo_command_quantize;
extern const TrafoCommand trafo_command_show;
extern const TrafoCommand trafo_command_tokenize;
extern const TrafoCommand trafo_command_train_tokenizer;
extern const TrafoCommand trafo_command_verify;

/* The domain of errors that the command line shows by itself, without a file or a model: a command
 * that fails with one exits with TRAFO_EXIT_USAGE. */
#define TRAFO_USAGE_ERROR (trafo_usage_error_quark ())
GQuark trafo_usage_error_quark (void);

/* Hands @cause on as such an error. */
void trafo_usage_error_propagate (GError **error, GError *cause);

/* Writes what stdout still holds and returns @status, or says why it cannot and returns
 * TRAFO_EXIT_FAILURE. A command calls it before it frees its model, which may first have packed
 * weights to write to the disk. */
int trafo_command_flush (int status);

/* Takes the options out of @argv, in which argv[0] is the command's name; --help prints and exits.
 * FALSE if an option was wrong, which was then said with the line of usage: the command returns
 * TRAFO_EXIT_USAGE. */
gboolean
trafo_command_parse (const TrafoCommand *self, const GOptionEntry *entries, int argc, char **argv);

/* Says on stderr what was wrong with the usage, and returns TRAFO_EXIT_USAGE. */
int trafo_command_fail_usage (const TrafoCommand *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Says on stderr why it failed, and returns TRAFO_EXIT_FAILURE, or TRAFO_EXIT_USAGE for an error of
 * usage. */
int trafo_command_fail (const TrafoCommand *self, const GError *error);

/* Prints a text, NULs as they are. */
void trafo_command_print_text (GBytes *text);

/* Prints JSON and a newline on stdout, and returns how to exit. */
int trafo_command_print_json (const TrafoCommand *self, TrafoValue *value);

/* Say something on stderr that does not end the command. */
void trafo_command_warn (const TrafoCommand *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void trafo_command_note (const TrafoCommand *self, const char *message);

G_END_DECLS
