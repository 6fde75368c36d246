// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// Continues a text, part by part as it is written: gjs generate.js DIR TEXT
imports.gi.versions.Trafo = '1.0';
const {Gio, GLib, Trafo} = imports.gi;

Gio._promisify(Trafo.Generator.prototype, 'next_async', 'next_finish');

async function* stream(generator) {
    for (let text; (text = await generator.next_async(null)) !== null;)
        yield text;
}

async function main() {
    const tokenizer = Trafo.AutoTokenizer.from_pretrained(ARGV[0], null);
    const model = Trafo.AutoModelForCausalLM.from_pretrained(ARGV[0], null, null);
    const config = new Trafo.GenerationConfig({max_new_tokens: 20});
    const generator = Trafo.Generator.new(model, tokenizer, config);
    let written = '';

    generator.begin(tokenizer.encode_batch([ARGV[1]], null, null).to_tensors());
    for await (const text of stream(generator))
        written += text;
    print(written);
}

const loop = new GLib.MainLoop(null, false);
main().catch(error => printerr(error.message)).finally(() => loop.quit());
loop.run();
