// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// A model written in Vala, which implements all of the interface.

class Classifier : Object, Trafo.Model {
  public uint n_builds = 0;
  int64 vocab_size;

  public bool configure (Trafo.Config config, string task) throws Error {
    vocab_size = config.get_int ("vocab_size", 10, 1, 1000);
    return config.check ();
  }

  public unowned string? get_base_prefix () {
    return null;
  }

  public unowned string? get_architecture () {
    return null;
  }

  public string? map_name (string name) {
    return name;
  }

  public bool build (Trafo.Builder b) throws Error {
    var x = b.embedding ("embeddings", b.input_ids (), vocab_size, 8);

    n_builds++;
    x = b.layer_norm ("norm", x, 1e-5);
    b.output ("logits", b.linear ("classifier", x, 3));
    return true;
  }
}

void run () {
  try {
    var json = "{\"model_type\": \"test\", \"vocab_size\": 50}";
    var config = new Trafo.Config.from_bytes (new Bytes (json.data), "test");
    var model = new Classifier ();
    var inputs = new Trafo.TensorDict ();

    inputs.set ("input_ids", new Trafo.Tensor.from_int64s ({ 1, 3 }, { 1, 2, 49 }));
    model.initialize (config, "base", null, null);
    assert_cmpuint (model.n_builds, CompareOperator.EQ, 1);
    for (int i = 0; i < 3; i++) {
      var outputs = model.forward (inputs, false, null);
      var plain = model.forward_eager (inputs, false);

      assert_true (outputs.get ("logits").max_difference (plain.get ("logits")) < 1e-6);
    }
    // once to load, once to compile, and each time for what keeps nothing
    assert_cmpuint (model.n_builds, CompareOperator.EQ, 5);
  } catch (Error error) {
    Test.message ("%s", error.message);
    Test.fail ();
  }
}

int main (string[] args) {
  Test.init (ref args);
  Test.add_func ("/gi/vala/model/run", run);
  return Test.run ();
}
