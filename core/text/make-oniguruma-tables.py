#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes core/text/trafo-oniguruma-tables.c: what each class of characters of Oniguruma holds, said in PCRE2.

    make-oniguruma-tables.py > core/text/trafo-oniguruma-tables.c

Oniguruma, as the Hugging Face `tokenizers` wheel has it, and PCRE2 know different versions of Unicode and give some names
another meaning: \\p{Han} is a script here and the script's extensions there. Every name that the wheel takes is put through it
with all code points; a row is the property of the oldest PCRE2 that is supported (the one this runs with) which needs the
fewest code points more or less, and those. What a newer PCRE2 knows itself is then said twice, which does no harm.
"""
import ctypes
import pathlib
import re
import sys

import numpy
import tokenizers
from tokenizers import Regex, normalizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
MARK = 2  # U+0003 stands in the place of the mark
TEXT = "".join(map(chr, POINTS)).replace(chr(MARK), chr(3))
BYTES = TEXT.encode()
PLACES = numpy.cumsum(numpy.frombuffer(BYTES, numpy.uint8) & 0xC0 != 0x80) - 1  # of each byte's character
POSIX = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split()
UTF, UCP, NO_UTF_CHECK = 0x80000, 0x20000, 0x40000000

pcre2 = ctypes.CDLL("libpcre2-8.so.0")
pcre2.pcre2_compile_8.restype = ctypes.c_void_p
pcre2.pcre2_match_data_create_8.restype = ctypes.c_void_p
pcre2.pcre2_get_ovector_pointer_8.restype = ctypes.POINTER(ctypes.c_size_t)


def ask_wheel(regex):
    """For each of POINTS whether @regex matches it alone."""
    text = normalizers.Replace(Regex(regex), chr(MARK)).normalize_str(TEXT)
    return numpy.frombuffer(text.encode("utf-32-le"), numpy.uint32) == MARK


def ask_pcre2(members):
    """The same of a set in brackets; None if it is refused."""
    regex = f"[{members}]+".encode()
    number, offset = ctypes.c_int(), ctypes.c_size_t()
    code = ctypes.c_void_p(pcre2.pcre2_compile_8(regex, ctypes.c_size_t(len(regex)), ctypes.c_uint32(UTF | UCP),
                                                 ctypes.byref(number), ctypes.byref(offset), None))
    if not code:
        return None
    data = ctypes.c_void_p(pcre2.pcre2_match_data_create_8(1, None))
    span = pcre2.pcre2_get_ovector_pointer_8(data)
    found, at = numpy.zeros(len(POINTS), bool), 0
    while at < len(BYTES) and pcre2.pcre2_match_8(code, BYTES, ctypes.c_size_t(len(BYTES)), ctypes.c_size_t(at),
                                                  ctypes.c_uint32(NO_UTF_CHECK), data, None) > 0:
        at = span[1]
        found[PLACES[span[0]]:PLACES[at - 1] + 1] = True
    found[MARK] = found[3]
    pcre2.pcre2_match_data_free_8(data)
    pcre2.pcre2_code_free_8(code)
    return found


def write_ranges(found):
    """What is found, as it stands in brackets."""
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], found, [False])).astype(numpy.int8)))
    ranges = [(POINTS[first], POINTS[end - 1]) for first, end in zip(edges[::2], edges[1::2])]
    return ["\\x{%x}" % first + ("-\\x{%x}" % last if last > first else "") for first, last in ranges]


def describe(found, names):
    """The members and what is to be left out of them, in as few pieces as can be."""
    bases = [""] + [form % name for name in names for form in ("\\p{%s}", "\\p{sc:%s}")]
    bases += ["\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}", "\\p{Alphabetic}\\p{Nd}", "\\p{Alphabetic}", "\\p{Lowercase}", "\\p{Uppercase}",
              "\\p{P}\\p{S}", "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}", "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}\\p{Zs}",
              "\\p{Any}"] if not re.fullmatch("[a-z]{1,2}", names[0]) else []
    best = None
    for base in bases if found.any() else ["\\p{Cs}"]:
        if base not in held:
            held[base] = ask_pcre2(base) if base else numpy.zeros(len(POINTS), bool)
        if held[base] is not None:
            pieces = write_ranges(found & ~held[base]), write_ranges(held[base] & ~found)
            cost = len(pieces[0]) + len(pieces[1]) * 2 + base.count("{")
            if best is None or cost < best[0]:
                best = cost, base + "".join(pieces[0]), "".join(pieces[1])
    return best[1:]


def find_names():
    """The words of the wheel's library that it takes for names, spelled as it compares them."""
    library = next(pathlib.Path(tokenizers.__file__).parent.glob("*.so")).read_bytes()
    words = {word.decode() for word in re.findall(rb"(?<=\0)[a-z][a-z0-9]{0,60}(?=\0)", library)}
    for name in sorted(words):
        try:
            Regex(rf"\p{{{name}}}")
        except Exception:
            continue
        yield name


def quote(text):
    lines = [text[i:i + 100] for i in range(0, len(text), 100)]
    return "\n    ".join('"' + line.replace("\\", "\\\\") + '"' for line in lines)


def main():
    groups = {}
    for name, regex in [(name, rf"\p{{{name}}}") for name in find_names()] + [(f"[:{name}:]", f"[[:{name}:]]") for name in POSIX]:
        groups.setdefault(numpy.packbits(ask_wheel(regex)).tobytes(), []).append(name)
    rows, index = [], {}
    for bits, names in groups.items():
        names.sort(key=lambda name: (name[0] == "[", len(name), name))
        index.update(dict.fromkeys(names, len(rows)))
        found = numpy.unpackbits(numpy.frombuffer(bits, numpy.uint8), count=len(POINTS)).astype(bool)
        rows.append(describe(found, names))
    print("/* SPDX-License-Identifier: MIT\n * Copyright 2026 The Trafo authors */")
    print(f"/* Generated by make-oniguruma-tables.py from tokenizers {tokenizers.__version__} and PCRE2 {version()};\n"
          " * long because it is a table. */")
    print('#include "trafo-oniguruma-private.h"\n\n/* clang-format off */\n')
    print(f"const TrafoOnigurumaClass trafo_oniguruma_classes[{len(rows)}] = {{")
    for members, removed in rows:
        print(f"  {{ {quote(members)}, {quote(removed) if removed else 'NULL'} }},")
    print(f"}};\n\nconst TrafoOnigurumaName trafo_oniguruma_names[{len(index)}] = {{")
    for name in sorted(index):
        print(f'  {{ "{name}", {index[name]} }},')
    print(f"}};\nconst gsize trafo_oniguruma_name_count = {len(index)};")
    print(f"{len(index)} names, {len(rows)} classes, {sum(len(m) + len(r) for m, r in rows)} bytes", file=sys.stderr)


def version():
    text = ctypes.create_string_buffer(64)
    pcre2.pcre2_config_8(11, text)
    return text.value.decode().split()[0]


held = {}

if __name__ == "__main__":
    main()
