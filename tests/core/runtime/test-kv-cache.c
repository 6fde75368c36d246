/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <string.h>

#include "fake-device.h"
#include "trafo-kv-cache-private.h"
#include "trafo-reference-device-private.h"

enum
{
  N_STATES = 2,
  PAGE_TOKENS = 4,
  PAGE_BYTES = 2 * 3 * PAGE_TOKENS * 5 * sizeof (float),
};

static TrafoKvCache *
cache_new (TrafoDevice *device)
{
  TrafoValueType types[N_STATES];

  for (guint i = 0; i < N_STATES; i++)
    types[i] = (TrafoValueType){ TRAFO_DTYPE_FLOAT32, 5, { -1, 2, 3, PAGE_TOKENS, 5 } };
  return trafo_kv_cache_new (device, types, N_STATES);
}

static guint8 *
page_bytes (TrafoKvCache *cache, guint state, gint32 page)
{
  return (guint8 *) trafo_kv_cache_get_state (cache, state)->data + page * PAGE_BYTES;
}

/* Page number @i of a sequence, which lies within the memory that there is. */
static gint32
page_of (TrafoKvCache *cache, guint sequence, guint i)
{
  guint         n_pages;
  const gint32 *pages = trafo_kv_cache_get_pages (cache, sequence, &n_pages);

  g_assert_cmpuint (i, <, n_pages);
  g_assert_cmpint (pages[i], >=, 0);
  g_assert_cmpint (pages[i], <, trafo_kv_cache_get_state (cache, 0)->shape[0]);
  return pages[i];
}

/* Appends tokens, of which each is the number @mark all over its place. */
static void
append (TrafoKvCache *cache, guint sequence, guint n_tokens, guint8 mark)
{
  gsize length = trafo_kv_cache_get_length (cache, sequence);

  g_assert_true (trafo_kv_cache_extend (cache, sequence, n_tokens, NULL));
  g_assert_cmpuint (trafo_kv_cache_get_length (cache, sequence), ==, length);
  for (gsize i = length; i < length + n_tokens; i++)
    for (guint state = 0; state < N_STATES; state++)
      page_bytes (cache, state, page_of (cache, sequence, i / PAGE_TOKENS))[i % PAGE_TOKENS] =
          mark + state;
  trafo_kv_cache_append (cache, sequence, n_tokens);
}

static void
assert_marks (TrafoKvCache *cache, guint sequence, const char *marks)
{
  g_assert_cmpuint (trafo_kv_cache_get_length (cache, sequence), ==, strlen (marks));
  for (gsize i = 0; marks[i] != '\0'; i++)
    for (guint state = 0; state < N_STATES; state++)
      g_assert_cmpint (page_bytes (cache,
                                   state,
                                   page_of (cache, sequence, i / PAGE_TOKENS))[i % PAGE_TOKENS],
                       ==,
                       marks[i] + state);
}

static void
test_fork (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoKvCache) cache = cache_new (device);
  guint a = trafo_kv_cache_begin (cache), b, c;

  append (cache, a, 6, 'a');
  b = trafo_kv_cache_fork (cache, a);
  c = trafo_kv_cache_fork (cache, b);
  g_assert_cmpint (page_of (cache, a, 1), ==, page_of (cache, c, 1));
  append (cache, b, 3, 'b');
  append (cache, a, 1, 'x');
  /* the full page is shared still, the other was copied by those that went on in it */
  g_assert_cmpint (page_of (cache, a, 0), ==, page_of (cache, b, 0));
  g_assert_cmpint (page_of (cache, a, 1), !=, page_of (cache, b, 1));
  assert_marks (cache, a, "aaaaaax");
  assert_marks (cache, b, "aaaaaabbb");
  assert_marks (cache, c, "aaaaaa");
  trafo_kv_cache_release (cache, b);
  g_assert_false (trafo_kv_cache_contains (cache, b));
  append (cache, c, 2, 'c');
  assert_marks (cache, a, "aaaaaax");
  assert_marks (cache, c, "aaaaaacc");
  g_assert_cmpuint (trafo_kv_cache_begin (cache), ==, b);
}

