/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

/* A conversation at a terminal: what Ctrl-C does, and what happens when the context is full. */
#include <gio/gio.h>
#include <poll.h>
#include <pty.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../slowdown.h"

#define MODEL "gpt2-untied"
#define TIMEOUT_MS ((int) (20000 * get_slowdown ()))

typedef struct
{
  pid_t    pid;
  int      terminal;
  GString *shown;  /* all that the program wrote */
  gsize    n_seen; /* of it, up to the last that was expected */
} Session;

static Session
begin (const char *max_new_tokens)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "models", MODEL, NULL);
  const char      *program = g_getenv ("TRAFO_PROGRAM");
  Session          self = { .shown = g_string_new (NULL) };

  self.pid = forkpty (&self.terminal, NULL, NULL, NULL);
  g_assert_cmpint (self.pid, >=, 0);
  if (self.pid == 0)
    {
      execl (program,
             program,
             "chat",
             "--model",
             folder,
             "--max-new-tokens",
             max_new_tokens,
             (char *) NULL);
      _exit (127);
    }
  return self;
}

static void
type (Session *self, const char *keys)
{
  g_assert_cmpint (write (self->terminal, keys, strlen (keys)), ==, strlen (keys));
}

static void
expect (Session *self, const char *text)
{
  const char *found;

  while ((found = strstr (self->shown->str + self->n_seen, text)) == NULL)
    {
      struct pollfd waited = { .fd = self->terminal, .events = POLLIN };
      char          bytes[4096];
      gssize        n;

      g_assert_cmpint (poll (&waited, 1, TIMEOUT_MS), ==, 1);
      n = read (self->terminal, bytes, sizeof bytes);
      if (n <= 0)
        g_error ("expected \"%s\", found the end after \"%s\"", text, self->shown->str);
      g_string_append_len (self->shown, bytes, n);
    }
  self->n_seen = found - self->shown->str + strlen (text);
}

static void
expect_end (Session *self)
{
  int  status;
  char byte;

  while (read (self->terminal, &byte, 1) == 1)
    ;
  g_assert_cmpint (waitpid (self->pid, &status, 0), ==, self->pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  close (self->terminal);
  g_string_free (self->shown, TRUE);
}

/* At the prompt, in what is typed, and after an answer: the conversation goes on. */
static void
test_interrupts (void)
{
  Session self = begin ("4");

  expect (&self, "> ");
  type (&self, "\003");
  expect (&self, "Ctrl-C once more");
  expect (&self, "> ");
  type (&self, "ab\n");
  expect (&self, "4 tokens");
  expect (&self, "> ");
  type (&self, "dropped\003");
  expect (&self, "Ctrl-C once more");
  expect (&self, "> ");
  type (&self, "c\n");
  expect (&self, "4 tokens");
  expect (&self, "> ");
  type (&self, "\003");
  expect (&self, "Ctrl-C once more");
  expect (&self, "> ");
  type (&self, "\003");
  expect_end (&self);
}

/* The line that is too much is answered in a new conversation. */
static void
test_full (void)
{
  Session self = begin ("4");
  guint   n_answers = 0;

  for (; strstr (self.shown->str, "begins anew") == NULL; n_answers++)
    {
      g_assert_cmpuint (n_answers, <, 100);
      expect (&self, "> ");
      type (&self, "a b c d e\n");
      expect (&self, "4 tokens");
    }
  g_assert_cmpuint (n_answers, >, 1);
  expect (&self, "> ");
  type (&self, "\004");
  expect_end (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tools/chat/interrupts", test_interrupts);
  g_test_add_func ("/tools/chat/full", test_full);
  return g_test_run ();
}
