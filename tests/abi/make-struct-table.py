# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Writes a C table of the sizes and offsets of all structs that plugins share with core.

make-struct-table.py HEADER...: the public headers of plugin-api; the table goes to stdout.
"""
import re
import sys

STRUCT = re.compile(r"(?:typedef )?struct(?: _(\w+))?\s*\n\{(.*?)\n\}\s*(\w+)?;", re.S)


def field_names(body):
    """The names of a struct's fields, from declarations such as `T a, *b[4];` and `T (*f) (..);`."""
    for declaration in body.split(";"):
        declaration = " ".join(declaration.split())
        function = re.search(r"\(\*(\w+)\)", declaration)
        if function:
            yield function.group(1)
        elif declaration:
            for declarator in declaration.split(","):
                yield re.search(r"(\w+)(?:\[\w+\])*$", declarator.strip()).group(1)


def main(headers):
    print("#include \"struct-table.h\"\n#include <trafo/trafo-plugin.h>\n")
    print("const StructRow struct_table[] = {")
    for header in headers:
        text = re.sub(r"/\*.*?\*/", "", open(header, encoding="utf-8").read(), flags=re.S)
        for tag, body, name in STRUCT.findall(text):
            name = name or tag
            print(f'  {{ "{name}", NULL, 0, sizeof ({name}) }},')
            for field in field_names(body):
                print(f'  {{ "{name}", "{field}", G_STRUCT_OFFSET ({name}, {field}), '
                      f"sizeof ((({name} *) NULL)->{field}) }},")
    print("  { NULL, NULL, 0, 0 },\n};")


main(sys.argv[1:])
