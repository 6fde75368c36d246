/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-async-call-private.h"
#include "trafo-text.h"

/* What a tokenizer does in another thread. */

static gpointer
load (gpointer source, gpointer folder, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (trafo_tokenizer_load (source, folder, error));
}

static const TrafoAsyncCall load_call = { load, g_free, NULL };

/**
 * trafo_tokenizer_load_async:
 * @self: a tokenizer, which nobody else uses yet
 * @folder: (type filename): a checkpoint's folder
 * @cancellable: (nullable): a cancellable, looked at before it begins
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.Tokenizer.load] does, without blocking.
 */
void
trafo_tokenizer_load_async (TrafoTokenizer     *self,
                            const char         *folder,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (TRAFO_IS_TOKENIZER (self));
  g_return_if_fail (folder != NULL);
  trafo_async_call_start (&load_call, self, g_strdup (folder), cancellable, callback, user_data);
}

/**
 * trafo_tokenizer_load_finish:
 * @self: a tokenizer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Tokenizer.load_async] began.
 *
 * Returns: as [method@Trafo.Tokenizer.load]
 */
gboolean
trafo_tokenizer_load_finish (TrafoTokenizer *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_call, self, result, error) != NULL;
}

typedef struct
{
  GBytes *tokenizer_json;
  GBytes *tokenizer_config_json; /* or NULL */
} JsonRequest;

static void
json_request_free (gpointer data)
{
  JsonRequest *request = data;

  g_bytes_unref (request->tokenizer_json);
  g_clear_pointer (&request->tokenizer_config_json, g_bytes_unref);
  g_free (request);
}

static gpointer
load_json (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  JsonRequest *request = data;

  return GINT_TO_POINTER (trafo_tokenizer_load_json (source,
                                                     request->tokenizer_json,
                                                     request->tokenizer_config_json,
                                                     error));
}

static const TrafoAsyncCall load_json_call = { load_json, json_request_free, NULL };

/**
 * trafo_tokenizer_load_json_async:
 * @self: a tokenizer, which nobody else uses yet
 * @tokenizer_json: the text of a tokenizer.json
 * @tokenizer_config_json: (nullable): the text of a tokenizer_config.json
 * @cancellable: (nullable): a cancellable, looked at before it begins
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.Tokenizer.load_json] does, without blocking.
 */
void
trafo_tokenizer_load_json_async (TrafoTokenizer     *self,
                                 GBytes             *tokenizer_json,
                                 GBytes             *tokenizer_config_json,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  JsonRequest *request;

  g_return_if_fail (TRAFO_IS_TOKENIZER (self));
  g_return_if_fail (tokenizer_json != NULL);
  request = g_new0 (JsonRequest, 1);
  request->tokenizer_json = g_bytes_ref (tokenizer_json);
  if (tokenizer_config_json != NULL)
    request->tokenizer_config_json = g_bytes_ref (tokenizer_config_json);
  trafo_async_call_start (&load_json_call, self, request, cancellable, callback, user_data);
}

/**
 * trafo_tokenizer_load_json_finish:
 * @self: a tokenizer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Tokenizer.load_json_async] began.
 *
 * Returns: as [method@Trafo.Tokenizer.load_json]
 */
gboolean
trafo_tokenizer_load_json_finish (TrafoTokenizer *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&load_json_call, self, result, error) != NULL;
}

typedef struct
{
  char              **texts;
  char              **pairs;   /* or NULL */
  TrafoEncodeOptions *options; /* a reference, or NULL */
} BatchRequest;

static void
batch_request_free (gpointer data)
{
  BatchRequest *request = data;

  g_strfreev (request->texts);
  g_strfreev (request->pairs);
  g_clear_object (&request->options);
  g_free (request);
}

static gpointer
encode_batch (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  BatchRequest *request = data;

  return trafo_tokenizer_encode_batch (source,
                                       (const char *const *) request->texts,
                                       (const char *const *) request->pairs,
                                       request->options,
                                       error);
}

static const TrafoAsyncCall encode_batch_call = { encode_batch,
                                                  batch_request_free,
                                                  (GDestroyNotify) trafo_batch_encoding_unref };

/**
 * trafo_tokenizer_encode_batch_async:
 * @self: a loaded tokenizer
 * @texts: (array zero-terminated=1): the texts
 * @pairs: (array zero-terminated=1) (nullable): as many second texts
 * @options: (nullable): options, %NULL for the defaults
 * @cancellable: (nullable): a cancellable, looked at before it begins
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.Tokenizer.encode_batch] does, without blocking.
 */
