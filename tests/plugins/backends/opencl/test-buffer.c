/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "fixture.h"

static void
test_buffer_keeps_bytes_at_any_offset (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  const guint8 source[] = { 1, 2, 3, 4, 5, 6, 7 };
  guint8       read[5] = { 0 };
  gpointer     buffer = NULL;
  TrafoMessage message = { "" };

  if (fixture == NULL)
    return;
  for (TrafoBufferUsage usage = TRAFO_BUFFER_WEIGHT; usage <= TRAFO_BUFFER_STATE; usage++)
    {
      ASSERT_OK (fixture->ops->buffer_alloc (fixture->handle, 10, usage, &buffer, &message),
                 message);
      ASSERT_OK (fixture->ops->buffer_write (fixture->handle,
                                             fixture->stream,
                                             buffer,
                                             3,
                                             source,
                                             7,
                                             &message),
                 message);
      /* without a stream, as core may do while it loads */
      ASSERT_OK (fixture->ops->buffer_read (fixture->handle, NULL, buffer, 4, read, 5, &message),
                 message);
      g_assert_cmpmem (read, 5, source + 1, 5);
      fixture->ops->buffer_free (fixture->handle, buffer);
    }
}

static void
test_buffer_refuses_what_lies_outside (void)
{
  static const struct
  {
    gsize offset_bytes, size_bytes;
  } cases[] = { { 0, 11 }, { 10, 1 }, { 11, 0 }, { G_MAXSIZE, 2 }, { 2, G_MAXSIZE } };
  g_autoptr (Fixture) fixture = fixture_new ();
  guint8       bytes[11] = { 0 };
  gpointer     buffer = NULL;
  TrafoMessage message = { "" };

  if (fixture == NULL)
    return;
  ASSERT_OK (fixture->ops
                 ->buffer_alloc (fixture->handle, 10, TRAFO_BUFFER_ARENA, &buffer, &message),
             message);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TrafoStatus status = fixture->ops->buffer_write (fixture->handle,
                                                       fixture->stream,
                                                       buffer,
                                                       cases[i].offset_bytes,
                                                       bytes,
                                                       cases[i].size_bytes,
                                                       &message);

      g_assert_cmpint (status, ==, TRAFO_STATUS_FAILED);
      g_assert_nonnull (strstr (message.text, "the buffer has 10"));
      status = fixture->ops->buffer_read (fixture->handle,
                                          fixture->stream,
                                          buffer,
                                          cases[i].offset_bytes,
                                          bytes,
                                          cases[i].size_bytes,
                                          NULL);
      g_assert_cmpint (status, ==, TRAFO_STATUS_FAILED);
    }
  fixture->ops->buffer_free (fixture->handle, buffer);
}

static void
test_buffer_too_large_is_no_memory (void)
{
  static const gsize sizes[] = { G_MAXSIZE, G_MAXSIZE / 2, (gsize) 1 << 50 };
  g_autoptr (Fixture) fixture = fixture_new ();
  gpointer     buffer = NULL;
  TrafoMessage message = { "" };

  for (gsize i = 0; fixture != NULL && i < G_N_ELEMENTS (sizes); i++)
    {
      g_assert_cmpint (fixture->ops->buffer_alloc (fixture->handle,
                                                   sizes[i],
                                                   TRAFO_BUFFER_WEIGHT,
                                                   &buffer,
                                                   &message),
                       ==,
                       TRAFO_STATUS_NO_MEMORY);
      g_assert_nonnull (strstr (message.text, "bytes"));
      g_assert_null (buffer);
    }
}

static void
test_buffer_may_be_empty (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  gpointer     buffer = NULL;
  TrafoMessage message = { "" };

  if (fixture == NULL)
    return;
  ASSERT_OK (fixture->ops->buffer_alloc (fixture->handle, 0, TRAFO_BUFFER_ARENA, &buffer, &message),
             message);
  ASSERT_OK (fixture->ops
                 ->buffer_write (fixture->handle, fixture->stream, buffer, 0, NULL, 0, &message),
             message);
  fixture->ops->buffer_free (fixture->handle, buffer);
  fixture->ops->buffer_free (fixture->handle, NULL);
}

/* Within a buffer and between two; not beyond the end of either. */
static void
test_buffer_copies (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  gpointer     from = NULL, to = NULL;
  TrafoMessage message = { "" };
  char         found[10] = { 0 };

  if (fixture == NULL)
    return;
  for (guint i = 0; i < 2; i++)
    ASSERT_OK (fixture->ops->buffer_alloc (fixture->handle,
                                           10,
                                           TRAFO_BUFFER_STATE,
                                           i == 0 ? &from : &to,
                                           &message),
               message);
  ASSERT_OK (fixture->ops->buffer_write (fixture->handle,
                                         fixture->stream,
                                         from,
                                         0,
                                         "0123456789",
                                         10,
                                         &message),
             message);
  ASSERT_OK (fixture->ops
                 ->buffer_copy (fixture->handle, fixture->stream, to, 0, from, 0, 10, &message),
             message);
  ASSERT_OK (fixture->ops
                 ->buffer_copy (fixture->handle, fixture->stream, to, 1, from, 6, 4, &message),
             message);
  ASSERT_OK (fixture->ops
                 ->buffer_copy (fixture->handle, fixture->stream, to, 7, to, 1, 3, &message),
             message);
  ASSERT_OK (fixture->ops
                 ->buffer_read (fixture->handle, fixture->stream, to, 0, found, 10, &message),
             message);
  g_assert_cmpmem (found, 10, "0678956678", 10);
  g_assert_cmpint (fixture->ops->buffer_copy (fixture->handle,
                                              fixture->stream,
                                              to,
                                              8,
                                              from,
                                              0,
                                              3,
                                              &message),
                   ==,
                   TRAFO_STATUS_FAILED);
  g_assert_cmpint (fixture->ops->buffer_copy (fixture->handle,
                                              fixture->stream,
                                              to,
                                              0,
                                              from,
                                              8,
                                              3,
                                              &message),
                   ==,
                   TRAFO_STATUS_FAILED);
  fixture->ops->buffer_free (fixture->handle, from);
  fixture->ops->buffer_free (fixture->handle, to);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opencl/buffer/offsets", test_buffer_keeps_bytes_at_any_offset);
  g_test_add_func ("/opencl/buffer/outside", test_buffer_refuses_what_lies_outside);
  g_test_add_func ("/opencl/buffer/too-large", test_buffer_too_large_is_no_memory);
  g_test_add_func ("/opencl/buffer/empty", test_buffer_may_be_empty);
  g_test_add_func ("/opencl/buffer/copies", test_buffer_copies);
  return g_test_run ();
}
