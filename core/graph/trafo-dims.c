/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-dims-private.h"

#include <string.h>

/* A dimension is a polynomial of the slots with positive coefficients: the sum of
 * coefficient * batch^i * sequence^j * ..., one term for each (i, j, ...), sorted by them. */
#define MAX_TERMS 32

typedef struct
{
  guint8 powers[TRAFO_N_SLOTS];
  gint64 coefficient;
} Term;

typedef struct
{
  guint n_terms;
  Term  terms[MAX_TERMS];
} Polynomial;

struct _TrafoDims
{
  GArray *polynomials; /* of Polynomial; number i stands for dimension -1 - i */
};

static const char *const slot_names[TRAFO_N_SLOTS] = { "batch", "sequence", "pages", "logits",
                                                       "any",   "tokens",   "places" };

TrafoDims *
trafo_dims_new (void)
{
  TrafoDims *self = g_new0 (TrafoDims, 1);

  self->polynomials = g_array_new (FALSE, FALSE, sizeof (Polynomial));
  for (guint slot = 0; slot < TRAFO_N_SLOTS; slot++)
    {
      Polynomial polynomial = { .n_terms = 1, .terms = { { .coefficient = 1 } } };

      polynomial.terms[0].powers[slot] = 1;
      g_array_append_val (self->polynomials, polynomial);
    }
  return self;
}

TrafoDims *
trafo_dims_copy (const TrafoDims *self)
{
  TrafoDims *copy = g_new0 (TrafoDims, 1);

  copy->polynomials = g_array_copy (self->polynomials);
  return copy;
}

void
trafo_dims_free (TrafoDims *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->polynomials);
  g_free (self);
}

gboolean
trafo_dims_contains (const TrafoDims *self, gint64 dim)
{
  return dim >= 0 || (guint64) (-1 - dim) < self->polynomials->len;
}

static const Polynomial *
dims_peek (const TrafoDims *self, gint64 dim)
{
  return &g_array_index (self->polynomials, Polynomial, -1 - dim);
}

/* Adds @term where it belongs. FALSE if a coefficient or the number of terms grows too large. */
static gboolean
polynomial_add_term (Polynomial *self, const Term *term)
{
  guint at = 0;
  int   order = 1;

  while (at < self->n_terms &&
         (order = memcmp (self->terms[at].powers, term->powers, sizeof term->powers)) > 0)
    at++;
  if (at < self->n_terms && order == 0)
    return !__builtin_add_overflow (self->terms[at].coefficient,
                                    term->coefficient,
                                    &self->terms[at].coefficient);
  if (self->n_terms == MAX_TERMS)
    return FALSE;
  memmove (&self->terms[at + 1], &self->terms[at], (self->n_terms - at) * sizeof (Term));
  self->terms[at] = *term;
  self->n_terms++;
  return TRUE;
}

static gboolean
term_multiply (const Term *a, const Term *b, Term *ret_term)
{
  for (guint slot = 0; slot < TRAFO_N_SLOTS; slot++)
    {
      guint power = a->powers[slot] + b->powers[slot];

      if (power > G_MAXUINT8)
        return FALSE;
      ret_term->powers[slot] = power;
    }
  return !__builtin_mul_overflow (a->coefficient, b->coefficient, &ret_term->coefficient);
}

/* FALSE for a saturated dimension and for a number that is no dimension of @self. */
static gboolean
dims_read (const TrafoDims *self, gint64 dim, Polynomial *ret_polynomial)
{
  if (dim == G_MAXINT64 || !trafo_dims_contains (self, dim))
    return FALSE;
  if (dim < 0)
    {
      *ret_polynomial = *dims_peek (self, dim);
      return TRUE;
    }
  memset (ret_polynomial, 0, sizeof *ret_polynomial);
  ret_polynomial->n_terms = dim != 0;
  ret_polynomial->terms[0].coefficient = dim;
  return TRUE;
}

static gboolean
polynomial_equal (const Polynomial *a, const Polynomial *b)
{
  if (a->n_terms != b->n_terms)
    return FALSE;
  for (guint i = 0; i < a->n_terms; i++)
    if (a->terms[i].coefficient != b->terms[i].coefficient ||
        memcmp (a->terms[i].powers, b->terms[i].powers, sizeof a->terms[i].powers) != 0)
      return FALSE;
  return TRUE;
}

/* The number of @polynomial: itself if it is constant, else that of its only entry. */
static gint64
dims_intern (TrafoDims *self, const Polynomial *polynomial)
{
  static const Term one = { .coefficient = 1 };

  if (polynomial->n_terms == 0)
    return 0;
  if (polynomial->n_terms == 1 &&
      memcmp (polynomial->terms[0].powers, one.powers, sizeof one.powers) == 0)
    return polynomial->terms[0].coefficient;
  for (guint i = 0; i < self->polynomials->len; i++)
    if (polynomial_equal (&g_array_index (self->polynomials, Polynomial, i), polynomial))
      return -1 - (gint64) i;
  g_array_append_vals (self->polynomials, polynomial, 1);
  return -(gint64) self->polynomials->len;
}

