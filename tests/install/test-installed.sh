#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Installs into a folder of its own and builds against that, as a stranger would:
# test-installed.sh SOURCE_DIR BUILD_DIR PREFIX. Prints TAP.
set -u
source_dir=$1 build_dir=$2 prefix=$3
stage=$(mktemp -d "${TMPDIR:-/tmp}/trafo-install-XXXXXX")
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

header_compiles()
{
  # shellcheck disable=SC2046
  echo "#include <trafo/$1>" |
    "${CC:-cc}" -xc -std=gnu11 -fsyntax-only -Wall -Werror - $(pkg-config --cflags trafo-1.0)
}

example_builds()
{
  # shellcheck disable=SC2046
  "${CC:-cc}" -std=gnu11 -Wall -Werror "$source_dir/examples/c/$1.c" -o "$stage/$1" \
    $(pkg-config --cflags --libs trafo-1.0)
}

check "installs" meson install -C "$build_dir" --no-rebuild --quiet --destdir "$stage"
root=$stage$prefix
pc_dir=$(dirname "$(find "$root" -name trafo-1.0.pc)")
sed -i "s|^prefix=.*|prefix=$root|" "$pc_dir"/trafo*.pc
export PKG_CONFIG_PATH=$pc_dir PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=
LD_LIBRARY_PATH=$(dirname "$pc_dir")
export LD_LIBRARY_PATH

for header in "$root"/include/trafo-1.0/trafo/*.h; do
  name=$(basename "$header")
  check "$name compiles alone" header_compiles "$name"
done
check "plugins have a folder" test -n "$(pkg-config --variable=pluginsdir trafo-plugin-1.0)"
for example in "$source_dir"/examples/c/*.c; do
  name=$(basename "$example" .c)
  check "examples/c/$name.c builds" example_builds "$name"
done

echo "1..$n_cases"
exit $((n_failed > 0))
