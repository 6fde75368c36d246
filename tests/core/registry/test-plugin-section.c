/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-section-private.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <trafo/trafo-error.h>
#include <unistd.h>

#define TEXT "trafo-plugin 1 0.1\n{}"
#define N_MUTATIONS 20000

/* The smallest file that has all that is looked at. */
typedef struct
{
  ElfW (Ehdr) header;
  ElfW (Shdr) sections[3]; /* none, the names, the text */
  char names[32];
  char text[32];
} Image;

enum
{
  NONE,
  NAMES,
  PLUGIN,
};

static void
image_init (Image *self)
{
  memset (self, 0, sizeof *self);
  memcpy (self->header.e_ident, ELFMAG, SELFMAG);
  self->header.e_ident[EI_CLASS] = sizeof (gpointer) == 8 ? ELFCLASS64 : ELFCLASS32;
  self->header.e_ident[EI_DATA] = G_BYTE_ORDER == G_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB;
  self->header.e_type = ET_DYN;
#if defined(__x86_64__)
  self->header.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  self->header.e_machine = EM_AARCH64;
#endif
  self->header.e_shoff = G_STRUCT_OFFSET (Image, sections);
  self->header.e_shentsize = sizeof (ElfW (Shdr));
  self->header.e_shnum = G_N_ELEMENTS (self->sections);
  self->header.e_shstrndx = NAMES;
  self->sections[NAMES].sh_type = SHT_STRTAB;
  self->sections[NAMES].sh_offset = G_STRUCT_OFFSET (Image, names);
  self->sections[NAMES].sh_size = sizeof self->names;
  self->sections[PLUGIN].sh_name = 1;
  self->sections[PLUGIN].sh_type = SHT_PROGBITS;
  self->sections[PLUGIN].sh_offset = G_STRUCT_OFFSET (Image, text);
  self->sections[PLUGIN].sh_size = sizeof self->text;
  strcpy (self->names + 1, ".trafo_plugin");
  strcpy (self->text, TEXT);
}

static GBytes *
read_bytes (gconstpointer bytes, gsize size_bytes, GError **error)
{
  int     fd = memfd_create ("plugin", MFD_CLOEXEC);
  GBytes *text;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, size_bytes), ==, size_bytes);
  text = trafo_plugin_section_read (fd, size_bytes, "/file", error);
  close (fd);
  return text;
}

static void
test_text_is_found (void)
{
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) error = NULL;
  Image image;

  image_init (&image);
  text = read_bytes (&image, sizeof image, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), TEXT, strlen (TEXT));
}

/* A field with a value that it must not have, and part of the message. */
static const struct
{
  const char *message;
  gsize       offset;
  gsize       size_bytes;
  guint64     value;
} broken[] = {
#define FIELD(message, field, value)                                                               \
  {                                                                                                \
    message, G_STRUCT_OFFSET (Image, field), sizeof ((Image *) NULL)->field, value                 \
  }
  FIELD ("ELF magic", header.e_ident[0], 0x7e),
  FIELD ("another kind of machine", header.e_ident[EI_CLASS], 9),
  FIELD ("another kind of machine", header.e_ident[EI_DATA], 9),
  FIELD ("built for another machine", header.e_machine, EM_SPARC),
  FIELD ("ELF type 2", header.e_type, ET_EXEC),
  FIELD ("section table is absent", header.e_shnum, 0),
  FIELD ("section table is absent", header.e_shnum, 65535),
  FIELD ("section table is absent", header.e_shentsize, 1),
  FIELD ("section table is absent", header.e_shstrndx, 3),
  FIELD ("cut off: the section table", header.e_shnum, 5),
  FIELD ("cut off: the section table", header.e_shoff, G_MAXUINT64),
  FIELD ("cut off: the section table", header.e_shoff, G_MAXUINT64 - 63),
  FIELD ("section names are broken", sections[NAMES].sh_type, SHT_NOBITS),
  FIELD ("section names are broken", sections[NAMES].sh_size, G_MAXUINT64),
  FIELD ("cut off: the section names", sections[NAMES].sh_offset, G_MAXUINT64),
  FIELD ("no section .trafo_plugin", sections[NAMES].sh_size, 0),
  FIELD ("no section .trafo_plugin", sections[PLUGIN].sh_name, 2),
  FIELD ("no section .trafo_plugin", sections[PLUGIN].sh_name, G_MAXUINT32),
  FIELD ("has type 8", sections[PLUGIN].sh_type, SHT_NOBITS),
  FIELD ("bytes, expected", sections[PLUGIN].sh_size, G_MAXUINT64),
  FIELD ("cut off: the .trafo_plugin", sections[PLUGIN].sh_offset, G_MAXUINT64 - 7),
  FIELD ("cut off: the .trafo_plugin", sections[PLUGIN].sh_size, 33),
#undef FIELD
};

static void
test_broken_fields_are_named (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GBytes) text = NULL;
      g_autoptr (GError) error = NULL;
      Image image;

      image_init (&image);
      /* of a little-endian value the first bytes are the low ones, of a big-endian one all count */
      memcpy ((char *) &image + broken[i].offset,
              (const char *) &broken[i].value +
                  (G_BYTE_ORDER == G_BIG_ENDIAN ? 8 - broken[i].size_bytes : 0),
              broken[i].size_bytes);
      text = read_bytes (&image, sizeof image, &error);
      g_test_message ("%u: %s", i, error != NULL ? error->message : "no error");
      g_assert_null (text);
      g_assert_error (error, TRAFO_PLUGIN_ERROR, TRAFO_PLUGIN_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, broken[i].message));
      g_assert_true (g_str_has_prefix (error->message, "/file: "));
    }
}

static void
test_every_cut (void)
{
  Image image;

  image_init (&image);
  for (gsize size = 0; size < sizeof image; size++)
    {
      g_autoptr (GBytes) text = NULL;
      g_autoptr (GError) error = NULL;

      text = read_bytes (&image, size, &error);
      g_assert_null (text);
      g_assert_nonnull (strstr (error->message, "cut off"));
    }
}

/* Whatever is in the file, it gives a text inside of it or an error. */
static void
test_random_damage (void)
{
  guint n_texts = 0;

  for (guint i = 0; i < N_MUTATIONS; i++)
    {
      g_autoptr (GBytes) text = NULL;
      g_autoptr (GError) error = NULL;
      Image image;

      image_init (&image);
      for (gint n = g_test_rand_int_range (1, 5); n > 0; n--)
        ((guint8 *) &image)[g_test_rand_int_range (0, sizeof image)] =
            g_test_rand_int_range (0, 256);
      text = read_bytes (&image, sizeof image, &error);
      g_assert_true ((text != NULL) == (error == NULL));
      if (text != NULL)
        g_assert_cmpuint (g_bytes_get_size (text), <=, sizeof image);
      n_texts += text != NULL;
    }
  g_test_message ("%u of %u still gave a text", n_texts, N_MUTATIONS);
  g_assert_cmpuint (n_texts, >, 0);
  g_assert_cmpuint (n_texts, <, N_MUTATIONS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin-section/text-is-found", test_text_is_found);
  g_test_add_func ("/plugin-section/broken-fields-are-named", test_broken_fields_are_named);
  g_test_add_func ("/plugin-section/every-cut", test_every_cut);
  g_test_add_func ("/plugin-section/random-damage", test_random_damage);
  return g_test_run ();
}