static void
test_truncate (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoKvCache) cache = cache_new (device);
  guint a = trafo_kv_cache_begin (cache), b, n_pages;

  append (cache, a, 11, 'a');
  b = trafo_kv_cache_fork (cache, a);
  trafo_kv_cache_truncate (cache, a, 20);
  assert_marks (cache, a, "aaaaaaaaaaa");
  trafo_kv_cache_truncate (cache, a, 5);
  trafo_kv_cache_get_pages (cache, a, &n_pages);
  g_assert_cmpuint (n_pages, ==, 2);
  append (cache, a, 2, 'x');
  assert_marks (cache, a, "aaaaaxx");
  assert_marks (cache, b, "aaaaaaaaaaa");
  trafo_kv_cache_truncate (cache, a, 0);
  append (cache, a, 1, 'y');
  assert_marks (cache, a, "y");
}

static void
test_reorder (void)
{
  static const guint parents[] = { 1, 1, 0 };
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoKvCache) cache = cache_new (device);
  guint sequences[3];

  for (guint i = 0; i < 3; i++)
    {
      sequences[i] = trafo_kv_cache_begin (cache);
      append (cache, sequences[i], 3 + 2 * i, 'a' + 8 * i);
    }
  for (guint round = 0; round < 50; round++)
    {
      trafo_kv_cache_reorder (cache, sequences, parents, 3);
      if (round > 0)
        continue;
      assert_marks (cache, sequences[0], "iiiii");
      assert_marks (cache, sequences[1], "iiiii");
      assert_marks (cache, sequences[2], "aaa");
      append (cache, sequences[0], 1, 'x');
      append (cache, sequences[1], 2, 'y');
      assert_marks (cache, sequences[0], "iiiiix");
      assert_marks (cache, sequences[1], "iiiiiyy");
    }
  assert_marks (cache, sequences[0], "iiiiiyy");
  assert_marks (cache, sequences[2], "iiiiiyy");
}

/* What sequences hold is there however much the memory grows. */
static void
test_growth (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoKvCache) cache = cache_new (device);
  guint    a = trafo_kv_cache_begin (cache), b = trafo_kv_cache_begin (cache);
  gint64   n_pages = 0;
  guint    n_growths = 0;
  GString *marks[] = { g_string_new (NULL), g_string_new (NULL) };

  for (guint i = 0; i < 100; i++)
    {
      guint sequence = i % 2 == 0 ? a : b;

      append (cache, sequence, 50, 'a' + i % 26);
      for (guint j = 0; j < 50; j++)
        g_string_append_c (marks[i % 2], 'a' + i % 26);
      if (trafo_kv_cache_get_state (cache, 0)->shape[0] == n_pages)
        continue;
      n_pages = trafo_kv_cache_get_state (cache, 0)->shape[0];
      n_growths++;
      assert_marks (cache, a, marks[0]->str);
      assert_marks (cache, b, marks[1]->str);
    }
  g_assert_cmpuint (n_growths, >, 3);
  g_string_free (marks[0], TRUE);
  g_string_free (marks[1], TRUE);
}

/* No page is lost: sequences that come and go fit into what was reserved for them. */
static void
test_pages (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoKvCache) cache = cache_new (device);
  g_autoptr (GError) error = NULL;
  gconstpointer memory;

  g_assert_true (trafo_kv_cache_reserve (cache, 5 * 4, &error));
  memory = trafo_kv_cache_get_state (cache, 0)->data;
  g_assert_cmpint (trafo_kv_cache_get_state (cache, 1)->shape[0], ==, 20);
  for (guint round = 0; round < 200; round++)
    {
      guint a = trafo_kv_cache_begin (cache), b, c;

      append (cache, a, g_test_rand_int_range (1, 12), 'a');
      b = trafo_kv_cache_fork (cache, a);
      append (cache, b, g_test_rand_int_range (1, 5), 'b');
      trafo_kv_cache_truncate (cache, a, g_test_rand_int_range (0, 12));
      c = trafo_kv_cache_fork (cache, b);
      trafo_kv_cache_reorder (cache, (guint[]){ a, c }, (guint[]){ 1, 0 }, 2);
      /* room that was never used */
      g_assert_true (trafo_kv_cache_extend (cache, a, 1, NULL));
      trafo_kv_cache_release (cache, b);
      trafo_kv_cache_release (cache, a);
      trafo_kv_cache_release (cache, c);
    }
  g_assert_true (trafo_kv_cache_get_state (cache, 0)->data == memory);
}