gint64
trafo_dims_add (TrafoDims *self, gint64 a, gint64 b)
{
  Polynomial sum, addend;

  if (!dims_read (self, a, &sum) || !dims_read (self, b, &addend))
    return G_MAXINT64;
  for (guint i = 0; i < addend.n_terms; i++)
    if (!polynomial_add_term (&sum, &addend.terms[i]))
      return G_MAXINT64;
  return dims_intern (self, &sum);
}

gint64
trafo_dims_mul (TrafoDims *self, gint64 a, gint64 b)
{
  Polynomial left, right, product = { 0 };

  if (a == 0 || b == 0)
    return 0;
  if (!dims_read (self, a, &left) || !dims_read (self, b, &right))
    return G_MAXINT64;
  for (guint i = 0; i < left.n_terms; i++)
    for (guint j = 0; j < right.n_terms; j++)
      {
        Term term = { 0 };

        if (!term_multiply (&left.terms[i], &right.terms[j], &term) ||
            !polynomial_add_term (&product, &term))
          return G_MAXINT64;
      }
  return dims_intern (self, &product);
}

gint64
trafo_dims_product (TrafoDims *self, const gint64 *dims, guint n_dims)
{
  gint64 product = 1;

  for (guint i = 0; i < n_dims; i++)
    if (dims[i] == 0)
      return 0;
  for (guint i = 0; i < n_dims; i++)
    product = trafo_dims_mul (self, product, dims[i]);
  return product;
}

gboolean
trafo_dims_broadcast (gint64 a, gint64 b, gint64 *ret_dim)
{
  if (a != b && a != 1 && b != 1)
    return FALSE;
  *ret_dim = a == 1 ? b : a;
  return TRUE;
}

gsize
trafo_dims_get_size (const TrafoDims *self)
{
  return self->polynomials->len;
}

static gint64
saturating_multiply (gint64 a, gint64 b)
{
  gint64 product;

  return __builtin_mul_overflow (a, b, &product) ? G_MAXINT64 : product;
}

static gint64
polynomial_evaluate (const Polynomial *self, const gint64 slots[TRAFO_N_SLOTS])
{
  gint64 sum = 0;

  for (guint i = 0; i < self->n_terms; i++)
    {
      const Term *term = &self->terms[i];
      gint64      product = term->coefficient;

      for (guint slot = 0; slot < TRAFO_N_SLOTS; slot++)
        for (guint power = 0; power < term->powers[slot]; power++)
          product = saturating_multiply (product, slots[slot]);
      if (__builtin_add_overflow (sum, product, &sum))
        return G_MAXINT64;
    }
  return sum;
}

void
trafo_dims_evaluate (const TrafoDims *self, const gint64 slots[TRAFO_N_SLOTS], gint64 *values)
{
  for (guint i = 0; i < self->polynomials->len; i++)
    values[i] = polynomial_evaluate (&g_array_index (self->polynomials, Polynomial, i), slots);
}

gint64
trafo_dims_resolve (const gint64 *values, gint64 dim)
{
  return dim >= 0 ? dim : values[-1 - dim];
}

static void
term_print (const Term *self, GString *text)
{
  const char *separator = "";
  gsize       start = text->len;

  if (self->coefficient != 1)
    {
      g_string_append_printf (text, "%" G_GINT64_FORMAT, self->coefficient);
      separator = "*";
    }
  for (guint slot = 0; slot < TRAFO_N_SLOTS; slot++)
    for (guint power = 0; power < self->powers[slot]; power++)
      {
        g_string_append_printf (text, "%s%s", separator, slot_names[slot]);
        separator = "*";
      }
  if (text->len == start)
    g_string_append_c (text, '1');
}

static void
dims_print (const TrafoDims *self, gint64 dim, GString *text)
{
  const Polynomial *polynomial;

  if (dim == G_MAXINT64)
    g_string_append (text, "too large");
  else if (dim >= 0)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, dim);
  else if (!trafo_dims_contains (self, dim))
    g_string_append_printf (text, "unknown dimension %" G_GINT64_FORMAT, dim);
  else
    {
      polynomial = dims_peek (self, dim);
      for (guint i = 0; i < polynomial->n_terms; i++)
        {
          g_string_append (text, i == 0 ? "" : "+");
          term_print (&polynomial->terms[i], text);
        }
    }
}

char *
trafo_dims_to_string (const TrafoDims *self, const gint64 *dims, guint n_dims)
{
  GString *text = g_string_new ("(");

  for (guint i = 0; i < n_dims; i++)
    {
      g_string_append (text, i == 0 ? "" : ", ");
      dims_print (self, dims[i], text);
    }
  g_string_append (text, n_dims == 1 ? ",)" : ")");
  return g_string_free (text, FALSE);
}

char *
trafo_dims_dim_to_string (const TrafoDims *self, gint64 dim)
{
  GString *text = g_string_new (NULL);

  dims_print (self, dim, text);
  return g_string_free (text, FALSE);
}
