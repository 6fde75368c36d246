// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Gio._promisify() finds each pair of _async and _finish; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {Gio, GLib, Trafo} = imports.gi;
const {check, finish} = imports.tap;

const folder = GLib.build_filenamev([GLib.getenv('G_TEST_SRCDIR'), 'data', 'models', 'tiny-bert']);
const loop = new GLib.MainLoop(null, false);

Gio._promisify(Trafo.AutoConfig, 'from_pretrained_async', 'from_pretrained_finish');
Gio._promisify(Trafo.AutoModelForMaskedLM, 'from_pretrained_async', 'from_pretrained_finish');
Gio._promisify(Trafo.AutoTokenizer, 'from_pretrained_async', 'from_pretrained_finish');
Gio._promisify(Trafo.SentenceEmbedder, 'new_from_pretrained_async', 'new_from_pretrained_finish');
Gio._promisify(Trafo.SentenceEmbedder.prototype, 'encode_async', 'encode_finish');

async function run() {
    const config = await Trafo.AutoConfig.from_pretrained_async(folder, null);
    check('config', config.get_model_type(), 'bert');

    const model = await Trafo.AutoModelForMaskedLM.from_pretrained_async(folder, null, null);
    check('model', model.get_task(), 'masked-lm');

    const tokenizer = await Trafo.AutoTokenizer.from_pretrained_async(folder, null);
    check('tokenizer', tokenizer.get_vocab_size(true) > 0, true);

    const embedder = await Trafo.SentenceEmbedder.new_from_pretrained_async(folder, null, null);
    const vectors = await embedder.encode_async(['a cat', 'a dog'], null);
    check('embeddings', vectors.get_dim(0), 2);

    let message = null;
    try {
        await Trafo.AutoConfig.from_pretrained_async('/nonexistent', null);
    } catch (error) {
        message = error.message;
    }
    check('an error says where', message?.includes('/nonexistent'), true);
}

run().catch(error => check('no error', error.message, null)).finally(() => loop.quit());
loop.run();
finish();
