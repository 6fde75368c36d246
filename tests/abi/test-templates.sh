#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Builds each plugin template as a stranger would, against an installation alone, and checks the
# result: test-templates.sh SOURCE_DIR BUILD_DIR PREFIX. Prints TAP.
set -u
source_dir=$1 build_dir=$2 prefix=$3
stage=$(mktemp -d "${TMPDIR:-/tmp}/trafo-templates-XXXXXX")
trap 'rm -rf "$stage"' EXIT
n_cases=0 n_failed=0

# check NAME COMMAND...: one test case; what the command says is shown if it fails.
check()
{
  n_cases=$((n_cases + 1))
  if "${@:2}" >"$stage/output" 2>&1; then
    echo "ok $n_cases $1"
  else
    n_failed=$((n_failed + 1))
    cat "$stage/output" >&2
    echo "not ok $n_cases $1"
  fi
}

build()
{
  cp -r "$source_dir/plugin-api/template/$1" "$stage/$1" &&
    meson setup --werror "$stage/build-$1" "$stage/$1" && ninja -C "$stage/build-$1"
}

# The pipeline's task runs from its own build folder, on a checkpoint, as the installed program's tasks
# do; what it says is the distance between the logits that the program's forward gives.
run_task()
{
  local models=$source_dir/tests/data/models
  local trafo=$root/bin/trafo
  cp -r "$models/gpt2-seqcls" "$stage/checkpoint" &&
    cp "$models/gpt2-untied/tokenizer.json" "$stage/checkpoint" &&
    "$trafo" tokenize --json --model "$stage/checkpoint" ab >"$stage/tokens" &&
    "$trafo" forward --json --model "$stage/checkpoint" --auto-class AutoModelForSequenceClassification \
      --ids "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["input_ids"])' \
        <"$stage/tokens")" >"$stage/outputs" &&
    TRAFO_PLUGIN_PATH=$stage/build-pipeline \
      "$trafo" pipeline example --model "$stage/checkpoint" ab >"$stage/margin" &&
    TRAFO_PLUGIN_PATH=$stage/build-pipeline \
      "$trafo" pipeline example --model "$stage/checkpoint" --param x=1 ab 2>&1 |
    grep -q "no parameter 'x'; it takes none" &&
    cat "$stage/outputs" "$stage/margin" && python3 -c '
import json, sys
logits = sorted(json.load(open(sys.argv[1]))["outputs"]["logits"]["data"])
sys.exit(abs(float(open(sys.argv[2]).read()) - (logits[-1] - logits[-2])) > 1e-4)
' "$stage/outputs" "$stage/margin"
}

check "installs" meson install -C "$build_dir" --no-rebuild --quiet --destdir "$stage/root"
root=$stage/root$prefix
pc_dir=$(dirname "$(find "$root" -name trafo-plugin-1.0.pc)")
sed -i "s|^prefix=.*|prefix=$root|" "$pc_dir"/trafo*.pc
export PKG_CONFIG_PATH=$pc_dir
LD_LIBRARY_PATH=$(dirname "$pc_dir")
export LD_LIBRARY_PATH
for kind in backend model optimizer pipeline tokenizer; do
  check "$kind builds" build "$kind"
  check "$kind keeps the contract" \
    "$root/bin/trafo-plugin-check" "$stage/build-$kind/libtrafo$kind-example.so"
done
check "pipeline's task runs" run_task
echo "1..$n_cases"
exit $((n_failed > 0))
