/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-page-pool-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "trafo-device-private.h"
#include "trafo-tensor-private.h"

enum
{
  MIN_PAGES = 16,
};

struct _TrafoPagePool
{
  TrafoDevice  *device;
  gboolean      is_host;
  gpointer      stream;
  guint         n_states;
  TrafoOperand *states; /* in memory of their own each: where growing copies, one is there twice */
  gsize        *page_bytes;
  guint         n_pages;
  guint        *ref_counts; /* by page */
  gint32 *free_pages; /* room for all; a stack, of which the lowest number is on top at first */
  guint   n_free;
};

TrafoPagePool *
trafo_page_pool_new (TrafoDevice *device, const TrafoValueType *types, guint n_states)
{
  TrafoPagePool *self = g_new0 (TrafoPagePool, 1);

  self->device = g_object_ref (device);
  self->is_host = trafo_device_is_host (device);
  self->n_states = n_states;
  self->states = g_new0 (TrafoOperand, n_states);
  self->page_bytes = g_new0 (gsize, n_states);
  for (guint i = 0; i < n_states; i++)
    {
      TrafoOperand *state = &self->states[i];

      state->dtype = types[i].dtype;
      state->n_dims = types[i].n_dims;
      memcpy (state->shape, types[i].dims, sizeof state->shape);
      state->shape[0] = 0;
      trafo_shape_to_strides (state->shape, state->n_dims, state->strides);
      self->page_bytes[i] = (gsize) state->strides[0] * trafo_dtype_get_size (state->dtype);
    }
  return self;
}

/* Of the memory of state @i, which is never empty. */
static gsize
state_bytes (const TrafoPagePool *self, guint i)
{
  return MAX ((gsize) self->states[i].shape[0] * self->page_bytes[i], 1);
}

static void
state_free (TrafoPagePool *self, guint i)
{
  gpointer memory = self->states[i].data;

  if (memory == NULL)
    return;
  if (self->is_host)
    munmap (memory, state_bytes (self, i));
  else
    trafo_device_get_ops (self->device)
        ->buffer_free (trafo_device_get_handle (self->device), memory);
}

void
trafo_page_pool_free (TrafoPagePool *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_states; i++)
    state_free (self, i);
  if (self->stream != NULL)
    trafo_device_get_ops (self->device)
        ->stream_free (trafo_device_get_handle (self->device), self->stream);
  g_object_unref (self->device);
  g_free (self->states);
  g_free (self->page_bytes);
  free (self->ref_counts);
  free (self->free_pages);
  g_free (self);
}

const TrafoOperand *
trafo_page_pool_get_state (const TrafoPagePool *self, guint i)
{
  return &self->states[i];
}

gsize
trafo_page_pool_get_size_bytes (const TrafoPagePool *self)
{
  gsize size_bytes = 0;

  for (guint i = 0; i < self->n_states; i++)
    size_bytes += (gsize) self->states[i].shape[0] * self->page_bytes[i];
  return size_bytes;
}

gsize
trafo_page_pool_get_page_bytes (const TrafoPagePool *self)
{
  gsize size_bytes = 0;

  for (guint i = 0; i < self->n_states; i++)
    size_bytes += self->page_bytes[i];
  return size_bytes;
}

static gboolean
fail_memory (guint n_pages, GError **error)
{
  g_set_error (error,
               TRAFO_ERROR,
               TRAFO_ERROR_NO_MEMORY,
               "no memory for %u pages of a cache",
               n_pages);
  return FALSE;
}

/* Where the device cannot copy by itself, its bytes come to the host and go back. */
static TrafoStatus
copy_staged (TrafoPagePool *self,
             gpointer       to,
             gsize          to_offset,
             gpointer       from,
             gsize          from_offset,
             gsize          size_bytes,
             TrafoMessage  *message)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);
  gpointer              handle = trafo_device_get_handle (self->device);
  g_autofree gpointer   host = g_try_malloc (size_bytes);
  TrafoStatus           status;

  if (host == NULL)
    return TRAFO_STATUS_NO_MEMORY;
  status = ops->buffer_read (handle, self->stream, from, from_offset, host, size_bytes, message);
  if (status != TRAFO_STATUS_OK)
    return status;
  return ops->buffer_write (handle, self->stream, to, to_offset, host, size_bytes, message);
}

static TrafoStatus
copy_on_device (TrafoPagePool *self,
                gpointer       to,
                gsize          to_offset,
                gpointer       from,
                gsize          from_offset,
                gsize          size_bytes,
                TrafoMessage  *message)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);

  if (!TRAFO_HAS (ops, buffer_copy))
    return copy_staged (self, to, to_offset, from, from_offset, size_bytes, message);
  return ops->buffer_copy (trafo_device_get_handle (self->device),
                           self->stream,
                           to,
                           to_offset,
                           from,
                           from_offset,
                           size_bytes,
                           message);
}

static TrafoStatus
wait_for (TrafoPagePool *self, TrafoStatus status, TrafoMessage *message)
{
  if (status != TRAFO_STATUS_OK)
    return status;
  return trafo_device_get_ops (self->device)
      ->stream_sync (trafo_device_get_handle (self->device), self->stream, message);
}

