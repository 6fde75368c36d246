/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-truncation-private.h"

typedef struct
{
  TrafoTruncation strategy;
  gsize           max_length;
  gsize           lengths[2];
  gsize           kept[2];
} Choice;

/* Checked with the Rust tokenizers 0.23.3. */
static const Choice choices[] = {
  { TRAFO_TRUNCATION_LONGEST_FIRST, 10, { 4, 6 }, { 4, 6 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 0, { 4, 6 }, { 0, 0 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 5, { 100, 20 }, { 3, 2 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 5, { 20, 100 }, { 2, 3 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 5, { 20, 20 }, { 2, 3 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 9, { 2, 20 }, { 2, 7 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 9, { 20, 2 }, { 7, 2 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 1, { 1, 1 }, { 0, 1 } },
  { TRAFO_TRUNCATION_LONGEST_FIRST, 3, { 0, 9 }, { 0, 3 } },
  { TRAFO_TRUNCATION_ONLY_FIRST, 8, { 6, 5 }, { 3, 5 } },
  { TRAFO_TRUNCATION_ONLY_SECOND, 8, { 6, 5 }, { 6, 2 } },
};

static void
test_choose (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      const Choice *row = &choices[i];
      gsize         kept[2];
      g_autoptr (GError) error = NULL;

      trafo_truncation_choose (row->strategy, row->max_length, TRUE, row->lengths, kept, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (kept[0], ==, row->kept[0]);
      g_assert_cmpuint (kept[1], ==, row->kept[1]);
    }
}

typedef struct
{
  gsize       length;
  gsize       kept;
  gsize       stride;
  gboolean    on_left;
  const char *parts;
} Cut;

static const Cut cuts[] = {
  { 5, 5, 0, FALSE, "0-5 " },
  { 0, 3, 2, FALSE, "0-0 " },
  { 7, 3, 0, FALSE, "0-3 3-6 6-7 " },
  { 7, 3, 2, FALSE, "0-3 1-4 2-5 3-6 4-7 " },
  { 7, 4, 1, FALSE, "0-4 3-7 " },
  { 7, 3, 0, TRUE, "4-7 1-4 0-1 " },
  { 7, 3, 2, TRUE, "4-7 3-6 2-5 1-4 0-3 " },
  { 4, 0, 0, FALSE, "0-0 0-4 " },
};

static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      const Cut *row = &cuts[i];
      g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (TrafoPart));
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      trafo_truncation_cut (row->length, row->kept, row->stride, row->on_left, TRUE, parts, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < parts->len; k++)
        {
          TrafoPart part = g_array_index (parts, TrafoPart, k);

          g_string_append_printf (text,
                                  "%" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT " ",
                                  part.start,
                                  part.end);
        }
      g_assert_cmpstr (text->str, ==, row->parts);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/truncation/choose", test_choose);
  g_test_add_func ("/truncation/cut", test_cut);
  return g_test_run ();
}
