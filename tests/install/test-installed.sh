#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Installs into a folder of its own and builds against that, as a stranger would:
# test-installed.sh SOURCE_DIR BUILD_DIR PREFIX PYTHON. Prints TAP.
set -u
source_dir=$1 build_dir=$2 prefix=$3 python=$4
stage=$(mktemp -d "${TMPDIR:-/tmp}/trafo-install-XXXXXX")
trap 'rm -rf "$stage"' EXIT
n_cases=0 n_failed=0
model=$source_dir/tests/data/models/tiny-bert

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

header_compiles()
{
  # shellcheck disable=SC2046
  echo "#include <trafo/$1>" |
    "${CC:-cc}" -xc -std=gnu11 -fsyntax-only -Wall -Werror - $(pkg-config --cflags trafo-1.0)
}

build_c()
{
  # shellcheck disable=SC2046
  "${CC:-cc}" -std=gnu11 -Wall -Werror "$1" -o "$stage/program" \
    $(pkg-config --cflags --libs trafo-1.0)
}

build_vala()
{
  valac --vapidir "$root/share/vala/vapi" --pkg trafo-1.0 --Xcc=-w --directory "$stage" \
    --output program "$1"
}

# A script says something of the second of two texts.
run_shell()
{
  sh "$1" "$model" "A cat sits." "A dog runs." | grep '[0-9].*A dog runs\.$'
}

build_plugin()
{
  meson setup --werror "$stage/plugin" "$1" && ninja -C "$stage/plugin"
}

# example LANGUAGE SOURCE COMMAND...: what the command prints must be what it prints in C.
example()
{
  local name=${2#"$source_dir"/}
  local folder=$model
  local expected texts
  expected=$stage/$(basename "${2%.*}").expected

  if [[ ! -f $2 ]]; then
    return
  elif ! command -v "$3" >/dev/null; then
    n_cases=$((n_cases + 1))
    echo "ok $n_cases $name # SKIP no $3"
    return
  fi
  case $name in
    */generate.* | */conversation.*) folder=$source_dir/tests/data/models/gpt2-untied ;;
  esac
  case $name in
    */conversation.*) texts=(ab c) ;; # the model reads 45 tokens
    *) texts=("A cat sits on the mat." "How do I bake bread?") ;;
  esac
  check "$name runs" "${@:3}" "$folder" "${texts[@]}"
  if [[ $1 == c ]]; then
    cp "$stage/output" "$expected"
  else
    cp "$stage/output" "$stage/printed"
    check "$name prints what C prints" diff "$expected" "$stage/printed"
  fi
}

check "installs" meson install -C "$build_dir" --no-rebuild --quiet --destdir "$stage"
root=$stage$prefix
pc_dir=$(dirname "$(find "$root" -name trafo-1.0.pc)")
sed -i "s|^prefix=.*|prefix=$root|" "$pc_dir"/trafo*.pc
export PKG_CONFIG_PATH=$pc_dir PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=
LD_LIBRARY_PATH=$(dirname "$pc_dir")
GI_TYPELIB_PATH=$LD_LIBRARY_PATH/girepository-1.0
overlay=$(find "$stage" -path '*/gi/overrides/Trafo.py')
PYTHONPATH=${overlay%/gi/overrides/Trafo.py}
export TRAFO_CACHE_DIR=$stage/cache
export LD_LIBRARY_PATH GI_TYPELIB_PATH PYTHONPATH PYTHONDONTWRITEBYTECODE=1
export PATH=$root/bin:$PATH

for header in "$root"/include/trafo-1.0/trafo/*.h; do
  name=$(basename "$header")
  check "$name compiles alone" header_compiles "$name"
done
check "plugins have a folder" test -n "$(pkg-config --variable=pluginsdir trafo-plugin-1.0)"
for source in "$source_dir"/examples/c/*.c; do
  name=$(basename "$source" .c)
  examples=$source_dir/examples
  check "examples/c/$name.c builds" build_c "$source"
  example c "$source" "$stage/program"
  if [[ -f $examples/vala/$name.vala ]] && command -v valac >/dev/null; then
    check "examples/vala/$name.vala builds" build_vala "$examples/vala/$name.vala"
    example vala "$examples/vala/$name.vala" "$stage/program"
  fi
  example python "$examples/python/$name.py" "$python" "$examples/python/$name.py"
  example gjs "$examples/gjs/$name.js" gjs "$examples/gjs/$name.js"
  if [[ -f $examples/shell/$name.sh ]]; then
    check "examples/shell/$name.sh runs" run_shell "$examples/shell/$name.sh"
  fi
done

# A plugin from outside the tree, built against the installation alone: verify says that it computes
# what transformers computes.
albert=$source_dir/examples/plugins/albert
check "examples/plugins/albert builds" build_plugin "$albert"
export TRAFO_PLUGIN_PATH=$stage/plugin
check "examples/plugins/albert keeps the contract" \
  "$root/bin/trafo-plugin-check" "$stage/plugin/libtrafomodel-albert.so"
for expected in "$source_dir"/tests/data/examples/albert-*/expected/*.safetensors; do
  checkpoint=${expected%/expected/*}
  check "$(basename "$checkpoint"): $(basename "$expected" .safetensors)" \
    "$root/bin/trafo" verify "$checkpoint" --expected "$expected"
done
check "examples/plugins/albert/albert.py runs" "$python" "$albert/albert.py" \
  "$source_dir/tests/data/examples/albert-mlm" 2 7 4 3
check "examples/plugins/albert/albert.py computes what the plugin computes" \
  "$python" "$source_dir/tests/install/test-albert.py"

echo "1..$n_cases"
exit $((n_failed > 0))