/* A larger buffer with what the old one holds. */
static gpointer
grow_on_device (TrafoPagePool *self, guint i, gsize size_bytes, GError **error)
{
  const TrafoDeviceOps *ops = trafo_device_get_ops (self->device);
  gpointer              handle = trafo_device_get_handle (self->device);
  gsize                 old_bytes = self->n_pages * self->page_bytes[i];
  gpointer              buffer = NULL;
  TrafoMessage          message = { "" };
  TrafoStatus           status = TRAFO_STATUS_OK;

  if (self->stream == NULL)
    status = ops->stream_new (handle, &self->stream, &message);
  if (status == TRAFO_STATUS_OK)
    status = ops->buffer_alloc (handle, size_bytes, TRAFO_BUFFER_STATE, &buffer, &message);
  if (status == TRAFO_STATUS_OK && old_bytes > 0)
    status =
        wait_for (self,
                  copy_on_device (self, buffer, 0, self->states[i].data, 0, old_bytes, &message),
                  &message);
  if (trafo_device_check (self->device, status, &message, error))
    {
      state_free (self, i);
      return buffer;
    }
  if (buffer != NULL)
    ops->buffer_free (handle, buffer);
  return NULL;
}

/* Moves the pages of memory rather than what is in them: each sequence that comes to a batch may want more. */
static gpointer
grow_on_host (TrafoPagePool *self, guint i, gsize size_bytes)
{
  gpointer old = self->states[i].data;
  gpointer memory =
      old != NULL
          ? mremap (old, state_bytes (self, i), size_bytes, MREMAP_MAYMOVE)
          : mmap (NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return memory != MAP_FAILED ? memory : NULL;
}

static gboolean
grow_states (TrafoPagePool *self, guint n_pages, GError **error)
{
  for (guint i = 0; i < self->n_states; i++)
    {
      gpointer memory;
      gsize    size_bytes;

      if (!g_size_checked_mul (&size_bytes, n_pages, self->page_bytes[i]))
        return fail_memory (n_pages, error);
      memory = self->is_host ? grow_on_host (self, i, MAX (size_bytes, 1))
                             : grow_on_device (self, i, MAX (size_bytes, 1), error);
      if (memory == NULL)
        return self->is_host ? fail_memory (n_pages, error) : FALSE;
      self->states[i].data = memory;
      self->states[i].shape[0] = n_pages;
    }
  return TRUE;
}

gboolean
trafo_page_pool_reserve (TrafoPagePool *self, guint n_pages, GError **error)
{
  guint  *ref_counts;
  gint32 *free_pages;

  if (n_pages <= self->n_pages)
    return TRUE;
  if (n_pages > G_MAXINT32)
    return fail_memory (n_pages, error);
  ref_counts = realloc (self->ref_counts, n_pages * sizeof *ref_counts);
  if (ref_counts != NULL)
    self->ref_counts = ref_counts;
  free_pages = realloc (self->free_pages, n_pages * sizeof *free_pages);
  if (free_pages != NULL)
    self->free_pages = free_pages;
  if (ref_counts == NULL || free_pages == NULL)
    return fail_memory (n_pages, error);
  if (!grow_states (self, n_pages, error))
    return FALSE;
  memset (&ref_counts[self->n_pages], 0, (n_pages - self->n_pages) * sizeof *ref_counts);
  for (guint page = n_pages; page > self->n_pages; page--)
    free_pages[self->n_free++] = (gint32) page - 1;
  self->n_pages = n_pages;
  return TRUE;
}

gboolean
trafo_page_pool_take (TrafoPagePool *self, gint32 *ret_page, GError **error)
{
  if (self->n_free == 0 &&
      !trafo_page_pool_reserve (self,
                                self->n_pages > G_MAXINT32 / 2 ? G_MAXUINT
                                                               : MAX (2 * self->n_pages, MIN_PAGES),
                                error))
    return FALSE;
  *ret_page = self->free_pages[--self->n_free];
  self->ref_counts[*ret_page] = 1;
  return TRUE;
}

void
trafo_page_pool_ref (TrafoPagePool *self, gint32 page)
{
  self->ref_counts[page]++;
}

void
trafo_page_pool_unref (TrafoPagePool *self, gint32 page)
{
  if (--self->ref_counts[page] == 0)
    self->free_pages[self->n_free++] = page;
}

gboolean
trafo_page_pool_is_shared (const TrafoPagePool *self, gint32 page)
{
  return self->ref_counts[page] > 1;
}

static gboolean
copy_page (TrafoPagePool *self, gint32 from, gint32 to, GError **error)
{
  TrafoMessage message = { "" };
  TrafoStatus  status = TRAFO_STATUS_OK;

  for (guint i = 0; i < self->n_states && status == TRAFO_STATUS_OK; i++)
    {
      gsize   page_bytes = self->page_bytes[i];
      guint8 *memory = self->states[i].data;

      if (page_bytes > 0 && self->is_host)
        memcpy (memory + to * page_bytes, memory + from * page_bytes, page_bytes);
      else if (page_bytes > 0)
        status = copy_on_device (self,
                                 memory,
                                 to * page_bytes,
                                 memory,
                                 from * page_bytes,
                                 page_bytes,
                                 &message);
    }
  if (!self->is_host)
    status = wait_for (self, status, &message);
  return trafo_device_check (self->device, status, &message, error);
}

gboolean
trafo_page_pool_unshare (TrafoPagePool *self, gint32 page, gint32 *ret_page, GError **error)
{
  gint32 copy;

  if (!trafo_page_pool_take (self, &copy, error))
    return FALSE;
  if (!copy_page (self, page, copy, error))
    {
      trafo_page_pool_unref (self, copy);
      return FALSE;
    }
  trafo_page_pool_unref (self, page);
  *ret_page = copy;
  return TRUE;
}
