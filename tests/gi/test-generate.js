// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Text part by part, by promises and by signals; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {Gio, GLib, Trafo} = imports.gi;
const {check, finish} = imports.tap;

const folder = GLib.build_filenamev(
    [GLib.getenv('G_TEST_SRCDIR'), 'data', 'models', 'gpt2-untied']);
const loop = new GLib.MainLoop(null, false);

Gio._promisify(Trafo.Generator.prototype, 'next_async', 'next_finish');
Gio._promisify(Trafo.Generator.prototype, 'generate_async', 'generate_finish');

const model = Trafo.AutoModelForCausalLM.from_pretrained(folder, null, null);
const tokenizer = Trafo.AutoTokenizer.from_pretrained(folder, null);
const prompt = tokenizer.encode_batch(['hello world, sat'], null, null).to_tensors();
const config = new Trafo.GenerationConfig({
    do_sample: true, max_new_tokens: 12, seed: 3, temperature: 3,
});

async function* stream(generator) {
    generator.begin(prompt);
    for (let text; (text = await generator.next_async(null)) !== null;)
        yield text;
}

async function run() {
    const generator = Trafo.Generator.new(model, tokenizer, config);
    const heard = [];
    const parts = [];

    generator.connect('text', (_, row, text) => heard.push(text));
    const result = await generator.generate_async(prompt, null);
    check('new tokens', result.get_n_sequences(), 1);
    for await (const part of stream(generator))
        parts.push(part);
    check('several parts', parts.length > 1, true);
    check('twice the same text', heard.join(''), parts.join('') + parts.join(''));

    let message = null;
    try {
        config.num_beams = 2;
        Trafo.Generator.new(model, tokenizer, config).begin(prompt);
    } catch (error) {
        message = error.message;
    }
    check('an error says what cannot be', message?.includes('beam search'), true);
}

run().catch(error => check('no error', error.message, null)).finally(() => loop.quit());
loop.run();
finish();