void
trafo_tokenizer_encode_batch_async (TrafoTokenizer     *self,
                                    const char *const  *texts,
                                    const char *const  *pairs,
                                    TrafoEncodeOptions *options,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  BatchRequest *request;

  g_return_if_fail (TRAFO_IS_TOKENIZER (self));
  g_return_if_fail (texts != NULL);
  g_return_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options));
  request = g_new0 (BatchRequest, 1);
  request->texts = g_strdupv ((char **) texts);
  request->pairs = g_strdupv ((char **) pairs);
  request->options = options != NULL ? g_object_ref (options) : NULL;
  trafo_async_call_start (&encode_batch_call, self, request, cancellable, callback, user_data);
}

/**
 * trafo_tokenizer_encode_batch_finish:
 * @self: a loaded tokenizer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Tokenizer.encode_batch_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.Tokenizer.encode_batch]
 */
TrafoBatchEncoding *
trafo_tokenizer_encode_batch_finish (TrafoTokenizer *self, GAsyncResult *result, GError **error)
{
  return trafo_async_call_finish (&encode_batch_call, self, result, error);
}

typedef struct
{
  GPtrArray          *texts;
  GPtrArray          *pairs;   /* or NULL */
  TrafoEncodeOptions *options; /* a reference, or NULL */
} BytesRequest;

static void
bytes_request_free (gpointer data)
{
  BytesRequest *request = data;

  g_ptr_array_unref (request->texts);
  g_clear_pointer (&request->pairs, g_ptr_array_unref);
  g_clear_object (&request->options);
  g_free (request);
}

static gpointer
encode_bytes_batch (gpointer source, gpointer data, GCancellable *cancellable, GError **error)
{
  BytesRequest *request = data;

  return trafo_tokenizer_encode_bytes_batch (source,
                                             request->texts,
                                             request->pairs,
                                             request->options,
                                             error);
}

static const TrafoAsyncCall encode_bytes_batch_call = {
  encode_bytes_batch,
  bytes_request_free,
  (GDestroyNotify) trafo_batch_encoding_unref
};

/* An array of its own, so that the caller may change the one given. */
static GPtrArray *
copy_texts (GPtrArray *texts)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < texts->len; i++)
    g_ptr_array_add (copy, g_bytes_ref (g_ptr_array_index (texts, i)));
  return copy;
}

/**
 * trafo_tokenizer_encode_bytes_batch_async:
 * @self: a loaded tokenizer
 * @texts: (element-type GBytes): the texts
 * @pairs: (element-type GBytes) (nullable): as many second texts
 * @options: (nullable): options, %NULL for the defaults
 * @cancellable: (nullable): a cancellable, looked at before it begins
 * @callback: (scope async): called in this thread's default main context
 * @user_data: data for @callback
 *
 * Does what [method@Trafo.Tokenizer.encode_bytes_batch] does, without blocking.
 */
void
trafo_tokenizer_encode_bytes_batch_async (TrafoTokenizer     *self,
                                          GPtrArray          *texts,
                                          GPtrArray          *pairs,
                                          TrafoEncodeOptions *options,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data)
{
  BytesRequest *request;

  g_return_if_fail (TRAFO_IS_TOKENIZER (self));
  g_return_if_fail (texts != NULL);
  g_return_if_fail (options == NULL || TRAFO_IS_ENCODE_OPTIONS (options));
  request = g_new0 (BytesRequest, 1);
  request->texts = copy_texts (texts);
  request->pairs = pairs != NULL ? copy_texts (pairs) : NULL;
  request->options = options != NULL ? g_object_ref (options) : NULL;
  trafo_async_call_start (&encode_bytes_batch_call,
                          self,
                          request,
                          cancellable,
                          callback,
                          user_data);
}

/**
 * trafo_tokenizer_encode_bytes_batch_finish:
 * @self: a loaded tokenizer
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends what [method@Trafo.Tokenizer.encode_bytes_batch_async] began.
 *
 * Returns: (transfer full): as [method@Trafo.Tokenizer.encode_bytes_batch]
 */
TrafoBatchEncoding *
trafo_tokenizer_encode_bytes_batch_finish (TrafoTokenizer *self,
                                           GAsyncResult   *result,
                                           GError        **error)
{
  return trafo_async_call_finish (&encode_bytes_batch_call, self, result, error);
}
