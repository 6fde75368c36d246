#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Compares the safetensors reader with the reference implementation on the corners of the format: each
file is taken or refused by both, but for those in DIFFERENT, where the header of
trafo-safetensors-header.c says why."""

import struct
import sys

import safetensors

from parse_many import parse_many

DATA = bytes(4)
MAX = 2**64 - 1
MAX_HEADER = 100000000


def make_file(header, data=b"", size=None):
    if isinstance(header, str):
        header = header.encode()
    return struct.pack("<Q", len(header) if size is None else size) + header + data


def info(shape="[1]", offsets="[0,4]", dtype='"F32"', extra=""):
    return f'{{"dtype":{dtype},"shape":{shape},"data_offsets":{offsets}{extra}}}'


def one(data=DATA, **fields):
    """A file with the tensor "a"."""
    return make_file(f'{{"a":{info(**fields)}}}', data)


def named(name, data=DATA):
    """A file with a tensor of that name, as it is in the file."""
    return make_file(b'{"' + name + b'":' + info().encode() + b"}", data)


def members(text, data=DATA):
    return make_file("{" + text + "}", data)


def metadata(text):
    return make_file('{"__metadata__":' + text + "}")


def many_metadata(n):
    return metadata("{" + ",".join(f'"{i}":""' for i in range(n)) + "}")


def nested(n):
    return one(extra=',"x":' + "[" * n + "]" * n)


PLAIN = f'{{"a":{info()}}}'
CASES = {
    # names
    "name": named(b"a"),
    "name empty": named(b""),
    "name of a space": named(b" "),
    "name with NUL": named(b"a\\u0000b"),
    "name of NUL alone": named(b"\\u0000"),
    "names alike up to NUL": members(f'"a\\u0000b":{info()},"a\\u0000c":{info(offsets="[4,8]")}', DATA * 2),
    "name with a raw NUL": named(b"a\0b"),
    "name with a raw tab": named(b"\t"),
    "name with a control character": named(b"\x01"),
    "name with DEL": named(b"\x7f"),
    "name with half a pair": named(b"\\ud800"),
    "name with a pair": named(b"\\ud83d\\ude00"),
    "name with a noncharacter": named(b"\\uffff"),
    "name with a wrong byte": named(b"\xff"),
    "name with an overlong form": named(b"\xc0\xaf"),
    "name with half a pair in UTF-8": named(b"\xed\xa0\x80"),
    "name with an escaped slash": named(b"\\/"),
    "name with a wrong escape": named(b"\\x"),
    "name of 100,000 bytes": named(b"n" * 100000),
    "name __metadata__": named(b"__metadata__"),
    "name without quotes": make_file("{1:" + info() + "}", DATA),
    "name twice": members(f'"a":{info()},"a":{info()}'),
    "name twice, no elements": members(",".join([f'"a":{info("[0]", "[0,0]")}'] * 2), b""),
    "name twice, once escaped": members(f'"a":{info()},"\\u0061":{info()}'),
    "name twice, another place": members(f'"a":{info()},"a":{info(offsets="[4,8]")}', DATA * 2),
    # shapes
    "shape [0, 2^64-1]": one(b"", shape=f"[0,{MAX}]", offsets="[0,0]"),
    "shape [0, 2^64-1, 2^64-1]": one(b"", shape=f"[0,{MAX},{MAX}]", offsets="[0,0]"),
    "shape [2^64-1, 0]": one(b"", shape=f"[{MAX},0]", offsets="[0,0]"),
    "shape [2^64-1, 2^64-1, 0]": one(b"", shape=f"[{MAX},{MAX},0]", offsets="[0,0]"),
    "shape [2^63, 0]": one(b"", shape=f"[{2**63},0]", offsets="[0,0]"),
    "shape [2^63-1, 0]": one(b"", shape=f"[{2**63 - 1},0]", offsets="[0,0]"),
    "shape [2^64, 0]": one(b"", shape=f"[{2**64},0]", offsets="[0,0]"),
    "shape [2^62, 4]": one(b"", shape=f"[{2**62},4]", offsets="[0,0]"),
    "shape [2^62]": one(b"", shape=f"[{2**62}]", offsets="[0,0]"),
    "shape [2^60]": one(shape=f"[{2**60}]"),
    "shape [2^59], 0 bits after overflow": one(b"", shape=f"[{2**59}]", offsets="[0,0]"),
    "shape []": one(shape="[]"),
    "shape [0]": one(b"", shape="[0]", offsets="[0,0]"),
    "shape [-0]": one(b"", shape="[-0]", offsets="[0,0]"),
    "shape [-0.0]": one(b"", shape="[-0.0]", offsets="[0,0]"),
    "shape [-1]": one(shape="[-1]"),
    "shape [1.0]": one(shape="[1.0]"),
    "shape [1e0]": one(shape="[1e0]"),
    "shape [1e999]": one(shape="[1e999]"),
    "shape [01]": one(shape="[01]"),
    "shape [1,]": one(shape="[1,]"),
    "shape [ 1 ]": one(shape="[ 1 ]"),
    "shape [[1]]": one(shape="[[1]]"),
    "shape of a string": one(shape='["1"]'),
    "shape of true": one(shape="[true]"),
    "shape of null": one(shape="[null]"),
    "shape null": one(shape="null"),
    "shape {}": one(shape="{}"),
    "shape of 1000 dims": one(shape="[" + ",".join(["1"] * 1000) + "]"),
    # offsets
    "offsets [-0, 4]": one(offsets="[-0,4]"),
    "offsets [0.0, 4]": one(offsets="[0.0,4]"),
    "offsets [0, 4.0]": one(offsets="[0,4.0]"),
    "offsets [0, 1e999]": one(offsets="[0,1e999]"),
    "offsets [0]": one(offsets="[0]"),
    "offsets [0, 4, 4]": one(offsets="[0,4,4]"),
    "offsets []": one(offsets="[]"),
    "offsets [4, 0]": one(offsets="[4,0]"),
    "offsets [0, 2^64-1]": one(offsets=f"[0,{MAX}]"),
    "offsets [2^64-1, 4]": one(offsets=f"[{MAX},4]"),
    "offsets null": one(offsets="null"),
    "offsets {}": one(offsets='{"0":0,"1":4}'),
    # dtypes
    "dtype f32": one(dtype='"f32"'),
    "dtype F128": one(dtype='"F128"'),
    "dtype with NUL": one(dtype='"F32\\u0000"'),
    "dtype escaped": one(dtype='"\\u004632"'),
    "dtype null": one(dtype="null"),
    "dtype 1": one(dtype="1"),
    "dtype [F32]": one(dtype='["F32"]'),
    "dtype {F32: null}": one(dtype='{"F32":null}'),
    "dtype C64": one(DATA * 2, dtype='"C64"', offsets="[0,8]"),
    "dtype F8_E8M0": one(shape="[4]", dtype='"F8_E8M0"'),
    "dtype F8_E4M3FNUZ": one(shape="[4]", dtype='"F8_E4M3FNUZ"'),
    "dtype BOOL of 7": one(b"\7\7\7\7", shape="[4]", dtype='"BOOL"'),
    "dtype F4, half a byte": one(b"\0", dtype='"F4"', offsets="[0,1]"),
    "dtype F4, a byte": one(b"\0", shape="[2]", dtype='"F4"', offsets="[0,1]"),
    "dtype F4, a byte and a half": one(b"\0\0", shape="[3]", dtype='"F4"', offsets="[0,2]"),
    "dtype F6, three bytes": one(b"\0\0\0", shape="[4]", dtype='"F6_E2M3"', offsets="[0,3]"),
    # fields
    "no dtype": members('"a":{"shape":[1],"data_offsets":[0,4]}'),
    "no shape": members('"a":{"dtype":"F32","data_offsets":[0,4]}'),
    "no offsets": members('"a":{"dtype":"F32","shape":[1]}'),
    "no fields": members('"a":{}', b""),
    "dtype twice": members('"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}'),
    "shape twice": members('"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}'),
    "offsets twice": one(extra=',"data_offsets":[0,4]'),
    "tensor null": members('"a":null', b""),
    "tensor of text": members('"a":"x"', b""),
    "tensor as array": members('"a":["F32",[1],[0,4]]'),
    "tensor as array of four": members('"a":["F32",[1],[0,4],1]'),
    "unknown field": one(extra=',"x":1'),
    "unknown null": one(extra=',"x":null'),
    "unknown field twice": one(extra=',"x":1,"x":2'),
    "unknown object with a key twice": one(extra=',"x":{"y":1,"y":2}'),
    "unknown nested 125 deep": nested(125),
    "unknown nested 126 deep": nested(126),
    "unknown nested 127 deep": nested(127),
    "unknown 1e999": one(extra=',"x":1e999'),
    "unknown -1e999": one(extra=',"x":[-1e999]'),
    "unknown 1e-999": one(extra=',"x":1e-999'),
    "unknown -0": one(extra=',"x":-0'),
    "unknown integer of 400 digits": one(extra=',"x":' + "9" * 400),
    "unknown fraction of 4000 digits": one(extra=',"x":0.' + "1" * 4000),
    "unknown NaN": one(extra=',"x":NaN'),
    "unknown 01": one(extra=',"x":01'),
    "unknown 1.": one(extra=',"x":1.'),
    "unknown .5": one(extra=',"x":.5'),
    "unknown +1": one(extra=',"x":+1'),
    "unknown half a pair": one(extra=',"x":"\\ud800"'),
    "unknown key with NUL": one(extra=',"x\\u0000":1'),
    "unknown key like dtype": one(extra=',"dtype\\u0000":1'),
    # metadata
    "nothing": make_file("{}"),
    "metadata {}": metadata("{}"),
    "metadata null": metadata("null"),
    "metadata []": metadata("[]"),
    "metadata of text": metadata('"x"'),
    "metadata 3": metadata("3"),
    "metadata last": members(f'"a":{info()},"__metadata__":{{"x":"y"}}'),
    "metadata twice": members('"__metadata__":{},"__metadata__":{}', b""),
    "metadata twice, null first": members('"__metadata__":null,"__metadata__":{}', b""),
    "metadata of a number": metadata('{"a":1}'),
    "metadata of null": metadata('{"a":null}'),
    "metadata of true": metadata('{"a":true}'),
    "metadata of an array": metadata('{"a":["b"]}'),
    "metadata of an object": metadata('{"a":{"b":"c"}}'),
    "metadata with a key twice": metadata('{"a":"b","a":"c"}'),
    "metadata with an empty key": metadata('{"":""}'),
    "metadata with NUL in a value": metadata('{"a":"b\\u0000c"}'),
    "metadata with NUL in a key": metadata('{"a\\u0000b":"c"}'),
    "metadata of 65536 keys": many_metadata(65536),
    "metadata of 65537 keys": many_metadata(65537),
    # data
    "a byte too many": make_file(PLAIN, DATA + b"\0"),
    "a byte too few": make_file(PLAIN, DATA[1:]),
    "no data": make_file(PLAIN),
    "data of no tensor": make_file("{}", b"\0"),
    "gap in front": one(DATA * 2, offsets="[4,8]"),
    "gap between": members(f'"a":{info()},"b":{info(offsets="[8,12]")}', DATA * 3),
    "overlap": members(f'"a":{info()},"b":{info(offsets="[2,6]")}', bytes(6)),
    "same data": members(f'"a":{info()},"b":{info()}'),
    "one in another": members(f'"a":{info("[2]", "[0,8]")},"b":{info(offsets="[4,8]")}', DATA * 2),
    "reverse order": members(f'"b":{info(offsets="[4,8]")},"a":{info()}', DATA * 2),
    "no elements at the begin": members(f'"z":{info("[0]", "[0,0]")},"a":{info()}'),
    "no elements at the end": members(f'"z":{info("[0]", "[4,4]")},"a":{info()}'),
    "no elements within another": members(f'"z":{info("[0]", "[2,2]")},"a":{info()}'),
    "no elements past the end": members(f'"z":{info("[0]", "[8,8]")},"a":{info()}'),
    "floats misaligned": members(
        f'"b":{info(dtype=chr(34) + "U8" + chr(34), offsets="[0,1]")},"a":{info(offsets="[1,5]")}', bytes(5)),
    # the header
    "header of odd size": make_file(PLAIN + " ", DATA),
    "spaces before": make_file("  " + PLAIN, DATA),
    "newline before": make_file("\n" + PLAIN, DATA),
    "white space after": make_file(PLAIN + "\n\t\r ", DATA),
    "NUL after": make_file(PLAIN + "\0", DATA),
    "text after": make_file(PLAIN + "x", DATA),
    "object after": make_file(PLAIN + "{}", DATA),
    "form feed after": make_file(PLAIN + "\f", DATA),
    "no-break space after": make_file(PLAIN + "\u00a0", DATA),
    "byte order mark": make_file("\ufeff" + PLAIN, DATA),
    "comment": make_file("/**/" + PLAIN, DATA),
    "single quotes": make_file(PLAIN.replace('"', "'"), DATA),
    "comma at the end": make_file(PLAIN[:-1] + ",}", DATA),
    "array": make_file("[]"),
    "null": make_file("null"),
    "text": make_file('"a"'),
    "number": make_file("1"),
    "UTF-16": make_file("{}".encode("utf-16")),
    "not closed": make_file('{"a":'),
    "empty header": make_file(""),
    "empty header with data": make_file("", DATA),
    "header of spaces": make_file("   "),
    "header of 1000 bytes not there": make_file("{}", size=1000),
    "header of 2^63 bytes": make_file("{}", size=2**63),
    "header of 2^64-1 bytes": make_file("{}", size=MAX),
    "header of 100,000,000 bytes not there": make_file("{}", size=MAX_HEADER),
    "header of 100,000,000 bytes": make_file("{}".ljust(MAX_HEADER)),
    "header of 100,000,001 bytes": make_file("{}".ljust(MAX_HEADER + 1)),
    "file of 0 bytes": b"",
    "file of 7 bytes": bytes(7),
    "file of 8 bytes": bytes(8),
    "file of 9 bytes": struct.pack("<Q", 1) + b"{",
}
DIFFERENT = {
    "name with NUL", "name of NUL alone", "names alike up to NUL", "metadata with NUL in a value",
    "metadata with NUL in a key", "name twice", "name twice, no elements", "name twice, once escaped",
    "unknown field twice", "unknown object with a key twice", "metadata with a key twice", "metadata of 65537 keys",
    "shape [0, 2^64-1]", "shape [0, 2^64-1, 2^64-1]", "shape [2^64-1, 0]", "shape [2^63, 0]", "tensor as array",
    "dtype {F32: null}", "unknown nested 126 deep",
}


def is_taken(data):
    try:
        safetensors.deserialize(data)
    except safetensors.SafetensorError:
        return False
    return True


def main():
    results = parse_many(sys.argv[1], "safetensors", list(CASES.values()))
    for i, (name, (is_taken_here, line)) in enumerate(zip(CASES, results), 1):
        is_right = (is_taken_here == is_taken(CASES[name])) == (name not in DIFFERENT)
        print("ok" if is_right else f"# {line}\nnot ok", i, "-", name)
    print(f"1..{len(CASES)}")


if __name__ == "__main__":
    main()
