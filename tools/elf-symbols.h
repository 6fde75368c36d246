/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a shared object's dynamic symbol table says, read without running its code. */
typedef struct
{
  GPtrArray *exports; /* names, sorted */
  GPtrArray *imports; /* names, sorted */
  gsize      init_array_size_bytes;
} ElfSymbols;

gboolean elf_symbols_read (ElfSymbols *self, const char *filename, GError **error);
void     elf_symbols_clear (ElfSymbols *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ElfSymbols, elf_symbols_clear)

G_END_DECLS
