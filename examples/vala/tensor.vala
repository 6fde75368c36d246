// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors

// Makes a tensor, takes a view of it and prints both: valac --pkg trafo-1.0 tensor.vala && ./tensor
int main () {
  try {
    var tensor = new Trafo.Tensor.from_floats ({ 2, 3 }, { 0, 1, 2, 3, 4, 5 });

    print ("%s\n", tensor.to_string ());
    print ("its second row: %s\n", tensor.select (0, 1).to_string ());
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  return 0;
}
