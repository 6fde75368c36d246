/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */

#include "trafo-probe-private.h"

#include "trafo-environment-private.h"
#include "trafo-probe-reply-private.h"
#include "trafo-registry-config.h"
#include "trafo-search-path-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

#define MAX_RUNNING 8
#define DEFAULT_TIMEOUT_MS 20000
#define MAX_TIMEOUT_MS 600000
/* A process that left children behind with the pipes open gives no end of file. */
#define POLL_MS 50
#define KEPT_OUTPUT_BYTES 4096
#define KEPT_LINES 3

extern char **environ;

enum
{
  PIPE_STDOUT,
  PIPE_STDERR,
  PIPE_REPLY,
  N_PIPES
};

/* One running helper. */
typedef struct
{
  TrafoProbe *probe;
  pid_t       pid;
  gint64      deadline_us;
  int         fds[N_PIPES]; /* -1 after the end of file */
  GByteArray *bytes[N_PIPES];
  gboolean    is_reply_too_long;
} Child;

void
trafo_probe_clear (TrafoProbe *self)
{
  g_clear_pointer (&self->reply, g_variant_unref);
  g_clear_pointer (&self->reason, g_free);
}

guint
trafo_probe_get_timeout (void)
{
  return trafo_environment_get_number ("TRAFO_PROBE_TIMEOUT_MS",
                                       DEFAULT_TIMEOUT_MS,
                                       1,
                                       MAX_TIMEOUT_MS);
}

/* The helper that belongs to this library: named by TRAFO_PLUGIN_PROBE, at its place as seen from
 * the library (installed anywhere, or in a build tree), or where it was installed to. */
