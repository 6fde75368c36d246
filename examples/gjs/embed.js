// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Says how near in meaning texts are to the first one, from -1 to 1: gjs embed.js DIR TEXT...
imports.gi.versions.Trafo = '1.0';
const {Trafo} = imports.gi;

const [folder, ...texts] = ARGV;
const embedder = Trafo.SentenceEmbedder.new_from_pretrained(folder, null, null);
const {buffer} = embedder.encode(texts, null).get_bytes().toArray();
const n = embedder.get_dimension();
const vectors = texts.map((_, i) => new Float32Array(buffer, 4 * i * n, n));

vectors.forEach((vector, i) => {
    const cosine = vector.reduce((sum, value, k) => sum + value * vectors[0][k], 0);
    print(`${cosine.toFixed(3).padStart(6)}  ${texts[i]}`);
});
