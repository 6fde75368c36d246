// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// Says how near in meaning texts are to the first one, from -1 to 1:
//   valac --pkg trafo-1.0 embed.vala && ./embed DIR TEXT...
int main (string[] args) {
  try {
    var embedder = new Trafo.SentenceEmbedder.from_pretrained (args[1], null);
    var texts = args[2:args.length];
    var vectors = embedder.encode (texts);
    var n = vectors.get_dim (1);

    for (int i = 0; i < texts.length; i++) {
      double cosine = 0;

      for (int64 k = 0; k < n; k++)
        cosine += vectors.get_value (k) * vectors.get_value (i * n + k);
      print ("%6.3f  %s\n", cosine, texts[i]);
    }
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  return 0;
}
