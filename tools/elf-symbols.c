/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "elf-symbols.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <trafo/trafo-error.h>

/* The bytes of the file, of which every range is checked before it is looked at. */
typedef struct
{
  const char *bytes;
  gsize       size_bytes;
} Image;

#define MAX_BYTES (256 * 1024 * 1024)

static gboolean
has_range (const Image *image, guint64 offset, guint64 size_bytes)
{
  return offset <= image->size_bytes && size_bytes <= image->size_bytes - offset;
}

static const ElfW (Shdr) *
    find_section (const Image *image, const ElfW (Shdr) * sections, guint n, guint32 type)
{
  for (guint i = 0; i < n; i++)
    if (sections[i].sh_type == type &&
        has_range (image, sections[i].sh_offset, sections[i].sh_size))
      return &sections[i];
  return NULL;
}

/* The section headers, copied, for they need not be aligned in the file. */
static ElfW (Shdr) * copy_sections (const Image *image, guint *ret_n)
{
  ElfW (Ehdr) header;

  if (!has_range (image, 0, sizeof header))
    return NULL;
  memcpy (&header, image->bytes, sizeof header);
  if (memcmp (header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_shentsize != sizeof (ElfW (Shdr)) ||
      !has_range (image, header.e_shoff, (guint64) header.e_shnum * sizeof (ElfW (Shdr))))
    return NULL;
  *ret_n = header.e_shnum;
  return g_memdup2 (image->bytes + header.e_shoff, header.e_shnum * sizeof (ElfW (Shdr)));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_symbols (ElfSymbols  *self,
             const Image *image,
             const ElfW (Shdr) * symbols,
             const ElfW (Shdr) * names)
{
  gsize n = symbols->sh_size / sizeof (ElfW (Sym));

  /* the first is no symbol */
  for (gsize i = 1; i < n; i++)
    {
      const char *start = image->bytes + names->sh_offset;
      ElfW (Sym) symbol;

      memcpy (&symbol, image->bytes + symbols->sh_offset + i * sizeof (ElfW (Sym)), sizeof symbol);
      if (symbol.st_name >= names->sh_size || ELF64_ST_BIND (symbol.st_info) == STB_LOCAL)
        continue;
      g_ptr_array_add (symbol.st_shndx == SHN_UNDEF ? self->imports : self->exports,
                       g_strndup (start + symbol.st_name, names->sh_size - symbol.st_name));
    }
  g_ptr_array_sort (self->exports, compare_names);
  g_ptr_array_sort (self->imports, compare_names);
}

gboolean
elf_symbols_read (ElfSymbols *self, const char *filename, GError **error)
{
  g_autofree char *contents = NULL;
  g_autofree       ElfW (Shdr) *sections = NULL;
  const ElfW (Shdr) *symbols = NULL, *init = NULL;
  Image image;
  guint n = 0;

  if (!g_file_get_contents (filename, &contents, &image.size_bytes, error))
    return FALSE;
  image.bytes = contents;
  if (image.size_bytes <= MAX_BYTES)
    sections = copy_sections (&image, &n);
  if (sections != NULL)
    symbols = find_section (&image, sections, n, SHT_DYNSYM);
  if (symbols == NULL || symbols->sh_link >= n ||
      !has_range (&image, sections[symbols->sh_link].sh_offset, sections[symbols->sh_link].sh_size))
    {
      g_set_error (error,
                   TRAFO_FORMAT_ERROR,
                   TRAFO_FORMAT_ERROR_VALUE,
                   "%s: no table of dynamic symbols",
                   filename);
      return FALSE;
    }
  self->exports = g_ptr_array_new_with_free_func (g_free);
  self->imports = g_ptr_array_new_with_free_func (g_free);
  add_symbols (self, &image, symbols, &sections[symbols->sh_link]);
  init = find_section (&image, sections, n, SHT_INIT_ARRAY);
  self->init_array_size_bytes = init != NULL ? init->sh_size : 0;
  return TRUE;
}

void
elf_symbols_clear (ElfSymbols *self)
{
  g_clear_pointer (&self->exports, g_ptr_array_unref);
  g_clear_pointer (&self->imports, g_ptr_array_unref);
}
