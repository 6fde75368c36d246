// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// A tokenizer from gjs, whose strings end at a NUL: bytes take and give one; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {GLib, Trafo} = imports.gi;
const {check, finish} = imports.tap;

const folder = GLib.build_filenamev([GLib.getenv('G_TEST_SRCDIR'), 'data', 'tokenizers', 'gpt2']);
const tokenizer = Trafo.AutoTokenizer.from_pretrained(folder, null);
const bytes = text => new GLib.Bytes(new TextEncoder().encode(text));
const list = ids => Array.from(ids).join(' ');

const text = 'a\0cat';
const ids = tokenizer.encode_bytes(bytes(text), null, null).get_ids();
check('a NUL is a token', list(ids), '65 189 67 65 84');
check('what comes back',
    new TextDecoder().decode(tokenizer.decode_bytes(ids, false, false).toArray()), text);
check('a string shows it', tokenizer.decode(ids, false, false), 'a\u2400cat');
const stream = Trafo.DecodeStream.new(tokenizer, false, false);
const steps = [...Array.from(ids).map(id => stream.step_bytes(id)), stream.end_bytes()];
check('a stream of bytes',
    steps.map(part => new TextDecoder().decode(part.toArray())).join(''), text);

finish();
