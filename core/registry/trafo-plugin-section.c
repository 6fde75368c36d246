/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-plugin-section-private.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <trafo/trafo-error.h>
#include <trafo/trafo-plugin-descriptor.h>
#include <unistd.h>

/* A shared object on disk (System V ABI, chapter 4):
 *
 *   ElfW (Ehdr)      at 0: e_shoff, e_shnum and e_shstrndx lead to
 *   ElfW (Shdr)[]    the section headers; sh_name is an offset into
 *   a string table   section e_shstrndx, which holds the names;
 *                    sh_offset and sh_size lead to
 *   .trafo_plugin    a text that ends with a NUL
 */
#define MAX_SECTIONS 4096
#define MAX_NAMES_BYTES (1024 * 1024)

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__i386__)
#define OWN_MACHINE EM_386
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OWN_MACHINE EM_PPC64
#elif defined(__s390x__)
#define OWN_MACHINE EM_S390
#else
#define OWN_MACHINE EM_NONE /* left to the dynamic loader */
#endif

#define OWN_CLASS (sizeof (gpointer) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OWN_DATA (G_BYTE_ORDER == G_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB)

/* One open file, with what the messages need. */
typedef struct
{
  int         fd;
  guint64     size_bytes;
  const char *filename;
} ElfFile;

static gboolean fail (const ElfFile *file, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (const ElfFile *file, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list          args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error,
               TRAFO_PLUGIN_ERROR,
               TRAFO_PLUGIN_ERROR_INVALID,
               "%s: %s",
               file->filename,
               what);
  return FALSE;
}

/* Reads just [offset, offset + size_bytes); @what names it in messages. */
static gboolean
read_range (const ElfFile *file,
            guint64        offset,
            gpointer       destination,
            gsize          size_bytes,
            const char    *what,
            GError       **error)
{
  char *out = destination;

  if (offset > file->size_bytes || size_bytes > file->size_bytes - offset)
    return fail (file,
                 error,
                 "cut off: the %s needs bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                 ", the file has %" G_GUINT64_FORMAT,
                 what,
                 offset,
                 offset + size_bytes,
                 file->size_bytes);
  while (size_bytes > 0)
    {
      gssize n = pread (file->fd, out, size_bytes, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return fail (file, error, "cannot read the %s: %s", what, g_strerror (n < 0 ? errno : EIO));
      out += n;
      offset += n;
      size_bytes -= n;
    }
  return TRUE;
}

static gboolean
check_header (const ElfFile *file, const ElfW (Ehdr) * header, GError **error)
{
  if (memcmp (header->e_ident, ELFMAG, SELFMAG) != 0)
    return fail (file, error, "not a shared object: it does not begin with the ELF magic");
  if (header->e_ident[EI_CLASS] != OWN_CLASS || header->e_ident[EI_DATA] != OWN_DATA)
    return fail (file,
                 error,
                 "built for another kind of machine: ELF class %u and byte order %u, expected %u "
                 "and %u",
                 header->e_ident[EI_CLASS],
                 header->e_ident[EI_DATA],
                 OWN_CLASS,
                 OWN_DATA);
  if (OWN_MACHINE != EM_NONE && header->e_machine != OWN_MACHINE)
    return fail (file,
                 error,
                 "built for another machine: ELF machine %u, expected %u",
                 header->e_machine,
                 OWN_MACHINE);
  if (header->e_type != ET_DYN)
    return fail (file,
                 error,
                 "not a shared object: ELF type %u, expected %u",
                 header->e_type,
                 ET_DYN);
  if (header->e_shentsize != sizeof (ElfW (Shdr)) || header->e_shnum == 0 ||
      header->e_shnum > MAX_SECTIONS || header->e_shstrndx >= header->e_shnum)
    return fail (file,
                 error,
                 "its section table is absent or broken: %u headers of %u bytes, names in "
                 "section %u",
                 header->e_shnum,
                 header->e_shentsize,
                 header->e_shstrndx);
  return TRUE;
}

/* The NUL-terminated names of all sections; @ret_size_bytes does not count the NUL added here. */
static char *
read_names (const ElfFile *file, const ElfW (Shdr) * section, gsize *ret_size_bytes, GError **error)
{
  g_autofree char *names = NULL;

  if (section->sh_type != SHT_STRTAB || section->sh_size > MAX_NAMES_BYTES)
    {
      fail (file,
            error,
            "its section names are broken: type %u, %" G_GUINT64_FORMAT " bytes",
            section->sh_type,
            (guint64) section->sh_size);
      return NULL;
    }
  names = g_malloc0 (section->sh_size + 1);
  if (!read_range (file, section->sh_offset, names, section->sh_size, "section names", error))
    return NULL;
  *ret_size_bytes = section->sh_size;
  return g_steal_pointer (&names);
}

static GBytes *
read_text (const ElfFile *file, const ElfW (Shdr) * section, GError **error)
{
  g_autofree char *text = NULL;
  gsize            length;

  if (section->sh_type != SHT_PROGBITS || section->sh_size > TRAFO_PLUGIN_TEXT_MAX_BYTES)
    {
      fail (file,
            error,
            "its section %s has type %u and %" G_GUINT64_FORMAT
            " bytes, expected type %u and at most %u bytes",
            TRAFO_PLUGIN_SECTION,
            section->sh_type,
            (guint64) section->sh_size,
            SHT_PROGBITS,
            TRAFO_PLUGIN_TEXT_MAX_BYTES);
      return NULL;
    }
  text = g_malloc0 (section->sh_size + 1);
  if (!read_range (file, section->sh_offset, text, section->sh_size, TRAFO_PLUGIN_SECTION, error))
    return NULL;
  length = strlen (text);
  return g_bytes_new_take (g_steal_pointer (&text), length);
}

GBytes *
trafo_plugin_section_read (int fd, guint64 file_size_bytes, const char *filename, GError **error)
{
  const ElfFile    file = { fd, file_size_bytes, filename };
  g_autofree       ElfW (Shdr) *sections = NULL;
  g_autofree char *names = NULL;
  gsize            names_size_bytes = 0;
  ElfW (Ehdr) header;

  if (!read_range (&file, 0, &header, sizeof header, "ELF header", error) ||
      !check_header (&file, &header, error))
    return NULL;
  sections = g_new (ElfW (Shdr), header.e_shnum);
  if (!read_range (&file,
                   header.e_shoff,
                   sections,
                   header.e_shnum * sizeof *sections,
                   "section table",
                   error))
    return NULL;
  names = read_names (&file, &sections[header.e_shstrndx], &names_size_bytes, error);
  if (names == NULL)
    return NULL;
  for (guint i = 0; i < header.e_shnum; i++)
    if (sections[i].sh_name < names_size_bytes &&
        strcmp (names + sections[i].sh_name, TRAFO_PLUGIN_SECTION) == 0)
      return read_text (&file, &sections[i], error);
  fail (&file, error, "not a plugin: it has no section %s", TRAFO_PLUGIN_SECTION);
  return NULL;
}