static void
test_no_memory (void)
{
  g_autoptr (TrafoDevice) device = trafo_reference_device_new ();
  g_autoptr (TrafoKvCache) cache = cache_new (device);
  g_autoptr (GError) error = NULL;
  guint a = trafo_kv_cache_begin (cache);

  append (cache, a, 5, 'a');
  g_assert_false (trafo_kv_cache_reserve (cache, G_MAXSIZE, &error));
  g_assert_error (error, TRAFO_ERROR, TRAFO_ERROR_NO_MEMORY);
  assert_marks (cache, a, "aaaaa");
  append (cache, a, 1, 'b');
  assert_marks (cache, a, "aaaaab");
}

/* On a device with memory of its own, whichever of its functions fails: what is lost is the step. */
static void
test_device (void)
{
  FakeDevice            fake = { 0 };
  TrafoDevice          *device = fake_queue_device_new (&fake);
  const TrafoDeviceOps *ops = trafo_device_get_ops (device);

  for (gint fail_at = 0; fail_at < 40; fail_at++)
    {
      TrafoKvCache *cache = cache_new (device);
      guint         a = trafo_kv_cache_begin (cache), b;
      gboolean      done = TRUE;
      guint8        found = 0;
      gpointer      stream = NULL;
      TrafoMessage  message = { "" };

      fake.fail_at = 0;
      ops->stream_new (&fake, &stream, &message);
      fake.n_calls = 0;
      fake.fail_at = fail_at;
      for (guint i = 0; i < 4 && done; i++)
        {
          g_autoptr (GError) error = NULL;

          done = trafo_kv_cache_extend (cache, a, 30 * (i + 1), &error);
          g_assert_true (done == (error == NULL));
          if (done && i == 0)
            ops->buffer_write (&fake,
                               stream,
                               trafo_kv_cache_get_state (cache, 1)->data,
                               page_of (cache, a, 0) * PAGE_BYTES,
                               "x",
                               1,
                               &message);
          if (done)
            trafo_kv_cache_append (cache, a, 30 * (i + 1));
        }
      b = trafo_kv_cache_fork (cache, a);
      trafo_kv_cache_truncate (cache, b, 2);
      done = done && trafo_kv_cache_extend (cache, b, 1, NULL);
      if (done && fail_at == 0)
        {
          g_assert_cmpint (page_of (cache, a, 0), !=, page_of (cache, b, 0));
          ops->buffer_read (&fake,
                            stream,
                            trafo_kv_cache_get_state (cache, 1)->data,
                            page_of (cache, b, 0) * PAGE_BYTES,
                            &found,
                            1,
                            &message);
          g_assert_cmpint (found, ==, 'x');
        }
      g_assert_true (done || fail_at > 0);
      trafo_kv_cache_free (cache);
      ops->stream_free (&fake, stream);
      g_assert_cmpint (fake.n_buffers, ==, 0);
      g_assert_cmpint (fake.n_streams, ==, 0);
    }
  g_object_unref (device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kv-cache/fork", test_fork);
  g_test_add_func ("/kv-cache/truncate", test_truncate);
  g_test_add_func ("/kv-cache/reorder", test_reorder);
  g_test_add_func ("/kv-cache/growth", test_growth);
  g_test_add_func ("/kv-cache/pages", test_pages);
  g_test_add_func ("/kv-cache/no-memory", test_no_memory);
  g_test_add_func ("/kv-cache/device", test_device);
  return g_test_run ();
}
