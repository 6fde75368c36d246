// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// Continues a text, part by part as it is written:
//   valac --pkg trafo-1.0 generate.vala && ./generate DIR TEXT
async void write_on (string folder, string prompt) throws Error {
  var tokenizer = Trafo.AutoTokenizer.from_pretrained (folder);
  var model = Trafo.AutoModelForCausalLM.from_pretrained (folder, null);
  var config = new Trafo.GenerationConfig ();
  config.max_new_tokens = 20;

  var generator = new Trafo.Generator (model, tokenizer, config);
  generator.begin (tokenizer.encode_batch ({ prompt }, null, null).to_tensors ());
  for (string? text; (text = yield generator.next_async (null)) != null;)
    print ("%s", text);
  print ("\n");
}

int main (string[] args) {
  var loop = new MainLoop ();
  int status = 0;

  write_on.begin (args[1], args[2], (_, result) => {
    try {
      write_on.end (result);
    } catch (Error error) {
      printerr ("%s\n", error.message);
      status = 1;
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
