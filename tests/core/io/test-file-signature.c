/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-file-signature-private.h"

#include <string.h>

static void
test_describe (void)
{
  static const struct
  {
    const char *start;
    const char *expected;
  } cases[] = {
    { "", NULL },
    { "plain text", NULL },
    { "version https://git-lfs.github.com/spec/v1\n",
      "a Git LFS pointer, not the file it stands for" },
    { "version https://git-lf", NULL },
    { "<!DOCTYPE html>\n", "an HTML page" },
    { "<!doctype HTML>\n", "an HTML page" },
    { "<html lang=\"en\">", "an HTML page" },
    { "PK\003\004\024", "a zip file" },
    { "PK\005\006", "an empty zip file" },
    { "\200\004\225", "a Python pickle" },
    { "GGUF", "a GGUF file" },
    { "\211HDF\r\n\032\n", "an HDF5 file" },
    { "\037\213\010", "a gzip file" },
  };
  char tar[TRAFO_FILE_SIGNATURE_SIZE_BYTES] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (trafo_file_signature_describe (cases[i].start, strlen (cases[i].start)),
                     ==,
                     cases[i].expected);
  g_assert_null (trafo_file_signature_describe (tar, sizeof tar));
  memcpy (tar + 257, "ustar", 5);
  g_assert_cmpstr (trafo_file_signature_describe (tar, sizeof tar),
                   ==,
                   "a tar archive, as PyTorch wrote before 0.2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-signature/describe", test_describe);
  return g_test_run ();
}
