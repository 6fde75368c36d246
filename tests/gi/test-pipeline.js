// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Inputs and parameters are variants; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {GLib, Trafo} = imports.gi;
const {check, finish} = imports.tap;

const folder = GLib.build_filenamev([GLib.getenv('G_TEST_SRCDIR'), 'data', 'models', 'tiny-bert']);

const similarity = Trafo.Pipeline.new_from_pretrained('sentence-similarity', folder, null, null);
const scores = similarity.run(new GLib.Variant('a{sv}', {
    source_sentence: new GLib.Variant('s', 'a cat'),
    sentences: new GLib.Variant('as', ['a cat', 'a dog']),
}), null, null);
check('a score for each sentence', JSON.parse(scores.to_json()).length, 2);
check('a sentence is near itself', JSON.parse(scores.to_json())[0] > 0.9999, true);

const classifier = Trafo.Pipeline.new_from_pretrained('text-classification', folder, null, null);
const classes = classifier.run_text('a cat', new GLib.Variant('a{sv}', {
    top_k: new GLib.Variant('i', 2),
}), null);
check('as many classes as asked for', classes.get_n_items(), 2);
check('keys as in transformers', classes.get_item(0).get_key(1), 'score');

let message = null;
try {
    classifier.run_text('a cat', new GLib.Variant('a{sv}', {top_k: new GLib.Variant('s', 'x')}), null);
} catch (error) {
    message = error.message;
}
check('an error names the parameter', message?.includes("'top_k'"), true);
for (const character of ['é', '中', '😀']) {
    for (let n_before = 0; n_before < 4; n_before++) {
        message = null;
        try {
            classifier.run_text('a', new GLib.Variant('a{sv}', {
                function_to_apply: new GLib.Variant('s', 'a'.repeat(n_before) + character.repeat(200)),
            }), null);
        } catch (error) {
            message = error.message;
        }
        check(`${n_before}: an error quotes whole characters`,
            message?.includes(`${character}…`), true);
    }
}
finish();