static char *
find_helper (GError **error)
{
  static const char *const places[] = { TRAFO_PROBE_FROM_LIBRARY, "../tools/trafo-plugin-probe" };
  const char              *folder = trafo_search_path_get_library_folder ();
  const char              *named;

  named = trafo_search_path_is_secure () ? NULL : g_getenv ("TRAFO_PLUGIN_PROBE");
  if (named != NULL)
    {
      if (g_file_test (named, G_FILE_TEST_IS_EXECUTABLE))
        return g_strdup (named);
      g_set_error (error,
                   TRAFO_PLUGIN_ERROR,
                   TRAFO_PLUGIN_ERROR_NOT_FOUND,
                   "%s: the helper named by TRAFO_PLUGIN_PROBE cannot be run",
                   named);
      return NULL;
    }
  for (guint i = 0; folder != NULL && i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  if (g_file_test (TRAFO_PROBE_INSTALLED, G_FILE_TEST_IS_EXECUTABLE))
    return g_strdup (TRAFO_PROBE_INSTALLED);
  g_set_error (error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_NOT_FOUND,
               "%s: the helper is not installed",
               TRAFO_PROBE_INSTALLED);
  return NULL;
}

/* Both ends are closed on exec; the child's end is far from the descriptors it is moved to. */
static gboolean
open_pipe (int *ret_ours, int *ret_theirs, GError **error)
{
  int fds[2], moved;

  if (!g_unix_open_pipe (fds, FD_CLOEXEC, error))
    return FALSE;
  moved = fcntl (fds[1], F_DUPFD_CLOEXEC, 16);
  close (fds[1]);
  if (moved < 0)
    {
      g_set_error_literal (error,
                           G_FILE_ERROR,
                           g_file_error_from_errno (errno),
                           g_strerror (errno));
      close (fds[0]);
      return FALSE;
    }
  g_unix_set_fd_nonblocking (fds[0], TRUE, NULL);
  *ret_ours = fds[0];
  *ret_theirs = moved;
  return TRUE;
}

/* A group of its own, so that it can be killed with its children, and default signals. */
static int
spawn (const char *helper, const Child *child, const int *theirs, pid_t *ret_pid)
{
  const char *const          argv[] = { helper,
                               child->probe->with_devices ? "--devices" : "--load",
                                        child->probe->filename,
                                        NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t          attributes;
  sigset_t                   none, all;
  int                        status;

  sigemptyset (&none);
  sigfillset (&all);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setpgroup (&attributes, 0);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawnattr_setflags (&attributes,
                            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, theirs[PIPE_STDOUT], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, theirs[PIPE_STDERR], STDERR_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, theirs[PIPE_REPLY], TRAFO_PROBE_REPLY_FD);
  posix_spawn_file_actions_addclosefrom_np (&actions, TRAFO_PROBE_REPLY_FD + 1);
  status = posix_spawn (ret_pid, helper, &actions, &attributes, (char *const *) argv, environ);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return status;
}

static gboolean
child_start (Child *child, TrafoProbe *probe, const char *helper, guint timeout_ms, GError **error)
{
  int theirs[N_PIPES] = { -1, -1, -1 };
  int status = -1;

  *child = (Child){ .probe = probe, .fds = { -1, -1, -1 } };
  for (guint i = 0; i < N_PIPES; i++)
    {
      if (!open_pipe (&child->fds[i], &theirs[i], error))
        break;
      if (i + 1 == N_PIPES)
        status = spawn (helper, child, theirs, &child->pid);
    }
  for (guint i = 0; i < N_PIPES; i++)
    {
      if (theirs[i] >= 0)
        close (theirs[i]);
      if (status != 0 && child->fds[i] >= 0)
        close (child->fds[i]);
      else
        child->bytes[i] = g_byte_array_new ();
    }
  if (status == 0)
    {
      child->deadline_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
      return TRUE;
    }
  for (guint i = 0; i < N_PIPES; i++)
    g_clear_pointer (&child->bytes[i], g_byte_array_unref);
  if (status > 0)
    g_set_error (error,
                 TRAFO_PLUGIN_ERROR,
                 TRAFO_PLUGIN_ERROR_NOT_FOUND,
                 "%s: cannot be run: %s",
                 helper,
                 g_strerror (status));
  return FALSE;
}

/* Of the reply all is kept up to its limit, of what it printed the end. */
static void
child_keep (Child *child, guint pipe, const guint8 *bytes, gsize n)
{
  GByteArray *kept = child->bytes[pipe];

  if (pipe == PIPE_REPLY && kept->len + n > TRAFO_PROBE_REPLY_MAX_BYTES + 64)
    {
      child->is_reply_too_long = TRUE;
      return;
    }
  g_byte_array_append (kept, bytes, n);
  if (pipe != PIPE_REPLY && kept->len > KEPT_OUTPUT_BYTES)
    g_byte_array_remove_range (kept, 0, kept->len - KEPT_OUTPUT_BYTES);
}

static void
child_read (Child *child)
{
  guint8 bytes[4096];

  for (guint i = 0; i < N_PIPES; i++)
    while (child->fds[i] >= 0)
      {
        gssize n = read (child->fds[i], bytes, sizeof bytes);

        if (n > 0)
          {
            child_keep (child, i, bytes, n);
            continue;
          }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
          break;
        close (child->fds[i]);
        child->fds[i] = -1;
      }
}

/* The last lines that it printed, on one line; NULL if it printed nothing. */
static char *
quote_output (GByteArray *bytes)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n;

  if (bytes->len == 0)
    return NULL;
  text = g_utf8_make_valid ((const char *) bytes->data, bytes->len);
  if (g_strstrip (text)[0] == '\0')
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (n = 0; lines[n] != NULL; n++)
    for (char *c = lines[n]; *c != '\0'; c++)
      if (g_ascii_iscntrl (*c))
        *c = ' ';
  return g_strjoinv (" | ", lines + (n > KEPT_LINES ? n - KEPT_LINES : 0));
}

static const char *
describe_stage (TrafoProbeStage stage)
{
  switch (stage)
    {
    case TRAFO_PROBE_STAGE_OPEN:
      return "while the file was opened";
    case TRAFO_PROBE_STAGE_CREATE:
      return "while an object was made";
    case TRAFO_PROBE_STAGE_PROBE:
      return "while devices were looked for";
    case TRAFO_PROBE_STAGE_END:
      return "while the process ended";
    case TRAFO_PROBE_STAGE_START:
    default:
      return "before the file was opened";
    }
}

static char *
describe_end (const siginfo_t *end)
{
  if (end->si_code == CLD_EXITED)
    return g_strdup_printf ("ended the process with status %d", end->si_status);
  if (sigabbrev_np (end->si_status) != NULL)
    return g_strdup_printf ("crashed with SIG%s (%s)",
                            sigabbrev_np (end->si_status),
                            g_strsignal (end->si_status));
  return g_strdup_printf ("crashed with signal %d (%s)",
                          end->si_status,
                          g_strsignal (end->si_status));
}

/* @how: what happened, taken. */
static void
child_set_reason (Child *child, char *how, TrafoProbeStage stage)
{
  g_autofree char *owned = how;
  g_autofree char *printed = quote_output (child->bytes[PIPE_STDERR]);

  g_clear_pointer (&child->probe->reply, g_variant_unref);
  child->probe->reason = g_strdup_printf ("%s %s%s%s",
                                          owned,
                                          describe_stage (stage),
                                          printed != NULL ? "; last lines: " : "",
                                          printed != NULL ? printed : "");
}

/* Standard output belongs to the program, whose data it may be. What a driver prints while devices
 * are looked for is only reported. */
static void
child_judge_output (Child *child)
{
  g_autofree char *printed = quote_output (child->bytes[PIPE_STDOUT]);

  if (printed == NULL)
    return;
  if (child->probe->with_devices)
    g_warning ("%s: prints to standard output while it is probed: %s",
               child->probe->filename,
               printed);
  else
    {
      g_clear_pointer (&child->probe->reply, g_variant_unref);
      child->probe->reason = g_strdup_printf ("printed to standard output: %s", printed);
    }
}

/* @end: NULL if it had to be killed. */
static void
child_judge (Child *child, const siginfo_t *end, guint timeout_ms)
{
  g_autoptr (GError) error = NULL;
  TrafoProbeStage stage = TRAFO_PROBE_STAGE_START;
  gboolean        is_valid;

  is_valid = !child->is_reply_too_long && trafo_probe_reply_parse (child->bytes[PIPE_REPLY]->data,
                                                                   child->bytes[PIPE_REPLY]->len,
                                                                   &stage,
                                                                   &child->probe->reply,
                                                                   &error);
  if (!is_valid)
    child_set_reason (child,
                      g_strdup (error != NULL ? error->message : "the helper's reply is too long"),
                      stage);
  else if (end == NULL)
    child_set_reason (child,
                      g_strdup_printf ("did not finish within %.1f s", timeout_ms / 1000.0),
                      stage);
  else if (child->probe->reply == NULL || end->si_code != CLD_EXITED)
    child_set_reason (child, describe_end (end), stage);
  else
    child_judge_output (child);
}

/* Ends and frees it. */
static void
child_finish (Child *child, const siginfo_t *end, guint timeout_ms)
{
  /* what it may have started itself goes with it; until it is reaped the number is its own */
  if (child->pid > 0)
    {
      kill (-child->pid, SIGKILL);
      while (waitpid (child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    }
  child_read (child);
  child_judge (child, end, timeout_ms);
  for (guint i = 0; i < N_PIPES; i++)
    {
      if (child->fds[i] >= 0)
        close (child->fds[i]);
      g_byte_array_unref (child->bytes[i]);
    }
}

/* Whether it ended, or had to be ended. */
static gboolean
child_check (Child *child, guint timeout_ms, gboolean is_cancelled)
{
  siginfo_t end = { 0 };

  child_read (child);
  if (waitid (P_PID, child->pid, &end, WEXITED | WNOHANG | WNOWAIT) != 0)
    {
      /* the program ignores SIGCHLD or reaped it itself: it is gone, and only the reply tells */
      end.si_pid = child->pid;
      end.si_code = CLD_EXITED;
      child->pid = -1;
    }
  if (end.si_pid != 0)
    child_finish (child, &end, timeout_ms);
  else if (is_cancelled || child->is_reply_too_long || g_get_monotonic_time () > child->deadline_us)
    child_finish (child, NULL, timeout_ms);
  else
    return FALSE;
  return TRUE;
}

static void
wait_for_any (const Child *children, guint n_children, GCancellable *cancellable)
{
  struct pollfd polls[MAX_RUNNING * N_PIPES + 1];
  GPollFD       cancel_poll;
  guint         n = 0;

  for (guint i = 0; i < n_children; i++)
    for (guint j = 0; j < N_PIPES; j++)
      if (children[i].fds[j] >= 0)
        polls[n++] = (struct pollfd){ .fd = children[i].fds[j], .events = POLLIN };
  if (cancellable != NULL && g_cancellable_make_pollfd (cancellable, &cancel_poll))
    {
      polls[n++] = (struct pollfd){ .fd = cancel_poll.fd, .events = POLLIN };
      poll (polls, n, POLL_MS);
      g_cancellable_release_fd (cancellable);
      return;
    }
  poll (polls, n, POLL_MS);
}

gboolean
trafo_probe_run (TrafoProbe   *probes,
                 gsize         n_probes,
                 guint         timeout_ms,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_autofree char *helper = find_helper (error);
  Child            children[MAX_RUNNING];
  gsize            n_children = 0, n_started = 0;
  gboolean         has_failed = helper == NULL;

  while (n_children > 0 || (n_started < n_probes && !has_failed))
    {
      gboolean is_cancelled = g_cancellable_is_cancelled (cancellable);

      while (!has_failed && !is_cancelled && n_started < n_probes && n_children < MAX_RUNNING)
        {
          if (child_start (&children[n_children], &probes[n_started++], helper, timeout_ms, error))
            n_children++;
          else
            has_failed = TRUE;
        }
      if (is_cancelled && n_children == 0)
        break;
      if (!is_cancelled && n_children > 0)
        wait_for_any (children, n_children, cancellable);
      for (gsize i = n_children; i-- > 0;)
        if (child_check (&children[i], timeout_ms, is_cancelled || has_failed))
          children[i] = children[--n_children];
    }
  return !has_failed && !g_cancellable_set_error_if_cancelled (cancellable, error);
}
