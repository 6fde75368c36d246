#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Usage: valgrind.sh SUPPRESSIONS PROGRAM [ARGUMENT...]
# Runs a test in valgrind; one in Python as it is, for valgrind would look at Python.
set -eu
suppressions=$1
shift
case "$1" in
  */python*) exec "$@" ;;
esac
exec valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
  --errors-for-leak-kinds=definite --suppressions=/usr/share/glib-2.0/valgrind/glib.supp \
  --suppressions="$suppressions" "$@"
