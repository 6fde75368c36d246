/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include "trafo-build-id-private.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#define OWNER "GNU"

typedef struct
{
  guintptr code;
  char    *build_id;
} Search;

static char *
to_hexadecimal (const guint8 *bytes, gsize size_bytes)
{
  GString *text = g_string_sized_new (2 * size_bytes);

  for (gsize i = 0; i < size_bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

/* A note is its header, the owner's name and the description, the latter two padded to 4 bytes. */
static char *
find_in_notes (const guint8 *notes, gsize size_bytes)
{
  ElfW (Nhdr) note;

  while (size_bytes >= sizeof note)
    {
      gsize name_bytes, padded_bytes;

      memcpy (&note, notes, sizeof note);
      name_bytes = ((gsize) note.n_namesz + 3) & ~(gsize) 3;
      padded_bytes = sizeof note + name_bytes + (((gsize) note.n_descsz + 3) & ~(gsize) 3);
      if (padded_bytes > size_bytes)
        return NULL;
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof OWNER && note.n_descsz > 0 &&
          memcmp (notes + sizeof note, OWNER, sizeof OWNER) == 0)
        return to_hexadecimal (notes + sizeof note + name_bytes, note.n_descsz);
      notes += padded_bytes;
      size_bytes -= padded_bytes;
    }
  return NULL;
}

static gboolean
holds (const struct dl_phdr_info *object, guintptr code)
{
  for (guint i = 0; i < object->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *segment = &object->dlpi_phdr[i];

      if (segment->p_type == PT_LOAD &&
          code - object->dlpi_addr - segment->p_vaddr < segment->p_memsz)
        return TRUE;
    }
  return FALSE;
}

static int
look_at_object (struct dl_phdr_info *object, size_t info_bytes, void *data)
{
  Search *search = data;

  if (!holds (object, search->code))
    return 0;
  for (guint i = 0; i < object->dlpi_phnum && search->build_id == NULL; i++)
    {
      const ElfW (Phdr) *segment = &object->dlpi_phdr[i];

      if (segment->p_type == PT_NOTE)
        search->build_id = find_in_notes ((const guint8 *) (object->dlpi_addr + segment->p_vaddr),
                                          segment->p_memsz);
    }
  return 1;
}

char *
trafo_build_id_find (gconstpointer code)
{
  Search search = { (guintptr) code, NULL };

  dl_iterate_phdr (look_at_object, &search);
  return search.build_id;
}
