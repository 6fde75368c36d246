#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Builds the template of a model as a small stripped binary, for tests/abi/test-old-plugin.c to open
# with every later libtrafo: make-old-plugin.sh BUILD_DIR. To be run once for each number of the
# plugin ABI, on x86-64; it writes tests/data/plugins/libtrafomodel-example-ABI.so.
set -eu
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build_dir=$1
abi=$(awk '/define TRAFO_ABI_(MAJOR|MINOR)/ { printf "%s%s", dot, $3; dot = "." }' \
  "$build_dir/plugin-api/trafo/trafo-version.h")
template=$source_dir/plugin-api/template/model
read -ra flags < <(pkg-config --cflags --libs gio-2.0)
cc -shared -fPIC -Os -s -fvisibility=hidden -ffile-prefix-map="$source_dir"=. \
  -Wl,-z,now -Wl,-Bsymbolic-functions -Wl,--as-needed -Wl,-z,noseparate-code -Wl,-z,norelro \
  -I"$source_dir/plugin-api" -I"$build_dir/plugin-api" \
  -o "$source_dir/tests/data/plugins/libtrafomodel-example-$abi.so" \
  "$template/example.c" "$template/plugin.c" "$build_dir/core/libtrafo-1.0.so.0" "${flags[@]}"
