/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-probe-reply-private.h"

#include <string.h>
#include <trafo/trafo-error.h>

#define N_MUTATIONS 100000

static GBytes *
build_reply (void)
{
  return trafo_probe_reply_serialize (
      g_variant_new_parsed ("(true, 0, '', [('cpu', uint32 0, 'a processor', uint64 8589934592),"
                            "('gpu', 1, 'another', 0)], '')"));
}

static gboolean
parse (const char *bytes, gsize size_bytes, TrafoProbeStage *ret_stage, GVariant **ret_reply)
{
  g_autoptr (GError) error = NULL;
  gboolean is_valid;

  *ret_reply = NULL;
  is_valid =
      trafo_probe_reply_parse ((const guint8 *) bytes, size_bytes, ret_stage, ret_reply, &error);
  if (is_valid)
    g_assert_no_error (error);
  else
    g_assert_error (error, TRAFO_FORMAT_ERROR, TRAFO_FORMAT_ERROR_VALUE);
  return is_valid;
}

static void
test_whole_reply (void)
{
  g_autoptr (GBytes) frame = build_reply ();
  g_autoptr (GString) bytes = g_string_new ("socp");
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) devices = NULL;
  TrafoProbeStage stage;
  guint64         memory;

  g_string_append_len (bytes, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
  g_string_append_c (bytes, 'x');
  g_assert_true (parse (bytes->str, bytes->len, &stage, &reply));
  g_assert_cmpint (stage, ==, TRAFO_PROBE_STAGE_END);
  g_assert_nonnull (reply);
  devices = g_variant_get_child_value (reply, 3);
  g_variant_get_child (devices, 0, "(sust)", NULL, NULL, NULL, &memory);
  g_assert_cmpuint (memory, ==, G_GUINT64_CONSTANT (8589934592));
}

/* Wherever the helper dies, the stages that began are known and nothing is taken for a reply. */
static void
test_cut_reply (void)
{
  g_autoptr (GBytes) frame = build_reply ();
  g_autoptr (GString) bytes = g_string_new ("so");

  g_string_append_len (bytes, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
  for (gsize length = 0; length < bytes->len; length++)
    {
      g_autoptr (GVariant) reply = NULL;
      g_autofree char *part = g_memdup2 (bytes->str, length);
      TrafoProbeStage  stage;

      g_assert_true (parse (part, length, &stage, &reply));
      g_assert_null (reply);
      g_assert_cmpint (stage, ==, length >= 2 ? TRAFO_PROBE_STAGE_OPEN : TRAFO_PROBE_STAGE_START);
    }
}

static void
test_refused_replies (void)
{
  static const struct
  {
    const char *bytes;
    gsize       size_bytes;
  } cases[] = {
    { "hello", 5 },
    { "s\0", 2 },
    { "soR\xff\xff\xff\xff", 7 },
    { "R\x00\x00\x10\x01", 5 },
    { "R\x05\x00\x00\x00\xff\xff\xff\xff\xff", 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) reply = NULL;
      TrafoProbeStage stage;

      g_assert_false (parse (cases[i].bytes, cases[i].size_bytes, &stage, &reply));
      g_assert_null (reply);
    }
}

static void
test_mutated_replies (void)
{
  g_autoptr (GBytes) frame = build_reply ();
  gsize       size;
  const char *good = g_bytes_get_data (frame, &size);

  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      g_autofree char *bytes = g_memdup2 (good, size);
      g_autoptr (GVariant) reply = NULL;
      TrafoProbeStage stage;

      for (gint n = g_test_rand_int_range (1, 4); n > 0; n--)
        bytes[g_test_rand_int_range (0, size)] = g_test_rand_int_range (0, 256);
      parse (bytes, g_test_rand_int_range (0, size + 1), &stage, &reply);
      if (reply != NULL)
        g_assert_true (g_variant_is_normal_form (reply));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe-reply/whole", test_whole_reply);
  g_test_add_func ("/probe-reply/cut", test_cut_reply);
  g_test_add_func ("/probe-reply/refused", test_refused_replies);
  g_test_add_func ("/probe-reply/mutated", test_mutated_replies);
  return g_test_run ();
}
