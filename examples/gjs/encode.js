// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Shows a text's tokens and the first number of what an encoder makes of each: gjs encode.js DIR TEXT
imports.gi.versions.Trafo = '1.0';
const {Trafo} = imports.gi;

const tokenizer = Trafo.AutoTokenizer.from_pretrained(ARGV[0], null);
const model = Trafo.AutoModel.from_pretrained(ARGV[0], null, null);

const batch = tokenizer.encode_batch([ARGV[1]], null, null);
const outputs = model.forward(batch.to_tensors(), false, null);
const states = outputs.get('last_hidden_state');
const [, , hiddenSize] = states.get_shape();

batch.get_row(0).get_tokens().forEach((token, i) => {
    const value = states.get_value(i * hiddenSize).toFixed(4);
    print(`${token.padEnd(12)} ${value.padStart(8)}`);
});
