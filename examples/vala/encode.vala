// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// Shows a text's tokens and the first number of what an encoder makes of each:
//   valac --pkg trafo-1.0 encode.vala && ./encode DIR TEXT
int main (string[] args) {
  try {
    var tokenizer = Trafo.AutoTokenizer.from_pretrained (args[1]);
    var model = Trafo.AutoModel.from_pretrained (args[1], null);

    var batch = tokenizer.encode_batch ({ args[2] }, null, null);
    var outputs = model.forward (batch.to_tensors (), false);
    unowned var states = outputs.get ("last_hidden_state");
    var tokens = batch.get_row (0).get_tokens ();

    for (int i = 0; i < tokens.length; i++)
      print ("%-12s %8.4f\n", tokens[i], states.get_value (i * states.get_dim (2)));
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  return 0;
}
